"""
From the steps of kinds of ticket to steps that can be taken: forms are filled in, votes are counted.

A step is given to a desk without a store (`supportcore.exploring.world`); where that refuses what the linter took for
possible, as a host's guard may, the steps are left as they were.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from supportcore.definition.model import Definition
from supportcore.exploring.filling import filled
from supportcore.exploring.world import FILES, FORM, Node, Taken, World
from supportcore.forms.fields import DEFAULT_FORM, Field, Form, Plain
from supportcore.tickets.command_forms import DECIDE_FORM, form_of
from supportcore.workflow.steps import LAPSE, OPEN, RENEW, WAIT, Step, Trace

_ROUNDS = 20
"""Votes that are cast at most until an approval is decided."""


class Retelling:
    """Traces of one desk."""

    def __init__(self, definition: Definition) -> None:
        self._desk = definition
        self._world = World(definition)

    def of(self, trace: Trace) -> Trace:
        """Return *trace* with everything that its steps need to be taken; as it is where one is refused."""
        node, found = self._world.start, list[Step]()
        for step in trace:
            taken = self._taken(node, step)
            if taken is None:
                return trace
            for one in taken:
                found.append(attrs.evolve(one.step, takes=step.takes))
                node = one.after
            if len(taken) > 1:
                found[-len(taken) : -1] = [attrs.evolve(one, takes="") for one in found[-len(taken) : -1]]
        return tuple(found)

    def _taken(self, node: Node, step: Step) -> list[Taken] | None:
        """Return what comes of a step, in one or several; None where it is refused."""
        if step.do in (WAIT, LAPSE, RENEW):
            return [self._world.take(node, step)]
        if step.do == "decide":
            return self._voted(node, step)
        actor = self._world.cast.actors.get(step.who)
        if actor is None:
            return None
        for form in self._forms(node, step):
            said = filled(form, self._world.cast, actor, node.now, dict(_plain(step)))
            if said is None:
                continue
            about = [(key, value) for key, value in step.said if key.startswith("@")]
            slots = " ".join(slot.key for slot in form.slots if slot.required)
            about += [(FILES, slots)] if slots else []
            one = attrs.evolve(step, said=(*said.items(), *about))
            taken = self._world.take(node, one)
            if taken.error is None:
                return [taken]
        return None

    def _forms(self, node: Node, step: Step) -> Iterator[Form]:
        """Yield the forms that a step may fill in."""
        if step.do == OPEN:
            key = str(dict(step.said).get(FORM) or DEFAULT_FORM)
            form = self._desk.forms_by_key[key]
            actor = self._world.cast.actors[step.who]
            bound = form.bound(actor)
            yield bound
            if self._desk.customer == "required":  # staff says for whom
                asked = Field(key="customer", kind="record", source="customer", required=True)
                rest = tuple(field for field in bound.fields if field.key != "customer")
                yield attrs.evolve(bound, fields=(asked, *rest))
            return
        form = form_of(self._desk, self._world.draft(node), step.do)
        named = {key for key, _ in _plain(step)}
        if step.do in ("assign", "triage"):
            yield Form(tuple(field for field in form.fields if field.key in named))
        elif step.do in ("reply", "note"):
            yield Form(form.fields[:1])
        else:
            yield form

    def _voted(self, node: Node, step: Step) -> list[Taken] | None:
        """Return the votes that it takes to decide an approval so."""
        found: list[Taken] = []
        pending = _pending(node)
        for _ in range(_ROUNDS):
            for name in self._world.cast.actors:
                one = attrs.evolve(step, who=name, said=tuple(_verdict(step)))
                taken = self._world.take(node, one)
                if taken.error is None and taken.events:
                    break
            else:
                return None
            found.append(taken)
            node = taken.after
            if _pending(node) != pending:
                return found
        return None


def _plain(step: Step) -> Iterator[tuple[str, Plain | None]]:
    yield from ((key, value) for key, value in step.said if not key.startswith("@"))


def _verdict(step: Step) -> Iterator[tuple[str, Plain | None]]:
    keys = {field.key for field in DECIDE_FORM.fields}
    yield from ((key, value) for key, value in step.said if key in keys)


def _pending(node: Node) -> int:
    ticket = node.ticket
    return 0 if ticket is None else sum(approval.decided is None for approval in ticket.approvals)
