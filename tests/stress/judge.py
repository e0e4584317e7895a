"""
Was anything lost, doubled or done by half? What the journals say against what is stored.

Every order that was acknowledged has its receipt and its events exactly once, every refused one has neither. One whose
outcome nobody knows is there whole or not at all, and given again comes to one outcome. Numbers are unique and rise,
histories have no gap, `verify` finds nothing, every follower of the feed saw every event once and in order, every
notice was sent and settled once, and a host's rows match our receipts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from supportcore import Desk
from supportcore.storage.attempts import run
from supportcore.storage.ports import Key
from supportcore.tickets.commands import Receipt
from supportcore.tickets.events import SYSTEM_ACTOR, Recorded
from tests.stress.hosts import host_of
from tests.stress.journal import Journal, lines
from tests.stress.places import Place, later, opened
from tests.stress.work import ALWAYS_RECORDED, Order
from tests.stress.worker import Task, settle, unfinished


@attrs.define
class Verdict:
    """
    What was found.

    Attributes:
        figures: What happened how often.
        findings: What must not be; empty if all is well.
    """

    figures: Counter[str] = attrs.field(factory=Counter)
    findings: list[str] = attrs.field(factory=list)

    def find(self, what: str) -> None:
        """Note a finding; of very many the first are enough."""
        if len(self.findings) < 50:
            self.findings.append(what)

    def expect(self, holds: object, what: str) -> None:
        if not holds:
            self.find(what)


@attrs.define
class Told:
    """What the journals say of one order."""

    order: Order
    first: float
    receipts: list[list[Any]] = attrs.field(factory=list)
    refusals: list[str] = attrs.field(factory=list)
    last: float = 0.0


def judge(place: Place, folder: Path, *, killed: bool = False) -> Verdict:
    """
    Judge a desk after all its processes have ended; what they left undone is done first.

    Args:
        killed: Processes or the server were killed, so a notice may have been sent twice.
    """
    verdict = Verdict()
    journals = sorted(folder.glob("*.journal"))
    with opened(place) as desk:
        told = _told(journals, verdict)
        _settle_unknown(place, folder, desk, told, journals, verdict)
        _deliver_rest(attrs.evolve(place, isolation=None), folder, verdict)
        events = _all_events(desk)
        _judge_orders(desk, told, events, verdict)
        _judge_histories(events, verdict)
        _judge_numbers(told, verdict)
        _judge_feeds(journals, events, verdict)
        _judge_notices(desk, folder, events, verdict, killed=killed)
        _judge_host(place, desk, verdict)
        report = desk.verify()
        for finding in report.findings:
            verdict.find(f"verify: {finding.ticket}: {finding.what}")
        verdict.figures["tickets"] = report.tickets
        verdict.figures["events"] = report.events
        opened_ids = {receipt[0] for each in told.values() for receipt in each.receipts if each.order["verb"] == "open"}
        verdict.expect(len(opened_ids) == report.tickets, f"{len(opened_ids)} opened, {report.tickets} there")
    return verdict


def _told(journals: list[Path], verdict: Verdict) -> dict[str, Told]:
    told: dict[str, Told] = {}
    for path in journals:
        for line in lines(path):
            match line["kind"]:
                case "try":
                    each = told.setdefault(line["order"]["id"], Told(line["order"], line["at"]))
                    each.first = min(each.first, line["at"])
                case "end":
                    each = told[line["id"]]
                    if "broken" in line:
                        verdict.find(f"{path.stem}: {each.order['verb']}: {line['broken']}")
                    elif "receipt" in line:
                        each.receipts.append(line["receipt"])
                        each.last = line["at"]
                        verdict.figures["done"] += 1
                    else:
                        each.refusals.append(line["refused"])
                        verdict.figures["refused"] += 1
                case "again":
                    verdict.figures[f"again: {line['why']}"] += 1
                case "broken":
                    verdict.find(f"{path.stem}: {line['told']}")
                case "due":
                    verdict.figures["events that came due"] += line["events"]
    return told


def _settle_unknown(
    place: Place, folder: Path, desk: Desk, told: dict[str, Told], journals: list[Path], verdict: Verdict
) -> None:
    """Give orders of unknown outcome again: what was there stays what it is, what was not is done or refused now."""
    host, task = host_of(place), Task(place=place, folder=folder, journal="judge")
    journal = Journal(folder / "judge.journal")
    for order in unfinished(journals):
        (before,) = desk.receipts([order["id"]])
        if before is None:
            _expect_nothing_of(desk, order, verdict)
        for _ in range(2):
            outcome = settle(task, journal, order, lambda order: host.carry_out(desk, order))
            each = told[order["id"]]
            if "receipt" in outcome:
                each.receipts.append(outcome["receipt"])
            elif "refused" in outcome:
                each.refusals.append(outcome["refused"])
            else:
                verdict.find(f"settling {order['verb']}: {outcome['broken']}")
            if before is not None and outcome.get("receipt") != _short(before):
                verdict.find(f"order {order['id']} had come to {_short(before)}, and again comes to {outcome}")
        verdict.figures["unknown"] += 1
        verdict.figures["unknown, carried out before"] += before is not None
    host.close()
    journal.close()


def _expect_nothing_of(desk: Desk, order: Order, verdict: Verdict) -> None:
    ticket = order["ticket"]
    if ticket and any(event.command_id == order["id"] for event in desk.history(ticket)):
        verdict.find(f"order {order['id']} has events and no receipt")


def _short(receipt: Receipt) -> list[Any]:
    return [receipt.id, receipt.number, receipt.version, receipt.state]


def _deliver_rest(place: Place, folder: Path, verdict: Verdict) -> None:
    """Deliver what is left when every lease has ended."""
    journal = Journal(folder / "rest.journal")
    with opened(place, later) as desk:
        for _ in range(1000):
            if not desk.outbox().get("pending"):
                break
            report = desk.deliver(lambda notice: journal.write("sent", id=notice.id), limit=500)
            for row, error in (*report.retried, *report.dead):
                verdict.find(f"notice {row} cannot be sent: {error}")
    journal.close()


def _all_events(desk: Desk) -> list[Recorded]:
    events: list[Recorded] = []
    while found := desk.feed(events[-1].sequence if events else 0, limit=1000):
        events.extend(found)
    return events


def _judge_orders(desk: Desk, told: dict[str, Told], events: list[Recorded], verdict: Verdict) -> None:
    of_order: dict[str, list[Recorded]] = defaultdict(list)
    of_ticket: dict[str, list[Recorded]] = defaultdict(list)
    for event in events:
        of_order[event.command_id].append(event)
        of_ticket[event.ticket].append(event)
    receipts = dict(zip(told, desk.receipts(told), strict=True))
    verdict.figures["orders"] = len(told)
    for order_id, each in told.items():
        order, stored, own = each.order, receipts[order_id], of_order.get(order_id, [])
        name = f"order {order_id} ({order['verb']})"
        if not each.receipts:
            verdict.expect(stored is None and not own, f"{name} was refused, and is there")
            continue
        if stored is None:
            verdict.find(f"{name} was acknowledged, and its receipt is not there")
            continue
        verdict.expect(
            all(receipt == _short(stored) for receipt in each.receipts),
            f"{name} came to {each.receipts}, stored is {_short(stored)}",
        )
        names = Counter(type(event.event).__name__ for event in own)
        expected = ALWAYS_RECORDED.get(order["verb"])
        verdict.expect(expected is None or names[expected] == 1, f"{name} made {dict(names)}")
        positions = [event.position for event in own]
        if own:
            whole = list(range(stored.version - len(own) + 1, stored.version + 1))
            verdict.expect(positions == whole, f"{name} has its events at {positions}, not at {whole}")
            verdict.expect({event.ticket for event in own} == {stored.id}, f"{name} is in other tickets")
            _judge_seen(order, positions[0], of_ticket[stored.id], verdict)
    for order_id, own in of_order.items():
        if order_id not in told and any(event.event.actor != SYSTEM_ACTOR for event in own):
            verdict.find(f"nobody gave order {order_id}, which made {len(own)} events")


def _judge_seen(order: Order, first: int, history: list[Recorded], verdict: Verdict) -> None:
    """What depends on what was seen was decided on just that."""
    if order["seen"] is None or order["verb"] in ("reply", "note"):
        return
    between = [event for event in history if order["seen"] < event.position < first]
    if any(event.event.actor != SYSTEM_ACTOR for event in between):
        verdict.find(f"order {order['id']} ({order['verb']}) saw {order['seen']}, and was done at {first}")


def _judge_histories(events: list[Recorded], verdict: Verdict) -> None:
    last: dict[str, Recorded] = {}
    for place, event in enumerate(events, start=1):
        before = last.get(event.ticket)
        verdict.expect(event.sequence == place, f"event {place} of the feed has sequence {event.sequence}")
        position = 1 if before is None else before.position + 1
        verdict.expect(event.position == position, f"{event.ticket}: position {event.position} comes for {position}")
        if before is not None:
            verdict.expect(before.event.at <= event.event.at, f"{event.ticket}: time runs backwards at {position}")
        last[event.ticket] = event


def _judge_numbers(told: dict[str, Told], verdict: Verdict) -> None:
    opens = [(each.receipts[0], each) for each in told.values() if each.order["verb"] == "open" and each.receipts]
    numbers = Counter(receipt[1] for receipt, _ in opens)
    verdict.expect(all(times == 1 for times in numbers.values()), f"numbers given twice: {numbers.most_common(3)}")
    ended = sorted((each.last, receipt[1]) for receipt, each in opens if each.last)
    highest = place = 0
    for receipt, each in sorted(opens, key=lambda found: found[1].first):
        while place < len(ended) and ended[place][0] < each.first:
            highest = max(highest, ended[place][1])
            place += 1
        if highest >= receipt[1]:
            verdict.find(f"number {receipt[1]} was given after {highest} had been returned")


def _judge_feeds(journals: list[Path], events: list[Recorded], verdict: Verdict) -> None:
    all_events = [[event.sequence, event.ticket, event.position, event.command_id] for event in events]
    for path in journals:
        if not path.stem.startswith("follow"):
            continue
        fed = [event for line in lines(path) if line["kind"] == "fed" for event in line["events"]]
        verdict.expect(fed == all_events[: len(fed)], f"{path.stem} saw other events than there are")
        verdict.figures["followed"] += len(fed)


def _judge_notices(desk: Desk, folder: Path, events: list[Recorded], verdict: Verdict, *, killed: bool) -> None:
    sent: Counter[str] = Counter()
    unsettled = 0  # times a notifier was told that the store is too busy: what it had just sent is sent again
    for path in folder.glob("*.journal"):
        sent.update(line["id"] for line in lines(path) if line["kind"] == "sent")
        unsettled += path.stem.startswith("deliver") and sum(line["kind"] == "again" for line in lines(path))
    status: dict[str, str] = {}
    of_opening = 0
    for row_id, form in _outbox(desk):
        verdict.expect(row_id not in status, f"notice {row_id} is there twice")
        status[row_id] = form["status"]
        of_opening += form["row"]["rule"] == "opened"
    opens = sum(type(event.event).__name__ == "TicketOpened" for event in events)
    verdict.expect(of_opening == opens, f"{opens} openings have {of_opening} notices")
    verdict.expect(set(status.values()) <= {"sent"}, f"notices are {Counter(status.values())}")
    verdict.expect(set(sent) == set(status), f"{len(sent)} notices were sent, {len(status)} are there")
    twice = sum(times > 1 for times in sent.values())
    verdict.figures["notices"] = len(status)
    verdict.figures["notices sent twice"] = twice
    verdict.expect(killed or twice <= unsettled, f"{twice} notices were sent twice, and {unsettled} not settled")


def _outbox(desk: Desk) -> Iterator[tuple[str, Any]]:
    ledger = desk.store.ledger(desk.definition.key)
    after: Key | None = None
    while found := run(desk.store, partial(ledger.entries, "outbox", after=after, limit=500), write=False):
        for entry in found:
            yield str(entry.key[0]), entry.form
        after = found[-1].key


def _judge_host(place: Place, desk: Desk, verdict: Verdict) -> None:
    if not place.joined:
        return
    host = host_of(place)
    rows = host.rows()
    host.close()
    receipts = dict(zip(rows, desk.receipts(rows), strict=True))
    for order_id, done in rows.items():
        verdict.expect(done == (receipts[order_id] is not None), f"the host says {done} of order {order_id}, we do not")
    verdict.figures["rows of the host"] = len(rows)
