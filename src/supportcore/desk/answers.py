"""
Where the questions of use cases meet the store: the rules a desk runs on, and the answers to asks.

Use cases that are decided together ask together: all that wait for the same kind of answer are answered in one round
trip, so that a thousand tickets are opened with a handful of statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from supportcore.definition.loader import restore, restore_levels
from supportcore.definition.model import Definition
from supportcore.errors import Invalid, NotInstalled, SupportError
from supportcore.predicate import All, Eq, In, Missing
from supportcore.sla.policy import ServiceLevels
from supportcore.storage.ports import Ledger, Query, Ref, Steps
from supportcore.tickets import asks
from supportcore.tickets.draft import Draft
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases.routing import least_loaded

T = TypeVar("T")


class Rules:
    """
    The definitions a desk runs: today's, and those that older tickets hold on to.

    Attributes:
        installed: Whether today's rules were seen in the store by a transaction of our own.
    """

    def __init__(self, today: Definition) -> None:
        self.today = today
        self.installed = False
        self._older: dict[str, Definition] = {}
        self._former: dict[str, ServiceLevels] = {}

    def load(self, ledger: Ledger, rules_hash: str) -> Steps[Definition]:
        """Return the definition stored under a hash."""
        if rules_hash == self.today.rules_hash:
            return self.today
        if rules_hash not in self._older:
            document = yield from ledger.rules(rules_hash)
            if document is None:
                raise NotInstalled(desk=self.today.key)
            self._older[rules_hash] = restore(document, today=self.today)
        return self._older[rules_hash]

    def levels(self, ledger: Ledger, digest: str | None) -> Steps[ServiceLevels | None]:
        """Return the service levels stored under a digest; none if it is None."""
        today = self.today.levels
        if digest is None:
            return None
        if today is not None and digest == today.digest:
            return today
        if digest not in self._former:
            document = yield from ledger.rules(digest)
            if document is None:
                raise NotInstalled(desk=self.today.key)
            self._former[digest] = restore_levels(document, today=self.today)
        return self._former[digest]

    def draft(self, ledger: Ledger, ticket: Ticket, now: datetime) -> Steps[Draft]:
        """Return a stored ticket as it is, under its own rules and levels."""
        rules = yield from self.load(ledger, ticket.rules_hash)
        levels = yield from self.levels(ledger, ticket.levels)
        return Draft(desk=self.today, rules=rules, levels=levels, ticket=ticket, recorded_at=now)

    def require(self, ledger: Ledger, *, joined: bool) -> Steps[None]:
        """See to it that a ticket put under today's rules finds them later."""
        if not self.installed:
            for digest, _ in self.today.documents:
                if (yield from ledger.rules(digest)) is None:
                    raise NotInstalled(desk=self.today.key)
            self.installed = not joined


def answer(ledger: Ledger, rules: Rules, asking: asks.Asking[T]) -> Steps[T]:
    """Answer the asks of a use case."""
    try:
        ask = next(asking)
        while True:
            (found,) = yield from _answers(ledger, rules, (ask,))
            ask = asking.send(found)
    except StopIteration as stop:
        result: T = stop.value
        return result


def answer_all(ledger: Ledger, rules: Rules, askings: Sequence[asks.Asking[T]]) -> Steps[list[T]]:
    """
    Answer the asks of use cases that are decided together, and return what they came to, in order.

    Numbers are answered when nobody waits for anything else, in the order of the use cases. What one of them raises
    tells its place among them, from 0: at the beginning of each path of a fault, or in a note. Faults are those of all
    of them; anything else is raised at once.
    """
    results: dict[int, T] = {}
    faulty: dict[int, Invalid] = {}
    waiting: dict[int, asks.Ask] = {}

    def go_on(place: int, found: Any) -> None:
        try:
            waiting[place] = askings[place].send(found)
        except StopIteration as stop:
            results[place] = stop.value
        except Invalid as error:
            faulty[place] = error
        except SupportError as error:
            error.add_note(f"This is of number {place}, counted from 0, of {len(askings)} that were given together.")
            raise

    for place in range(len(askings)):
        go_on(place, None)
    while waiting:
        kind = min((type(ask) for ask in waiting.values()), key=lambda kind: kind is asks.NextNumber)
        if faulty and kind is asks.NextNumber:
            break
        together = {place: ask for place, ask in sorted(waiting.items()) if type(ask) is kind}
        found = yield from _answers(ledger, rules, tuple(together.values()))
        for place, one in zip(together, found, strict=True):
            del waiting[place]
            go_on(place, one)
    if faulty:
        raise Invalid(*(fault.below(place) for place, error in sorted(faulty.items()) for fault in error.faults))
    return [results[place] for place in range(len(askings))]


