"""
What other projects' own tests, and other libraries that were run, say about open time.

`figures/business_time.jsonl` holds 340 expectations out of the tests of helpdesks and libraries for working time, each
with its project, file and commit. `figures/peer_runs.jsonl` holds 361 answers of five libraries to generated questions
(`agree` and `differ`: zendesk/biz 1.8.2, Intrepidd/working_hours, Business::Hours 0.13, seatgeek businesstimedelta
1.0.1, lennym/moment-business-time). `figures/calendars.jsonl` holds the open hours both are about. `ours` and `ours_s`
stand where our answer differs by one of these conventions:

| convention | theirs | ours |
|---|---|---|
| closing_instant, `next_opening` | work that ends at closing ends at the next opening | ends at the closing |
| zero_length_next_opening | no work from a closed instant ends at the next opening | ends where it starts |
| zero_length_previous_closing | no work backwards ends at the closing before | ends where it starts |
| opening_instant, and backward work at all | negative work counts back from the start | refused: ValueError |
| reversed_interval_is_absolute | as much as of the interval turned round | negative |
| reversed_interval_is_zero | nothing | negative |
| min_one_second | an interval without open time counts one second | nothing |

Work is not counted backwards because no clock of a desk asks for it; `between` says how much lies before an instant.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore.errors import Invalid
from supportcore.sla import Calendar
from tests.sla.calendars import calendar_of, hours_of
from tests.sla.pointwise import Sampled

FIGURES = Path(__file__).parent / "figures"


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIGURES / name).read_text(encoding="utf-8").splitlines()]


HOURS = {row["id"]: hours_of(row) for row in _rows("calendars.jsonl")}
BUSINESS_TIME = _rows("business_time.jsonl")
PEER_RUNS = _rows("peer_runs.jsonl")


def _backward(row: dict[str, Any]) -> bool:
    """Whether the row takes work off, or is about an interval turned round."""
    if "work_s" in row:
        return bool(row["work_s"] < 0 or row.get("convention") == "zero_length_previous_closing")
    return bool(row["end"] < row["start"])


def _calendar(row: dict[str, Any]) -> Calendar:
    return calendar_of(HOURS[row["calendar"]])


def _at(row: dict[str, Any], key: str) -> datetime:
    return datetime.fromisoformat(row[key])


def _id(row: dict[str, Any]) -> str:
    return str(row["id"])


ADDED = [row for row in BUSINESS_TIME if "work_s" in row and row["work_s"] >= 0]
TAKEN_OFF = [row for row in BUSINESS_TIME if "work_s" in row and row["work_s"] < 0]
MEASURED = [row for row in BUSINESS_TIME if "open_s" in row]
PEERS_ADDED = [row for row in PEER_RUNS if "work_s" in row]
PEERS_MEASURED = [row for row in PEER_RUNS if "open_s" in row]


@pytest.mark.parametrize("row", [*ADDED, *PEERS_ADDED], ids=_id)
def test_work_ends_when_others_say(row: dict[str, Any]) -> None:
    """The end of work is theirs, or the closing (for no work: the start) where they go on to the next opening."""
    expected = datetime.fromisoformat(row.get("ours", row["end"]))
    assert expected == _calendar(row).add(_at(row, "start"), timedelta(seconds=row["work_s"]))


@pytest.mark.parametrize("row", [*MEASURED, *PEERS_MEASURED], ids=_id)
def test_as_much_is_open_as_others_say(row: dict[str, Any]) -> None:
    """The open time of an interval is theirs, but negative when it is reversed and nothing when nothing is open."""
    expected = timedelta(seconds=row.get("ours_s", row["open_s"]))
    assert expected == _calendar(row).between(_at(row, "start"), _at(row, "end"))


@pytest.mark.parametrize("row", TAKEN_OFF, ids=_id)
def test_work_is_not_taken_off(row: dict[str, Any]) -> None:
    """Negative work is refused; `between` of their end and the start says that it is as much as was taken off."""
    calendar, start, work = _calendar(row), _at(row, "start"), timedelta(seconds=row["work_s"])
    with pytest.raises(ValueError, match="work") as refused:
        calendar.add(start, work)
    assert isinstance(refused.value, Invalid)
    assert work == calendar.between(start, _at(row, "end"))


@pytest.mark.parametrize("row", [*ADDED, *MEASURED, *PEERS_ADDED, *PEERS_MEASURED], ids=_id)
def test_the_reference_says_the_same(row: dict[str, Any]) -> None:
    """Asked instant by instant, the rules give the same figures."""
    start, end = _at(row, "start"), datetime.fromisoformat(row.get("ours", row["end"]))
    sampled = Sampled(HOURS[row["calendar"]], min(start, end), max(start, end))
    if "work_s" in row:
        assert end == sampled.add(start, timedelta(seconds=row["work_s"]))
    else:
        turned = -1 if end < start else 1
        expected = timedelta(seconds=row.get("ours_s", row["open_s"]))
        assert expected == turned * sampled.between(min(start, end), max(start, end))


def test_every_figure_has_its_source() -> None:
    """Every expectation names its project and file; every run, who gave the answer."""
    assert [] == [row["id"] for row in BUSINESS_TIME if "/" not in row["source"]]
    assert [] == [row["id"] for row in PEER_RUNS if not row["agree"]]
    rows = [*BUSINESS_TIME, *PEER_RUNS]
    assert len(rows) == len({row["id"] for row in rows})
    assert {row["calendar"] for row in rows} == set(HOURS)


def test_the_conventions_are_these() -> None:
    """So many figures agree outright, and so many by a convention: none was left out quietly."""
    assert {
        ("add", "agrees", False): 118,
        ("add", "agrees", True): 41,
        ("add", "agrees_boundary", False): 23,
        ("add", "agrees_boundary", True): 7,
        ("between", "agrees", False): 118,
        ("between", "agrees", True): 2,
        ("between", "convention", False): 3,
        ("between", "convention", True): 28,
    } == Counter(("add" if "work_s" in row else "between", row["status"], _backward(row)) for row in BUSINESS_TIME)
    assert {
        "closing_instant": 8,
        "min_one_second": 3,
        "opening_instant": 3,
        "reversed_interval_is_absolute": 26,
        "reversed_interval_is_zero": 2,
        "zero_length_next_opening": 15,
        "zero_length_previous_closing": 4,
    } == Counter(row["convention"] for row in BUSINESS_TIME if "convention" in row)
    # 44 take work off: 41 that agree with the interval before the start, 3 that end at an opening.
    assert (145, 44, 151) == (len(ADDED), len(TAKEN_OFF), len(MEASURED))
    assert (176, 185, 14) == (len(PEERS_ADDED), len(PEERS_MEASURED), sum("next_opening" in row for row in PEER_RUNS))
