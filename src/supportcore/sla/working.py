"""
The arithmetic of open time, the same for a calendar and for calendars combined.

A kind of working time says only what is open in a UTC year (`_open_in`) and what identifies it (`digest`). Everything
else is asked of a `Table` that is built when first needed and grows by whole years, in either direction, as far as a
question reaches:

- `between` and `is_open` need the years of their instants;
- `add`, `next_opening` and `next_closing` look on year by year until there is an answer, for 100 years at most.

Answers do not depend on what was asked before: a result beyond the horizon is refused also when the table holds it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from supportcore.errors import CalendarExhausted, Fault, Invalid, facts
from supportcore.sla.table import Interval, Table, extended

if TYPE_CHECKING:
    from supportcore.sla.combined import CombinedCalendar, How

HORIZON_YEARS = 100
HORIZON = timedelta(days=HORIZON_YEARS * 365.25)
ZERO = timedelta(0)


class WorkingTime:
    """What answers questions about open time: a `Calendar`, or several combined."""

    __slots__ = ("_digest", "_numbers", "_table")
    _digest: str
    _numbers: tuple[Table, Any, Any]
    _table: Table

    # -- what a kind of working time says ------------------------------------------------------------------------------

    @property
    def covered_until(self) -> date | None:
        """The last date for which exceptions were looked up, or None when nobody said."""
        raise NotImplementedError

    def knows(self, at: datetime) -> bool:
        """Return whether exceptions were looked up for the date of *at*; where nobody said, they count as known."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of what decides which instants are open."""
        try:
            return self._digest
        except AttributeError:
            found = self._digested()
            object.__setattr__(self, "_digest", found)
            return found

    def _digested(self) -> str:
        raise NotImplementedError

    def _open_in(self, year: int) -> list[Interval]:
        """Return the open intervals of a UTC year: sorted, apart, and within the year."""
        raise NotImplementedError

    # -- questions -----------------------------------------------------------------------------------------------------

    def add(self, start: datetime, work: timedelta) -> datetime:
        """
        Return the earliest instant when *work* of open time has passed since *start*.

        Args:
            start: Aware instant; inside closed time counting begins at the next opening.
            work: Open time, zero or more; of zero, the result is *start*.

        Returns:
            Aware UTC instant; work that ends exactly at closing ends at the closing instant.

        Raises:
            Invalid: *start* is naive or not from 1970 to 2199, or *work* is negative (a ValueError).
            CalendarExhausted: There is not that much open time within 100 years.
        """
        if type(start) is not datetime or start.tzinfo is not UTC:
            start = utc(start, "start")
        try:
            table = self._table
            if not table.first <= start < table.last:
                table = self._covering(start, "start")
        except AttributeError:
            table = self._covering(start, "start")
        if work.__class__ is not timedelta or not ZERO < work <= HORIZON:
            work = _work(work)
            if not work:
                return start
            if work > HORIZON:
                raise exhausted(start)
        edges, done = table.edges, table.done
        place = bisect_right(edges, start)
        target = done[place] + work
        if place & 1:
            target -= edges[place] - start
        if target > done[-1]:
            table = self._looking_on(table, start, lambda longer: longer.done[-1] >= target)
            edges, done = table.edges, table.done
        place = bisect_left(done, target, place)
        end = edges[place] - (done[place] - target)
        if end - start > HORIZON:
            raise exhausted(start)
        return end

    def between(self, start: datetime, end: datetime) -> timedelta:
        """
        Return how much open time lies between two aware instants; of a reversed interval it is negative.

        Raises:
            Invalid: An instant is naive or not from 1970 to 2199.
        """
        if type(start) is not datetime or start.tzinfo is not UTC:
            start = utc(start, "start")
        if type(end) is not datetime or end.tzinfo is not UTC:
            end = utc(end, "end")
        try:
            table = self._table
            if not (table.first <= start < table.last and table.first <= end < table.last):
                table = self._covering(end, "end", self._covering(start, "start"))
        except AttributeError:
            table = self._covering(end, "end", self._covering(start, "start"))
        edges, done = table.edges, table.done
        place = bisect_right(edges, start)
        before = done[place] - (edges[place] - start) if place & 1 else done[place]
        place = bisect_right(edges, end)
        return (done[place] - (edges[place] - end) if place & 1 else done[place]) - before

    def is_open(self, at: datetime) -> bool:
        """Whether the aware instant *at* is open; a closing instant is not."""
        at = utc(at, "at")
        return bool(bisect_right(self._covering(at, "at").edges, at) & 1)

    def next_opening(self, at: datetime) -> datetime:
        """
        Return the first instant from *at* on that is open: *at* itself if it is.

        Raises:
            CalendarExhausted: None within 100 years.
        """
        at = utc(at, "at")
        table = self._covering(at, "at")
        place = bisect_right(table.edges, at)
        if place & 1:
            return at
        if place == len(table.edges):
            table = self._looking_on(table, at, lambda longer: len(longer.edges) > place)
        return _within_horizon(at, table.edges[place])

    def next_closing(self, at: datetime) -> datetime:
        """
        Return the first instant at which it is no longer open; while it is closed, the end of the next window.

        Raises:
            CalendarExhausted: None within 100 years, as when it never closes.
        """
        at = utc(at, "at")
        table = self._covering(at, "at")
        place = bisect_right(table.edges, at) | 1  # the next closing, whether open or closed now

        def closes(longer: Table) -> bool:
            return len(longer.edges) > place and longer.edges[place] < longer.until  # at its end a table is only cut

        if not closes(table):
            table = self._looking_on(table, at, closes)
        return _within_horizon(at, table.edges[place])

    def add_many(self, starts: Any, work: Any) -> Any:
        """
        Return what `add` returns for each of many starts.

        Args:
            starts: A sequence of aware instants, or a numpy array of datetime64, which is UTC.
            work: One span for all, or as many as there are starts: a sequence, or a numpy array of timedelta64.

        Returns:
            A list of instants; of an array, an array of ``datetime64[us]``, found ten times as fast.

        Raises:
            Invalid: As of `add`, or there are not as many spans as starts.
            CalendarExhausted: As of `add`.
        """
        from supportcore.sla.batch import add_many

        return add_many(self, starts, work)

    # -- combining -----------------------------------------------------------------------------------------------------

    def union(self, other: WorkingTime) -> CombinedCalendar:
        """Return what is open when at least one of the two is; their zones may differ."""
        return self._combined("union", other)

    def intersection(self, other: WorkingTime) -> CombinedCalendar:
        """Return what is open when both are; their zones may differ."""
        return self._combined("intersection", other)

    def difference(self, other: WorkingTime) -> CombinedCalendar:
        """Return what is open when this one is and *other* is not; their zones may differ."""
        return self._combined("difference", other)

    def __or__(self, other: object) -> CombinedCalendar:
        return self._combined("union", other) if isinstance(other, WorkingTime) else NotImplemented

    def __and__(self, other: object) -> CombinedCalendar:
        return self._combined("intersection", other) if isinstance(other, WorkingTime) else NotImplemented

    def __sub__(self, other: object) -> CombinedCalendar:
        return self._combined("difference", other) if isinstance(other, WorkingTime) else NotImplemented

    def _combined(self, how: How, other: WorkingTime) -> CombinedCalendar:
        from supportcore.sla.combined import CombinedCalendar

        return CombinedCalendar(how=how, parts=(self, other))

    # -- the table -----------------------------------------------------------------------------------------------------

    def _covering(self, at: datetime, path: str, table: Table | None = None) -> Table:
        """Return a table, *table* or longer, that holds the year of the UTC instant *at*; *path* is for the fault."""
        if table is None:
            table = getattr(self, "_table", None)
        if table is not None and table.first <= at < table.last:
            return table
        if not 1970 <= at.year <= 2199:
            raise Invalid(Fault(path, "instant_out_of_range"))
        return self._grown(table, at.year, at.year + 1)

    def _grown(self, table: Table | None, first: int, until: int) -> Table:
        table = extended(table, first, until, self._open_in)
        object.__setattr__(self, "_table", table)  # in one step: another thread sees the old table or the new one
        return table

    def _looking_on(self, table: Table, start: datetime, found: Callable[[Table], bool]) -> Table:
        """Return *table* made longer, year by year, until it is *found* to hold what is looked for from *start* on."""
        last = (start + HORIZON).year
        years = 1  # twice as many each time, as a longer table is a copy
        while not found(table):
            if table.until.year > last:
                raise exhausted(start)
            table = self._grown(table, start.year, min(table.until.year + years, last + 1))
            years *= 2
        return table


def utc(value: datetime, path: str) -> datetime:
    """
    Return an aware instant in UTC.

    Raises:
        Invalid: *value* is no instant, or has no zone, or cannot be said in UTC.
    """
    if not isinstance(value, datetime):
        raise Invalid(Fault(path, "wrong_type", facts(expected="an instant", expected_es="un instante")))
    if value.utcoffset() is None:
        raise Invalid(Fault(path, "naive_instant"))
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise Invalid(Fault(path, "instant_out_of_range")) from None


def exhausted(start: datetime) -> CalendarExhausted:
    """Return the error for open time that does not come within the horizon after *start*."""
    return CalendarExhausted(start=start.isoformat(), years=HORIZON_YEARS)


def _within_horizon(start: datetime, end: datetime) -> datetime:
    if end - start > HORIZON:
        raise exhausted(start)
    return end


def _work(work: timedelta) -> timedelta:
    if not isinstance(work, timedelta):
        raise Invalid(Fault("work", "wrong_type", facts(expected="a span of time", expected_es="una duración")))
    if work < ZERO:
        raise Invalid(Fault("work", "negative_work", facts(work=work)))
    return work
