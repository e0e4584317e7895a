"""The law of views: nobody is shown what is not for him, and nobody a key in the place of words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Actor, NotFound, Refused, load_definition
from supportcore.definition.model import Definition
from supportcore.definition.screens import COLUMNS
from supportcore.desk.views import VIEWS, dump
from supportcore.workflow.definition import PARTIES
from tests.desk.views.lives import Life, live
from tests.desk.views.portals import DESKS

DEFINITIONS = {
    "noova": load_definition("noova"),
    "belenus": load_definition("belenus"),
    **{path.stem: load_definition(path) for path in sorted(DESKS.glob("*.toml")) if ".labels" not in path.name},
}
DESK = pytest.mark.parametrize("name", DEFINITIONS)


def views(life: Life, actor: Actor) -> Iterator[Any]:
    """Yield every view there is for an actor."""
    me = life.desk.acting_as(actor)
    home = me.home()
    yield home
    for link in home.forms:
        yield me.form(area=link.area, service=link.service, variant=link.variant)
    for rule in life.definition.screens.lists:
        try:
            yield me.listing(rule.key)
        except NotFound:
            continue
    for board in home.boards:
        for cell in board.cells:
            yield me.listing(board=board.key, cell=cell.key)
    for ticket in life.tickets:
        try:
            yield me.page(ticket)
        except NotFound:
            continue
    found = me.articles()
    yield found
    for item in found.items:
        yield me.article(item.id)
    yield from told_to_staff(me, found.items[0].id)
    for ask in (me.search, me.suggest, me.search_tickets):
        yield ask("Read me 1")
    yield me.notices()
    yield me.profile()
    yield me.questions()
    yield me.files()
    yield me.calendar(mine=False)


def told_to_staff(me: Any, article: str) -> Iterator[Any]:
    """Yield what only staff are told of an article, and only some of them."""
    for ask in (
        lambda: me.revisions(article),
        lambda: me.difference(article, 0, 1),
        lambda: me.article_form(article),
        me.article_form,
    ):
        try:
            yield ask()
        except Refused:
            continue


@DESK
@settings(max_examples=15)
@given(data=st.data())
def test_nobody_is_shown_what_is_not_for_him(name: str, data: st.DataObject) -> None:
    """Marked secrets occur in no view of anybody who may not know them; what cannot be opened has no page."""
    life = Life(DEFINITIONS[name])
    live(data.draw, life)
    for actor in life.people:
        told = [json.dumps(dump(view), ensure_ascii=False) for view in views(life, actor)]
        seen = life.seen(actor)
        for ticket in life.tickets.keys() - seen:
            with pytest.raises(NotFound):
                life.desk.acting_as(actor).page(ticket)
            assert not any(ticket in text for text in told)
        secrets = list(life.secrets(actor))
        for word in secrets[:2]:
            me = life.desk.acting_as(actor)
            assert (0, ()) == (me.search(word).position.total, me.search(word).items)
            assert ((), ()) == (me.suggest(word).articles, me.suggest(word).tickets)
            assert () == me.search_tickets(word).items
        if secrets:
            found = re.compile(rf"\b({'|'.join(secrets)})\b").search
            assert [] == [
                (match[0], text[max(0, match.start() - 80) :][:160]) for text in told if (match := found(text))
            ]


def test_marks_are_found() -> None:
    """The judge sees: staff reads the mark of a note, which is among the secrets of the customer."""
    life = Life(DEFINITIONS["noova"])
    ana, staff = life.people[0], life.people[3]
    said = {"subject": "A", "product": "erp", "priority": "alta", "type": "problema", "description": "B"}
    ticket = life.desk.acting_as(ana).open(said).id
    life.tickets[ticket], life.touched[ticket] = "acme", {"ana"}
    word = life.mark(ticket=ticket, internal=True)
    life.desk.acting_as(staff).note(ticket, word)
    assert word in json.dumps(dump(life.desk.acting_as(staff).page(ticket)))
    assert word in set(life.secrets(ana))
    assert word not in set(life.secrets(staff))
    assert {"acme", "beta"} == {mark.customer for mark in life.marks.values() if mark.customer}


# -- words, not keys ---------------------------------------------------------------------------------------------------

SHOWN = {
    "label", "title", "text", "heading", "description", "help", "help_text", "greeting", "empty", "side_label", "state",
    "subject", "body",
}  # fmt: skip
"""What a screen shows as it is, by the name it stands under; `name` and `key` are for the front end."""
LISTED = ("roles", "customers", "teams")


def words(node: Any) -> Iterator[str]:
    """Yield what a person reads in a dumped view."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in SHOWN:
                yield value
            elif key == "help" and isinstance(value, dict):
                yield from value.values()
            elif key in LISTED and isinstance(value, list):
                yield from (one for one in value if isinstance(one, str))
            else:
                yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)


