"""
What happened to a ticket, in words: the events that the actor may see, each with author, title, text and files.

Who sees what is decided by `supportcore.desk.timeline`; here it is put into the words of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from supportcore.definition.screens import COLUMNS, SENSITIVE
from supportcore.desk.offers import COMMAND_LABELS
from supportcore.desk.timeline import Entry, entry_of
from supportcore.desk.views.filing import file_of_content
from supportcore.desk.views.names import PEOPLE, Names
from supportcore.desk.views.records import Author, Side, ThreadEntry
from supportcore.desk.views.viewer import SIDE_LABELS, Viewer
from supportcore.knowledge.postings import ARTICLES
from supportcore.storage.ports import Ref
from supportcore.tickets.events import (
    INTERNAL,
    SYSTEM_ACTOR,
    ArticleCited,
    Content,
    Event,
    NoteAdded,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
)
from supportcore.tickets.references import CLASSIFIED, kind_of_field

_WORKING = ("assignee", "responsible", "team")
_TELLING: Mapping[type, tuple[str, ...]] = {
    TicketOpened: (*_WORKING, *CLASSIFIED),
    TicketAssigned: _WORKING,
    Triaged: CLASSIFIED,
}
"""The fields of a ticket that an event tells as they are then."""
_REFUSED: Mapping[str, tuple[str, str]] = {
    "wrong_state": ("the state did not allow it", "el estado no lo permitía"),
    "condition_not_met": ("its condition was not met", "no se cumplía su condición"),
    "guard_refused": ("a rule of the application refused it", "una regla de la aplicación lo rechazó"),
    "reopening_forbidden": ("a closed ticket is not opened again", "un ticket cerrado no se vuelve a abrir"),
}
"""Why a timer was refused, by code, in English and Spanish."""
_OTHERWISE = ("the rules did not allow it", "las reglas no lo permitían")


def refs_of_history(viewer: Viewer, history: Iterable[Recorded]) -> tuple[list[Ref], list[str]]:
    """Return the records and the people that the words for events name."""
    refs: list[Ref] = []
    people: list[str] = []
    for recorded in history:
        event = recorded.event
        people.append(event.actor)
        if isinstance(event, ArticleCited):
            refs.append((ARTICLES, event.article))
        for key in _fields(viewer, event):
            value = getattr(event, key)
            if value is None:
                continue
            if key in PEOPLE:
                people.append(value)
            elif COLUMNS[key] == "record":
                refs.append((kind_of_field(key), value))
    return refs, people


def thread(
    viewer: Viewer, names: Names, history: Iterable[Recorded], readable: Mapping[str, Content]
) -> Iterator[tuple[Recorded, ThreadEntry]]:
    """
    Yield events with the words for them, oldest first.

    Args:
        history: What the actor may see of it.
        readable: What the actor may read of what was written, by id.
    """
    told: dict[str, Any] = {}
    for recorded in history:
        event = recorded.event
        entry = entry_of(viewer.desk, viewer.actor, recorded, readable)
        fields = _fields(viewer, event)
        changed = {key: getattr(event, key) for key in fields if getattr(event, key) != told.get(key)}
        told.update({key: getattr(event, key) for key in fields})
        written = [readable[ref.id] for ref in _refs(event) if ref.id in readable]
        internal = isinstance(event, INTERNAL) or any(content.audience == "internal" for content in written)
        by_people = bool(written) or isinstance(event, (NoteAdded, Replied, StateChanged, TicketOpened))
        yield (
            recorded,
            ThreadEntry(
                position=entry.position,
                kind=entry.kind,
                when=viewer.when(entry.at),
                author=_author(viewer, names, event),
                title=_title(viewer, names, event, entry, changed),
                text=entry.text if by_people else "",
                state=entry.state,
                audience="internal" if internal else "public",
                files=tuple(
                    file_of_content(viewer, readable[ref.id])
                    for ref in getattr(event, "files", ())
                    if ref.id in readable
                ),
            ),
        )


def _fields(viewer: Viewer, event: Event) -> tuple[str, ...]:
    """Return the fields an event tells, as far as the actor may know them."""
    fields = _TELLING.get(type(event), ())
    return fields if viewer.is_staff else tuple(key for key in fields if key not in SENSITIVE)


def _refs(event: Event) -> list[Any]:
    """Return the references to what was written with an event, answers to the desk's own questions aside."""
    names = ("description", "message", "note", "comment", "internal")
    single = [getattr(event, name, None) for name in names]
    return [*(ref for ref in single if ref is not None), *getattr(event, "files", ())]


