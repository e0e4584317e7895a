"""
Many additions at once.

Two numpy arrays of microseconds stand for a table, and two searches in them for the bisections of `WorkingTime.add`;
the answers are the same. numpy is never imported: who passes an array has it. A list of instants is answered by a loop,
since it takes as long to make an array of them.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from supportcore.errors import Fault, Invalid, facts
from supportcore.sla.working import HORIZON, exhausted
from supportcore.sla.zones import EPOCH

if TYPE_CHECKING:
    from supportcore.sla.table import Table
    from supportcore.sla.working import WorkingTime

TICK = timedelta(microseconds=1)


def add_many(calendar: WorkingTime, starts: Any, work: Any) -> Any:
    """Return what `WorkingTime.add_many` promises."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(starts, numpy.ndarray):
        return _add_arrays(calendar, starts, work, numpy)
    if numpy is not None and isinstance(work, numpy.ndarray | numpy.timedelta64):
        work = _ticks(work, "work", "m", numpy).astype("timedelta64[us]").tolist()
    if isinstance(work, timedelta):
        return [calendar.add(start, work) for start in starts]
    if len(starts) != len(work):
        raise _not_as_many(len(starts))
    return [calendar.add(start, one) for start, one in zip(starts, work, strict=True)]


def _add_arrays(calendar: WorkingTime, starts: Any, work: Any, numpy: Any) -> Any:
    at = _ticks(starts, "starts", "M", numpy)
    spans = _spans(work, numpy)
    if spans.shape not in ((), at.shape):
        raise _not_as_many(at.size)
    if not at.size:
        return at.astype("datetime64[us]")
    if (spans < 0).any():
        raise Invalid(Fault("work", "negative_work", facts(work=TICK * int(spans.min()))))
    if (spans > HORIZON // TICK).any():
        raise exhausted(_instant(at[numpy.broadcast_to(spans, at.shape) > HORIZON // TICK][0]))
    latest = _instant(at.max())
    table = calendar._covering(latest, "starts", calendar._covering(_instant(at.min()), "starts"))
    edges, done = _numbers(calendar, table, numpy)
    place = _places(edges[:-1], at, "right", numpy)
    target = done[place] + spans - (edges[place] - at) * (place & 1)
    most = int(target.max())
    if most > done[-1]:
        last = (latest + HORIZON).year
        table = calendar._looking_on(
            table, latest, lambda longer: longer.done[-1] // TICK >= most or longer.until.year > last
        )
        edges, done = _numbers(calendar, table, numpy)
    missed = target > done[-1]
    if not missed.any():
        place = _places(done, target, "left", numpy)
        ends = numpy.where(spans == 0, at, edges[place] - (done[place] - target))
        missed = ends - at > HORIZON // TICK
    if missed.any():
        raise exhausted(_instant(at[missed][0]))
    return ends.astype("datetime64[us]")


def _places(row: Any, values: Any, side: str, numpy: Any) -> Any:
    """
    Return ``numpy.searchsorted(row, values, side)``, of many values about eight times as fast.

    The values are put into buckets of equal width, a few to each entry of the row; where a bucket begins in the row is
    looked up once, and from there it is a step or two. If many entries share a bucket, this would not pay.
    """
    if values.size > 8 * row.size:
        low, high = int(values.min()), int(values.max())
        shift = ((high - low) // (4 * row.size + 1)).bit_length()
        begins = low + (numpy.arange(((high - low) >> shift) + 2) << shift)
        begun = numpy.searchsorted(row, begins, side=side)
        steps = int(numpy.diff(begun).max())
        if steps <= 8:
            ended = numpy.append(row, numpy.iinfo("int64").max)
            place = begun[(values - low) >> shift]
            for _ in range(steps):
                place += ended[place] <= values if side == "right" else ended[place] < values
            return place
    return numpy.searchsorted(row, values, side=side)


def _numbers(calendar: WorkingTime, table: Table, numpy: Any) -> tuple[Any, Any]:
    """Return the edges of a table, with one that never counts at the end, and the open time before each, in ticks."""
    kept = getattr(calendar, "_numbers", None)
    if kept is None or kept[0] is not table:
        edges = numpy.array([(edge - EPOCH) // TICK for edge in table.edges] + [0], dtype="int64")
        kept = table, edges, numpy.array([span // TICK for span in table.done], dtype="int64")
        object.__setattr__(calendar, "_numbers", kept)
    return kept[1], kept[2]


def _spans(work: Any, numpy: Any) -> Any:
    """Return one span or many as ticks."""
    if isinstance(work, timedelta):
        return numpy.array(work // TICK)
    if isinstance(work, numpy.ndarray | numpy.timedelta64):
        return _ticks(work, "work", "m", numpy)
    for one in work:
        if not isinstance(one, timedelta):
            raise Invalid(Fault("work", "wrong_type", facts(expected="spans of time", expected_es="duraciones")))
    return numpy.array([one // TICK for one in work], dtype="int64")


def _ticks(values: Any, path: str, kind: str, numpy: Any) -> Any:
    """Return an array of datetime64 (*kind* M) or timedelta64 (m) as ticks, after a look at its bounds."""
    values = numpy.asarray(values)
    if values.dtype.kind != kind:
        expected = "datetime64" if kind == "M" else "timedelta64"
        raise Invalid(Fault(path, "wrong_type", facts(expected=expected, expected_es=expected)))
    # In the unit of the values, since a far instant overflows in a finer one; NaT compares with nothing.
    if kind == "M" and not ((values >= numpy.datetime64("1970", "Y")) & (values < numpy.datetime64("2200", "Y"))).all():
        raise Invalid(Fault(path, "instant_out_of_range"))
    if kind == "m" and numpy.isnat(values).any():
        raise Invalid(Fault(path, "wrong_type", facts(expected="spans of time", expected_es="duraciones")))
    return values.astype(f"{'datetime64' if kind == 'M' else 'timedelta64'}[us]").astype("int64")


def _instant(ticks: Any) -> datetime:
    return EPOCH + TICK * int(ticks)


def _not_as_many(count: int) -> Invalid:
    expected, expected_es = f"{count} spans, one for each start", f"{count} duraciones, una por inicio"
    return Invalid(Fault("work", "wrong_type", facts(expected=expected, expected_es=expected_es)))
