"""
The law of actions: what is offered can be done, what is not offered is refused with the reasons that were shown.

A ticket of any desk is led through its states at random. At every stop somebody asks what may be done. Whatever is not
offered is tried, with documents that its form would take, with any others, with files: each try says the same reasons
and leaves no trace. Then something that is offered is done with a document that its form, and the schema of its form,
take; and it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore import Actor, FrozenClock, NotFound, Refused, load_definition
from supportcore.definition import PRESETS, Definition
from supportcore.desk.views.records import FormView
from supportcore.errors import Invalid, Reason
from supportcore.forms.fields import Form
from supportcore.ids import seeded_ids
from supportcore.people.access import SYSTEM
from supportcore.tickets.command_forms import (
    ASSIGN_FORM,
    CITE_FORM,
    DEADLINE_FORM,
    DECIDE_FORM,
    FOLLOW_FORM,
    LINK_FORM,
    MERGE_FORM,
    REPLY_FORM,
    rate_form,
    tag_form,
)
from supportcore.tickets.evolve import fold
from supportcore.tickets.permissions import ON_TICKET, side_of
from supportcore.tickets.ticket import Ticket
from tests.conftest import selected_stores
from tests.desk.beside.club import club, rules
from tests.desk.filling import anything, equip, files_for, filled, people
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

FOLDER = Path(__file__).parents[1] / "desks"
DESKS: dict[str, Definition] = {
    **{name: load_definition(name) for name in PRESETS},
    "club": club(approvals=[{**rule, "team": "desk"} for rule in rules()["approvals"]]),
    "museo": load_definition(FOLDER / "sixth.desk.toml"),
    **{name: load_definition(FOLDER / f"{name}.toml") for name in ("small", "timed", "portal")},
}
START = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
STOPS = 6
"""How often somebody does something with the ticket of one example."""
FORMS = {
    "reply": REPLY_FORM,
    "note": REPLY_FORM,
    "assign": ASSIGN_FORM,
    "set_deadline": DEADLINE_FORM,
    "cite": CITE_FORM,
    "decide": DECIDE_FORM,
    "follow": FOLLOW_FORM,
    "link": LINK_FORM,
    "merge": MERGE_FORM,
}
OF_TWO = {"link": "other", "merge": "into"}
"""Commands about two tickets, and the field that names the other one."""
TAKES_FILES = ("reply", "note", "act")
COMMON = settings(suppress_health_check=list(HealthCheck))


class House:
    """
    A desk on a fresh store, and its people.

    Attributes:
        other: Id of another ticket of the same customer, where the desk has commands about two.
    """

    def __init__(self, definition: Definition, desk: Any, clock: FrozenClock) -> None:
        self.definition, self.desk, self.clock = definition, desk, clock
        self.people = list(people(definition))
        self.other: str | None = None
        self._drafts: dict[str, str] = {}
        equip(desk)

    def acting(self, actor: Actor) -> Any:
        return self.desk.acting_as(actor)

    def staff(self, actor: Actor) -> bool:
        return side_of(self.definition, actor) == "staff"

    def opened(self, data: st.DataObject) -> str:
        """Open a ticket as somebody who may, with any of the forms, and return its id."""
        openers = [actor for actor in self.people if self.acting(actor).actions()[0].allowed]
        actor = data.draw(st.sampled_from(openers))
        form = data.draw(st.sampled_from(self.definition.forms))
        document = data.draw(filled(form, actor, now=self.clock(), staff=self.staff(actor)))
        if any(OF_TWO.keys() & role.may for role in self.definition.roles):
            self.other = self.open(data, actor, form, document).id
        return self.open(data, actor, form, document).id

    def open(self, data: st.DataObject, actor: Actor, form: Form, document: dict[str, Any] | None = None) -> Any:
        """Open a ticket with a document that *form* takes."""
        if document is None:
            document = data.draw(filled(form, actor, now=self.clock(), staff=self.staff(actor)))
        acting = self.acting(actor)
        view = acting.form(area=form.area, service=form.service, variant=form.variant)
        return send(acting, view, document, files_for(data.draw, acting, form.slots))

    def own_draft(self, actor: Actor) -> str:
        """Return a file that *actor* handed in, and that no command takes."""
        if actor.id not in self._drafts:
            self._drafts[actor.id] = self.acting(actor).draft(BytesIO(b"some bytes"), "a.txt").id
        return self._drafts[actor.id]


@contextmanager
def house(name: str, definition: Definition, tmp_path: Path, url: str = "") -> Iterator[House]:
    """Open a desk on the store called *name*."""
    clock = FrozenClock(START)
    with open_desk_named(name, definition, tmp_path, server_url=url, clock=clock, ids=seeded_ids(7)) as desk:
        yield House(definition, desk, clock)


def give(acting: Any, ticket: str, name: str, document: dict[str, Any], files: list[str]) -> Any:
    """Give a command or action as a front end sends its form."""
    command = name if name in ON_TICKET else "act"
    submit = {"command": command, "ticket": ticket, "action": name if command == "act" else ""}
    said = {} if command in ("retarget", "move") else document
    return acting.submit(submit, said, files=files if command in TAKES_FILES else [])


def send(acting: Any, view: FormView, document: dict[str, Any], files: list[str]) -> Any:
    """Send a form as a front end does: its schema takes the document."""
    faults = [fault.message for fault in Draft7Validator(dict(view.schema)).iter_errors(document)]
    assert [] == faults, document
    return acting.submit(view.submit, document, files=files)


def refused_with(call: Any) -> tuple[Reason, ...]:
    """Return the reasons that a call is refused with; faults of its input are none."""
    try:
        call()
    except Invalid as error:
        raise AssertionError(f"the input was looked at: {error}") from None
    except Refused as error:
        return error.reasons
    raise AssertionError("it was done")


def forms_of(definition: Definition, name: str) -> list[Form]:
    """Return the forms that a command or action has in any state."""
    if name == "triage":
        return [definition.triage]
    if name in ("rate", "tag"):
        return [rate_form(definition) if name == "rate" else tag_form(definition)]
    if name in ON_TICKET:
        return [FORMS.get(name, Form())]
    return [step.form for step in definition.workflow.transitions if step.action == name] or [Form()]


def refuse(data: st.DataObject, at: House, actor: Actor, ticket: str, name: str, reasons: tuple[Reason, ...]) -> None:
    """Try what is not offered, with any document and any files."""
    acting = at.acting(actor)
    form = data.draw(st.sampled_from(forms_of(at.definition, name)))
    stored = at.desk.history(ticket)
    now = at.clock()
    right = filled(form, actor, now=now, staff=True, ticket=_first_ticket(at, ticket))
    document = data.draw(right | anything(form))
    files = data.draw(st.sampled_from([[], [], ["nowhere"], ["nowhere", "nowhere"], ["own"]]))
    if files == ["own"]:
        files = [] if at.definition.files is None else [at.own_draft(actor)]
    assert reasons == refused_with(lambda: give(acting, ticket, name, document, files)), (name, document)
    assert stored == at.desk.history(ticket)


def _first_ticket(at: House, ticket: str) -> Ticket:
    """Return a ticket as it is stored, whoever may see it."""
    return fold(at.definition.key, at.desk.history(ticket))


def offered_names(definition: Definition) -> set[str]:
    """Return what somebody might be offered on a ticket: commands some role has, and actions of people."""
    commands = {name for name in ON_TICKET if any(name in role.may for role in definition.roles)}
    asked = {"decide"} if definition.approvals else set()
    return {*commands, *asked, "cite"} | {
        step.action for step in definition.workflow.transitions if step.roles - {SYSTEM}
    }


def hidden_names(definition: Definition) -> list[str]:
    """Return what nobody is ever offered: commands that no role has, the desk's own actions, and what there is not."""
    known = {*ON_TICKET, *definition.workflow.actions, "dance"}
    return sorted(known - offered_names(definition))


