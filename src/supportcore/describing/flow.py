"""How a ticket goes: the diagram, its states, what the desk does by itself."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, fenced, heading, table
from supportcore.describing.teller import Teller
from supportcore.workflow.definition import State
from supportcore.workflow.diagram import diagram


def states(t: Teller) -> Lines:
    """Yield the diagram and the states."""
    workflow = t.desk.workflow
    yield from heading(2, t.say("How a ticket goes", "Cómo avanza un ticket"))
    yield from fenced("mermaid", diagram(t.desk, t.language))
    yield from heading(3, t.say("States", "Estados"))
    head = (
        "#",
        t.say("state", "estado"),
        t.say("key", "clave"),
        t.say("kind", "clase"),
        t.say("waits for", "espera a"),
    )
    rows = (
        (
            str(place),
            t.name("states", state.key),
            code(state.key),
            _kind(t, state),
            "" if state.waiting_on is None else t.label("vocabularies.waiting_on", state.waiting_on),
        )
        for place, state in enumerate(workflow.states, 1)
    )
    yield from table(head, rows)
    initial = t.label("states", workflow.initial)
    yield t.say(f"A ticket begins in **{initial}**.", f"Un ticket comienza en **{initial}**.")
    yield from bullets(t.helps("states", (state.key for state in workflow.states)))
    yield from bullets(_former(t, former, state) for former, state in t.desk.moves)


def _former(t: Teller, former: str, state: str) -> str:
    key, end = code(former), t.label("states", state)
    return t.say(
        f"A ticket of earlier rules in the state {key} goes to **{end}** when it is moved to these",
        f"Un ticket de reglas anteriores en el estado {key} pasa a **{end}** cuando se le aplican estas",
    )


def _kind(t: Teller, state: State) -> str:
    category = t.word(words.CATEGORIES, state.category)
    return category if state.outcome is None else f"{category}: {t.word(words.OUTCOMES, state.outcome)}"


# -- what happens by itself --------------------------------------------------------------------------------------------


def by_itself(t: Teller) -> Lines:
    """Yield what the desk does without anybody asking for it."""
    found = [line for state in t.desk.workflow.states for line in _moves(t, state)]
    for side, party in t.desk.replies:
        who = t.word(words.SIDES, side)
        whom = t.label("vocabularies.waiting_on", party)
        found.append(
            t.say(
                f"After a public message of the side **{who}** the ticket waits for **{whom}**",
                f"Tras un mensaje público del lado **{who}** el ticket espera a **{whom}**",
            )
        )
    if t.desk.hold is not None:
        begin, end = (t.label("actions", action) for action in (t.desk.hold.begin, t.desk.hold.end))
        found.append(
            t.say(
                f"Once the agreement of its customer does not hold: **{begin}**; once it does: **{end}**",
                f"Cuando el contrato de su cliente no está vigente: **{begin}**; cuando lo está: **{end}**",
            )
        )
    if t.desk.merge is not None:
        end = t.label("states", t.desk.merge)
        found.append(
            t.say(
                f"A ticket that is merged into another ends in **{end}**",
                f"Un ticket que se une a otro termina en **{end}**",
            )
        )
    if found:
        yield from heading(3, t.say("What the desk does by itself", "Qué hace la mesa por sí misma"))
        yield from bullets(found)


def _moves(t: Teller, state: State) -> Iterator[str]:
    """Yield what the desk does in a state."""
    if state.timer is not None:
        span = t.span(state.timer.after)
        yield _move(t, state, t.say(f"after {span}", f"tras {span}"), state.timer.action)
    for side, action in state.on_reply:
        yield _move(t, state, t.word(words.REPLIES, side), action)
    if state.on_assign is not None:
        yield _move(t, state, t.say("once somebody is assigned", "cuando se asigna a alguien"), state.on_assign)
    if state.on_triage is not None:
        yield _move(t, state, t.say("once it has an area", "cuando tiene un área"), state.on_triage)


def _move(t: Teller, state: State, when: str, action: str) -> str:
    step = t.desk.workflow.by_action.get((action, state.key))
    to = "" if step is None or step.to is None else f" → {t.label('states', step.to)}"
    here, name = t.label("states", state.key), t.label("actions", action)
    return f"{t.say('In', 'En')} **{here}**, {when}: {name}{to}"
