"""What a person chooses for itself: shown, saved all at once or not at all, and used by views."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
from argon2 import PasswordHasher

from supportcore import Agent, Contact, FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.views.profile import age_words
from supportcore.desk.views.records import dump
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import drive
from supportcore.testing.conformance.driving import at_once
from tests.accounts.conftest import accounts_of
from tests.desk.files.portal import DESK
from tests.desk.machine import START
from tests.desk.views.portals import ANA, LUIS, NEAR, STRANGER, equip, names, opened

PLAIN = attrs.evolve(ANA, locale="")
HERE = names()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, DESK, clock) as found:
        equip(found)
        yield found


@pytest.fixture(params=HERE)
def everywhere(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, DESK, clock) as found:
        equip(found)
        yield found


def picture(me: Any, name: str = "me.png", *, slot: str = "avatar", data: bytes = b"png") -> str:
    """Hand a picture in and return its id."""
    found: str = me.draft(io.BytesIO(data), name, slot=slot).id
    return found


def files_of(desk: Any, person: str) -> list[Any]:
    """Return the files of somebody that no ticket took."""
    with desk.store.begin(write=False) as execute:
        return list(drive(desk.store.ledger(desk.definition.key).drafts(person, limit=100), execute))


def blobs(desk: Any) -> int:
    with desk.store.begin(write=False) as execute:
        return len(drive(desk.store.ledger(desk.definition.key).entries("blob", after=None, limit=100), execute))


def test_who_chose_nothing_is_as_the_catalogue_has_him(desk: Any) -> None:
    """Names by its first blank, the address, the phone, and the defaults of everything else, in words."""
    found = desk.acting_as(ANA).profile()
    assert ("Ana", "Arias", "", "ana@acme.example", "+57 1", True, None, None, "") == (
        found.first_name, found.last_name, found.position, found.email, found.phone, found.email_notices, found.avatar,
        found.password_changed, found.password_age,
    )  # fmt: skip
    assert ("system", "Sistema por defecto") == (found.reading_direction.value, found.reading_direction.title)
    assert ("system", "Sistema por defecto") == (found.visual_mode.value, found.visual_mode.title)


def test_all_is_saved_at_once(everywhere: Any) -> None:
    """What is saved is shown, in the form too, and the catalogue calls the person so; another person is untouched."""
    me = everywhere.acting_as(ANA)
    document = {
        "first_name": "Ana María", "last_name": "Arias", "position": "Compras", "phone": "+57 2", "locale": "en",
        "reading_direction": "rtl", "visual_mode": "dark", "email_notices": False,
    }  # fmt: skip
    saved = me.save_profile(document)
    assert saved == me.profile()
    assert ("Ana María", "Arias", "Compras", "+57 2", "rtl", "dark", False) == (
        saved.first_name, saved.last_name, saved.position, saved.phone, saved.reading_direction.value,
        saved.visual_mode.value, saved.email_notices,
    )  # fmt: skip
    assert document.items() <= me.profile_form().data.items()
    contact = everywhere.catalogue.get("contact", "ana")
    assert ("Ana María Arias", "+57 2", "ana@acme.example") == (contact.name, contact.phone, contact.email)
    assert "Ana María Arias" == me.home().account.name
    assert "Bo Berg" == everywhere.catalogue.get("contact", "bo").name
    me.save_profile({"position": None, "first_name": "Ana"})
    after = me.profile()
    assert ("Ana", "Arias", "", "+57 2", "dark") == (
        after.first_name, after.last_name, after.position, after.phone, after.visual_mode.value
    )  # fmt: skip


def test_nothing_is_saved_of_what_has_a_fault(desk: Any) -> None:
    """All faults come at once, with their fields, that of the picture too; nothing is stored, the draft stays."""
    me = desk.acting_as(ANA)
    wrong = picture(me, "screen.png", slot="files")
    with pytest.raises(Invalid) as caught:
        me.save_profile(
            {
                "first_name": "x" * 121, "last_name": "", "email": "other@acme.example", "locale": "fr",
                "visual_mode": None, "email_notices": 1, "zone": "UTC", "position": "Boss",
            },
            files=[wrong],
        )  # fmt: skip
    assert [
        ("first_name", "too_long"), ("last_name", "empty"), ("email", "read_only"), ("locale", "not_an_option"),
        ("visual_mode", "wrong_type"), ("email_notices", "wrong_type"), ("zone", "unknown_field"),
        ("files.0", "unknown_slot"),
    ] == [(fault.path, fault.code) for fault in caught.value.faults]  # fmt: skip
    with pytest.raises(NotFound):
        desk.catalogue.get("preferences", "ana")
    assert [wrong] == [file.id for file in me.drafts().items]
    for document, files in ((7, []), ({"a": [1]}, []), ({}, "f"), ({}, ["f"] * 1000)):
        with pytest.raises(Invalid):
            me.save_profile(document, files=files)
    with pytest.raises(Refused):
        desk.acting_as(STRANGER).save_profile({})


def test_a_picture_is_kept_until_another_one_comes(everywhere: Any, clock: FrozenClock) -> None:
    """It is no draft any more, expires no more, no ticket takes it, and it goes with its bytes when it is replaced."""
    me = everywhere.acting_as(PLAIN)
    first = picture(me, data=b"one")
    saved = me.save_profile({}, files=[first])
    assert (first, "me.png", None) == (saved.avatar.id, saved.avatar.name, saved.avatar.expires)
    assert first == me.profile_form().data["avatar"]
    clock.move(timedelta(days=30))
    everywhere.run_due()
    assert b"one" == b"".join(me.open_file(first))
    assert 0 == me.drafts().count
    with pytest.raises(NotFound):
        me.drop_draft(first)
    with pytest.raises(NotFound):
        everywhere.acting_as(LUIS).open_file(first)
    with pytest.raises(Invalid):
        me.open({"subject": "S", "description": "D"}, files=[first])
    second = picture(me, "you.webp", data=b"two")
    me.save_profile({"avatar": second})
    assert ([second], 1) == ([file.id for file in files_of(everywhere, "ana")], blobs(everywhere))
    me.save_profile({"position": "Boss"})
    assert second == me.profile().avatar.id
    me.save_profile({"avatar": second, "phone": "1"})
    assert second == me.profile().avatar.id
    assert me.save_profile({"avatar": None}).avatar is None
    assert ([], 0) == (files_of(everywhere, "ana"), blobs(everywhere))


def test_of_two_pictures_at_once_one_is_left(everywhere: Any) -> None:
    """Whoever saves last has his picture, and no other stays behind."""
    me = everywhere.acting_as(PLAIN)
    me.save_profile({}, files=[picture(me, data=b"first")])
    drafts = [picture(me, data=bytes([n])) for n in range(3)]
    at_once(lambda n: me.save_profile({}, files=[drafts[n]]), 3)
    shown = me.profile().avatar
    assert shown is not None
    assert [shown.id] == [file.id for file in files_of(everywhere, "ana")]
    assert 1 == blobs(everywhere)


def test_what_no_picture_is(desk: Any, clock: FrozenClock) -> None:
    """No other type, nobody else's file, none that expired or is unknown, and one at most."""
    me, bo = desk.acting_as(PLAIN), desk.acting_as(attrs.evolve(ANA, id="bo"))
    with pytest.raises(Invalid, match="not taken here"):
        picture(me, "me.svg")
    with pytest.raises(Invalid, match="At most"):
        picture(me, data=bytes(1_048_577))
    theirs, mine = picture(bo), picture(me)
    for files, code in (([theirs], "unknown_file"), (["none"], "unknown_file"), ([mine, theirs], "too_many_files")):
        with pytest.raises(Invalid) as caught:
            me.save_profile({}, files=files)
        assert code == caught.value.code
    with pytest.raises(Invalid) as caught:
        me.save_profile({"avatar": theirs})
    assert [("avatar", "unknown_file")] == [(fault.path, fault.code) for fault in caught.value.faults]
    clock.move(timedelta(days=2))
    with pytest.raises(Invalid, match="not sent in time"):
        me.save_profile({}, files=[mine])


