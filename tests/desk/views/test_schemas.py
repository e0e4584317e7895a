"""What front ends are given, on every desk, for everybody, in both languages, is as schemas say, and what they send."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore import Actor, Desk, FrozenClock, NotFound, Refused, load_definition
from supportcore.articles.commands import ArticleCommand, ReviseArticle, StepArticle, WriteArticle
from supportcore.definition import PRESETS, Definition
from supportcore.demo.cast import cast_for
from supportcore.demo.month import live, open_desk
from supportcore.desk.checks import FORM_COMMANDS, command_of
from supportcore.desk.views import VIEWS, dump, records
from supportcore.desk.views.commands import command_schemas
from supportcore.desk.views.schemas import described, error_schemas, record_schema, snake, view_schemas
from supportcore.errors import Invalid
from supportcore.knowledge import Article
from supportcore.storage.memory import MemoryStore
from supportcore.text import SAFE_INT
from supportcore.tickets.bonds import LINKS
from supportcore.tickets.commands import Command
from tests.desk.machine import START
from tests.desk.views.portals import hand_in
from tests.desks import portal
from tests.node.judge import judge

DESKS = sorted((Path(__file__).parents[2] / "desks").glob("*.toml"))
ALL = [*PRESETS, *(path for path in DESKS if not path.name.endswith(".labels.toml"))]
SCHEMAS = view_schemas()
ARTICLES = (
    Article(id="a-1", title="How to", body="# Read\n\n<script>no</script>", visibility="public"),
    Article(id="a-2", title="Inside", body="*Ours*", visibility="internal"),
)
Shown = dict[str, list[Any]]
"""Dumps of views, by the name of their schema."""


# -- the views of living desks


def lived_in(definition: Definition) -> tuple[Desk, tuple[Actor, ...]]:
    """Return a desk on which a few tickets have come and gone, and who takes part."""
    if definition.key == portal.PORTAL.key:
        return portal_desk()
    desk, clock = open_desk(definition, MemoryStore(), seed=1)
    cast = cast_for(definition)
    desk.install(**cast.records)
    desk.catalogue.put(*ARTICLES)
    live(desk, clock, cast, seed=1, tickets=8)
    people = (*cast.requesters[:3], *cast.staff)
    for actor in people:
        hand_in(desk, actor.id, f"of {actor.id}", at=clock.at)
    return desk, people


def portal_desk() -> tuple[Desk, tuple[Actor, ...]]:
    """Return the portal desk with a ticket in most of its states; one of them has files, and what is internal."""
    clock = FrozenClock(START)
    desk = Desk(portal.PORTAL, MemoryStore(), clock=clock, addresses={"contracts": "https://example.org/contracts"})
    portal.equip(desk)
    desk.catalogue.put(*ARTICLES)
    ana, luis = desk.acting_as(portal.ANA), desk.acting_as(portal.LUIS)
    ways = ([], ["take"], ["take", "ask"], ["take", "solve"], ["take", "solve", "confirm"], ["cancel"])
    said = {"ask": {"comment": "When?"}, "solve": {"comment": "Done."}, "cancel": {"reason": "mistake"}}
    for place, way in enumerate(ways):
        photo = hand_in(desk, "ana", f"p{place}.png", slot="file_1")
        document = {
            "subject": f"Case {place}",
            "type": "problem",
            "steps": "Press.",
            "product": "erp",
            "blocking": True,
        }
        case = ana.open(document, files=[photo])
        luis.note(case.id, "Between us.", files=[hand_in(desk, "luis", f"n{place}.txt")])
        for action in way:
            clock.move(timedelta(hours=1))
            (ana if action == "confirm" else luis).act(case.id, action, said.get(action, {}))
    luis.assign(case_of(ana, "Case 1"), {"assignee": "mar"})
    luis.set_deadline(case_of(ana, "Case 1"), clock.at + timedelta(days=1))
    for person in portal.PEOPLE:
        hand_in(desk, person.id, f"of {person.id}", at=clock.at)
    return desk, portal.PEOPLE


def case_of(me: Any, subject: str) -> str:
    """Return the id of the ticket of that subject."""
    return next(ticket.id for ticket in me.find().items if ticket.subject == subject)


def shown(desk: Desk, actor: Actor) -> Shown:
    """Return the dump of everything that an actor is shown."""
    me = desk.acting_as(actor)
    found: Shown = {snake(view.__name__): [] for view in VIEWS}

    def keep(view: Any) -> Any:
        found[snake(type(view).__name__)].append(json.loads(json.dumps(dump(view))))
        return view

    home = keep(me.home())
    keep(me.profile())
    for question in keep(me.questions()).items:
        for answer in question.answers:
            keep(answer)
    for item in keep(me.articles()).items:
        keep(me.article(item.id))
    for view in articles_of(me):
        keep(view)
    keep(me.notices())
    keep(me.notices(limit=1))
    keep(me.files())
    keep(me.calendar(mine=False))
    for link in home.forms:
        keep(me.form(area=link.area, service=link.service, variant=link.variant))
    for rule in desk.definition.screens.lists:
        try:
            listing = keep(me.listing(rule.key, limit=3))
        except NotFound:
            continue
        keep(me.listing(rule.key, limit=3, page=listing.page.pages))
        for row in listing.rows:
            for action in keep(me.page(row.id)).actions:
                keep(action)
    for board in home.boards:
        for cell in board.cells:
            keep(me.listing(cell.list, board=board.key, cell=cell.key))
    keep(me.drafts())
    return found


def articles_of(me: Any) -> Iterator[Any]:
    """Yield what an actor finds, and what staff is told of an article."""
    for asked in ("how case 1", "of"):
        yield me.search(asked)
        yield me.suggest(asked)
        yield me.search_tickets(asked)
    for ask in (
        lambda: me.article_form("a-1"),
        me.article_form,
        lambda: me.revisions("a-1"),
        lambda: me.difference("a-1", 0, 1),
    ):
        with suppress(Refused):
            yield ask()


@pytest.mark.parametrize("source", ALL, ids=lambda source: getattr(source, "stem", source))
def test_every_view_is_as_its_schema_says(source: str | Path) -> None:
    """On every desk, everything that everybody is shown, in both languages, is what jsonschema and ajv accept."""
    desk, people = lived_in(load_definition(source))
    told: Shown = {name: [] for name in SCHEMAS}
    for actor in people:
        for locale in ("en", "es"):
            try:
                seen = shown(desk, attrs.evolve(actor, locale=locale))
            except Refused:
                assert not actor.roles & {role.key for role in desk.definition.roles}
                continue
            for name, views in seen.items():
                told[name].extend(views)
    for name, views in told.items():
        assert views, f"nothing of {name} was shown"
        validator = Draft7Validator(SCHEMAS[name])
        assert [] == [problem.message for view in views for problem in validator.iter_errors(view)]
        assert {()} == {tuple(faults) for faults in judge().faults(SCHEMAS[name], views)}


def test_a_view_that_is_not_as_its_schema_says_is_refused() -> None:
    """A property left out, one too many, another type and another word are each refused by both judges."""
    desk, people = lived_in(load_definition("noova"))
    home = dump(desk.acting_as(people[0]).home())
    schema = SCHEMAS["home"]
    broken = [copy.deepcopy(home) for _ in range(5)]
    del broken[0]["greeting"]
    broken[1]["secret"] = 1
    broken[2]["unread"] = "none"
    broken[3]["part_of_day"] = "noon"
    broken[4]["menu"][0]["count"] = 1.5
    validator = Draft7Validator(schema)
    assert [True, False, False, False, False, False] == [validator.is_valid(view) for view in (home, *broken)]
    assert [True, False, False, False, False, False] == [not told for told in judge().faults(schema, [home, *broken])]


# -- how a schema comes of a record


@attrs.frozen(kw_only=True)
class Part:
    """A part."""

    name: str


@attrs.frozen(kw_only=True)
class Whole:
    """
    Something made of parts,
    told in two lines.

    More of it, that is in no schema.

    Attributes:
        parts: What it is
            made of; None is ``nothing``.
    """

    parts: tuple[Part, ...] | None
    first: Part | None
    only: Part
    kind: Literal["a", "b"]
    said: Mapping[str, str | None]
    plain: str | int | float | bool | None
    size: int | None
    anything: Any


def test_a_record_says_its_schema() -> None:
    """Types, descriptions and titles come of the class; records inside are definitions."""
    schema = record_schema(Whole)
    part = {"$ref": "#/definitions/Part"}
    assert schema == {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Whole",
        "description": "Something made of parts, told in two lines.",
        "type": "object",
        "properties": {
            "parts": {
                "description": "What it is made of; null is `nothing`.",
                "anyOf": [{"type": "array", "items": part}, {"type": "null"}],
            },
            "first": {"anyOf": [part, {"type": "null"}]},
            "only": part,
            "kind": {"type": "string", "enum": ["a", "b"]},
            "said": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
            "plain": {
                "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"}],
            },
            "size": {"type": ["integer", "null"]},
            "anything": {},
        },
        "required": ["parts", "first", "only", "kind", "said", "plain", "size", "anything"],
        "additionalProperties": False,
        "definitions": {
            "Part": {
                "title": "Part",
                "description": "A part.",
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "required": ["name"],
                "additionalProperties": False,
            }
        },
    }
    judge().faults(schema, [])


def test_a_type_without_a_schema_is_refused() -> None:
    """A record that `dump` makes no plain data of has no schema."""

    @attrs.frozen
    class Odd:
        """Odd."""

        names: frozenset[str]

    with pytest.raises(TypeError, match="frozenset"):
        record_schema(Odd)


def test_what_docstrings_say_is_of_attributes() -> None:
    """A docstring describes attributes that the record has, so that every word of it reaches a schema."""
    for view in vars(records).values():
        if isinstance(view, type) and attrs.has(view):
            summary, told = described(view)
            assert summary
            assert set(told) <= {field.name for field in attrs.fields(view)}, view


@pytest.mark.parametrize("name", [*SCHEMAS, *error_schemas(), *command_schemas()])
def test_ajv_compiles_every_schema(name: str) -> None:
    """ajv takes every schema in its strict mode."""
    schema = {**SCHEMAS, **error_schemas(), **command_schemas()}[name]
    assert [] == judge().faults(schema, [])


# -- what is sent

COMMANDS = command_schemas()
ON_ARTICLES = ("write_article", "revise_article", "act_on_article")
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=64)
KEYS = st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True)
NUMBERS = st.integers(-SAFE_INT, SAFE_INT) | st.floats(-SAFE_INT, SAFE_INT)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)
VALUES = TEXTS | NUMBERS | st.booleans()
OR_NONE = st.none() | IDS
NAMED = KEYS | st.integers(1, SAFE_INT).map(lambda number: f"#{number}")
ARTICLE: dict[str, Any] = {
    "body": st.none() | st.just("") | TEXTS,
    "language": OR_NONE,
    "category": OR_NONE,
    "products": st.lists(IDS, max_size=3),
    "tags": st.lists(IDS, max_size=3),
}
SAID: dict[str, Any] = {
    "open": st.dictionaries(KEYS, VALUES, max_size=4),
    "act": st.dictionaries(KEYS, VALUES, max_size=4),
    "reply": st.fixed_dictionaries({"text": TEXTS.filter(str.strip)}),
    "note": st.fixed_dictionaries({"text": TEXTS.filter(str.strip)}),
    "assign": st.fixed_dictionaries({}, optional={"assignee": OR_NONE, "responsible": OR_NONE, "team": OR_NONE}),
    "triage": st.fixed_dictionaries({}, optional={"product": OR_NONE, "priority": OR_NONE}),
    "set_deadline": st.fixed_dictionaries({"deadline": st.none() | st.just("2026-04-01T10:00:00Z")}),
    "cite": st.fixed_dictionaries({"article": IDS}, optional={"solved": st.booleans()}),
    "rate": st.fixed_dictionaries({"rating": st.integers(0, 5)}, optional={"comment": TEXTS}),
    "decide": st.fixed_dictionaries(
        {"verdict": st.sampled_from(["approve", "reject"])}, optional={"comment": TEXTS.filter(str.strip)}
    ),
    "tag": st.fixed_dictionaries({}, optional={"add": KEYS, "remove": KEYS}),
    "follow": st.fixed_dictionaries({}, optional={"follow": st.booleans()}),
    "link": st.fixed_dictionaries({"other": NAMED}, optional={"kind": st.sampled_from(LINKS), "linked": st.booleans()}),
    "merge": st.fixed_dictionaries({"into": NAMED}),
    "write_article": st.fixed_dictionaries({"title": TEXTS}, optional=ARTICLE),
    "revise_article": st.fixed_dictionaries({}, optional={**ARTICLE, "comment": st.none() | TEXTS}),
    "act_on_article": st.fixed_dictionaries({}, optional={"comment": st.none() | TEXTS}),
}
PROPERTIES: dict[str, Any] = {
    "command_id": IDS,
    "ticket": IDS,
    "article": IDS,
    "seen_version": st.none() | st.integers(1, SAFE_INT),
    "contact": OR_NONE,
    "form": KEYS,
    "action": KEYS,
    "suggestion": IDS | st.just(""),
    "files": st.lists(IDS, max_size=5, unique=True),
}


@st.composite
def commands(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A command as JSON within the domain."""
    schema = COMMANDS[name]
    return {
        key: draw(SAID[name] if key == "document" else PROPERTIES[key])
        for key in schema["properties"]
        if key in schema["required"] or draw(st.booleans())
    }


