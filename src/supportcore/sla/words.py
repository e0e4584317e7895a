"""What people read of clocks and lights, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from supportcore.sla.calendar import Calendar
from supportcore.sla.clocks import TICK, Clock
from supportcore.sla.policy import ClockKind
from supportcore.sla.windows import WEEKDAYS

CLOCK_LABELS: Mapping[ClockKind, tuple[str, str]] = MappingProxyType(
    {
        "first_response": ("First response", "Primera respuesta"),
        "next_response": ("Next response", "Siguiente respuesta"),
        "resolution": ("Resolution", "Resolución"),
        "deadline": ("Deadline", "Plazo"),
    }
)
LIGHT_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "none": ("No deadline", "Sin plazo"),
        "green": ("On time", "A tiempo"),
        "amber": ("Due soon", "Próximo a vencer"),
        "red": ("Late", "Retrasado"),
    }
)
_HAPPENED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "clock_started": ("{clock} started: {target}", "{clock} iniciada: {target}"),
        "clock_paused": ("{clock} paused after {elapsed}", "{clock} en pausa tras {elapsed}"),
        "clock_resumed": ("{clock} resumed with {left} left", "{clock} reanudada; quedan {left}"),
        "clock_resumed_late": ("{clock} resumed, {over} late", "{clock} reanudada con {over} de retraso"),
        "clock_met": ("{clock} met after {elapsed} of {target}", "{clock} cumplida en {elapsed} de {target}"),
        "clock_missed": (
            "{clock} stopped late, after {elapsed} instead of {target}",
            "{clock} detenida tarde, tras {elapsed} en lugar de {target}",
        ),
        "clock_warned": ("{clock} due soon: {percent} % of {target} used", "{clock}: usado el {percent} % de {target}"),
        "clock_breached": ("{clock} breached: more than {target}", "{clock} incumplida: más de {target}"),
        "clock_retargeted": (
            "{clock} retargeted to {target}, {elapsed} used",
            "{clock}: nuevo objetivo {target}, usado {elapsed}",
        ),
        "clock_removed": ("{clock} no longer counts", "{clock} ya no cuenta"),
        "escalated": ("{clock} escalated at {percent} %", "{clock} escalada al {percent} %"),
        "deadline_set": ("Deadline set: {due}", "Plazo fijado: {due}"),
        "deadline_removed": ("Deadline taken away", "Plazo retirado"),
        "deadline_warned": ("Deadline due soon: {due}", "Plazo próximo a vencer: {due}"),
        "deadline_breached": ("Deadline missed: {due}", "Plazo vencido: {due}"),
    }
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_UNCERTAIN = ("; holidays are not known that far", "; no se conocen los festivos hasta entonces")
_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000))


def span_words(span: timedelta) -> str:
    """
    Return a span as people write it, its two largest units; days have 24 hours.

    >>> span_words(timedelta(hours=2, minutes=13, seconds=59))
    '2 h 13 min'
    """
    left = abs(span) // TICK
    parts: list[str] = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if parts:
            parts += [f"{count} {unit}"] if count else []
            break
        if count:
            parts.append(f"{count} {unit}")
    words = " ".join(parts) or ("0 s" if not span else "< 1 s")
    return f"-{words}" if span < timedelta(0) else words


def hours_words(calendar: Calendar, *, spanish: bool) -> str:
    """
    Return the weekly hours of a calendar; days in a row with the same hours stand together.

    >>> from supportcore.sla import Calendar
    >>> office = Calendar(timezone="UTC", weekly={day: [("07:00", "16:30")] for day in ("mon", "tue", "thu")})
    >>> hours_words(office, spanish=False)
    'Mon-Tue, Thu 07:00-16:30 (UTC)'
    """
    runs: list[tuple[int, int, str]] = []
    for day, windows in calendar.weekly:
        place, hours = WEEKDAYS.index(day), ", ".join(f"{start}-{end}" for start, end in windows)
        if runs and runs[-1][1:] == (place - 1, hours):
            runs[-1] = (runs[-1][0], place, hours)
        elif hours:
            runs.append((place, place, hours))
    names = _DAYS[spanish]
    told: dict[str, list[str]] = {}
    for first, last, hours in runs:
        told.setdefault(hours, []).append(names[first] if first == last else f"{names[first]}-{names[last]}")
    return "; ".join(f"{', '.join(days)} {hours}" for hours, days in told.items()) + f" ({calendar.timezone})"


def clock_words(name: str, clock: Clock | None, *, spanish: bool, zone: str, percent: int = 0) -> str:
    """
    Return what happened to a clock, in words.

    Args:
        zone: In whose wall time a deadline is told.
        name: Stored name of the event, such as ``clock_paused``.
        clock: The clock after it; None for a deadline taken away.
        percent: Of the target, for an escalation.
    """
    if clock is None:
        return _HAPPENED["deadline_removed"][spanish]
    if name == "clock_stopped":
        name = "clock_met" if clock.met else "clock_missed"
    elif name == "clock_resumed" and clock.elapsed > clock.target:
        name = "clock_resumed_late"
    elif clock.kind == "deadline" and clock.due_at is not None and name in ("clock_warned", "clock_breached"):
        name = name.replace("clock", "deadline")
    due_at = clock.due_at and clock.due_at.astimezone(ZoneInfo(zone))
    told = _HAPPENED[name][spanish].format(
        clock=CLOCK_LABELS[clock.kind][spanish],
        elapsed=span_words(clock.elapsed),
        left=span_words(clock.target - clock.elapsed),
        over=span_words(clock.elapsed - clock.target),
        target=span_words(clock.target),
        percent=percent or clock.amber,
        due=due_at and f"{due_at:%Y-%m-%d %H:%M}",
    )
    return told + _UNCERTAIN[spanish] if clock.uncertain else told