def test_the_form_takes_what_its_schema_takes(desk: Any) -> None:
    """What stands in it at first is right and changes nothing; null takes away, the address cannot be changed."""
    me = desk.acting_as(ANA)
    form = me.profile_form()
    assert ("profile", "Mi perfil", "save_profile", "Guardar") == (
        form.key, form.title, form.submit.command, form.submit.label
    )  # fmt: skip
    assert [("avatar", 1, 1_048_576)] == [(slot.key, slot.count, slot.size) for slot in form.slots]
    validator = jsonschema.Draft7Validator(json.loads(json.dumps(dump(form.schema))))
    before = me.profile()
    assert [] == list(validator.iter_errors(dump(form.data)))
    assert before == me.save_profile(form.data)
    good: tuple[dict[str, Any], ...] = (
        {}, {"first_name": None, "locale": None}, {"locale": "en"}, {"email": "ana@acme.example"}, {"avatar": None},
    )  # fmt: skip
    bad: tuple[dict[str, Any], ...] = (
        {"email": "x@y"}, {"visual_mode": None}, {"email_notices": "yes"}, {"other": 1}, {"first_name": ""},
        {"first_name": "x" * 121}, {"locale": "de"},
    )  # fmt: skip
    for document in good:
        assert validator.is_valid(document), document
        me.save_profile(document)
    for document in bad:
        assert not validator.is_valid(document), document
        with pytest.raises(Invalid):
            me.save_profile(document)


