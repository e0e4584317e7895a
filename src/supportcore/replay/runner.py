"""
Replaying another helpdesk's log: each case a ticket, each row a command at its own instant, by an importer.

Rules:

- A row's command id follows from the log's name and the row's line, so a second run finds what the first one did. A row
  that says something else than the one an earlier run carried out in its place is refused (``row_changed``).
- The first row of a case with a mapped activity opens its ticket and then takes its action like any other row.
- A row that the desk refuses leaves nothing behind. So a row without a receipt, before the last row that has one, was
  refused by an earlier run (``refused_earlier``). It is not tried again: its ticket has moved on since, maybe within
  the same instant.
- One row that cannot be read or carried out stops no other row. Errors of the store stop the run; the next one goes on
  from there.

Memory does not grow with the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice, pairwise
from typing import TypeVar

import attrs

from supportcore.clock import stopwatch
from supportcore.desk import Desk
from supportcore.errors import NotFound, Reason, Refused, TicketBroken, facts
from supportcore.ids import derived
from supportcore.people.access import IMPORTER, Actor
from supportcore.replay.faults import RowFault
from supportcore.replay.logfile import Row
from supportcore.replay.measuring import Measured, measure
from supportcore.replay.plan import Plan
from supportcore.text import id_fault
from supportcore.tickets.commands import Act, Receipt, digest
from supportcore.tickets.events import StateChanged

T = TypeVar("T")
BATCH = 200  # receipts looked up at once
SHOWN = 20  # faults, and refused rows, told one by one
Read = Callable[[], Iterable[Row | RowFault]]
"""Reads the log from its beginning, every time it is called."""


@attrs.frozen(kw_only=True)
class RefusedRow:
    """
    One row that was not carried out.

    Attributes:
        line: Physical line of the log it starts on.
        code: Why; a code of `supportcore.errors.CODES`.
        message: Why, in words.
    """

    line: int
    code: str
    message: str


@attrs.frozen(kw_only=True)
class Summary:
    """
    What a replay did.

    Attributes:
        desk: Key of the desk it is stored under.
        read: Rows of the log, faulty ones included: the sum of the four that follow.
        applied: Commands carried out by this run.
        already: Commands that an earlier run carried out.
        refused: How many rows were refused, by code; ``refused_earlier`` by an earlier run.
        faulty: How many rows could not be read, by code.
        refusals: The first of the refused rows.
        faults: The first of the rows that could not be read.
        cases: Tickets of the desk, counted in the store.
        events: Actions in their histories, counted in the store; those that timers took are among them.
        pairs: Distinct pairs of actions that follow one another directly in a history, counted in the store.
        actions: For each action its label, its events, and how many of them another action follows; from the store.
        seconds: How long the rows took.
        measured: What came of its tickets in open time; None on a desk that promises nothing, or of an empty log.
    """

    desk: str
    read: int
    applied: int
    already: int
    refused: dict[str, int]
    faulty: dict[str, int]
    refusals: tuple[RefusedRow, ...]
    faults: tuple[RowFault, ...]
    cases: int
    events: int
    pairs: int
    actions: tuple[tuple[str, int, int], ...]
    seconds: float
    measured: Measured | None = None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.read / self.seconds if self.seconds else 0.0


def command_id(log: str, line: int) -> str:
    """Return the id of the command that a row of a log stands for."""
    return derived("replay", log, line)


def opening_id(log: str, case: str) -> str:
    """Return the id of the command that opens the ticket of a case."""
    return derived("replay", log, "case", case)


def ticket_id(desk: str, log: str, case: str) -> str:
    """Return the id of the ticket of a case."""
    return derived("ticket", desk, opening_id(log, case))


def replay(
    desk: Desk,
    read: Read,
    plan: Plan,
    *,
    log: str,
    progress: Callable[[int], object] = lambda rows: None,
) -> Summary:
    """
    Carry out every row of a log on *desk*, whose rules and records are installed first.

    Args:
        log: Name of the log; a second run under the same name finds what the first one did.
        progress: Called with the count of rows so far.
    """
    elapsed = stopwatch()
    desk.install()
    desk.catalogue.put(*plan.records)
    run = _Run(desk, plan, log, _last_done(desk, read, log))
    rows = 0
    for batch in _batches(read(), BATCH):
        run.carry_out(batch)
        rows += len(batch)
        progress(rows)
    seconds = elapsed()
    measured = None
    if run.last_at is not None and desk.definition.levels is not None:
        measured = measure(desk, plan, run.last_at)
    cases, pairs, actions = count_stored(desk)
    return Summary(
        desk=desk.definition.key,
        read=rows,
        applied=run.applied,
        already=run.already,
        refused=dict(run.refused),
        faulty=dict(run.faulty),
        refusals=tuple(run.refusals),
        faults=tuple(run.faults),
        cases=cases,
        events=sum(count for _, count, _ in actions),
        pairs=pairs,
        actions=actions,
        seconds=seconds,
        measured=measured,
    )


def faults_of(read: Read) -> tuple[RowFault, ...]:
    """
    Return the first faults of a log, rows that run backwards within their case included, carrying nothing out.

    Needs memory for the last instant of each case.
    """
    last: dict[str, datetime] = {}
    found: list[RowFault] = []
    for row in read():
        if isinstance(row, RowFault):
            found.append(row)
        elif row.at < last.get(row.case, row.at):
            message = f"case {row.case!r} runs back from {last[row.case].isoformat()} to {row.at.isoformat()}"
            found.append(RowFault(line=row.line, code="at_runs_backwards", params=(), message=message))
        else:
            last[row.case] = row.at
        if len(found) == SHOWN:
            break
    return tuple(found)


def count_stored(desk: Desk) -> tuple[int, int, tuple[tuple[str, int, int], ...]]:
    """
    Count what the stored histories of *desk* hold.

    Returns:
        Tickets; distinct pairs of actions that follow one another directly; and for each action its label, its events
        and how many of them are followed by another, most frequent first.
    """
    tickets = 0
    taken: Counter[str] = Counter()
    following: Counter[tuple[str, str]] = Counter()
    for ticket in desk.ticket_ids():
        tickets += 1
        actions = [
            recorded.event.action for recorded in desk.history(ticket) if isinstance(recorded.event, StateChanged)
        ]
        taken.update(actions)
        following.update(pairwise(actions))
    followed: Counter[str] = Counter()
    for (first, _), count in following.items():
        followed[first] += count
    label = desk.definition.labels.label
    told = tuple((label("actions", action), count, followed[action]) for action, count in taken.most_common())
    return tickets, len(following), told


class _Run:
    """One run over a log, and what it counted; `last_at` is the last instant at which a row was carried out."""

    def __init__(self, desk: Desk, plan: Plan, log: str, done_up_to: int) -> None:
        self.applied = self.already = 0
        self.last_at: datetime | None = None
        self.refused: Counter[str] = Counter()
        self.faulty: Counter[str] = Counter()
        self.refusals: list[RefusedRow] = []
        self.faults: list[RowFault] = []
        self._desk, self._plan, self._log, self._done_up_to = desk, plan, log, done_up_to

    def carry_out(self, batch: list[Row | RowFault]) -> None:
        """Carry out the rows of a batch that no earlier run carried out or refused."""
        known = _receipts(self._desk, batch, self._log) if batch[0].line <= self._done_up_to else {}
        for row in batch:
            if isinstance(row, RowFault):
                self.faulty[row.code] += 1
                if len(self.faults) < SHOWN:
                    self.faults.append(row)
                continue
            refused = self._row(row, known.get(row.line))
            if refused is None:
                self.last_at = row.at if self.last_at is None else max(self.last_at, row.at)
            else:
                self.refused[refused.code] += 1
                if len(self.refusals) < SHOWN:
                    self.refusals.append(refused)

    def _row(self, row: Row, receipt: Receipt | None) -> RefusedRow | None:
        """Carry out one row, unless *receipt* says that it was; return why it was not."""
        if receipt is None and row.line <= self._done_up_to:
            return _told(row, Reason("refused_earlier"))
        action = self._plan.actions.get(row.activity)
        name = row.resource or IMPORTER
        if (fault := id_fault(name, "resource")) is not None:
            return _told(row, Reason(fault.code, fault.params))
        actor = Actor(id=name, roles=self._plan.roles | {IMPORTER})
        ticket = ticket_id(self._desk.definition.key, self._log, row.case)
        command = command_id(self._log, row.line)
        if receipt is not None:
            said = Act(command_id=command, ticket=ticket, action=action, document={}) if action else None
            if said is None or receipt.digest != digest(said, actor.id, row.at):
                return _told(row, Reason("row_changed", facts(log=self._log)))
            self.already += 1
            return None
        if action is None:
            return _told(row, Reason("unmapped_activity", facts(activity=row.activity)))
        acting = self._desk.acting_as(actor, at=row.at)
        try:
            try:
                acting.act(ticket, action, command_id=command)
            except NotFound:
                acting.open(self._plan.opening_of(row.case), command_id=opening_id(self._log, row.case))
                acting.act(ticket, action, command_id=command)
        except (Refused, TicketBroken) as error:
            return RefusedRow(line=row.line, code=error.code, message=str(error))
        self.applied += 1
        return None


def _told(row: Row, reason: Reason) -> RefusedRow:
    return RefusedRow(line=row.line, code=reason.code, message=reason.text())


def _last_done(desk: Desk, read: Read, log: str) -> int:
    """Return the line of the last row an earlier run carried out; 0 if there was none."""
    if next(desk.ticket_ids(), None) is None:
        return 0
    return max((line for batch in _batches(read(), BATCH) for line in _receipts(desk, batch, log)), default=0)


def _receipts(desk: Desk, batch: list[Row | RowFault], log: str) -> dict[int, Receipt]:
    """Return the receipts of the rows in *batch* that were carried out, by line."""
    lines = [row.line for row in batch if isinstance(row, Row)]
    found = zip(lines, desk.receipts(command_id(log, line) for line in lines), strict=True)
    return {line: receipt for line, receipt in found if receipt is not None}


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch
