"""
What clocks cost a command: the same commands on two desks on SQLite, one with service levels and one without.

Both are the small timed desk of the tests; the second is defined by the same document less what promises time. A ticket
is opened, taken, answered (which stops the first response and pauses the resolution), asked about, and solved, so that
clocks start, pause, go on and stop. Half of the tickets are under a policy with three clocks, half under one with two.
Every desk works on a copy of its own of one prepared file. A round is one command on some tickets, the next round the
next command; a share is taken within each.

Two figures are told, and they are not the same:

- the *whole*: what a command takes longer than without service levels, as a share of it. Beside deciding, it holds what
  clock events cost as any event does: they are written to the history and kept in the ticket, and read again.
- *timekeeping* alone: the time inside `follow` and the making of tickets and records of clock events, by stopwatches on
  a third desk, as a share of the command there.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench.measuring import Ratio, Samples, Variant, interleave, ratio_of
from bench.report import Line, Measurement
from supportcore import Actor, Agent, Agreement, Customer, Definition, Desk, FrozenClock, Team
from supportcore.definition.loader import define
from supportcore.definition.model import LEVELS
from supportcore.desk.desk import Acting
from supportcore.ids import seeded_ids
from supportcore.tickets import draft as drafting
from supportcore.tickets.events import ClockEvent
from supportcore_sql import SqlStore

TARGET = 0.2
DOCUMENT = Path(__file__).parents[1] / "tests" / "desks" / "timed.toml"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday, nine o'clock in Madrid
PACE = timedelta(minutes=4)
"""Between the commands on a ticket; so short that nothing comes due, which would be more events."""
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
TEXT = "Sigue sin salir la factura después de la actualización; el error es el mismo de la semana pasada."

Doing = Callable[[Acting, Acting, str], Any]
COMMANDS: tuple[tuple[str, str, Doing | None], ...] = (
    ("open", "open", None),
    ("take", "act: take", lambda ana, luis, ticket: luis.act(ticket, "take")),
    ("answer", "reply of staff, pausing", lambda ana, luis, ticket: luis.reply(ticket, TEXT)),
    ("reply", "reply of the customer, going on", lambda ana, luis, ticket: ana.reply(ticket, TEXT)),
    ("ask", "act: ask, into a pausing state", lambda ana, luis, ticket: luis.act(ticket, "ask", {"comment": TEXT})),
    ("back", "reply of the customer, out of it", lambda ana, luis, ticket: ana.reply(ticket, TEXT)),
    ("solve", "act: solve", lambda ana, luis, ticket: luis.act(ticket, "solve", {"comment": TEXT})),
)
"""What is done to a ticket, in order; opening it is done apart."""


def definitions() -> tuple[Definition, Definition]:
    """Return the timed desk, and the same one without promises of time."""
    documents = []
    for path in (DOCUMENT, DOCUMENT.with_name("timed.labels.toml")):
        with path.open("rb") as file:
            documents.append(tomllib.load(file))
    rules, labels = documents
    bare = {key: value for key, value in rules.items() if key not in LEVELS}
    # Only a step of a ladder uses this template, and a label of nothing is refused.
    templates = {key: value for key, value in labels["templates"].items() if key != "escalated"}
    return define(rules, labels), define(bare, {**labels, "templates": templates})


class Working:
    """A desk at work on its own file, a command on some tickets at a time."""

    def __init__(self, definition: Definition, store: SqlStore, *, each: int) -> None:
        self._clock = FrozenClock(START)
        self._desk = Desk(definition, store, clock=self._clock, ids=seeded_ids(3))
        self._each = each
        self._turn = 0
        self.tickets: list[str] = []

    def install(self) -> None:
        """Store the rules and the catalogue."""
        self._desk.install(
            customers=[Customer(id="acme", name="ACME")],
            agreements=[Agreement(id="gold", name="Gold", customer="acme")],
            agents=[Agent(id="luis", name="Luis"), Agent(id="eva", name="Eva")],
            teams=[Team(id="desk", name="Desk", members=["luis", "eva"]), Team(id="leads", name="L", members=["eva"])],
        )

    def next_command(self) -> int:
        """Give the next command on each ticket; the first one opens them."""
        day, place = divmod(self._turn, len(COMMANDS))
        self._turn += 1
        self._clock.at = START + timedelta(days=day) + place * PACE
        ana, luis = (self._desk.acting_as(actor) for actor in (ANA, LUIS))
        doing = COMMANDS[place][2]
        if doing is None:
            self.tickets = [self._opened(ana, number) for number in range(self._each)]
        else:
            for ticket in self.tickets:
                doing(ana, luis, ticket)
        return self._each

    def _opened(self, ana: Acting, number: int) -> str:
        priority = ("normal", "high")[number % 2]
        return ana.open({"subject": "La factura no sale", "priority": priority, "description": TEXT}).id

    def standing(self) -> list[Any]:
        """Return the state and the version of the tickets, and what their clocks are doing."""
        found = [self._desk.acting_as(LUIS).get(ticket) for ticket in self.tickets]
        return [
            (ticket.state, ticket.version, [(clock.kind, clock.state) for clock in ticket.clocks]) for ticket in found
        ]


class Stopwatches:
    """The seconds spent inside timekeeping, by part."""

    PARTS = ("follow", "evolve", "record")

    def __init__(self) -> None:
        self.spent = dict.fromkeys(self.PARTS, 0.0)
        self.events = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure the drafts of this context."""
        follow, evolve, record = drafting.follow, drafting.evolve, drafting.Draft._record
        spent = self.spent

        def followed(*given: Any, **named: Any) -> list[ClockEvent]:
            started = perf_counter()
            found = list(follow(*given, **named))  # whole at once: none of the events depends on another
            spent["follow"] += perf_counter() - started
            self.events += len(found)
            return found

        def timed(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
            def done(one: Any, event: Any, *given: Any) -> Any:
                if not isinstance(event, ClockEvent):
                    return work(one, event, *given)
                started = perf_counter()
                result = work(one, event, *given)
                spent[part] += perf_counter() - started
                return result

            return done

        patched = ((drafting, "follow", followed), (drafting, "evolve", timed("evolve", evolve)),
                   (drafting.Draft, "_record", timed("record", record)))  # fmt: skip
        kept = [(where, name, getattr(where, name)) for where, name, _ in patched]
        try:
            for where, name, work in patched:
                setattr(where, name, work)
            yield
        finally:
            for where, name, work in kept:
                setattr(where, name, work)

    def taken(self) -> dict[str, float]:
        """Return the seconds since this was last asked."""
        found = dict(self.spent)
        self.spent.update(dict.fromkeys(self.PARTS, 0.0))
        return found


def measure(*, quick: bool) -> Measurement:
    """Measure what clocks cost."""
    batches, warm, each = (2, 1, 2) if quick else (40, 3, 12)
    timed, bare = definitions()
    with tempfile.TemporaryDirectory(prefix="bench-clocks-") as folder, ExitStack() as stack:
        template = Path(folder, "template.db")
        with closing(SqlStore(f"sqlite:///{template}")) as store:
            store.migrate()

        def working(name: str, definition: Definition) -> Working:
            url = f"sqlite:///{shutil.copy(template, template.with_name(f'{name}.db'))}"
            found = Working(definition, stack.enter_context(closing(SqlStore(url))), each=each)
            found.install()
            return found

        clocked, plain, watched = working("with", timed), working("without", bare), working("watched", timed)
        watches = Stopwatches()
        inside: list[dict[str, float]] = []

        def watching() -> int:
            with watches.running():
                done = watched.next_command()
            inside.append({part: seconds / done for part, seconds in watches.taken().items()})
            return done

        processor: dict[str, list[float]] = {"with": [], "without": []}

        def both(name: str, work: Variant) -> Variant:
            """Return *work*, whose time of a processor is noted beside that on the clock."""

            def done() -> int:
                started = process_time()
                count = work()
                processor[name].append((process_time() - started) / count)
                return count

            return done

        variants = {
            "with": both("with", clocked.next_command),
            "without": both("without", plain.next_command),
            "watched": watching,
        }
        steps = len(COMMANDS)
        samples = interleave(variants, rounds=batches * steps, warmup=warm * steps)
        found, other, same = clocked.standing(), plain.standing(), watched.standing()
    assert found == same, "stopwatches changed what happened"
    assert [state for state, *_ in found] == [state for state, *_ in other], "service levels changed the workflow"
    facts: dict[str, Any] = {
        "batches": batches,
        "tickets_a_batch": each,
        "events_a_ticket": sum(version for _, version, _ in found) / each,
        "of_clocks": watches.events / ((batches + warm) * each),
        "without": sum(version for _, version, _ in other) / each,
    }
    counted = {name: seconds[warm * steps :] for name, seconds in processor.items()}
    return _measurement(samples, counted, inside[warm * steps :], facts)


def _batches(seconds: Sequence[float]) -> list[float]:
    """Return the seconds that all commands on a ticket take, by batch."""
    steps = len(COMMANDS)
    return [sum(seconds[start : start + steps]) for start in range(0, len(seconds), steps)]


def _measurement(
    samples: Samples,
    processor: Mapping[str, Sequence[float]],
    inside: Sequence[Mapping[str, float]],
    facts: dict[str, Any],
) -> Measurement:
    steps, seconds = len(COMMANDS), samples.seconds
    spent = [sum(parts.values()) for parts in inside]
    names = ("with", "without", "watched")
    lines = list(_lines("all", "all seven commands", [_batches(seconds[name]) for name in names], _batches(spent)))
    clocked, plain = (_batches(processor[name]) for name in ("with", "without"))
    told = "  all seven, time of a processor"
    lines.append(
        Line(key="all_processor", what=told, value=1e6 * median(clocked), unit="µs", ratio=_share(clocked, plain))
    )
    for place, (key, what, _) in enumerate(COMMANDS):
        lines += _lines(key, what, [seconds[name][place::steps] for name in names], spent[place::steps])
    return Measurement(
        title="clocks: commands on SQLite, the timed desk of the tests with its service levels and without",
        how="Ratio: the share of a command that is not there without service levels, storing and reading what the "
        "clocks do included; indented, the share that passes inside timekeeping, by stopwatches on a third desk.",
        lines=tuple(lines),
        facts=facts | {part: f"{_per_ticket(inside, part):.0f} µs" for part in Stopwatches.PARTS},
    )


def _per_ticket(inside: Sequence[Mapping[str, float]], part: str) -> float:
    """Return the microseconds of a part of timekeeping over all commands on a ticket."""
    steps = range(len(COMMANDS))
    return 1e6 * sum(median(parts[part] for parts in inside[place :: len(steps)]) for place in steps)


def _share(clocked: Sequence[float], plain: Sequence[float]) -> Ratio:
    """Return which share of *clocked* is not in *plain*."""
    return ratio_of(1 - b / a for a, b in zip(clocked, plain, strict=True))


def _lines(key: str, what: str, taken: Sequence[Sequence[float]], spent: Sequence[float]) -> Iterator[Line]:
    """Yield a command with its clocks, without them, and timekeeping alone."""
    clocked, plain, watched = taken
    value, share = 1e6 * median(clocked), _share(clocked, plain)
    yield Line(key=key, what=what, value=value, unit="µs", ratio=share, target=TARGET)
    yield Line(key=f"{key}_without", what="  without service levels", value=1e6 * median(plain), unit="µs")
    value, share = 1e6 * median(spent), ratio_of(a / b for a, b in zip(spent, watched, strict=True))
    yield Line(key=f"{key}_pure", what="  timekeeping alone", value=value, unit="µs", ratio=share, target=TARGET)
