"""
A step of the workflow with a frozen ticket, beside a bare trigger of `transitions`; and that no ticket has a machine.

The bare trigger is the quickest that `transitions` offers: one shared machine, its event fired on a plain object that
carries its state as an attribute, two conditions and one callback. Ours tries the action, makes the event and the
next ticket.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

from transitions import Machine

from bench.measuring import interleave, ratio_of
from bench.report import Line, Measurement
from supportcore import Actor, Definition, load_definition
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import StateChanged
from supportcore.tickets.evolve import evolve
from supportcore.tickets.moves import move, timers_of
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import Transition

TARGET = 2.5
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
# The first of the two has a condition on ticket and actor, both look at the actor's role.
CYCLE = (
    ("close_technically", Actor(id="luis", roles={"tecnico"}), frozenset({"tecnico"})),
    ("reopen", Actor(id="ana", roles={"cliente"}, customers={"acme"}), frozenset({"cliente"})),
)


def ticket_of(definition: Definition, number: int) -> Ticket:
    """Return an open ticket with nearly every field filled."""
    state = definition.workflow.by_key[definition.workflow.initial]
    return Ticket(
        id=f"6f0f5d0e-52d5-5a3c-9d0b-{number:012d}",
        desk=definition.key,
        number=number,
        version=1,
        rules_hash=definition.rules_hash,
        subject="La factura no sale",
        state=state.key,
        category=state.category,
        waiting_on=state.waiting_on,
        customer="acme",
        contact="ana",
        product="facturas",
        module="impresion",
        product_version="9.4",
        priority_rank=2,
        area="soporte",
        team="soporte",
        responsible="luis",
        assignee="luis",
        opened_at=AT,
        updated_at=AT,
    )


def step(definition: Definition, ticket: Ticket, action: str, actor: Actor, roles: frozenset[str]) -> Ticket:
    """Take an action: try it, make the event, make the next ticket."""
    found = definition.engine.attempt(ticket, action, actor, roles)
    assert isinstance(found, Transition), found
    target = definition.workflow.by_key[found.to or ticket.state]
    event = StateChanged(
        at=AT,
        actor=actor.id,
        action=found.action,
        source=ticket.state,
        state=target.key,
        category=target.category,
        outcome=target.outcome,
        waiting_on=found.waiting_on or target.waiting_on or ticket.waiting_on,
        timers=timers_of(target, AT),
    )
    return evolve(ticket, event)


def drafted(definition: Definition, ticket: Ticket, action: str, actor: Actor, roles: frozenset[str]) -> Ticket:
    """Take an action as a command does: on a draft, which records the event and decides who is told."""
    draft = Draft(desk=definition, rules=definition, ticket=ticket, recorded_at=AT)
    found = definition.engine.attempt(draft.ticket, action, actor, roles)
    assert isinstance(found, Transition), found
    move(draft, found, actor=actor.id, at=AT, command_id="c", values={})
    return draft.ticket


Taking = Callable[[Definition, Ticket, str, Actor, frozenset[str]], Ticket]


class Bare:
    """What `transitions` moves: an object with plain attributes."""

    def __init__(self) -> None:
        self.state = "abierto"
        self.assignee, self.roles, self.steps = "luis", frozenset({"tecnico", "cliente"}), 0

    def has_role(self) -> bool:
        """Return whether the actor may."""
        return not self.roles.isdisjoint(("tecnico", "cliente"))

    def is_mine(self) -> bool:
        """Return whether the ticket is the actor's."""
        return self.assignee == "luis"

    def count(self) -> None:
        """Note that a step was taken."""
        self.steps += 1


def bare_machine() -> Machine:
    """Return one machine for all objects, with two conditions and a callback on each transition."""
    machine = Machine(
        model=None, states=["abierto", "cerrado_tecnico"], initial="abierto", auto_transitions=False, send_event=False
    )
    both = ["has_role", "is_mine"]
    machine.add_transition("close_technically", "abierto", "cerrado_tecnico", conditions=both, after="count")
    machine.add_transition("reopen", "cerrado_tecnico", "abierto", conditions=both, after="count")
    return machine