def check_law(data: st.DataObject, at: House) -> None:
    """Lead a ticket through its states, and hold the law at each stop."""
    ticket = at.opened(data)
    for _ in range(data.draw(st.integers(1, STOPS))):
        at.clock.move(timedelta(hours=data.draw(st.sampled_from([0, 1, 73]))))
        actor = data.draw(st.sampled_from(at.people))
        check_stop(data, at, actor, ticket)
        allowed = [(who, offer) for who in at.people for offer in _offers(at, who, ticket) if offer.allowed]
        doable = [(who, offer) for who, offer in allowed if offer.name not in ON_TICKET] or allowed
        if not doable:
            return
        who, offer = data.draw(st.sampled_from(doable))
        carry_out(data, at, who, ticket, offer)


def _offers(at: House, actor: Actor, ticket: str) -> tuple[Any, ...]:
    acting = at.acting(actor)
    return () if _blind(acting, ticket) is not None else acting.actions(ticket)


def _blind(acting: Any, ticket: str) -> NotFound | Refused | None:
    """Return what somebody is told who may not see the ticket, or None."""
    try:
        acting.actions(ticket)
    except (NotFound, Refused) as error:
        return error
    return None


def check_stop(data: st.DataObject, at: House, actor: Actor, ticket: str) -> None:
    """Somebody asks what may be done; all that may not is tried, and one thing that may is done."""
    acting = at.acting(actor)
    blind = _blind(acting, ticket)
    if blind is not None:  # who may not see it is told so, whatever is tried
        name = data.draw(st.sampled_from(sorted({*offered_names(at.definition), *hidden_names(at.definition)})))
        document = data.draw(anything(Form()))
        with pytest.raises(type(blind)) as told:
            give(acting, ticket, name, document, [])
        assert blind.code == told.value.code
        return
    offers = acting.actions(ticket)
    shown = [(view.name, tuple(reason.code for reason in view.reasons)) for view in acting.page(ticket).actions]
    assert shown == [(offer.name, tuple(reason.code for reason in offer.reasons)) for offer in offers]
    assert offered_names(at.definition) == {offer.name for offer in offers}
    assert len(offers) == len({offer.name for offer in offers})
    for offer in offers:
        if not offer.allowed:
            refuse(data, at, actor, ticket, offer.name, offer.reasons)
    for name in hidden_names(at.definition):
        reasons = refused_with(lambda name=name: give(acting, ticket, name, {}, []))
        assert {reason.code for reason in reasons} <= {
            "role_required", "wrong_state", "unknown_action", "condition_not_met", "reopening_forbidden",
            "merged_ticket",
        }  # fmt: skip
    for name in ON_TICKET:  # a command is no action
        assert {"not_an_action"} == {r.code for r in refused_with(lambda name=name: acting.act(ticket, name))}
    allowed = [offer for offer in offers if offer.allowed and offer.name in ON_TICKET]
    if allowed:
        carry_out(data, at, actor, ticket, data.draw(st.sampled_from(allowed)))