def _author(viewer: Viewer, names: Names, event: Event) -> Author:
    side = _side(names, event)
    name = viewer.label("desk", "name") if side == "desk" else names.person(event.actor, side)
    return Author(name=name, side=side, side_label=viewer.say(*SIDE_LABELS[side]), me=event.actor == viewer.actor.id)


def _side(names: Names, event: Event) -> Side:
    """The side of whoever did it; where the event does not say, only staff does it, or opens for somebody else."""
    if event.actor == SYSTEM_ACTOR:
        return "desk"
    if isinstance(event, (Replied, StateChanged)) and event.side is not None:
        return event.side
    if isinstance(event, TicketOpened) and event.actor == event.contact and not names.is_agent(event.actor):
        return "customer"
    return "staff"


def _title(viewer: Viewer, names: Names, event: Event, entry: Entry, changed: Mapping[str, Any]) -> str:
    say = viewer.say
    match event:
        case TicketOpened():
            return say("Opened", "Apertura")
        case Replied():
            return say("Reply", "Respuesta") if event.side == "staff" else say("Comment", "Comentario")
        case StateChanged():
            return _moved(viewer, event, entry)
        case TicketAssigned():
            return _assigned(viewer, names, event, changed)
        case Triaged():
            told = [f"{viewer.field(key)}: {_word(viewer, names, key, value)}" for key, value in changed.items()]
            classified = say("Classified", "Clasificación")
            return f"{classified}: {'; '.join(told)}" if told else classified
        case TimerRefused():
            why = ", ".join(say(*_REFUSED.get(code, _OTHERWISE)) for code in event.reasons) or say(*_OTHERWISE)
            return (
                say(f"Not done automatically: {entry.action}", f"No se hizo automáticamente: {entry.action}")
                + f" ({why})"
            )
        case ArticleCited():
            title = names.record(ARTICLES, event.article)
            if event.solved:
                return say(f"Solved by the article: {title}", f"Resuelto con el artículo: {title}")
            return say(f"Not solved by the article: {title}", f"No resuelto con el artículo: {title}")
        case Retargeted():
            return say("Today's service levels apply", "Se aplican los niveles de servicio actuales")
    return entry.text if entry.kind != "noted" else say(*COMMAND_LABELS["note"])


def _moved(viewer: Viewer, event: StateChanged, entry: Entry) -> str:
    told = entry.action
    if event.source != event.state:
        told += ": " + viewer.say(f"State changed to {entry.state}", f"El estado cambió a {entry.state}")
    elif event.waiting_on is not None:
        told += f": {viewer.field('waiting_on')} {viewer.choice('waiting_on', event.waiting_on)}"
    if event.reason is not None:
        told += f" ({viewer.choice('reason', event.reason)})"
    return told


def _assigned(viewer: Viewer, names: Names, event: TicketAssigned, changed: Mapping[str, Any]) -> str:
    say = viewer.say
    told = []
    if "assignee" in changed:
        name = names.person(event.assignee, "staff")
        told.append(say(f"Assigned to {name}", f"Asignado a {name}") if name else say("Not assigned", "Sin asignar"))
    for key in ("responsible", "team"):
        if key in changed:
            told.append(f"{viewer.field(key)}: {_word(viewer, names, key, changed[key])}")
    return "; ".join(told) or say("Assignment changed", "Cambio de asignación")


def _word(viewer: Viewer, names: Names, key: str, value: str | None) -> str:
    """Return what a field is now, in words."""
    if value is None:
        return viewer.say("none", "ninguno")
    if key in PEOPLE:
        return names.person(value, "staff")
    return names.record(kind_of_field(key), value) if COLUMNS[key] == "record" else viewer.choice(key, value)
