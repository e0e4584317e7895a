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
from supportcore.desk.views.bonded import Related, merged_words
from supportcore.desk.views.filing import file_of_content
from supportcore.desk.views.names import PEOPLE, Names
from supportcore.desk.views.records import Author, Side, ThreadEntry
from supportcore.desk.views.values import rating_words, tag_words
from supportcore.desk.views.viewer import SIDE_LABELS, Viewer
from supportcore.knowledge.postings import ARTICLES
from supportcore.storage.ports import Ref
from supportcore.tickets.events import (
    INTERNAL,
    SYSTEM_ACTOR,
    ApprovalAsked,
    ApprovalWithdrawn,
    ArticleCited,
    Content,
    Event,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Moved,
    NoteAdded,
    Rated,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    Tagged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
    Unfollowed,
    Unlinked,
    Voted,
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
_FOLLOWS = ("Follows the ticket", "Sigue el ticket")
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
        if isinstance(event, Followed):
            people.append(event.person)
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
    viewer: Viewer, names: Names, history: Iterable[Recorded], readable: Mapping[str, Content], related: Related
) -> Iterator[tuple[Recorded, ThreadEntry]]:
    """
    Yield events with the words for them, oldest first.

    Args:
        history: What the actor may see of it.
        readable: What the actor may read of what was written, by id.
        related: The other tickets it names that the actor may see.
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
        by_people = bool(written) or isinstance(event, (NoteAdded, Replied, StateChanged, TicketOpened, Rated, Voted))
        yield (
            recorded,
            ThreadEntry(
                position=entry.position,
                kind=entry.kind,
                when=viewer.when(entry.at),
                author=_author(viewer, names, event),
                title=_title(viewer, names, event, entry, changed, related),
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


def _said(viewer: Viewer, event: Replied) -> str:
    """Return what a public message is called."""
    if event.side == "staff":
        return viewer.label("thread", "staff_reply", ("Reply", "Respuesta"))
    return viewer.label("thread", "customer_reply", ("Comment", "Comentario"))


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
    if isinstance(event, Rated):
        return "customer"
    if isinstance(event, TicketOpened) and event.actor == event.contact and not names.is_agent(event.actor):
        return "customer"
    return "staff"


def _title(
    viewer: Viewer, names: Names, event: Event, entry: Entry, changed: Mapping[str, Any], related: Related
) -> str:
    say = viewer.say
    match event:
        case TicketOpened():
            return say("Opened", "Apertura")
        case Replied():
            return _said(viewer, event)
        case StateChanged():
            return _state_changed(viewer, event, entry)
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
        case Moved():
            now = say("Today's rules apply", "Se aplican las reglas actuales")
            return now if event.source == event.state else f"{now}: {_new_state(viewer, entry)}"
    if (bond := _bond(viewer, names, event, related)) is not None:
        return bond
    return entry.text if entry.kind != "noted" else say(*COMMAND_LABELS["note"])


def _bond(viewer: Viewer, names: Names, event: Event, related: Related) -> str | None:
    """Return what is said of ratings, votes, tags, followers, links and merging; None of anything else."""
    say = viewer.say
    match event:
        case Rated():
            words = rating_words(viewer, event.rating)
            return say(f"Rated: {words}", f"Calificación: {words}")
        case ApprovalAsked():
            return say("Approval asked for", "Se pidió aprobación")
        case ApprovalWithdrawn():
            return say("No approval needed any more", "Ya no se necesita aprobación")
        case Voted():
            words = viewer.choice("verdict", event.verdict)
            words += "" if event.decided is None else f" ({viewer.choice('approval', event.decided)})"
            return say(f"Vote: {words}", f"Voto: {words}")
        case Tagged():
            words = ", ".join(tag_words(viewer, event.tags)) or say("none", "ninguna")
            return say(f"Tags: {words}", f"Etiquetas: {words}")
        case Followed():
            who = "" if event.person == event.actor else names.person(event.person)
            return say(f"{who} follows the ticket", f"{who} sigue el ticket") if who else say(*_FOLLOWS)
        case Unfollowed():
            return say("Follows the ticket no more", "Ya no sigue el ticket")
        case Linked():
            words = viewer.choice("link", event.kind) + _number(related, event.other)
            return say(f"Linked: {words}", f"Enlazado: {words}")
        case Unlinked():
            words = viewer.choice("link", event.kind) + _number(related, event.other)
            return say(f"No longer linked: {words}", f"Ya no enlazado: {words}")
        case Merged(into=into):
            return merged_words(viewer, related, into)
        case MergedFrom(ticket=ticket, number=number):
            if ticket not in related:
                return say("Another ticket was merged into this one", "Otro ticket se unió con este")
            return say(f"Ticket #{number} was merged into this one", f"El ticket #{number} se unió con este")
    return None


def _number(related: Related, ticket: str) -> str:
    """Return the number of another ticket, as it stands in a sentence; nothing of one that is not to be seen."""
    return f" #{related[ticket].number}" if ticket in related else ""


def _new_state(viewer: Viewer, entry: Entry) -> str:
    return viewer.say(f"State changed to {entry.state}", f"El estado cambió a {entry.state}")


def _state_changed(viewer: Viewer, event: StateChanged, entry: Entry) -> str:
    told = entry.action
    if event.source != event.state:
        told += f": {_new_state(viewer, entry)}"
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
    if COLUMNS[key] == "text":
        return value
    return names.record(kind_of_field(key), value) if COLUMNS[key] == "record" else viewer.choice(key, value)
