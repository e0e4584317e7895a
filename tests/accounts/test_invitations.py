"""An invitation leads to an account once, for a while, and only with the right token."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore import Contact, Desk, Invalid, NotFound, Refused, load_definition, open_store
from supportcore.accounts import AccountPolicy, Accounts, steps
from supportcore.errors import JoinedOnly
from supportcore.notices import NotSent, email_message
from supportcore.people.preferences import Preferences
from supportcore.testing.conformance.driving import at_once, write_among_others
from tests.accounts.conftest import CHEAP, GOOD, LINK, NOOVA, Office, accounts_of, token_of


def refused(call: Any, *args: Any, **options: Any) -> str:
    """Return the code that a call is refused with."""
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value.code


def test_an_invited_person_chooses_name_and_password(everywhere: Office) -> None:
    """The mail is at hand at once, and its link works once: then the person signs in."""
    accounts = everywhere.accounts
    token = everywhere.invite()
    assert ("ana", "Ana Arias", "") == (
        accounts.invitation(token).person, accounts.invitation(token).name, accounts.invitation(token).user_name
    )  # fmt: skip
    assert "ana" == accounts.accept(token, "Ana.Arias", GOOD, repeated=GOOD)
    assert "ana" == accounts.login("ana.arias", GOOD)
    assert "invitation_used" == refused(accounts.accept, token, "other", GOOD)
    assert "invitation_used" == refused(accounts.invitation, token)
    with pytest.raises(NotFound):
        accounts.account("bo")


def test_one_of_two_who_accept_at_once_wins(everywhere: Office) -> None:
    """Whoever is second is told that the invitation was used, and the password is that of the first."""
    token = everywhere.invite()

    def accept(number: int) -> str:
        try:
            everywhere.accounts.accept(token, f"ana.{number}", f"{GOOD} {number}")
        except Refused as error:
            return error.code
        return "accepted"

    came = at_once(accept, 4)
    winner = came.index("accepted")
    assert ["accepted", *["invitation_used"] * 3] == sorted(came)
    assert "ana" == everywhere.accounts.login(f"ana.{winner}", f"{GOOD} {winner}")
    for number in {0, 1, 2, 3} - {winner}:
        assert "login_failed" == refused(everywhere.accounts.login, f"ana.{number}", f"{GOOD} {number}")


def test_no_overlap_of_transactions_accepts_twice(everywhere: Office) -> None:
    """However long each step takes, one transaction uses the invitation up, and the others see that it is used."""
    token, store = everywhere.invite(), everywhere.desk.store
    ledger = store.ledger(everywhere.desk.definition.key)
    digest, now = sha256(token.encode()).hexdigest(), everywhere.clock()

    def accept(number: int) -> str:
        accepting = partial(steps.accept, ledger, digest=digest, user_name=f"ana.{number}", hash=f"{number}", now=now)
        try:
            return write_among_others(store, accepting)
        except Refused as error:
            return error.code

    assert ["ana", *["invitation_used"] * 3] == sorted(at_once(accept, 4))


def test_a_user_name_goes_to_one_of_two_who_want_it(everywhere: Office) -> None:
    """Two invited people who choose one name at the same moment: one has it, the other is told that it is taken."""
    tokens = {"ana": everywhere.invite("ana"), "bo": everywhere.invite("bo")}

    def accept(number: int) -> str:
        person = ("ana", "bo")[number]
        try:
            everywhere.accounts.accept(tokens[person], ("Straße", "STRASSE")[number], GOOD)
        except Invalid as error:
            return error.code
        return "accepted"

    came = at_once(accept, 2)
    assert ["accepted", "user_name_taken"] == sorted(came)
    loser = ("ana", "bo")[came.index("user_name_taken")]
    assert loser == everywhere.accounts.accept(tokens[loser], "another", GOOD)


def test_what_becomes_of_an_invitation_is_told_to_whoever_has_the_right_token(office: Office) -> None:
    """Expired, superseded and used are told apart; any other token is unknown, whatever it is."""
    accounts = office.accounts
    first = office.invite(expires=timedelta(hours=1))
    office.clock.move(timedelta(minutes=59, seconds=59))
    assert accounts.invitation(first).expires_at > office.clock()
    office.clock.move(timedelta(seconds=1))
    assert "invitation_expired" == refused(accounts.accept, first, "ana", GOOD)
    second = office.invite()
    assert "invitation_void" == refused(accounts.accept, first, "ana", GOOD)
    forged: tuple[Any, ...] = (
        "",
        "x",
        first[:-1],
        first.upper(),
        "é" * 40,
        None,
        7,
        sha256(second.encode()).hexdigest(),
    )
    for token in forged:
        assert "invitation_unknown" == refused(accounts.accept, token, "ana", GOOD), token
    assert "ana" == accounts.accept(second, "ana.arias", GOOD)


def test_only_the_last_invitations_are_remembered(office: Office) -> None:
    """What is kept of a person does not grow with each invitation."""
    tokens = [office.invite() for _ in range(25)]
    assert "invitation_unknown" == refused(office.accounts.accept, tokens[0], "ana", GOOD)
    assert "invitation_void" == refused(office.accounts.accept, tokens[-2], "ana", GOOD)
    assert "ana" == office.accounts.accept(tokens[-1], "ana", GOOD)
    office.accounts.remove("ana")
    assert "ana@acme.example" in office.stored()
    assert "'invitation'" not in office.stored()


def test_an_invitation_that_cannot_be_sent_is_void(office: Office) -> None:
    """The error says so and of what kind, and nothing of what was sent; another invitation works."""
    kept = []

    def fails(mail: Any) -> None:
        kept.append(mail)
        raise OSError(mail.body)

    with pytest.raises(NotSent) as caught:
        office.accounts.invite("ana", fails, link=LINK)
    token = token_of(kept[0])
    assert ("invitation_not_sent", {"why": "OSError"}) == (caught.value.code, caught.value.params)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert token not in repr(caught.value) + str(caught.value)
    assert "invitation_void" == refused(office.accounts.accept, token, "ana", GOOD)
    office.join()


def test_whom_nobody_can_invite(office: Office) -> None:
    """Strangers, people without an address, retired people, and those who have a password."""
    invite = office.accounts.invite
    assert "person_without_address" == refused(invite, "zoe", office.sent.append, link=LINK)
    assert "person_without_address" == refused(invite, "nil", office.sent.append, link=LINK)
    assert "retired_record" == refused(invite, "gone", office.sent.append, link=LINK)
    with pytest.raises(NotFound):
        office.accounts.reset("ana", office.sent.append, link=LINK)
    office.join()
    assert "account_exists" == refused(invite, "ana", office.sent.append, link=LINK)
    assert 1 == len(office.sent)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"link": "https://help.example.org/"}, "bad_link"),
        ({"link": "javascript:{token}"}, "bad_link"),
        ({"link": "https://a/{token}/{token}"}, "bad_link"),
        ({"link": "https://a/{token}\r\nBcc: x"}, "bad_link"),
        ({"expires": timedelta(0)}, "out_of_range"),
        ({"expires": timedelta(days=10_000_000)}, "out_of_range"),
        ({"user_name": "a b"}, "bad_user_name"),
    ],
)
def test_what_no_invitation_can_be(office: Office, wrong: dict[str, Any], code: str) -> None:
    """A link without a place for the token, or that is none, and spans of nothing are refused before it is stored."""
    with pytest.raises(Invalid) as caught:
        office.accounts.invite("ana", office.sent.append, **{"link": LINK, **wrong})
    assert code == caught.value.code
    assert [] == office.sent
    with pytest.raises(NotFound):
        office.accounts.account("ana")


def test_faults_come_all_at_once_and_use_nothing_up(office: Office) -> None:
    """Name, password and its repetition are told of together; the invitation holds all the same."""
    token = office.invite()
    with pytest.raises(Invalid) as caught:
        office.accounts.accept(token, "ana arias", "short", repeated="shorter")
    assert [("user_name", "bad_user_name"), ("password", "too_short"), ("repeated", "not_repeated")] == [
        (fault.path, fault.code) for fault in caught.value.faults
    ]
    with pytest.raises(Invalid) as caught:
        office.accounts.accept(token, None, "ANA@acme.example")
    assert [("user_name", "required"), ("password", "password_is_name")] == [
        (fault.path, fault.code) for fault in caught.value.faults
    ]
    assert "ana" == office.accounts.accept(token, "ana", GOOD)


def test_a_name_may_be_given_beforehand(office: Office) -> None:
    """Whoever was given a user name need not choose one, and cannot choose another."""
    token = office.invite(user_name="ana.arias")
    assert "ana.arias" == office.accounts.invitation(token).user_name
    with pytest.raises(Invalid, match="cannot be changed"):
        office.accounts.accept(token, "ana", GOOD)
    with pytest.raises(Invalid, match="taken"):
        office.invite("bo", user_name="Ana.Arias")
    assert "ana" == office.accounts.accept(token, None, GOOD)
    assert "ana" == office.accounts.login("ana.arias", GOOD)


def test_a_reset_leaves_the_old_password_until_it_is_accepted(everywhere: Office) -> None:
    """It is a new invitation: the name stays, the old password goes when the new one is set, and a lock with it."""
    accounts = everywhere.accounts
    everywhere.join()
    accounts.reset("ana", everywhere.sent.append, link=LINK)
    assert "ana" == accounts.login("ana.arias", GOOD)
    for _ in range(3):
        assert "login_failed" == refused(accounts.login, "ana.arias", "no")
    assert "login_failed" == refused(accounts.login, "ana.arias", GOOD)
    assert "ana" == accounts.accept(token_of(everywhere.sent[-1]), None, "another battery staple")
    assert "login_failed" == refused(accounts.login, "ana.arias", GOOD)
    assert "ana" == accounts.login("ana.arias", "another battery staple")


def test_a_changed_password_makes_open_resets_void(office: Office) -> None:
    """A link that was asked for before leads nowhere afterwards."""
    office.join()
    office.accounts.reset("ana", office.sent.append, link=LINK)
    office.accounts.change_password("ana", GOOD, "another battery staple")
    assert "invitation_void" == refused(office.accounts.accept, token_of(office.sent[-1]), None, GOOD)


def test_a_desk_calls_link_and_button_by_its_own_words(request: pytest.FixtureRequest) -> None:
    """What its labels say stands before the link of a mail and on the button of its form, or nothing and "Guardar"."""
    told = {}
    for key in ("cltech", "noova"):
        desk, sent = Desk(load_definition(key), open_store("memory://")), list[Any]()
        request.addfinalizer(desk.store.close)
        desk.install(contacts=[Contact(id="ana", name="Ana", email="ana@acme.example")])
        submit = Accounts(desk, hasher=CHEAP).invite("ana", sent.append, link=LINK).submit
        before = sent[0].body.partition("https://")[0].splitlines()[-1]
        told[key] = (before, submit)
    assert {"cltech": ("Visite el portal:", "Guardar y continuar"), "noova": ("", "Guardar")} == told


def test_a_mail_is_in_the_language_of_the_person(office: Office) -> None:
    """By the preferences, else the catalogue, else the desk; it says until when it holds, in the person's zone."""
    office.invite("bo")
    office.invite("ana")
    office.desk.catalogue.put(Preferences(id="ana", locale="en-GB", zone="Europe/Madrid"))
    office.invite("ana")
    english, spanish, chosen = office.sent
    assert ["en", "es", "en"] == [mail.locale for mail in office.sent]
    assert english.subject.startswith("Your account at ")
    assert spanish.subject.startswith("Su cuenta en ")
    assert "2026-04-03 18:30 (Europe/Madrid)" in " ".join(chosen.body.split())
    assert ["Save", "Save"] == [office.accounts.invitation(token_of(mail)).submit for mail in (english, chosen)]
    message = email_message(english, sender="no-reply@desk.example", at=office.clock())
    assert ("bo@acme.example", "auto-generated") == (str(message["To"]), str(message["Auto-Submitted"]))


