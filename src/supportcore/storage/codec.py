"""
Stored forms: one table from (stored name, version) to class, and pure upcasters from older versions.

A stored form is a dictionary of JSON-safe values: instants as ISO text in UTC with milliseconds, spans as whole
milliseconds, sets sorted. A field that has its default is left out, so a new field with a default needs no new version;
any other change of meaning does, with an upcaster. `tests/golden` keeps one stored form of every version for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_origin

import attrs
from cattrs import Converter

from supportcore.errors import TicketBroken
from supportcore.sla.clocks import Clock
from supportcore.storage.ports import KIND_OF, RECORD_KINDS, Record
from supportcore.text import instant_text
from supportcore.tickets.events import (
    ApprovalAsked,
    ApprovalWithdrawn,
    ArticleCited,
    ClockBreached,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    DeadlineSet,
    Escalated,
    Event,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Moved,
    NoteAdded,
    Rated,
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
from supportcore.tickets.ticket import Ticket

Document = dict[str, Any]
EVENTS: Mapping[tuple[str, int], type[Event]] = MappingProxyType(
    {
        ("ticket_opened", 1): TicketOpened,
        ("replied", 1): Replied,
        ("note_added", 1): NoteAdded,
        ("state_changed", 1): StateChanged,
        ("ticket_assigned", 1): TicketAssigned,
        ("triaged", 1): Triaged,
        ("timer_refused", 1): TimerRefused,
        ("deadline_set", 1): DeadlineSet,
        ("retargeted", 1): Retargeted,
        ("moved", 1): Moved,
        ("article_cited", 1): ArticleCited,
        ("rated", 1): Rated,
        ("approval_asked", 1): ApprovalAsked,
        ("approval_withdrawn", 1): ApprovalWithdrawn,
        ("voted", 1): Voted,
        ("tagged", 1): Tagged,
        ("followed", 1): Followed,
        ("unfollowed", 1): Unfollowed,
        ("linked", 1): Linked,
        ("unlinked", 1): Unlinked,
        ("merged", 1): Merged,
        ("merged_from", 1): MergedFrom,
        ("clock_started", 1): ClockStarted,
        ("clock_paused", 1): ClockPaused,
        ("clock_resumed", 1): ClockResumed,
        ("clock_stopped", 1): ClockStopped,
        ("clock_warned", 1): ClockWarned,
        ("clock_breached", 1): ClockBreached,
        ("clock_retargeted", 1): ClockRetargeted,
        ("clock_removed", 1): ClockRemoved,
        ("escalated", 1): Escalated,
    }
)
NAME_OF: Mapping[type, tuple[str, int]] = MappingProxyType({cls: name for name, cls in EVENTS.items()})
UPCASTERS: Mapping[tuple[str, int], Callable[[Document], Document]] = MappingProxyType({})
"""From the stored form of one version to that of the next; none is needed yet."""


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is frozenset


def _converter() -> Converter:
    converter = Converter(detailed_validation=False, omit_if_default=True)
    converter.register_unstructure_hook(datetime, instant_text)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text).astimezone(UTC))
    converter.register_unstructure_hook(timedelta, lambda span: span // timedelta(milliseconds=1))
    converter.register_structure_hook(timedelta, lambda count, _: timedelta(milliseconds=count))
    converter.register_unstructure_hook_func(_is_set, sorted)
    plain = converter.get_unstructure_hook(Clock)

    @lru_cache(maxsize=32)  # a clock stands in its event and, as the same object, in its ticket
    def clock_form(clock: Clock) -> Document:
        form: Document = plain(clock)
        return form

    converter.register_unstructure_hook(Clock, lambda clock: clock_form(clock).copy())
    return converter


_CONVERTER = _converter()
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def dump_event(event: Event) -> tuple[str, int, Document]:
    """Return stored name, version and form of an event."""
    name, version = NAME_OF[type(event)]
    form: Document = _CONVERTER.unstructure(event)
    return name, version, form


def load_event(name: str, version: int, form: Document) -> Event:
    """
    Return the event a stored form stands for, of whatever version.

    Raises:
        TicketBroken: No such event is known; it was stored by a later release.
    """
    while (name, version) not in EVENTS:
        upcast = UPCASTERS.get((name, version))
        if upcast is None:
            raise TicketBroken(ticket="", why=f"its history holds {name} version {version}, unknown to this release")
        form, version = upcast(form), version + 1
    event: Event = _CONVERTER.structure(form, EVENTS[name, version])
    return event


def dump_record(record: Record) -> tuple[str, Document]:
    """Return kind and stored form of a record of the catalogue."""
    form: Document = _CONVERTER.unstructure(record)
    return KIND_OF[type(record)], form


def load_record(kind: str, form: Document) -> Record:
    """Return the record a stored form stands for."""
    return _CONVERTER.structure(form, RECORD_KINDS[kind])


def record_text(record: Record) -> tuple[str, str]:
    """Return kind and stored form of a record as JSON text, for stores that keep it as one value."""
    kind, form = dump_record(record)
    return kind, form_text(form)


def form_text(form: Mapping[str, Any]) -> str:
    """Return the JSON text of a stored form."""
    return _encode(dict(form))


@lru_cache(maxsize=4096)
def record_of_text(kind: str, text: str) -> Record:
    """Return the record a JSON text stands for; kept, as every command reads the same few records again."""
    return load_record(kind, json.loads(text))


def dump(value: Any) -> Document:
    """Return the stored form of a ticket, content, receipt, outbox row, file or timer."""
    form: Document = _CONVERTER.unstructure(value)
    return form


def load(kind: type[Any], form: Document) -> Any:
    """Return the value of *kind* that a stored form stands for."""
    return _CONVERTER.structure(form, kind)


def dump_ticket(ticket: Ticket) -> Document:
    """Return the stored form of a ticket with every field, defaults too."""
    form: Document = {name: [] if default == () else default for name, default in _TICKET_DEFAULTS}
    form.update(dump(ticket))
    return form


_TICKET_DEFAULTS = tuple(
    (field.name, None if field.default is attrs.NOTHING else field.default) for field in attrs.fields(Ticket)
)