def takes(name: str, sent: dict[str, Any]) -> bool:
    """Return whether the library makes a command of what was sent."""
    try:
        made(name, sent)
    except (Invalid, TypeError):
        return False
    return True


def made(name: str, sent: dict[str, Any]) -> Command | ArticleCommand:
    """Return the command of what was sent; on articles, what is sent is called otherwise than what a command holds."""
    if name not in ON_ARTICLES:
        command: Command = FORM_COMMANDS[name](**{"command_id": "c", **sent})
        return command
    said: dict[str, Any] = {"command_id": "c", **sent}
    document = dict(said.pop("document", {}))
    comment = document.pop("comment", None) if name != "write_article" else None
    if comment is not None:
        said["comment"] = comment
    if name == "act_on_article":
        assert not document
        return StepArticle(**said)
    if name == "write_article":
        return WriteArticle(fields=document, origin=said.pop("ticket", None), **said)
    return ReviseArticle(fields=document, **said)


@pytest.mark.parametrize("name", COMMANDS)
@given(data=st.data())
def test_a_command_within_the_domain_is_accepted(name: str, data: st.DataObject) -> None:
    """What the library makes a command of, the schema accepts."""
    sent = data.draw(commands(name))
    assert takes(name, sent)
    assert [] == [problem.message for problem in Draft7Validator(COMMANDS[name]).iter_errors(sent)]
    assert [[]] == judge().faults(COMMANDS[name], [sent])


