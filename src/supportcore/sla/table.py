"""
The open intervals of some years with the open time before each, so that a question is a bisection or two.

Edges are openings and closings by turns; ``done`` holds the open time from the origin to each edge, and once more the
total. Let ``i`` be the place of an instant among the edges: if it is odd, the instant is open. The open time up to the
instant is ``done[i]``, less what is left until ``edges[i]`` if it is open.

A table never changes. A longer one takes its place, counts from the same origin and gives the same answers, so that
threads need no lock; that two of them build the same years does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from supportcore.sla.zones import EPOCH

Interval = tuple[int, int]
"""Start and end in seconds since 1970-01-01 UTC, half-open."""

YEAR_AFTER_INPUTS = 2200  # `supportcore.text`: instants lie between 1970 and 2199


class Table(NamedTuple):
    """
    What is open in the years from *first* until *until*.

    Attributes:
        first: The instant at which it begins.
        until: The instant at which it ends.
        last: The same, but at most the end of 2199: instants from first to here can be asked for.
        edges: Openings and closings by turns, in order, cut at both ends of the table.
        done: Open time before each edge, counted from the origin; one entry more than edges, the total.
    """

    first: datetime
    until: datetime
    last: datetime
    edges: list[datetime]
    done: list[timedelta]


def second_of(year: int) -> int:
    """Return the first second of a year, counted from 1970-01-01 UTC."""
    return (datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days * 86_400


def merged(intervals: Sequence[Interval]) -> list[Interval]:
    """
    Return sorted *intervals* as the fewest that cover the same.

    >>> merged([(0, 2), (2, 3), (5, 9), (6, 7)])
    [(0, 3), (5, 9)]
    """
    result: list[Interval] = []
    for start, end in intervals:
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = result[-1][0], end
        else:
            result.append((start, end))
    return result


def extended(table: Table | None, first: int, until: int, open_in: Callable[[int], Sequence[Interval]]) -> Table:
    """
    Return a table that also covers the years from *first* until *until*.

    Args:
        table: What is known already; None for nothing.
        first: The first year wanted.
        until: The year after the last.
        open_in: Gives the intervals of a year, sorted, apart, and within the year.
    """
    if table is None:
        return _of_years(range(first, until), open_in)
    if first < table.first.year:
        table = joined(_of_years(range(first, table.first.year), open_in), table, origin_in_later=True)
    if until > table.until.year:
        table = joined(table, _of_years(range(table.until.year, until), open_in))
    return table


def _of_years(years: range, open_in: Callable[[int], Sequence[Interval]]) -> Table:
    intervals = merged([interval for year in years for interval in open_in(year)])
    edges = [EPOCH + timedelta(0, edge) for interval in intervals for edge in interval]
    done = []
    total = 0
    for start, end in intervals:
        done.append(timedelta(0, total))
        total += end - start
        done.append(timedelta(0, total))
    done.append(timedelta(0, total))
    until = datetime(years.stop, 1, 1, tzinfo=UTC)
    return Table(
        first=datetime(years.start, 1, 1, tzinfo=UTC),
        until=until,
        last=min(until, datetime(YEAR_AFTER_INPUTS, 1, 1, tzinfo=UTC)),
        edges=edges,
        done=done,
    )


def joined(earlier: Table, later: Table, *, origin_in_later: bool = False) -> Table:
    """Return one table of two that meet; it counts from the origin of the earlier one, or of the later one."""
    before, after = earlier.done, later.done
    if origin_in_later:
        before = [entry - before[-1] + after[0] for entry in before]
    else:
        after = [entry - after[0] + before[-1] for entry in after]
    if earlier.edges and later.edges and earlier.edges[-1] == later.edges[0]:
        # open across the turn of the year: the closing and the opening there are none
        edges = earlier.edges[:-1] + later.edges[1:]
        done = before[:-2] + after[1:]
    else:
        edges = earlier.edges + later.edges
        done = before[:-1] + after
    return Table(first=earlier.first, until=later.until, last=later.last, edges=edges, done=done)