def measure(*, quick: bool) -> Measurement:
    """Measure stepping."""
    rounds, warmup, each = (3, 1, 50) if quick else (120, 5, 400)
    held = 50 if quick else 1_000
    definition = load_definition("belenus")
    machine, model, added = bare_machine(), Bare(), Bare()
    bound = bare_machine()
    bound.add_model(added)

    def unbound() -> int:
        events = machine.events
        for _ in range(each // 2):
            for action, _, _ in CYCLE:
                events[action].trigger(model)
        return each

    def by_model() -> int:
        for _ in range(each // 2):
            for action, _, _ in CYCLE:
                added.trigger(action)  # type: ignore[attr-defined]  # the machine adds it
        return each

    def ours(take: Taking) -> Callable[[], int]:
        ticket = ticket_of(definition, 1)

        def work() -> int:
            nonlocal ticket
            for _ in range(each // 2):
                for action, actor, roles in CYCLE:
                    ticket = take(definition, ticket, action, actor, roles)
            return each

        return work

    ticket, (action, actor, roles) = ticket_of(definition, 1), CYCLE[0]

    def attempts() -> int:
        for _ in range(each):
            definition.engine.attempt(ticket, action, actor, roles)
        return each

    variants = {
        "bare": unbound, "model": by_model, "step": ours(step), "draft": ours(drafted), "attempt": attempts,
    }  # fmt: skip
    samples = interleave(variants, rounds=rounds, warmup=warmup)
    assert model.steps == added.steps == (rounds + warmup) * (each // 2) * 2
    stepped, left, machines = _memory(definition, held)
    machine_bytes = _machine_memory(min(held, 100))

    def line(key: str, what: str, target: float | None = None) -> Line:
        ratio = None if key == "bare" else samples.ratio(key, "bare")
        return Line(key=key, what=what, value=samples.micros(key), unit="µs", ratio=ratio, target=target)

    return Measurement(
        title="step: an action of the workflow, desk belenus, frozen ticket, not stored",
        how="Ratio: to events[...].trigger(object) of one shared machine of transitions, two conditions and one "
        "callback. Bytes by tracemalloc.",
        lines=(
            line("step", "try the action, make the event, make the next ticket", TARGET),
            line("bare", "bare transitions, shared machine, unbound trigger"),
            line("model", "bare transitions, object.trigger(action)"),
            line("attempt", "of ours: try the action"),
            line("draft", "of ours: the whole move on a draft, with notices"),
            Line(key="held", what="held for a ticket that was stepped", value=stepped, unit="bytes"),
            Line(key="left", what="left when it is let go", value=left, unit="bytes"),
            Line(key="machine", what="for comparison: a machine of transitions each", value=machine_bytes, unit="bytes",
                 ratio=ratio_of([machine_bytes / stepped])),
        ),
        facts={"machines_made_by_steps": machines, "tickets_stepped": held, "rounds": rounds, "steps_a_round": each},
    )  # fmt: skip


def _machines() -> int:
    return sum(isinstance(thing, Machine) for thing in gc.get_objects())


def _memory(definition: Definition, count: int) -> tuple[float, float, int]:
    """Return bytes held for each stepped ticket, bytes left for each afterwards, and machines that came into being."""
    tickets = [ticket_of(definition, number) for number in range(1, count + 1)]
    action, actor, roles = CYCLE[0]
    step(definition, tickets[0], action, actor, roles)
    before = _machines()
    gc.collect()
    tracemalloc.start()
    try:
        start, _ = tracemalloc.get_traced_memory()
        stepped = [step(definition, ticket, action, actor, roles) for ticket in tickets]
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        machines = _machines() - before
        assert len(stepped) == count
        del stepped
        gc.collect()
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (held - start) / count, (left - start) / count, machines


def _machine_memory(count: int) -> float:
    gc.collect()
    tracemalloc.start()
    try:
        start, _ = tracemalloc.get_traced_memory()
        machines = [bare_machine() for _ in range(count)]
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        assert len(machines) == count
    finally:
        tracemalloc.stop()
    return (held - start) / count