def carry_out(data: st.DataObject, at: House, actor: Actor, ticket: str, offer: Any) -> None:
    """What is offered succeeds with a document that its form takes, and with the files it takes."""
    acting = at.acting(actor)
    now = at.clock()
    document = data.draw(
        filled(offer.form, actor, now=now, staff=at.staff(actor), ticket=_first_ticket(at, ticket)), label=offer.name
    )
    if offer.name in OF_TWO:
        if at.other is None or _blind(acting, at.other) is not None or _ends(at, ticket) == _ends(at, at.other):
            return
        document[OF_TWO[offer.name]] = at.other
    files = files_for(data.draw, acting, offer.form.slots)
    if files and offer.form.any_of and data.draw(st.booleans()):
        document = {key: value for key, value in document.items() if key not in offer.form.any_of}
    (view,) = (view for view in acting.page(ticket).actions if view.name == offer.name)
    assert ticket == send(acting, view.form, document, files).id


def _ends(at: House, ticket: str) -> str:
    """Return the id of the ticket that goes on in the place of *ticket* in the end."""
    found = _first_ticket(at, ticket)
    return ticket if found.merged_into is None else _ends(at, found.merged_into)


def check_opening(data: st.DataObject, at: House) -> None:
    """Whoever is offered to open a ticket can, with every form; another is refused with the reasons shown."""
    actor = data.draw(st.sampled_from(at.people))
    form = data.draw(st.sampled_from(at.definition.forms))
    (offer,) = at.acting(actor).actions()
    if offer.allowed:
        receipt = at.open(data, actor, form)
        assert receipt.number > 0
        return
    documents = anything(form)
    if at.staff(actor) or {"acme", "beta"} & actor.customers:
        documents |= filled(form, actor, now=at.clock(), staff=at.staff(actor))
    document = data.draw(documents)
    files = data.draw(st.sampled_from([[], ["nowhere"]]))
    asked = lambda: at.acting(actor).open(document, form=form.key, files=files)  # noqa: E731  # two spellings of one
    assert offer.reasons == refused_with(asked)
    assert offer.reasons == refused_with(
        lambda: at.acting(actor).submit({"command": "open", "form": form.key}, document, files=files)
    )
    assert [] == list(at.desk.ticket_ids())


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.store(name)) for name in ("memory", "sqlite")])
def test_what_is_offered_can_be_done_and_nothing_else(name: str, desk: str, tmp_path: Path) -> None:
    """On every desk, at every stop of a ticket, for everybody."""

    examples = settings().max_examples

    @settings(COMMON, max_examples=examples if name == "memory" else max(5, examples // 5))
    @given(data=st.data())
    def law(data: st.DataObject) -> None:
        with house(name, DESKS[desk], tmp_path) as at:
            check_law(data, at)

    law()


@pytest.mark.parametrize("desk", DESKS)
def test_who_is_offered_to_open_a_ticket_can(desk: str, tmp_path: Path) -> None:
    """With every form of every desk, for everybody."""

    @settings(COMMON)
    @given(data=st.data())
    def law(data: st.DataObject) -> None:
        with house("memory", DESKS[desk], tmp_path) as at:
            check_opening(data, at)

    law()


OTHERS = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores() and name not in ("memory", "sqlite")
]


@pytest.mark.parametrize("name", OTHERS)
def test_the_law_holds_on_every_store(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A few tickets of the desk with the most kinds of input, on each of the other stores."""
    url = server_url(request, name)

    @settings(COMMON, max_examples=4)
    @given(data=st.data())
    def law(data: st.DataObject) -> None:
        with house(name, DESKS["portal"], tmp_path, url) as at:
            check_law(data, at)
            check_opening_again(data, at)

    law()


def check_opening_again(data: st.DataObject, at: House) -> None:
    """Opening one more ticket, on a store that has one."""
    openers = [actor for actor in at.people if at.acting(actor).actions()[0].allowed]
    actor = data.draw(st.sampled_from(openers))
    assert at.open(data, actor, data.draw(st.sampled_from(at.definition.forms))).number > 1
