"""
What the service desk of ``examples/replay`` must say to a log, worked out once more without the library.

The desk's workflow and the meaning of the activities stand here as small tables of their own; the log is read with the
csv module, cases are held in a dictionary. Nothing of supportcore is imported. At the end stand the figures of the two
public logs.

Rules: a row whose activity means nothing is passed over. The first other row of a case opens it. Timers that have come
due by the instant of a row go first, each at its own instant. Of several reasons the first counts: the instant, the
state, the role, the condition, what is asked for. A refused row changes nothing, and what was due stays due.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Step(NamedTuple):
    """Where an action leads (None: nowhere), and what it takes."""

    to: str | None
    mine: bool = False  # only who the case is assigned to
    assign: str = "keep"  # "me", "nobody"
    asks: bool = False  # for input, which no log gives
    planner: bool = False  # for a role the importer has not


ANYWHERE = ("registered", "classified", "in_charge", "waiting", "escalated", "resolved")
STEPS: dict[tuple[str, str], Step] = {
    ("acknowledge", "registered"): Step(None),
    ("classify", "registered"): Step("classified"),
    ("classify", "classified"): Step("classified"),
    ("release", "registered"): Step("classified"),
    ("release", "classified"): Step("classified"),
    ("release", "in_charge"): Step("classified", mine=True, assign="nobody"),
    ("release", "waiting"): Step("classified", mine=True, assign="nobody"),
    ("release", "escalated"): Step("classified", mine=True, assign="nobody"),
    ("wait", "in_charge"): Step("waiting", mine=True),
    ("escalate", "in_charge"): Step("escalated", mine=True),
    ("escalate", "waiting"): Step("escalated", mine=True),
    ("answer", "escalated"): Step("in_charge"),
    ("visit", "in_charge"): Step(None, planner=True),
    ("resolve", "in_charge"): Step("resolved", mine=True),
    ("resolve", "waiting"): Step("resolved", mine=True),
    ("resolve", "escalated"): Step("resolved", mine=True),
    ("close", "resolved"): Step("closed"),
    ("reopen", "closed"): Step("in_charge", assign="me"),
    **{("take", state): Step("in_charge", assign="me") for state in ANYWHERE},
    **{("cancel", state): Step("cancelled", asks=True) for state in ANYWHERE},
}
TIMERS = {"waiting": (timedelta(hours=72), "in_charge"), "resolved": (timedelta(days=45), "closed")}

ITALIAN = {
    "Insert ticket": "acknowledge",
    "Assign seriousness": "classify",
    "Take in charge ticket": "take",
    "Wait": "wait",
    "Require upgrade": "escalate",
    "Create SW anomaly": "escalate",
    "Resolve SW anomaly": "answer",
    "Schedule intervention": "visit",
    "Resolve ticket": "resolve",
    "Closed": "close",
    "DUPLICATE": "cancel",
    "INVALID": "cancel",
}
BPI13 = {
    "Queued+Awaiting Assignment": "release",
    "Accepted+Assigned": "take",
    "Accepted+In Progress": "take",
    "Accepted+Wait": "wait",
    "Completed+Closed": "resolve",
    "Completed+Cancelled": "cancel",
}
GENERATED = {
    "Register": "acknowledge",
    "Classify": "classify",
    "Take in charge": "take",
    "Wait": "wait",
    "Escalate": "escalate",
    "Resolve": "resolve",
    "Close": "close",
    "Reopen": "reopen",
}


class Case(NamedTuple):
    """How a case stands: its state, who has it, when it last changed, when it entered its state, timers that fired."""

    state: str
    assignee: str | None
    last: datetime
    entered: datetime
    fired: int = 0


class Outcome(NamedTuple):
    """What comes of a log: rows, rows applied, rows refused by reason, and how each case stands in the end."""

    read: int
    applied: int
    refused: dict[str, int]
    cases: dict[str, Case]


def outcome(
    path: Path,
    *,
    means: Mapping[str, str],
    case: str,
    activity: tuple[str, ...],
    at: str,
    resource: str,
    at_format: str | None = None,
    zone: str = "UTC",
) -> Outcome:
    """Return what the service desk makes of the log at *path*."""
    cases: dict[str, Case] = {}
    refused: Counter[str] = Counter()
    read = 0
    for key, done, who, when in _rows(path, case, activity, at, resource, at_format, ZoneInfo(zone)):
        read += 1
        if done not in means:
            refused["unmapped_activity"] += 1
            continue
        now = cases.setdefault(key, Case("registered", None, when, when))
        found = _step(now, means[done], who, when)
        if isinstance(found, str):
            refused[found] += 1
        else:
            cases[key] = found
    return Outcome(read, read - sum(refused.values()), dict(refused), cases)


def _step(case: Case, action: str, who: str, when: datetime) -> Case | str:
    """Return the case after *action*, or why there is none."""
    if when < case.last:
        return "at_runs_backwards"
    while case.state in TIMERS and case.entered + TIMERS[case.state][0] <= when:
        after, to = TIMERS[case.state]
        due = case.entered + after
        case = Case(to, case.assignee, due, due, case.fired + 1)
    step = STEPS.get((action, case.state))
    if step is None:
        return "wrong_state"
    if step.planner:
        return "role_required"
    if step.mine and case.assignee != who:
        return "condition_not_met"
    if step.asks:
        return "required"
    assignee = {"keep": case.assignee, "me": who, "nobody": None}[step.assign]
    entered = case.entered if step.to is None else when
    return Case(step.to or case.state, assignee, when, entered, case.fired)


def _rows(
    path: Path, case: str, activity: tuple[str, ...], at: str, resource: str, at_format: str | None, zone: ZoneInfo
) -> list[tuple[str, str, str, datetime]]:
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places = [header.index(name) for name in (case, at, resource, *activity)]
        for cells in filter(None, reader):
            key, stamp, who, *done = (cells[place] for place in places)
            when = datetime.fromisoformat(stamp) if at_format is None else datetime.strptime(stamp, at_format)
            when = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
            when = when.replace(microsecond=when.microsecond // 1000 * 1000)
            rows.append((key, "+".join(done), who[:64] or "importer", when))
    return rows


# -- the two public logs --------------------------------------------------------------------------------------


class PublicLog(NamedTuple):
    """A log that is not in this repository: its file, how it is read, and what is known of it."""

    file: str
    case: str
    activity: tuple[str, ...]
    at: str
    at_format: str | None
    resource: str
    zone: str
    close: str
    means: Mapping[str, str]
    mapping: str
    figures: Mapping[str, int]  # events, cases, pairs, after_close
    applied: int  # by the service desk
    refused: Mapping[str, int]

    @property
    def path(self) -> Path:
        """Where the file is looked for: the folder SUPPORTCORE_LOGS, by default beside the repository."""
        default = Path(__file__).parents[2] / "../shared/logs"
        return Path(os.environ.get("SUPPORTCORE_LOGS", default)) / self.file


ITALIAN_LOG = PublicLog(
    file="helpdesk_italian.csv",
    case="Case ID",
    activity=("Activity",),
    at="Complete Timestamp",
    at_format="%Y/%m/%d %H:%M:%S.%f",
    resource="Resource",
    zone="Europe/Rome",
    close="Closed",
    means=ITALIAN,
    mapping="italian.map.toml",
    figures={"events": 21_348, "cases": 4_580, "pairs": 55, "after_close": 17},
    applied=17_484,
    refused={
        "condition_not_met": 1_537,
        "required": 3,
        "role_required": 5,
        "unmapped_activity": 5,
        "wrong_state": 2_314,
    },
)
BPI13_LOG = PublicLog(
    file="bpi13_closed_problems.csv",
    case="case:concept:name",
    activity=("concept:name", "lifecycle:transition"),
    at="time:timestamp",
    at_format=None,
    resource="org:resource",
    zone="UTC",
    close="Completed+Closed",
    means=BPI13,
    mapping="bpi13.map.toml",
    figures={"events": 6_660, "cases": 1_487, "pairs": 27, "after_close": 78},
    applied=6_230,
    refused={"condition_not_met": 317, "required": 3, "unmapped_activity": 10, "wrong_state": 100},
)