ODD: tuple[Any, ...] = (
    None, "", "\0", "\ud800", 0, -1, 1.5, 2**53, 2**63, True, [], {}, "x" * 41, "x" * 65, "A b", "ñ", "a\n", ["a", "a"],
    [""], [1], ["x" * 65], ["\0"], "ab", {"a": None}, {"A": 1}, {"a": []}, {"a": ""}, {"a": 2**53}, {"a": "x" * 65_537},
    {"text": " "}, {"text": "x", "more": 1}, {"deadline": "soon"}, {"deadline": 1}, {"team": ""}, {"team": 1},
    {"title": 1}, {"tags": "a"}, {"tags": [""]}, {"comment": 1}, {"comment": ""}, {"products": None},
    {"product": 1}, {"subject": "x"}, {"article": ""}, {"article": None}, {"article": 1},
)  # fmt: skip
"""What is wrong in most places."""
FULL: dict[str, Any] = {
    "command_id": "c-1",
    "ticket": "t-1",
    "article": "a-1",
    "seen_version": 3,
    "contact": "ana",
    "form": "default",
    "action": "take",
    "suggestion": "s-1",
    "files": ["f-1"],
}
WHOLE: dict[str, Any] = {
    "open": {"subject": "x", "floor": 2, "lift": False},
    "act": {},
    "reply": {"text": "x"},
    "note": {"text": "x"},
    "assign": {"assignee": "luis", "team": None},
    "triage": {"priority": "high", "product": None},
    "set_deadline": {"deadline": None},
    "cite": {"article": "how-to", "solved": False},
    "rate": {"rating": 1, "comment": "x"},
    "decide": {"verdict": "approve", "comment": "x"},
    "tag": {"add": "net", "remove": "vpn"},
    "follow": {"follow": True},
    "link": {"other": "#2", "kind": "parent", "linked": True},
    "merge": {"into": "#2"},
    "write_article": {"title": "How to", "body": "", "customer": None, "tags": ["x"]},
    "revise_article": {"body": None, "products": [], "comment": "Better."},
    "act_on_article": {"comment": "Good."},
}