def failing(error: Invalid) -> asks.Asking[Any]:
    """Return a use case that asks nothing and comes to *error*, in the place of one that cannot begin."""
    yield from ()
    raise error


def _answers(ledger: Ledger, rules: Rules, asked: Sequence[Any]) -> Steps[Sequence[Any]]:
    """Return the answers to asks of one kind."""
    match asked[0]:
        case asks.FindReceipt():
            return (yield from ledger.receipts([ask.command_id for ask in asked]))
        case asks.LoadRecords():
            return (yield from _records(ledger, [ask.refs for ask in asked]))
        case asks.LastAssigned():
            return (yield from _in_turn(ledger, asked))
        case asks.CountOpen():
            return (yield from _loads(ledger, asked))
        case asks.NextNumber():
            first = yield from ledger.next_numbers(len(asked))
            return range(first, first + len(asked))
    found = []
    for ask in asked:
        found.append((yield from _answer(ledger, rules, ask)))
    return found


def _answer(ledger: Ledger, rules: Rules, ask: asks.Ask) -> Steps[Any]:
    match ask:
        case asks.LoadTicket(ticket_id):
            return (yield from ledger.ticket(ticket_id, lock=True))
        case asks.LoadRules(rules_hash):
            return (yield from rules.load(ledger, rules_hash))
        case asks.LoadLevels(digest):
            return (yield from rules.levels(ledger, digest))
        case asks.LoadHistory(ticket_id, after):
            return (yield from ledger.history(ticket_id, after=after))
        case asks.LoadFiles(ids):
            return (yield from ledger.files(ids))
        case asks.LoadContents(ticket_id):
            return (yield from ledger.contents(ticket_id))
        case asks.LoadSuggestion(suggestion_id):
            return (yield from ledger.suggestion(suggestion_id))
        case asks.FindByNumber(number):
            return (yield from ledger.ticket_by_number(number))
        case asks.LoadTranslations(article_id):
            return (yield from ledger.translations(article_id))
    raise TypeError(f"nobody answers {ask!r}")


def _in_turn(ledger: Ledger, asked: Sequence[asks.LastAssigned]) -> Steps[list[tuple[str | None, int]]]:
    """Answer who is next; of the same team asked together, each is told how many came before."""
    before = Counter[str]()
    known: dict[str, str | None] = {}
    found = []
    for team in (ask.team for ask in asked):
        if team not in known:
            known[team] = yield from _last_assigned(ledger, team)
        found.append((known[team], before[team]))
        before[team] += 1
    return found


def _loads(ledger: Ledger, asked: Sequence[asks.CountOpen]) -> Steps[list[dict[str, int]]]:
    """Answer how many open tickets agents have; what is asked first goes to the least loaded first."""
    agents = tuple(sorted({agent for ask in asked for agent in ask.agents}))
    counted = yield from ledger.count_by(All((Eq("is_open", True), In("assignee", agents))), "assignee")
    loads = Counter({agent: counted.get(agent, 0) for agent in agents})
    found = []
    for ask in asked:
        found.append({agent: loads[agent] for agent in ask.agents})
        loads[least_loaded(found[-1])] += 1
    return found


def _last_assigned(ledger: Ledger, team: str) -> Steps[str | None]:
    where = All((Eq("team", team), Missing("assignee", False)))
    found = yield from ledger.find(Query(where=where, sort="number", limit=1))
    return found[0].assignee if found else None


def _records(ledger: Ledger, wanted: Sequence[tuple[Ref, ...]]) -> Steps[list[tuple[Any, ...]]]:
    distinct = tuple(dict.fromkeys(ref for refs in wanted for ref in refs))
    found = dict(zip(distinct, (yield from ledger.records(distinct)), strict=True)) if distinct else {}
    return [tuple([found[ref] for ref in refs]) for refs in wanted]
