"""
What people do: which role may give which command and take which action from where, and what each asks for.

Where a command may be given is asked of the same functions that decide it, on a ticket in each of the states.
"""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.describing.asked import takes
from supportcore.describing.page import Lines, bullets, code, heading, table
from supportcore.describing.teller import Teller
from supportcore.forms.fields import Form
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import ALWAYS
from supportcore.text import FIRST_INSTANT
from supportcore.tickets.bonds import Approval
from supportcore.tickets.command_forms import form_of
from supportcore.tickets.draft import Draft
from supportcore.tickets.permissions import ON_TICKET, is_given, refusals
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import State, Transition

_READER = "reader"
_EARLIER = "earlier"
_VOTING = "decide"
"""The command that is given by whoever is asked to, whatever the role."""


def actions(t: Teller) -> Lines:
    """Yield which role may do what from which states, and what each action asks for."""
    yield from heading(3, t.say("Who does what", "Quién hace qué"))
    yield t.say(
        "Numbers are those of the states above; ● is in any state, ○ in any that is not final, † under a condition "
        "that is told below.",
        "Los números son los de los estados de arriba; ● es en cualquier estado, ○ en cualquiera que no sea final, "
        "† bajo una condición que se indica abajo.",
    )
    desk = t.desk
    own = any(SYSTEM in step.roles for step in desk.workflow.transitions)
    people = [role.key for role in desk.roles] + ([SYSTEM] if own else [])
    head = (
        t.say("action", "acción"),
        *(t.say("by itself", "por sí misma") if key == SYSTEM else t.label("roles", key) for key in people),
    )
    names = [name for name in ON_TICKET if is_given(desk, name)]
    rows = [(t.name("actions", "open"), *("●" if _opens(t, key) else "" for key in people))]
    rows += [(t.name("actions", name), *(_given(t, name, key) for key in people)) for name in names]
    rows += [(t.name("actions", name), *(_taken(t, name, key) for key in people)) for name in desk.workflow.actions]
    yield from table(head, rows)
    yield from heading(3, t.say("What each of them asks for", "Qué pide cada una"))
    yield from bullets(
        [*(_command(t, name) for name in names), *(_action(t, step) for step in desk.workflow.transitions)]
    )


def _opens(t: Teller, role: str) -> bool:
    return role != SYSTEM and "open" in t.desk.roles_by_key[role].may


def _draft(t: Teller, state: State) -> Draft:
    """Return a ticket of earlier rules in a state, on which its reader is asked to vote."""
    ticket = Ticket(
        id=_READER,
        desk=t.desk.key,
        number=1,
        version=1,
        rules_hash=_EARLIER,
        subject=_READER,
        state=state.key,
        category=state.category,
        outcome=state.outcome,
        opened_at=FIRST_INSTANT,
        updated_at=FIRST_INSTANT,
        approvals=(Approval(key=_READER, voters=(_READER,), needed=1),),
    )
    return Draft(desk=t.desk, rules=t.desk, ticket=ticket, recorded_at=FIRST_INSTANT)


def _given(t: Teller, command: str, role: str) -> str:
    """Return in which states a role may give a command."""
    if role == SYSTEM:
        return ""
    actor = Actor(id=_READER, roles={role})
    states = t.desk.workflow.states
    found = {state.key for state in states if refusals(t.desk, _draft(t, state), actor, command) is None}
    return _places(t, found, "†" if command == _VOTING else "")


def _taken(t: Teller, action: str, role: str) -> str:
    """Return from which states a role may take an action."""
    workflow = t.desk.workflow
    steps = [step for step in workflow.transitions if step.action == action and role in step.roles]
    sources = {source for step in steps for source in step.sources}
    mark = "†" if any(step.when != ALWAYS or step.guard is not None for step in steps) else ""
    return _places(t, sources, mark)


def _command(t: Teller, name: str) -> str:
    asked = asks(t, form_of(t.desk, _draft(t, t.desk.workflow.states[0]), name)) or t.say("nothing", "nada")
    who = t.say(". † By those who are asked to agree", ". † Por quienes deben aprobar") if name == _VOTING else ""
    return f"{t.name('actions', name, strong=True)} ({code(name)}): {asked}{who}"


def _places(t: Teller, found: set[str], mark: str) -> str:
    """Return states in short; empty for none."""
    known = t.desk.workflow.by_key
    if not found:
        return ""
    if found == set(known):
        return "●" + mark
    if found == {key for key, state in known.items() if not state.final}:
        return "○" + mark
    return ", ".join(str(place) for place, key in enumerate(known, 1) if key in found) + mark


def _action(t: Teller, step: Transition) -> str:
    before = {state.key for state in t.desk.workflow.states if not state.final}
    sources = t.labels("states", step.sources)
    if len(before) > 1 and before == set(step.sources):
        sources = t.say("any state that is not final", "cualquier estado que no sea final")
    way = sources if step.to is None else f"{sources} → {t.label('states', step.to)}"
    parts = [f"{t.name('actions', step.action, strong=True)} ({code(step.action)}): {way}", *_more(t, step)]
    return ". ".join(parts)


def _more(t: Teller, step: Transition) -> Iterator[str]:
    """Yield what there is to say of a transition beside where it leads."""
    yield t.say(f"By: {t.roles(step.roles)}", f"Por: {t.roles(step.roles)}")
    asked = asks(t, step.form)
    if asked:
        yield t.say(f"Asks for {asked}", f"Pide {asked}")
    if step.comment == "internal":
        yield t.say("The comment is an internal note", "El comentario es una nota interna")
    if step.when != ALWAYS:
        condition = t.condition(step.when)
        yield t.say(f"† Where {condition}", f"† Donde {condition}")
    if step.guard is not None:
        guard = code(step.guard)
        yield t.say(f"† If {guard} of the application allows it", f"† Si lo permite {guard} de la aplicación")
    if step.assign is not None:
        yield (
            t.say("Assigns the ticket to whoever takes it", "Asigna el ticket a quien la realiza")
            if step.assign == "actor"
            else t.say("Nobody is assigned any more", "Nadie queda asignado")
        )
    if step.waiting_on is not None:
        party = t.label("vocabularies.waiting_on", step.waiting_on)
        yield t.say(f"Then it waits for {party}", f"Después espera a {party}")
    if step.confirms is not None:
        yield (
            t.say("The customer says yes to the solution", "El cliente dice sí a la solución")
            if step.confirms
            else t.say("The customer says no to the solution", "El cliente dice no a la solución")
        )
    if step.rating is not None:
        yield t.say(f"Counts as a rating of {step.rating}", f"Cuenta como una calificación de {step.rating}")


def asks(t: Teller, form: Form) -> str:
    """Return what a form asks for, in one line."""
    needed, optional = t.say("required", "obligatorio"), t.say("optional", "opcional")
    one = t.say("one of these is required", "uno de estos es obligatorio")
    said = []
    for field in form.fields:
        kind = "" if field.kind in ("title", "text") else f"; {takes(t, field)}"
        must = one if field.key in form.any_of else needed if field.required else optional
        said.append(f"{t.label('fields', field.key)} ({must}{kind})")
    for slot in form.slots:
        must = one if slot.key in form.any_of else needed if slot.required else optional
        said.append(f"{t.label('slots', slot.key)} ({must})")
    return ", ".join(said)