def mutated(name: str) -> list[dict[str, Any]]:
    """Return a whole command, and it with each property left out, and with each odd value in the place of each."""
    sent = {key: WHOLE[name] if key == "document" else FULL[key] for key in COMMANDS[name]["properties"]}
    return [
        sent,
        *({other: value for other, value in sent.items() if other != key} for key in sent),
        *({**sent, key: odd} for key in [*sent, "colour"] for odd in ODD),
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_schema_accepts_makes_a_command(name: str) -> None:
    """Whatever stands in a command, the judges agree; and what they accept, the library makes a command of."""
    documents = mutated(name)
    validator = Draft7Validator(COMMANDS[name])
    accepted = [validator.is_valid(sent) for sent in documents]
    assert accepted[0]
    assert [] == [sent for sent, yes in zip(documents, accepted, strict=True) if yes and not takes(name, sent)]
    assert accepted == [not told for told in judge().faults(COMMANDS[name], documents)]


def as_submit(name: str, sent: dict[str, Any]) -> Command | ArticleCommand:
    """Give what is sent for a command as the docs say: what is not an argument of ``submit`` is part of its first."""
    said = dict(sent)
    document, files = said.pop("document", {}), said.pop("files", ())
    command_id = said.pop("command_id", "c")
    return command_of({"command": name, **said}, document, files=files, command_id=command_id)


@pytest.mark.parametrize("name", COMMANDS)
@given(data=st.data())
def test_what_is_sent_for_a_command_can_be_submitted(name: str, data: st.DataObject) -> None:
    """Whatever the schema of a command accepts becomes the same command through ``submit``."""
    sent = data.draw(commands(name))
    assert made(name, sent) == as_submit(name, sent)


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_a_schema_accepts_can_be_submitted(name: str) -> None:
    """Odd values that the schema accepts, too; what it refuses of parts beside the document is refused."""
    validator = Draft7Validator(COMMANDS[name])
    for sent in mutated(name):
        if validator.is_valid(sent):
            assert made(name, sent) == as_submit(name, sent)


def test_the_parts_of_submit_are_those_of_the_commands() -> None:
    """Each property of a command is an argument of ``submit`` or a part of its first; no part is for nothing."""
    arguments = {"document", "files", "command_id"}
    parts = {key for schema in COMMANDS.values() for key in schema["properties"]} - arguments
    assert {"command", "label", *parts} == {field.name for field in attrs.fields(records.Submit)}


def test_every_command_has_a_schema() -> None:
    """The schemas are those of the commands a form is sent as; what a ticket needs is required."""
    assert list(FORM_COMMANDS) == list(COMMANDS)
    assert {name: set(schema["required"]) for name, schema in COMMANDS.items()} == {
        "open": {"document"},
        "reply": {"ticket", "document"},
        "note": {"ticket", "document"},
        "assign": {"ticket", "document"},
        "triage": {"ticket", "document"},
        "set_deadline": {"ticket", "document"},
        "retarget": {"ticket"},
        "move": {"ticket"},
        "cite": {"ticket", "document"},
        "rate": {"ticket", "document"},
        "decide": {"ticket", "document"},
        "tag": {"ticket", "document"},
        "follow": {"ticket"},
        "link": {"ticket", "document"},
        "merge": {"ticket", "document"},
        "act": {"ticket", "action"},
        "write_article": {"document"},
        "revise_article": {"article", "document"},
        "act_on_article": {"article", "action"},
    }