def test_somebody_who_is_retired_gets_in_no_more(office: Office) -> None:
    """Neither by password nor by an invitation that was sent before."""
    office.join("bo", "bo.berg")
    token = office.invite("ana")
    for person in ("ana", "bo"):
        office.desk.catalogue.retire("contact", person)
    assert "login_failed" == refused(office.accounts.login, "bo.berg", GOOD)
    assert "invitation_void" == refused(office.accounts.accept, token, "ana", GOOD)


@pytest.mark.store("sqlite")
def test_a_joined_desk_has_no_accounts(tmp_path: Any) -> None:
    """A guess that a host rolls back would not be counted."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    store = open_store(engine)
    store.migrate()
    desk = Desk(NOOVA, store)
    with engine.begin() as connection, pytest.raises(JoinedOnly):
        Accounts(desk.joined(connection), hasher=CHEAP)
    engine.dispose()


def test_the_policy_is_that_of_the_desk(office: Office) -> None:
    """Unless another is given, how long an invitation holds is told by the definition."""
    policy = AccountPolicy(invitation=timedelta(minutes=3), user_name="[a-z]+[.][a-z]+")
    accounts = accounts_of(office.desk, policy=policy)
    view = accounts.invite("ana", office.sent.append, link=LINK)
    assert office.clock() + timedelta(minutes=3) == view.expires_at
    with pytest.raises(Invalid, match="Must look like"):
        accounts.accept(token_of(office.sent[-1]), "ana", GOOD)
    assert "ana" == accounts.accept(token_of(office.sent[-1]), "Ana.Arias", GOOD)
    assert AccountPolicy() == office.desk.definition.accounts


def test_a_notifier_that_is_no_function_is_refused(office: Office) -> None:
    """Before anything is stored, like one that nobody would await."""

    async def later(mail: Any) -> None:
        await asyncio.sleep(0)

    wrong = [None, 7] if hasattr(office.accounts, "_background") else [None, 7, later]
    for notifier in wrong:
        with pytest.raises(Invalid, match="notifier"):
            office.accounts.invite("ana", notifier, link=LINK)
    with pytest.raises(NotFound):
        office.accounts.account("ana")


def test_a_contact_and_an_agent_may_share_an_id(office: Office) -> None:
    """The one that is not retired counts."""
    office.desk.catalogue.put(Contact(id="luis", name="Luis L.", email="other@acme.example", active=False))
    office.invite("luis")
    assert ("luis@desk.example",) == office.sent[-1].emails
