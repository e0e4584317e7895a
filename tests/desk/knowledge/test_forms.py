"""The form of an article: what it offers, that the command takes what its schema takes, and one made of a ticket."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore import Agreement, Contact, Customer, Desk, FrozenClock, Invalid, NotFound, Refused
from supportcore.analysis import fold
from supportcore.desk.views import choices, dump
from supportcore.knowledge.article import Article
from supportcore.knowledge.redaction import HIDDEN, redacted
from supportcore.storage.memory import MemoryStore
from tests.desk.knowledge.library import ANA, BO, LUIS, NOOVA, STRANGER, equip
from tests.desk.machine import START
from tests.desk.views.portals import CASE
from tests.node.judge import judge

FIELDS = [
    "title", "body", "language", "visibility", "customer", "category", "translation_of", "products", "services", "tags",
]  # fmt: skip


def options(field: Any) -> list[tuple[Any, str]]:
    return [(one["const"], one["title"]) for one in field["oneOf"]]


def test_a_new_article(noova: Any) -> None:
    """What is asked, by labels, from the catalogue; submitting it begins a draft in the writer's language."""
    me = noova.acting_as(attrs.evolve(LUIS, locale="es"))
    form = me.article_form()
    schema = form.schema
    assert FIELDS == form.ui["ui:order"]
    assert ["title"] == schema["required"]
    assert {"language": "es", "visibility": "public"} == form.data
    fields = schema["properties"]
    assert ("Título", "Para quién", "Categoría") == tuple(
        fields[key]["title"] for key in ("title", "visibility", "category")
    )
    assert [(None, "Ninguno"), ("empty", "Empty"), ("money", "Money"), ("bills", "Money / Bills"),
            ("secret", "Money / Secret")] == options(fields["category"])  # fmt: skip
    assert [("crm", "CRM Two"), ("erp", "ERP One")] == options(fields["products"]["items"])
    assert ("array", True, {"ui:widget": "checkboxes"}) == (
        fields["products"]["type"],
        fields["products"]["uniqueItems"],
        form.ui["products"],
    )
    assert "a-public" in [value for value, _ in options(fields["translation_of"])]
    assert "h-retired" not in [value for value, _ in options(fields["translation_of"])]
    said = {"title": "Neu", "visibility": "customer", "customer": "acme", "products": ["erp"], "tags": ["x", "y"]}
    receipt = me.submit(dump(form.submit), {**form.data, **said})
    written = noova.catalogue.get("article", receipt.id)
    assert ("Neu", "acme", {"erp"}, {"x", "y"}, "draft") == (
        written.title,
        written.customer,
        written.products,
        written.tags,
        written.state,
    )


def test_revising(noova: Any) -> None:
    """What the article says stands in the form; a comment goes with it; somebody else's change is not overwritten."""
    me = noova.acting_as(LUIS)
    form = me.article_form("c-acme")
    assert ("revise_article", "c-acme", 1) == (form.submit.command, form.submit.article, form.submit.seen_version)
    assert {
        "title": "For ACME",
        "visibility": "customer",
        "customer": "acme",
        "category": "money",
        "tags": ["vip"],
    } == dump(form)["data"]
    assert [] == list(Draft7Validator(form.schema).iter_errors(dump(form)["data"]))
    me.submit(form.submit, {"body": "More.", "tags": [], "category": None, "comment": "Longer."})
    changed = noova.catalogue.get("article", "c-acme")
    assert ("For ACME", "More.", set(), None, "acme") == (
        changed.title,
        changed.body,
        changed.tags,
        changed.category,
        changed.customer,
    )
    assert "Longer." == me.revisions("c-acme").items[-1].comment
    with pytest.raises(Exception, match="changed") as stale:
        me.submit(form.submit, {"body": "Less."})
    assert "stale_version" == stale.value.code


def test_who_is_given_a_form(noova: Any) -> None:
    """Whom the command would refuse the form is refused to, for the same reasons; what may not be read is not there."""
    for who, key, error, code in (
        (ANA, None, Refused, "role_required"),
        (STRANGER, None, Refused, "unknown_actor"),
        (ANA, "a-public", Refused, "role_required"),
        (ANA, "f-draft", NotFound, "not_found"),
        (LUIS, "h-retired", Refused, "article_state"),
        (LUIS, "nothing", NotFound, "not_found"),
    ):
        with pytest.raises(error) as refused:
            noova.acting_as(who).article_form(key)
        assert code == refused.value.code
    with pytest.raises(Invalid) as refused:
        noova.acting_as(LUIS).article_form("a-public", origin="t")
    assert ["origin"] == [fault.path for fault in refused.value.faults]


