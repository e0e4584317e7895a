"""
The law of forms: a document is accepted by the exported schema if and only if the command accepts it.

jsonschema and ajv, strict in every way, judge by the schema; the engine is the command itself, on a store in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from supportcore import (
    Actor,
    Desk,
    FrozenClock,
    Invalid,
    Module,
    NotFound,
    Product,
    Refused,
    Service,
    Team,
    Version,
    load_definition,
    open_store,
)
from supportcore.definition.loader import PRESETS
from supportcore.definition.model import Definition
from supportcore.desk.requests import Request
from supportcore.desk.views import forms
from supportcore.desk.views.records import ActionView, FormView
from supportcore.ids import seeded_ids
from supportcore.predicate import Eq, leaves
from supportcore.tickets.command_forms import opening_form
from supportcore.tickets.permissions import speaks_for
from tests.desks.portal import CATALOGUE, FOLDER, RETIRED
from tests.forms.documents import documents, sound
from tests.forms.generated import Case, cases
from tests.forms.verdicts import Verdict, as_json, engine, verdicts

NOW = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)
AT_ONCE = 8
"""Documents judged under one form of one desk."""


@contextmanager
def desk_of(definition: Definition, records: tuple[Any, ...]) -> Iterator[Desk]:
    """A desk in memory, with a catalogue of which some is retired."""
    store = open_store("memory://")
    store.migrate()
    try:
        desk = Desk(definition, store, clock=FrozenClock(NOW), ids=seeded_ids(7))
        desk.install()
        desk.catalogue.put(*records)
        yield desk
    finally:
        store.close()


def check_agreement(view: FormView, document: Any, verdict: Verdict) -> None:
    """All judges accept, or all refuse; where there is one fault, they find it in the same field."""
    assert verdict.agree, (document, verdict, view.schema)
    event("accepted" if verdict.engine is None else "refused")
    if verdict.engine is None:
        return
    assert verdict.jsonschema is not None
    assert verdict.ajv is not None
    for by_schema in (verdict.jsonschema, verdict.ajv):
        fields = {field[:40] for field in by_schema} - {""}  # as long as a key is, and as a path tells it
        if len(verdict.engine) == 1 and fields and not _hidden(view, verdict.engine):
            assert verdict.engine <= fields, (document, verdict)
        if len(fields) == 1 and "" not in by_schema:
            assert fields <= verdict.engine, (document, verdict)


def _hidden(view: FormView, fields: frozenset[str]) -> bool:
    """Whether a fault is of what the form sets by itself, which the schema can only lay to the whole."""
    return not fields <= set(view.ui["ui:order"])


def own_customers(desk: Desk, actor: Actor, records: tuple[Any, ...]) -> list[str] | None:
    """The customers that the actor may open a ticket for; None means any."""
    mine = speaks_for(desk.definition, actor)
    return [r.id for r in records if r.id in mine and r.active] if mine else None


@given(case=cases(), data=st.data())
def test_intake(case: Case, data: st.DataObject) -> None:
    """Opening a ticket accepts what the schema of the form accepts, whatever the form asks."""
    with desk_of(case.desk, case.records) as desk:
        me = desk.acting_as(case.actor)
        variant = data.draw(st.sampled_from(["", "quick"]))
        own = own_customers(desk, case.actor, case.records)
        if own == []:
            with pytest.raises(Refused) as refused:
                me.form(variant=variant)
            assert "customer_unknown" == refused.value.code
            return
        try:
            view = me.form(variant=variant)
        except NotFound:
            check_nothing_goes(me, case, variant, own, data)
            return
        form = opening_form(case.desk, case.desk.forms_by_key[view.key], case.actor, own)
        drawn = documents(form, case.records, known=dict(form.sets), customers=own)
        found = [as_json(data.draw(drawn)) for _ in range(AT_ONCE)]
        for document, verdict in zip(found, verdicts(me, view, [view.submit] * AT_ONCE, found), strict=True):
            check_agreement(view, document, verdict)


def check_nothing_goes(me: Any, case: Case, variant: str, own: list[str] | None, data: st.DataObject) -> None:
    """Nothing that is filled in, however well, opens a ticket with a form that is not there."""
    (form,) = (form for form in case.desk.forms if form.variant == variant)
    asked = opening_form(case.desk, form, case.actor, own)
    for _ in range(AT_ONCE):
        document = as_json(data.draw(documents(asked, case.records, known=dict(asked.sets), customers=own)))
        with pytest.raises(Invalid):
            me.open(document, form=form.key)


# -- what is done to a ticket


@st.composite
def on_ticket(draw: st.DrawFn) -> Case:
    """A case with somebody of staff, who may do everything there is."""
    case = draw(cases(customer="required", staff=True))
    return case


def tickets(desk: Desk, case: Case, data: st.DataObject) -> list[str]:
    """As many tickets, all alike, as documents are judged; records are retired after that, and change hands."""
    me = desk.acting_as(case.actor)
    form = opening_form(case.desk, case.desk.forms_by_key["plain"], case.actor, None)
    document = data.draw(sound(form, case.records))
    try:
        found = [me.open(document, form="plain").id for _ in range(AT_ONCE)]
    except Invalid:
        return []  # no customer is left
    named = {value for key, value in document.items() if key != "customer"}
    for record in case.records:
        happens = (
            data.draw(st.sampled_from(["nothing", "retired", "moved", "both"])) if record.id in named else "nothing"
        )
        if happens in ("moved", "both") and isinstance(record, Module | Version):
            desk.catalogue.put(attrs.evolve(record, product=data.draw(st.sampled_from(products(case)))))
        if happens in ("retired", "both"):
            desk.catalogue.retire(type(record).__name__.lower(), record.id)
    return found


def products(case: Case) -> list[str]:
    return [record.id for record in case.records if isinstance(record, Product)]


@given(case=on_ticket(), data=st.data())
def test_classifying(case: Case, data: st.DataObject) -> None:
    """Classifying accepts what its schema accepts, whatever the ticket has and became of it."""
    check_action(case, data, st.just("triage"))


@given(case=on_ticket(), data=st.data())
def test_actions(case: Case, data: st.DataObject) -> None:
    """Replying, assigning, the deadline and every action accept what the schema of their form accepts."""
    check_action(case, data, None)


def check_action(case: Case, data: st.DataObject, name: st.SearchStrategy[str] | None) -> None:
    with desk_of(case.desk, case.records) as desk:
        me = desk.acting_as(case.actor)
        found = tickets(desk, case, data)
        if not found:
            event("nothing opened")
            return
        shown = {action.name: action.form for action in views(desk, case.actor, found[0]) if action.form is not None}
        chosen = data.draw(st.sampled_from(sorted(shown)) if name is None else name)
        view = shown[chosen]
        event(chosen)
        records = [desk.catalogue.get(type(record).__name__.lower(), record.id) for record in case.records]
        ticket = me.get(found[0])
        form = next(offer.form for offer in me.actions(found[0]) if offer.name == chosen)
        known = {key: getattr(ticket, key) for key in ("customer", "product") if getattr(ticket, key)}
        drawn = documents(form, records, known=known)
        said = [as_json(data.draw(drawn)) for _ in found]
        submits = [attrs.evolve(view.submit, ticket=ticket_id) for ticket_id in found]
        for document, verdict in zip(said, verdicts(me, view, submits, said), strict=True):
            check_agreement(view, document, verdict)


def views(desk: Desk, actor: Actor, ticket: str) -> tuple[ActionView, ...]:
    """The actions of a ticket, as its page shows them."""
    me = desk.acting_as(actor)
    requests = me._requests

    def steps(ledger: Any) -> Any:
        draft = yield from requests.standing(ledger, ticket)
        return (yield from forms.actions(ledger, requests.viewer({}), draft))

    found: tuple[ActionView, ...] = me._run(Request(steps))
    return found


# -- the desks there are


DESKS = {
    **{name: load_definition(name) for name in PRESETS},
    **{path.stem: load_definition(path) for path in sorted(FOLDER.glob("*.toml")) if ".labels" not in path.name},
}


@st.composite
def people(draw: st.DrawFn, desk: Definition, may: str) -> Actor:
    """Somebody of any role, for one customer or for two."""
    role = draw(st.sampled_from([role.key for role in desk.roles if may in role.may]))
    own = draw(st.sampled_from([{"acme"}, {"acme", "beta"}, {"beta", "gone"}]))
    return Actor(id=draw(st.sampled_from(["ana", "luis"])), roles={role}, customers=own, teams={"desk"})


def teams_of(desk: Definition) -> tuple[Any, ...]:
    """The team that tickets of a desk go to, with one member, so that all tickets go to the same."""
    name = desk.routing.team
    return () if name is None else (Team(id=name, name=name.title(), members=["luis"]),)


def services_of(desk: Definition) -> tuple[Any, ...]:
    """The services that forms of a desk are for, and that their conditions name."""
    asked = [field for form in desk.forms for field in form.fields]
    named = {form.service for form in desk.forms if form.service is not None}
    named |= {
        str(leaf.value) for f in asked for leaf in leaves(f.when) if isinstance(leaf, Eq) and "service" in leaf.field
    }
    return tuple(Service(id=name, name=name.title()) for name in sorted(named))


@pytest.mark.parametrize("name", DESKS)
@given(data=st.data())
def test_desks(name: str, data: st.DataObject) -> None:
    """Every intake form and every action of every desk accepts what its schema accepts, wherever its tickets are."""
    definition = DESKS[name]
    catalogue = (*CATALOGUE, *services_of(definition))
    with desk_of(definition, (*catalogue, *teams_of(definition))) as desk:
        for kind, record_id in RETIRED:
            desk.catalogue.retire(kind, record_id)
        records = [desk.catalogue.get(type(r).__name__.lower(), r.id) for r in catalogue]
        opener = data.draw(people(definition, "open"))
        form = data.draw(st.sampled_from(definition.forms))
        me = desk.acting_as(opener)
        view = me.form(area=form.area, service=form.service, variant=form.variant)
        own = own_customers(desk, opener, tuple(records))
        asked = opening_form(definition, form, opener, own)
        known = {**dict(asked.sets), **({"customer": own[0]} if own and len(own) == 1 else {})}
        drawn = documents(asked, records, known=known, customers=own)
        said = [as_json(data.draw(drawn)) for _ in range(AT_ONCE)]
        for document, verdict in zip(said, verdicts(me, view, [view.submit] * AT_ONCE, said), strict=True):
            check_agreement(view, document, verdict)


@pytest.mark.parametrize("name", DESKS)
@given(data=st.data())
def test_desks_at_work(name: str, data: st.DataObject) -> None:
    """Every action of every desk accepts what its schema accepts, in whatever state its tickets are."""
    definition = DESKS[name]
    with desk_of(definition, (*CATALOGUE, *teams_of(definition))) as desk:
        plain = opening_form(definition, definition.form, OPENER[name], None)
        document = data.draw(sound(plain, CATALOGUE, customers=["acme"]))
        opener = desk.acting_as(OPENER[name])
        if any(field.required and field.key not in document for field in plain.fields):
            return  # there is nothing to choose from
        found = [opener.open(document).id for _ in range(AT_ONCE)]
        for kind, record_id in RETIRED:
            desk.catalogue.retire(kind, record_id)
        records = [desk.catalogue.get(type(r).__name__.lower(), r.id) for r in CATALOGUE]
        for last in (False, False, True):
            doer = data.draw(st.sampled_from([person for person in WORKERS[name] if sees(desk, person, found[0])]))
            me = desk.acting_as(doer)
            shown = {action.name: action.form for action in views(desk, doer, found[0]) if action.form is not None}
            for name_of_a_ticket in ("link", "merge"):  # which other ticket there is, no schema tells
                shown.pop(name_of_a_ticket, None)
            if not shown:
                continue
            chosen = data.draw(st.sampled_from(sorted(shown)))
            view = shown[chosen]
            ticket = me.get(found[0])
            known = {key: getattr(ticket, key) for key in ("customer", "product") if getattr(ticket, key)}
            form = next(offer.form for offer in me.actions(found[0]) if offer.name == chosen).bound(doer)
            submits = [attrs.evolve(view.submit, ticket=ticket_id) for ticket_id in found]
            if not last:  # all tickets go the same way
                document = data.draw(sound(form, records, known=known))
                if [None] * AT_ONCE != [engine(me, view, submit, document) for submit in submits]:
                    event("nothing to choose")
                continue
            event(f"{ticket.state}: {chosen}")
            drawn = documents(form, records, known=known)
            said = [as_json(data.draw(drawn)) for _ in found]
            for document, verdict in zip(said, verdicts(me, view, submits, said), strict=True):
                check_agreement(view, document, verdict)


def sees(desk: Desk, actor: Actor, ticket: str) -> bool:
    try:
        desk.acting_as(actor).get(ticket)
    except NotFound:
        return False
    return True


def _people(desk: Definition) -> list[Actor]:
    own = {"acme"}
    return [
        Actor(id=id_, roles={role.key}, customers=own, teams={"desk"}) for role in desk.roles for id_ in ("ana", "luis")
    ]


def _staff_first(desk: Definition) -> list[Any]:
    return sorted(desk.roles, key=lambda role: role.side != "staff")


WORKERS = {name: _people(desk) for name, desk in DESKS.items()}
OPENER = {
    name: next(Actor(id="ana", roles={role.key}) for role in _staff_first(desk) if "open" in role.may)
    for name, desk in DESKS.items()
}
