"""
Open hours, beside two packages that answer the same questions: businesstimedelta (Python) and workclock (Rust).

All are given the same week, the same holidays and the same instants, aware and in UTC, as a ticket keeps them. In a
round ours answers all questions of it, a peer the first so many of them, since some take a long time. Before anything
is timed, answers are compared; a peer that answers differently is named with how often it does, and is not counted as
faster. A peer that is not installed is left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy

from bench.measuring import Ratio, Samples, Variant, interleave
from bench.report import Line, Measurement
from supportcore.sla import Calendar
from supportcore.sla.holidays import import_holidays

ZONE = "America/Bogota"
DAYS = ("mon", "tue", "wed", "thu", "fri")
OPENS, CLOSES = time(8), time(18)
HOLIDAY_YEARS = range(2015, 2041)
FROM, OVER_YEARS = datetime(2020, 1, 1, tzinfo=UTC), 4
WORKED_A_YEAR = timedelta(hours=2_460)  # 246 working days in a year of Colombia

SPANS = {"1d": (1, "a day"), "30d": (30, "30 days"), "1y": (365, "a year"), "10y": (3_652, "ten years")}
PYTHON, RUST = "businesstimedelta", "workclock"
LEAST = {(PYTHON, "1d"): 50.0, (PYTHON, "30d"): 400.0, (PYTHON, "1y"): 5_000.0, (RUST, "1d"): 1.0, (RUST, "1y"): 10.0}
LONG_SPAN = 1.5
MANY = 10.0
EACH = {PYTHON: {"1d": 30, "30d": 4, "1y": 1}, RUST: {"1d": 400, "30d": 200, "1y": 100, "10y": 20}}
"""How many questions a peer answers in a round."""
COMPARED = {PYTHON: {"1d": 500, "30d": 100, "1y": 15}, RUST: {"1d": 4_000, "30d": 4_000, "1y": 2_000, "10y": 400}}

Question = tuple[datetime, Any]
Asked = Callable[[datetime, Any], Any]
Operations = Mapping[str, Asked]
"""``between`` two instants, and ``add`` a span to one."""


@attrs.frozen
class Case:
    """Questions of one operation about one span; every round asks some of them."""

    operation: str
    span: str
    questions: Sequence[Question]

    @property
    def key(self) -> str:
        """What JSON calls it."""
        return f"{self.operation}_{self.span}"


def calendar_of(zone: str, holidays: Mapping[date, str]) -> Calendar:
    """Return a calendar that was asked nothing yet."""
    hours = [(OPENS, CLOSES)]
    return Calendar(timezone=zone, weekly=dict.fromkeys(DAYS, hours), holidays=holidays)


def peers(holidays: Mapping[date, str]) -> dict[str, Operations]:
    """Return the peers that are installed."""
    found: dict[str, Operations] = {}
    try:
        import businesstimedelta
        import pytz
    except ImportError:
        pass
    else:
        zone = pytz.timezone(ZONE)
        days = businesstimedelta.WorkDayRule(OPENS, CLOSES, list(range(5)), tz=zone)
        rules = businesstimedelta.Rules([days, businesstimedelta.HolidayRule(dict(holidays), tz=zone)])
        found[PYTHON] = {
            "between": lambda start, end: rules.difference(start, end).timedelta,
            "add": lambda start, work: start + businesstimedelta.BusinessTimeDelta(rules, timedelta=work),
        }
    try:
        import workclock
    except ImportError:
        pass
    else:
        rule = [workclock.WorkDay(OPENS, CLOSES), workclock.Holidays(list(holidays))]
        schedule = workclock.Schedule(rule, time_zone=ZONE)
        found[RUST] = {"between": schedule.between, "add": schedule.add, "add_many": schedule.add_many}
    return found


def cases(count: int) -> Iterator[Case]:
    """Yield *count* questions for each operation and span, the same ones each time."""
    draw = random.Random(7)
    for span, (days, _) in SPANS.items():
        starts = [FROM + timedelta(seconds=draw.randrange(OVER_YEARS * 365 * 86_400)) for _ in range(count)]
        yield Case("between", span, [(start, start + timedelta(days=days)) for start in starts])
        least = timedelta(minutes=100)
        work = max(WORKED_A_YEAR * days / 365, timedelta(hours=10))
        yield Case(
            "add", span, [(start, max(least, work - timedelta(seconds=draw.randrange(30_000)))) for start in starts]
        )


def differing(ours: Asked, theirs: Asked, questions: Sequence[Question]) -> int:
    """Return how many questions a peer answers differently; an answer that does not come is a different one."""
    count = 0
    for start, other in questions:
        try:
            count += theirs(start, other) != ours(start, other)
        except Exception:  # whatever it is, it is no answer
            count += 1
    return count


def _asking(ask: Asked, questions: Sequence[Question], each: int) -> Variant:
    """Return the variant that asks the first *each* of the next questions; all take the same step each round."""
    step = max(each, len(questions) // 8)
    parts = [questions[start : start + each] for start in range(0, len(questions) - each + 1, step)]
    following = cycle(parts)

    def work() -> int:
        for start, other in next(following):
            ask(start, other)
        return each

    return work


def measure(*, quick: bool) -> Measurement:
    """Measure calendars."""
    rounds, warmup, count = (2, 1, 64) if quick else (24, 2, 4_000)
    holidays = dict(import_holidays("CO", years=HOLIDAY_YEARS).days)
    calendar = calendar_of(ZONE, holidays)
    own: Operations = {"between": calendar.between, "add": calendar.add}
    others = peers(holidays)
    asked = list(cases(count))

    differ = {
        (name, case.key): (differing(own[case.operation], theirs[case.operation], case.questions[:most]), most)
        for name, theirs in others.items()
        for case in asked
        if (most := min(COMPARED[name].get(case.span, 0), 4 if quick else count))
    }
    samples = {}
    for case in asked:
        ask = own[case.operation]
        here = {"ours": _asking(ask, case.questions, count // 8)}
        if case.span == "1d":
            here["local"] = _asking(ask, [_local(question) for question in case.questions], count // 8)
        elif case.span == "10y":
            (short,) = (other for other in asked if (other.operation, other.span) == (case.operation, "1d"))
            here["short"] = _asking(ask, short.questions, count // 8)
        for name, theirs in others.items():
            if each := EACH[name].get(case.span):
                here[name] = _asking(theirs[case.operation], case.questions, min(each, 2) if quick else each)
        samples[case.key] = interleave(here, rounds=rounds, warmup=warmup)

    lines: list[Line] = []
    for case in sorted(asked, key=lambda case: case.operation):
        lines += _lines(case, samples[case.key], {name: differ.get((name, case.key), (0, 0)) for name in others})
    lines += _building(holidays, quick=quick)
    lines += _at_once(calendar, others, quick=quick)
    facts: dict[str, Any] = {"zone": ZONE, "holidays": len(holidays), "rounds": rounds}
    for name in (PYTHON, RUST):
        wrong = [found for (peer, _), found in differ.items() if peer == name]
        told = f"differs in {sum(one for one, _ in wrong)} of {sum(most for _, most in wrong):,} answers"
        facts[name] = told if wrong else "not installed"
    return Measurement(
        title="calendars: open time, Monday to Friday from 8 to 18 in Bogotá, with the holidays of Colombia",
        how="Ratio: how many times as long a peer takes for the same questions; for ten years, and for questions in "
        "local time, how many times as long as ours for a day in UTC; for many at once, how many times as long others "
        "take than the arrays.",
        lines=tuple(lines),
        facts=facts,
    )


def _local(question: Question) -> Question:
    start, other = (one.astimezone(ZoneInfo(ZONE)) if isinstance(one, datetime) else one for one in question)
    return start, other


def _lines(case: Case, samples: Samples, differ: Mapping[str, tuple[int, int]]) -> Iterator[Line]:
    """Yield what came of one operation and span."""

    def line(
        name: str,
        what: str,
        ratio: Ratio | None = None,
        *,
        target: float | None = None,
        least: float | None = None,
    ) -> Line:
        key = f"{case.key}_{name}"
        value = samples.micros(name)
        return Line(key=key, what=what, value=value, unit="µs", ratio=ratio, target=target, least=least)

    long = "short" in samples.seconds
    ratio = samples.ratio("ours", "short") if long else None
    yield line("ours", f"{case.operation}, {SPANS[case.span][1]}", ratio, target=LONG_SPAN if long else None)
    if "local" in samples.seconds:
        yield line("local", "  the same, asked in local time", samples.ratio("local", "ours"))
    for name, (wrong, of) in differ.items():
        if name in samples.seconds:
            ratio = samples.ratio(name, "ours")
            told = f"  {name}" + (f": {wrong} of {of} answers differ" if wrong else "")
            # Who answers something else is not counted as faster.
            judged = not wrong or ratio.median >= 1
            yield line(name, told, ratio, least=LEAST.get((name, case.span)) if judged else None)


def _building(holidays: Mapping[date, str], *, quick: bool) -> Iterator[Line]:
    """Yield what a calendar year takes to build, by the first question that needs it."""
    rounds, warmup = (2, 1) if quick else (15, 2)
    first, years = 2010, 2 if quick else 30
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(first + years - 1, 12, 31, tzinfo=UTC)

    def building(zone: str) -> Variant:
        fresh = iter([calendar_of(zone, holidays) for _ in range(rounds + warmup)])

        def work() -> int:
            next(fresh).between(start, end)
            return years

        return work

    def making() -> int:
        calendar_of(ZONE, holidays)
        return 1

    zones = {"bogota": ZONE, "madrid": "Europe/Madrid"}
    variants = {name: building(zone) for name, zone in zones.items()}
    samples = interleave({**variants, "made": making}, rounds=rounds, warmup=warmup)
    for name, zone in zones.items():
        told = f"table of a calendar year, {zone}"
        yield Line(key=f"year_{name}", what=told, value=samples.micros(name) / 1_000, unit="ms")
    told = f"the calendar itself, checked, with {len(holidays)} holidays"
    yield Line(key="made", what=told, value=samples.micros("made") / 1_000, unit="ms")


def _at_once(calendar: Calendar, others: Mapping[str, Operations], *, quick: bool) -> Iterator[Line]:
    """Yield what adding to many instants takes, with arrays and without; the answers are equal."""
    rounds, count = (2, 2_000) if quick else (5, 1_000_000)
    draw = numpy.random.default_rng(1)
    first = numpy.datetime64(FROM.replace(tzinfo=None), "us")
    starts = first + draw.integers(0, OVER_YEARS * 365 * 86_400, count).astype("timedelta64[s]")
    work = (60 * draw.integers(1, 5_000, count)).astype("timedelta64[s]").astype("timedelta64[us]")
    instants = [start.replace(tzinfo=UTC) for start in starts.tolist()]
    spans = work.tolist()
    answers: list[Any] = [None, None]

    def arrays() -> int:
        answers[0] = calendar.add_many(starts, work)
        return count

    def loop() -> int:
        answers[1] = [calendar.add(start, span) for start, span in zip(instants, spans, strict=True)]
        return count

    variants = {"arrays": arrays, "loop": loop}
    peer = others.get(RUST, {}).get("add_many")
    told = f"  {RUST}, arrays"
    if peer is not None:
        most = min(count, 50_000)

        def rust() -> int:
            peer(starts[:most], work[:most])
            return most

        variants["rust"] = rust
        wrong = int((peer(starts[:most], work[:most]) != calendar.add_many(starts[:most], work[:most])).sum())
        told += f": {wrong} of {most} answers differ" if wrong else ""
    samples = interleave(variants, rounds=rounds, warmup=1)
    assert answers[0].tolist() == [end.replace(tzinfo=None) for end in answers[1]], "many at once answer differently"

    yield Line(key="many", what=f"add_many, {count:,} instants, arrays", value=samples.micros("arrays"), unit="µs")
    ratio = samples.ratio("loop", "arrays")
    micros = samples.micros("loop")
    yield Line(key="many_loop", what="  a loop of add", value=micros, unit="µs", ratio=ratio, least=MANY)
    if peer is not None:
        ratio = samples.ratio("rust", "arrays")
        yield Line(key="many_workclock", what=told, value=samples.micros("rust"), unit="µs", ratio=ratio)