def test_what_is_named_already_may_stay(noova: Any) -> None:
    """Retired records that an article names stay to choose and in the form, and stay named."""
    me = noova.acting_as(LUIS)
    noova.catalogue.retire("product", "erp")
    noova.catalogue.retire("category", "bills")
    form = me.article_form("a-public")
    assert ("bills", ("erp",)) == (form.data["category"], form.data["products"])
    me.submit(form.submit, {**form.data, "title": "Still"})
    kept = noova.catalogue.get("article", "a-public")
    assert ("Still", "bills", {"erp"}) == (kept.title, kept.category, kept.products)
    fresh = me.article_form().schema["properties"]
    assert ["crm"] == [value for value, _ in options(fresh["products"]["items"])]
    assert "bills" not in [value for value, _ in options(fresh["category"])]


def test_where_there_are_too_many_an_id_is_typed(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound nothing is listed, and any id may be said; only the command knows whether it is there."""
    monkeypatch.setattr(choices, "OPTIONS", 1)
    monkeypatch.setattr(choices, "MOST_ARTICLES", 1)
    form = memory.acting_as(LUIS).article_form()
    fields = form.schema["properties"]
    assert not any("oneOf" in part for part in (fields["translation_of"], fields["products"]["items"]))
    judged = Draft7Validator(form.schema)
    assert judged.is_valid({"title": "x", "products": ["nothing"]})
    with pytest.raises(Invalid):
        memory.acting_as(LUIS).submit(form.submit, {"title": "x", "products": ["nothing"]})


# -- the schema and the command


def fresh_desk() -> Desk:
    """Return a desk with articles, one of them a customer's."""
    desk = Desk(NOOVA, MemoryStore(), clock=FrozenClock(START))
    equip(desk)
    desk.catalogue.put(Article(id="own", title="Own", visibility="customer", customer="acme", products={"crm"}))
    return desk


ME = fresh_desk().acting_as(LUIS)
FORMS = {"new": ME.article_form(), "for all": ME.article_form("a-public"), "for one": ME.article_form("own")}
TITLES = st.sampled_from(["x", "Ñandú", "x" * 255, "x" * 256, " ", "\u2003", "\0", 3])
SAID = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES,
        "body": st.sampled_from(["", "x", "# A\n\n<script>", "\ud800", None, 3]),
        "language": st.sampled_from(["es", "xx", 3]),
        "visibility": st.sampled_from(["public", "customers", "customer", "internal", "secret", 3]),
        "customer": st.sampled_from(["acme", "beta", "nobody", ""]),
        "category": st.sampled_from(["money", "bills", None, "nowhere", ""]),
        "products": st.lists(st.sampled_from(["erp", "crm", "none", 3]), max_size=3, unique=True),
        "tags": st.lists(st.sampled_from(["a", "ñ", "x" * 64, "x" * 65, "", "\0"]), max_size=2, unique=True),
        "colour": st.just("red"),
    },
)
"""Documents of a form, which leaves out what it says nothing of: null only takes away what may be taken away."""


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=60)
@given(said=SAID, title=TITLES)
@example(said={"visibility": "customer"}, title="x")
@example(said={"customer": "beta"}, title="x")
@example(said={"customer": "beta", "visibility": "public"}, title="x")
@example(said={"visibility": "public", "products": ["crm", "erp"], "body": ""}, title="x")
def test_what_the_schema_takes_the_command_takes(name: str, said: dict[str, Any], title: Any) -> None:
    """And the other way round: the judge and the command agree on every document."""
    form = FORMS[name]
    document = {"title": title, **said} if name == "new" else said
    accepted = Draft7Validator(form.schema).is_valid(document)
    assert accepted is takes(form, document), document


def takes(form: Any, document: Any) -> bool:
    """Return whether the command takes a document."""
    try:
        fresh_desk().acting_as(LUIS).submit(form.submit, document)
    except Invalid:
        return False
    return True


def test_both_judges_know_the_schemas() -> None:
    """ajv, in its strict mode, takes each schema and what stands in the form at first."""
    for form in FORMS.values():
        shown = dump(form)
        filled = {"title": "x", **shown["data"]}
        assert [[], ["/title"]] == [
            faults if not faults else ["/title"] for faults in judge().faults(shown["schema"], [filled, {"title": 3}])
        ]


# -- steps


