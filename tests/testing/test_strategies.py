"""The strategies make what the constructors accept, and shrink to the dullest of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from supportcore import Actor, load_definition
from supportcore.forms.checking import check
from supportcore.forms.fields import Form
from supportcore.predicate import Predicate, bind, shape, to_python
from supportcore.storage import codec
from supportcore.storage.ports import KIND_OF, RECORD_KINDS, Record
from supportcore.testing import strategies
from supportcore.testing.conformance.plain_lists import holds
from supportcore.text import BODY_LIMIT, EMAIL_LIMIT, FIRST_INSTANT, ID_LIMIT, TITLE_LIMIT
from supportcore.tickets.commands import Decision
from supportcore.tickets.evolve import fold
from supportcore.tickets.references import record_faults, refs_of
from supportcore.tickets.ticket import Ticket

SMALL = load_definition(Path(__file__).parents[1] / "desks" / "small.toml")
PORTAL = load_definition(Path(__file__).parents[1] / "desks" / "portal.toml")
FORMS = [
    *(SMALL.form, SMALL.triage, *(transition.form for transition in SMALL.workflow.transitions)),
    *(form for form in PORTAL.forms if not refs_of(dict(form.sets))),
]
QUICK = settings(database=None, max_examples=2000, phases=[Phase.generate])
SHRINKING = settings(QUICK, phases=[Phase.generate, Phase.shrink])


def some(strategy: st.SearchStrategy[Any]) -> Any:
    return find(strategy, lambda _: True, settings=QUICK)


def dullest(strategy: st.SearchStrategy[Any]) -> Any:
    return find(strategy, lambda _: True, settings=SHRINKING)


@pytest.mark.parametrize("name", sorted(name for name in strategies.__all__ if name.islower() and name != "documents"))
def test_every_strategy_makes_values(name: str) -> None:
    """Without arguments each strategy makes something, so all it makes passes the constructors."""
    some(getattr(strategies, name)())


def test_values_shrink_to_the_dullest() -> None:
    """The first instant, no text, a ticket of nobody about nothing."""
    assert FIRST_INSTANT == dullest(strategies.instants())
    assert ["", "", "a", "0", 0, False] == [
        dullest(strategy)
        for strategy in (
            strategies.titles(), strategies.bodies(), strategies.host_ids(), strategies.keys(), strategies.integers(),
            strategies.flags(),
        )
    ]  # fmt: skip
    ticket = dullest(strategies.tickets())
    assert ("new", 1, "", None, (), None) == (
        ticket.category, ticket.number, ticket.subject, ticket.customer, ticket.timers, ticket.closed_at,
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_the_whole_domain_is_reached() -> None:
    """Long text, four-byte characters, letters that fold, the last instant and negative numbers are all made."""
    find(strategies.titles(), lambda text: len(text) == TITLE_LIMIT, settings=QUICK)
    find(strategies.host_ids(), lambda text: len(text) == ID_LIMIT, settings=QUICK)
    find(strategies.titles(), lambda text: any(ord(character) > 0xFFFF for character in text), settings=QUICK)
    find(strategies.keys(), lambda key: len(key) == 40, settings=QUICK)
    find(strategies.emails(), lambda email: len(email) == EMAIL_LIMIT, settings=QUICK)
    find(strategies.titles(), lambda text: text != text.strip(), settings=QUICK)
    find(strategies.bodies(), lambda text: len(text.encode()) > BODY_LIMIT // 2, settings=QUICK)
    find(strategies.instants(), lambda at: at.year > 2100, settings=QUICK)
    find(strategies.integers(), lambda number: number < -(2**62), settings=QUICK)


@pytest.mark.parametrize("kind", codec.EVENTS.values())
def test_every_class_of_event_is_made(kind: type) -> None:
    """No event that can be stored is left out."""
    assert isinstance(find(strategies.events(), lambda event: isinstance(event, kind), settings=QUICK), kind)


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_every_kind_of_record_is_made(kind: str) -> None:
    """No record of the catalogue is left out, and a kind can be asked for."""
    assert kind == KIND_OF[type(find(strategies.records(), lambda r: KIND_OF[type(r)] == kind, settings=QUICK))]
    assert isinstance(some(strategies.records(kind)), RECORD_KINDS[kind])


@given(strategies.decisions(desk="here"))
def test_decisions_fold(decision: Decision) -> None:
    """The ticket of a decision is the fold of its events, and what was written lies within its history."""
    (change,) = decision.changes
    assert change.ticket == fold("here", change.recorded)
    assert all(1 <= content.position <= change.ticket.version for content in decision.contents)


@given(strategies.events())
def test_events_survive_the_codec(event: Any) -> None:
    """An event loads from its stored form as it was."""
    assert event == codec.load_event(*codec.dump_event(event))


@given(strategies.crowds())
def test_a_crowd_has_ids_and_numbers_of_its_own(crowd: tuple[Ticket, ...]) -> None:
    """Ids and numbers are distinct, so that a crowd can be stored."""
    assert len(crowd) == len({ticket.id for ticket in crowd}) == len({ticket.number for ticket in crowd})


@given(ticket=strategies.tickets(), where=strategies.predicates(facts=True), actor=strategies.actors())
def test_binding_keeps_the_meaning(ticket: Ticket, where: Predicate, actor: Actor) -> None:
    """A predicate about an actor says of a ticket what it says once the actor's facts are put in."""
    bound = bind(where, actor)
    assert to_python(where)(ticket, actor) == holds(bound, ticket)
    hash(shape(bound)[0])


@given(data=st.data(), form=st.sampled_from(FORMS))
def test_documents_are_valid_under_their_form(data: st.DataObject, form: Form) -> None:
    """A document has no fault, and names records that are in use and fit together."""
    catalogue: list[Record] = data.draw(st.lists(strategies.records(), max_size=6, unique_by=lambda one: one.id))
    roles = data.draw(st.sets(st.sampled_from([role.key for role in PORTAL.roles])))
    actor = Actor(id="ana", roles=roles)
    document: Mapping[str, Any] = data.draw(strategies.documents(form, catalogue, actor=actor))
    values, faults = check(form.bound(actor), document)
    assert () == faults
    records = {(KIND_OF[type(record)], record.id): record for record in catalogue}
    assert [] == record_faults(values, {name: records.get(ref) for name, ref in refs_of(values).items()})


@given(strategies.actors(SMALL))
def test_actors_have_roles_of_the_desk(actor: Actor) -> None:
    """The roles of an actor are those that the definition names."""
    assert actor.roles <= set(SMALL.roles_by_key)
