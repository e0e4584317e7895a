"""
What of a definition a run exercised: states, transitions and who took them, timers, conditions, rules.

It is read from histories alone, so the run may be a test, an exploration, a demo or a year of production:

    coverage = Coverage(desk.definition)
    coverage.watch_desk(desk)
    print(table(coverage.report()))

Several runs add up: ``coverage | other``; and `Coverage.to_json` carries one from process to process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from supportcore.definition.model import Definition
from supportcore.people.access import Actor
from supportcore.testing.coverage.goals import KINDS, Goal, Kind, goals
from supportcore.testing.coverage.report import Line, Report
from supportcore.testing.coverage.tables import missing, table
from supportcore.testing.coverage.watching import OTHER_RULES, Watching
from supportcore.tickets.events import Recorded

if TYPE_CHECKING:
    from supportcore.desk.desk import Desk

__all__ = ["KINDS", "Coverage", "Goal", "Kind", "Line", "Report", "goals", "missing", "table"]

_FORMAT = 1
_NOBODY: Mapping[str, Actor] = MappingProxyType({})


class Coverage:
    """
    What was exercised of one definition so far.

    Attributes:
        tickets: How many histories were watched; a ticket that is watched twice counts twice.
        events: How many events they had.
        left_out: How many of these happened under other rules, of which nothing is counted.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.tickets = self.events = self.left_out = 0
        self._watching = Watching(definition)
        self._seen: Counter[tuple[str, str]] = Counter()

    def watch(self, history: Iterable[Recorded], actors: Mapping[str, Actor] = _NOBODY) -> None:
        """
        Count what the whole history of a ticket exercised.

        Args:
            history: From the opening on, as `Desk.history` returns it; nothing is counted of an empty one.
            actors: Who people are, by id: the host knows. Of others only what follows from the history is known, so
                conditions that read their roles, teams or customers are not asked for them.

        Raises:
            TicketBroken: It does not begin with an opening.
        """
        whole = tuple(history)
        found = Counter(self._watching.seen(whole, actors))
        self.left_out += found.pop(OTHER_RULES, 0)
        self.tickets += bool(whole)
        self.events += len(whole)
        self._seen += found

    def watch_desk(self, desk: Desk, actors: Mapping[str, Actor] = _NOBODY) -> None:
        """
        Count what all tickets of a desk exercised, as they are now; see `watch`.

        Raises:
            StoreError: The database failed; what was counted until then is kept.
        """
        for ticket_id in desk.ticket_ids():
            self.watch(desk.history(ticket_id), actors)

    def merge(self, other: Coverage) -> None:
        """
        Add what another run exercised.

        Raises:
            ValueError: It is of another definition.
        """
        if _identity(self.definition) != _identity(other.definition):
            raise ValueError("coverage of different definitions does not add up; watch them apart")
        self.tickets += other.tickets
        self.events += other.events
        self.left_out += other.left_out
        self._seen += other._seen

    def __or__(self, other: Coverage) -> Coverage:
        """Return the sum of two runs, which are left as they are."""
        total = Coverage(self.definition)
        total.merge(self)
        total.merge(other)
        return total

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coverage) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, which `from_json` takes; of one run always the same."""
        seen: dict[str, dict[str, int]] = {}
        for (path, how), count in sorted(self._seen.items()):
            seen.setdefault(path, {})[how] = count
        told = {"tickets": self.tickets, "events": self.events, "left_out": self.left_out}
        return {"format": _FORMAT, **_identity(self.definition), **told, "seen": seen}

    @classmethod
    def from_json(cls, definition: Definition, data: Mapping[str, Any]) -> Coverage:
        """
        Return what `to_json` made.

        Raises:
            ValueError: It is no such data, or of another definition than *definition*.
        """
        found = cls(definition)
        said: object = data
        if not isinstance(said, Mapping) or said.get("format") != _FORMAT:
            raise ValueError(f"this is no coverage of a definition in format {_FORMAT}")
        if any(data.get(key) != value for key, value in _identity(definition).items()):
            raise ValueError(f"this is coverage of other rules than those of {definition.key!r} today; watch it again")
        try:
            found.tickets, found.events, found.left_out = (int(data[key]) for key in ("tickets", "events", "left_out"))
            for path, counts in data["seen"].items():
                for how, count in counts.items():
                    found._seen[str(path), str(how)] = int(count)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"this coverage is damaged: {error}") from None
        return found

    def report(self) -> Report:
        """Return what was exercised and what was not, line by line."""
        counts: dict[str, list[tuple[str, int]]] = {}
        for (path, how), count in sorted(self._seen.items()):
            counts.setdefault(path, []).append((how, count))
        lines = tuple(Line(goal=goal, counts=tuple(counts.get(goal.path, ()))) for goal in goals(self.definition))
        return Report(
            definition=self.definition,
            tickets=self.tickets,
            events=self.events,
            left_out=self.left_out,
            lines=lines,
        )


def _identity(definition: Definition) -> dict[str, Any]:
    levels = definition.levels
    return {
        "desk": definition.key,
        "rules_hash": definition.rules_hash,
        "levels": None if levels is None else levels.digest,
    }