def test_steps_are_submitted(noova: Any) -> None:
    """The form of an action asks for a comment, where it must be one it is required, and leads to the next state."""
    me = noova.acting_as(LUIS)
    actions = {action.name: action for action in me.article("g-review").actions}
    back = actions["send_back"].form
    assert (["comment"], []) == (back.schema["required"], actions["publish"].form.schema.get("required", []))
    with pytest.raises(Invalid) as refused:
        me.submit(back.submit, {})
    assert [("comment", "required")] == [(fault.path, fault.code) for fault in refused.value.faults]
    assert "draft" == me.submit(back.submit, {"comment": "Say more."}).state


@pytest.mark.parametrize(
    ("submit", "document", "paths"),
    [
        ({"command": "act_on_article", "action": "publish"}, {}, ["submit.article"]),
        ({"command": "act_on_article", "article": "f-draft"}, {}, ["submit.action"]),
        (
            {"command": "act_on_article", "article": "f-draft", "action": "publish", "ticket": "t"},
            {},
            ["submit.ticket"],
        ),
        ({"command": "act_on_article", "article": "f-draft", "action": "publish"}, {"colour": "red"}, ["colour"]),
        ({"command": "act_on_article", "article": "f-draft", "action": "publish"}, {"comment": 3}, ["comment"]),
        ({"command": "act_on_article", "article": "f-draft", "action": "publish"}, 3, [""]),
        ({"command": "revise_article"}, {"title": "x"}, ["submit.article"]),
        ({"command": "revise_article", "article": "f-draft", "seen_version": 9}, {}, ["submit.seen_version"]),
        ({"command": "revise_article", "article": "f-draft"}, {"comment": 3}, ["comment"]),
        ({"command": "revise_article", "article": "f-draft"}, 3, [""]),
        ({"command": "write_article", "seen_version": 1}, {"title": "x"}, ["submit.seen_version"]),
        ({"command": "write_article", "article": "f-draft"}, {"title": "x"}, ["submit.article"]),
        ({"command": "write_article"}, {"comment": "x", "title": "x"}, ["comment"]),
        ({"command": "write_article"}, {"title": "x", "tags": "abc"}, ["tags"]),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(memory: Any, submit: Any, document: Any, paths: list[str]) -> None:
    """Parts of `submit` by their paths, the rest by their fields."""
    with pytest.raises(Invalid) as refused:
        memory.acting_as(LUIS).submit(submit, document)
    assert paths == [fault.path for fault in refused.value.faults]


def test_articles_take_no_files(memory: Any) -> None:
    """A file handed in with an article is refused."""
    with pytest.raises(Invalid) as refused:
        memory.acting_as(LUIS).submit({"command": "write_article"}, {"title": "x"}, files=["f-1"])
    assert ["files"] == [fault.path for fault in refused.value.faults]


# -- made of a ticket

CUSTOMER_SIDE = ("ACME Ltd.", "Ana Arias", "ana@acme.example", "+57 1", "Gold plan", "Bo Berg", "Beta GmbH")
QUESTION = (
    "Hello, ANA ARIAS from acme here (ana@acme.example, +57 1, tel. 301 555-0101). Error E-1042 when I print for "
    "Beta GmbH. My IBAN is DE89 3704 0044 0532 0130 00, see https://erp.example/x?token=abc and https://erp.example/y"
)


def resolved(desk: Any, **said: str) -> str:
    """Open a ticket, talk about it, and resolve it."""
    ana, luis = desk.acting_as(ANA), desk.acting_as(LUIS)
    ticket: str = ana.open({**CASE, "subject": "Ana's printer", "description": QUESTION, **said}).id
    luis.assign(ticket, {"assignee": "luis"})
    luis.note(ticket, "INTERNAL: they never pay.")
    luis.reply(ticket, "FIRST: which printer, Ana?")
    ana.reply(ticket, "MINE: the big one.")
    luis.act(ticket, "propose_solution", {"comment": "Choose *Settings*, Ana. Regards, Luis Lara"})
    ana.act(ticket, "validate", {})
    return ticket


def test_an_article_of_a_ticket(noova: Any) -> None:
    """Question and answer without the customer's data; what was internal, or was asked back, is not in it."""
    ticket = resolved(noova)
    me = noova.acting_as(LUIS)
    form = me.article_form(origin=ticket)
    assert ("write_article", ticket) == (form.submit.command, form.submit.ticket)
    assert f"Made of ticket #{me.get(ticket).number}." in form.help_text
    assert f"{HIDDEN}'s printer" == form.data["title"]
    body = form.data["body"]
    assert body.startswith(f"## Question\n\nHello, {HIDDEN} from {HIDDEN} here")
    assert f"\n\n## Answer\n\nChoose *Settings*, {HIDDEN}. Regards, {HIDDEN}" in body
    for kept in ("E-1042", "https://erp.example/y", "when I print for"):
        assert kept in body
    for gone in ("INTERNAL", "FIRST", "MINE", "token", "DE89", "555", *CUSTOMER_SIDE):
        assert gone.casefold() not in json.dumps(dump(form)["data"]).casefold()
    assert (["erp"], "en") == (list(form.data["products"]), form.data["language"])
    receipt = me.submit(form.submit, form.data)
    assert (ticket, "draft") == (noova.catalogue.get("article", receipt.id).origin, receipt.state)


def test_an_article_is_made_of_a_resolved_ticket_one_sees(noova: Any) -> None:
    """Others are refused, or not there; whoever may not write is refused first."""
    open_ = noova.acting_as(ANA).open(CASE).id
    for who, origin, error, code in (
        (LUIS, open_, Refused, "not_resolved"),
        (LUIS, "nothing", NotFound, "not_found"),
        (LUIS, "a\0", Invalid, "bad_text"),
        (LUIS, 1, Invalid, "wrong_type"),
        (ANA, open_, Refused, "role_required"),
        (BO, open_, Refused, "role_required"),
    ):
        with pytest.raises(error) as refused:
            noova.acting_as(who).article_form(origin=origin)
        assert code in (refused.value.code, *(fault.code for fault in getattr(refused.value, "faults", ())))


WORDS = st.text(st.sampled_from("abcñéÉz"), min_size=3, max_size=6)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
MAILS = st.builds("{}@{}.example".format, WORDS, st.sampled_from(("x", "b-c")))
PHONES = st.from_regex(r"\+?[1-9][0-9]{2}[ -]?[0-9]{3}[ ./-]?[0-9]{1,4}", fullmatch=True)


@st.composite
def writings(draw: st.DrawFn) -> tuple[list[str], list[str], list[str], str]:
    """Names of those concerned, of others, what is taken literally, and a text in which they stand."""
    concerned, others = (draw(st.lists(NAMES, max_size=3)) for _ in range(2))
    literal = draw(st.lists(MAILS | PHONES, max_size=3))
    told = st.sampled_from([*concerned, *others, *literal, "about", "E-1042", "año", "\n"])
    changed = st.builds(lambda one, how: how(one), told, st.sampled_from((str, str.upper, str.title)))
    around = st.sampled_from(["{}", "({})", "*{}*", "{}'s", "_{}_", "{},", "{}.", "«{}»", "{}2"])
    text = " ".join(draw(st.lists(st.builds(str.format, around, changed), max_size=12)))
    return concerned, others, literal, text


@given(writings())
def test_no_name_address_or_number_survives(drawn: tuple[list[str], list[str], list[str], str]) -> None:
    """However it is written: no word of a name of those concerned, no whole name, no mail, no number is left."""
    concerned, others, literal, text = drawn
    found = redacted(text, words=concerned, names=others, literally=literal)
    assert len(found) <= len(text)
    left = re.findall(r"[^\W\d_]+", fold(found).replace("ñ", "n"))
    gone = {fold(word).replace("ñ", "n") for name in concerned for word in name.split()}
    assert not gone & set(left)
    spoken = f" {' '.join(left)} "
    assert not [name for name in others if f" {fold(name).replace('ñ', 'n')} " in spoken and HIDDEN not in found]
    assert "@" not in found
    assert not re.search(r"\d{6}", found)
    assert not [one for one in literal if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", found, re.IGNORECASE)]
    assert found == redacted(found, words=concerned, names=others, literally=literal)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("ACME_2 and acme-7", f"{HIDDEN}_2 and {HIDDEN}-7"),
        ("A\u0301cme's", f"{HIDDEN}'s"),
        ("Ｎｕñｅｚ", HIDDEN),
        ("call (301) 555.0101 now", f"call {HIDDEN} now"),
        ("error 10425, 1042", "error 10425, 1042"),
        ("https://u:p@h.example/ or https://h.example/a", f"https://{HIDDEN}h.example/ or https://h.example/a"),
        ("see [it](https://h.example/a#b).", f"see [it](https://h.example/{HIDDEN})."),
        ("https://h.example/users/55/x, http://h.example?a=b", f"https://h.example/{HIDDEN}, http://h.example{HIDDEN}"),
        ("from 192.168.1.20 or fe80::1ff:fe23 at 12:30:45", f"from {HIDDEN} or {HIDDEN} at 12:30:45"),
        ("00:1A:2b:3C:4d:5E, 001a.2b3c.4d5e", f"{HIDDEN}, {HIDDEN}"),
        ("Error 0x80070005, E-1042 555 1234, KB5034441", f"Error 0x80070005, E-1042 {HIDDEN}, KB5034441"),
        ("since 2026-03-02 10:15, 02/03/2026", "since 2026-03-02 10:15, 02/03/2026"),
        ("**E**va", f"**{HIDDEN}"),
        ("E&#118;a", HIDDEN),
        ("E\u200bva and E&ZeroWidthSpace;va", f"{HIDDEN} and {HIDDEN}"),
        ("EvaNúñez, evanunez", f"{HIDDEN}, {HIDDEN}"),
        ("<b>E</b>v`a` and [E](http://x)va", f"<b>{HIDDEN}` and [{HIDDEN}"),
        ("@eva_n, EVA_N: the login", f"@{HIDDEN}, {HIDDEN}: the login"),
        ("Do this and the other", "Do this and the other"),
        ("h.example/a?key=1", HIDDEN),
        ("DE89 3704 0044 0532 0130 00.", f"{HIDDEN}."),
        ("KB12 also when this fails", "KB12 also when this fails"),
        ("del Sur y Banco del Sur", f"del Sur y {HIDDEN}"),
        ("日本株式会社です", f"{HIDDEN}です"),
        ("3M and 13M", f"{HIDDEN} and 13M"),
        ("", ""),
    ],
)
def test_what_is_left(written: str, left: str) -> None:
    """What tells of somebody goes, what does not stays."""
    names = ["Banco del Sur", "日本株式会社", "3M"]
    assert left == redacted(written, words=["Acme Ltd", "Eva Núñez", "This and the"], names=names, literally=["eva_n"])


def test_a_long_text_takes_a_moment() -> None:
    """Neither a run without spaces nor many names make it slow."""
    names = [f"Customer {'abcdefghij'[n % 10] * 3} {n}" for n in range(2000)]
    for text in (
        "a" * 60_000,
        "(" * 60_000,
        "a://a)" * 10_000,
        "<a" * 30_000,
        "@" * 60_000,
        "1 " * 30_000,
        "?" * 60_000,
        "A1" * 30_000,
        "customer aaa " * 4_000,
    ):
        assert len(redacted(text, words=["Eva"], names=names)) <= len(text)


def test_people_of_other_customers_are_left_out_too(memory: Any) -> None:
    """Of other customers and their people the whole names, whose words are often those of the trade."""
    memory.catalogue.put(
        Customer(id="bank", name="Print Bank"),
        Contact(id="kim", name="Kim Settings", customers={"bank"}),
        Agreement(id="a-bank", name="Choose well", customer="bank"),
    )
    ticket = resolved(memory, description="The Print Bank and its print, kim. And Kim Settings.")
    body = memory.acting_as(LUIS).article_form(origin=ticket).data["body"]
    assert f"The {HIDDEN} and its print, kim. And {HIDDEN}." in body
    assert "Choose *Settings*" in body


def test_ids_and_broken_names_do_not_survive(memory: Any) -> None:
    """Ids of the customer and of its people, and names that marks, entities and invisible characters break."""
    memory.catalogue.put(Contact(id="anaperez", name="Ana Núñez", customers={"acme"}))
    said = "acme, @AnaPerez, anaperez: **A**na, A&#110;a, A\u200bna, AnaNúñez, 10.0.0.7"
    ticket = resolved(memory, description=said, subject="anaperez cannot print")
    data = memory.acting_as(LUIS).article_form(origin=ticket).data
    assert f"{HIDDEN} cannot print" == data["title"]
    question = data["body"].split("\n\n")[1]
    assert f"{HIDDEN}, @{HIDDEN}, {HIDDEN}: **{HIDDEN}, {HIDDEN}, {HIDDEN}, {HIDDEN}, {HIDDEN}" == question


@given(
    st.sampled_from(["Eva", "núñez", "EVA", "evanunez"]),
    st.lists(
        st.sampled_from(["", "**", "`", "~~", "\u200b", "\u00ad", "&shy;", "&#8203;", "<b>"]), min_size=9, max_size=9
    ),
    st.booleans(),
)
def test_nothing_within_a_name_saves_it(name: str, between: list[str], spelt: bool) -> None:
    """Marks, invisible characters and entities between or in the place of its letters."""
    letters = [f"&#{ord(letter)};" if spelt else letter for letter in name]
    written = "".join(map("".join, zip(letters, between, strict=False)))
    left = redacted(f"Hello {written}, good day", words=["Eva Núñez"])
    assert left.startswith(f"Hello {HIDDEN}")
    assert left.endswith(", good day")
    after = left.removeprefix(f"Hello {HIDDEN}").removesuffix(", good day")
    assert between[len(name) - 1].endswith(after)