def keys(definition: Definition) -> set[str]:
    """Return every name in a definition that people do not read."""
    workflow, screens = definition.workflow, definition.screens
    found = {
        *(state.key for state in workflow.states), *workflow.actions, *(role.key for role in definition.roles),
        *(key for options in definition.vocabularies.values() for key in options), *COLUMNS, *PARTIES,
        *(field.key for form in (*definition.forms, definition.triage) for field in form.fields),
        *(field.key for step in workflow.transitions for field in step.form.fields),
        *(slot.key for form in definition.forms for slot in form.slots), *(form.key for form in definition.forms),
        *(rule.key for rule in (*screens.lists, *screens.boards, *screens.questions)),
        *(cell.key for board in screens.boards for cell in board.cells), *(entry.key for entry in screens.menu or ()),
        *(rule.key for rule in definition.notices), *(rule.template for rule in definition.notices),
        "first_response", "next_response", "resolution", "deadline", "in_app", "wrong_state", "role_required",
        "condition_not_met", "ticket_closed", "guard_refused", "timer_refused", "state_changed", definition.key,
    }  # fmt: skip
    labels = {text for label in definition.labels.entries.values() for text in label}
    return found - labels


@DESK
@settings(max_examples=8)
@given(data=st.data())
def test_nobody_reads_a_key(name: str, data: st.DataObject) -> None:
    """Whatever is shown is said in words, in either language; no key of the desk stands where words should."""
    definition = DEFINITIONS[name]
    life = Life(definition)
    live(data.draw, life)
    raw = keys(definition)
    inside = re.compile(rf"\b({'|'.join(sorted(key for key in raw if '_' in key)) or '_nothing_'})\b")
    for actor in life.people:
        for language in ("es", "en"):
            reader = attrs.evolve(actor, locale=language)
            for view in views(life, reader):
                told = [text for text in words(dump(view)) if text]
                assert [] == [text for text in told if text in raw or inside.search(text)], type(view).__name__


@DESK
@settings(max_examples=3)
@given(data=st.data())
def test_views_are_frozen_and_plain(name: str, data: st.DataObject) -> None:
    """Each is one of the records that are told of, cannot be changed, and goes through JSON unchanged."""
    life = Life(DEFINITIONS[name])
    live(data.draw, life)
    for actor in life.people:
        for view in views(life, actor):
            assert type(view) in VIEWS
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(view, attrs.fields(type(view))[0].name, "x")
            plain = dump(view)
            assert plain == json.loads(json.dumps(plain, allow_nan=False))


@DESK
def test_without_a_role_there_is_no_view(name: str) -> None:
    """Somebody with no role on the desk is shown nothing at all."""
    life = Life(DEFINITIONS[name])
    me = life.desk.acting_as(Actor(id="zoe", roles={"baker"}, customers={"acme"}))
    asked = (
        me.home, me.listing, me.form, me.articles, me.notices, me.profile, me.questions, lambda: me.page(1),
        lambda: me.article("a-public"), lambda: me.mark_read([]), me.article_form, lambda: me.revisions("a-public"),
        lambda: me.difference("a-public", 0, 1), lambda: me.vote("a-public", True), lambda: me.search("x"),
        lambda: me.suggest("x"), lambda: me.search_tickets("x"),
    )  # fmt: skip
    for ask in asked:
        with pytest.raises(Refused) as refused:
            ask()
        assert "unknown_actor" == refused.value.code