def test_the_language_that_was_chosen_is_that_of_the_views(desk: Any) -> None:
    """Where the host says none; what the host says comes first, and so with the zone."""
    plain = desk.acting_as(PLAIN)
    first = desk.definition.languages[0]
    assert first == plain.home().language
    other = next(tag for tag in desk.definition.languages if tag != first)
    assert other == plain.save_profile({"locale": other}).language
    desk.catalogue.put(attrs.evolve(desk.catalogue.get("preferences", "ana"), zone="Asia/Tokyo"))
    for view in (plain.home(), plain.profile()):
        assert (other, "Asia/Tokyo") == (view.language, view.zone)
    told = {"es": "Mi perfil", "en": "My profile"}
    assert told[other] == plain.profile_form().title
    assert plain.articles().title == desk.acting_as(attrs.evolve(PLAIN, locale=other)).articles().title
    said = desk.acting_as(attrs.evolve(PLAIN, locale=first, zone="UTC")).home()
    assert (first, "UTC") == (said.language, said.zone)


def test_somebody_whom_the_catalogue_does_not_know_has_a_profile(desk: Any) -> None:
    """He is called by what he chose, and the form asks for no address."""
    me = desk.acting_as(attrs.evolve(ANA, id="n-1"))
    assert "email" not in me.profile_form().schema["properties"]
    saved = me.save_profile({"first_name": "Nora", "last_name": "Niño"})
    assert ("Nora Niño", "Nora", "") == (saved.account.name, saved.account.first_name, saved.email)


def test_agent_and_contact_of_one_id_are_both_renamed(desk: Any) -> None:
    """Whoever is both is called alike as both."""
    desk.catalogue.put(Contact(id="luis", name="Old"), Agent(id="luis", name="Older", email="l@desk.example"))
    desk.acting_as(LUIS).save_profile({"first_name": "Luis", "last_name": "Lara Gil", "phone": "9"})
    for kind in ("agent", "contact"):
        record = desk.catalogue.get(kind, "luis")
        assert ("Luis Lara Gil", "9") == (record.name, record.phone)


def test_the_age_of_the_password_is_told(desk: Any, clock: FrozenClock) -> None:
    """Only if there is an account with a password; nothing else of the account is."""
    accounts = accounts_of(desk, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts.assign("ana", "ana.arias", "correct horse battery")
    me = desk.acting_as(ANA)
    assert "hace un momento" == me.profile().password_age
    clock.move(timedelta(days=125))
    shown = me.profile()
    assert "hace 4 meses" == shown.password_age
    assert START.isoformat(timespec="milliseconds")[:23] + "Z" == shown.password_changed.at
    assert "argon2" not in json.dumps(dump(shown))
    assert "ana.arias" not in json.dumps(dump(shown))


@pytest.mark.parametrize(
    ("since", "now", "spanish", "english"),
    [
        ("2026-01-31T12:00", "2026-01-31T12:00", "hace un momento", "just now"),
        ("2026-01-31T12:00", "2026-01-31T11:00", "hace un momento", "just now"),
        ("2026-01-31T12:00", "2026-01-31T12:01", "hace 1 minuto", "1 minute ago"),
        ("2026-01-31T12:00", "2026-01-31T14:59", "hace 2 horas", "2 hours ago"),
        ("2026-01-31T12:00", "2026-02-01T12:00", "hace 1 día", "1 day ago"),
        ("2026-01-31T12:00", "2026-02-28T23:00", "hace 28 días", "28 days ago"),
        ("2026-01-15T12:00", "2026-02-15T11:59", "hace 30 días", "30 days ago"),
        ("2026-01-15T12:00", "2026-02-15T12:00", "hace 1 mes", "1 month ago"),
        ("2025-11-15T12:00", "2026-03-20T12:00", "hace 4 meses", "4 months ago"),
        ("2024-03-01T12:00", "2026-02-28T12:00", "hace 1 año", "1 year ago"),
        ("2024-03-01T12:00", "2026-03-01T12:00", "hace 2 años", "2 years ago"),
    ],
)
def test_an_age_is_told_by_its_greatest_unit(since: str, now: str, spanish: str, english: str) -> None:
    """Whole months and years of the calendar, then days and parts of days; never before it happened."""

    class Seen:
        zone = "UTC"

        def __init__(self, language: int) -> None:
            self.now, self._language = datetime.fromisoformat(now).replace(tzinfo=UTC), language

        def say(self, *told: str) -> str:
            return told[self._language]

    at = datetime.fromisoformat(since).replace(tzinfo=UTC)
    assert [english, spanish] == [age_words(Seen(language), at) for language in (0, 1)]  # type: ignore[arg-type]


def test_preferences_may_be_put_by_the_host(desk: Any) -> None:
    """They are a record of the catalogue like any other, and a zone that is none is refused."""
    desk.catalogue.put(Preferences(id="ana", position="Boss"))
    assert ("Boss", "Ana", "Arias") == attrs.astuple(
        attrs.make_class("Some", ["a", "b", "c"])(
            *(getattr(desk.acting_as(ANA).profile(), name) for name in ("position", "first_name", "last_name"))
        )
    )
    with pytest.raises(Invalid, match="no time zone"):
        Preferences(id="ana", zone="Nowhere")
