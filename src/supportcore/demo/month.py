"""
Four weeks at a desk, from a seed: who writes when, who answers, who stays silent.

Everything is done through the public `Desk` by the actors of a `Cast`, at the instants of a clock that stands still
between them. What an actor does is chosen among what `actions()` offers, and weighted by the category of the state it
leads to; no name of an action is known here, so any desk can be lived in. The same seed gives the same month.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.clock import FrozenClock
from supportcore.definition import Definition
from supportcore.demo.cast import Cast
from supportcore.demo.choosing import Side, choose, submitted, target_of
from supportcore.demo.filling import Filling
from supportcore.demo.hours import DAYS, FIRST_DAY, Hours
from supportcore.demo.texts import theme_of
from supportcore.demo.workers import Workers
from supportcore.desk import Acting, Desk, Offer
from supportcore.errors import NotFound, Refused
from supportcore.ids import seeded_ids
from supportcore.people import Actor
from supportcore.storage.ports import Store
from supportcore.tickets.ticket import Ticket

WORKER_EVERY = timedelta(hours=2)
_CITE = "cite"  # there are no articles in this month
_SILENT = 0.3  # share of customers who do not answer what they are asked
_MISTAKEN = 0.02  # share of visits in which somebody tries what is not allowed
_LATER = 0.1  # share of closed tickets the customer comes back to
_RATING = 0.6  # share of those that can be rated
_OTHER_FORM = 0.5  # share of tickets that are opened with another form than the default one
_TRIES = 3  # to open a ticket, by whoever is refused
_OVERDUE = (timedelta(days=8, hours=9), timedelta(days=15, hours=9))  # from when until when a customer has not paid
_NOT_RENEWED = timedelta(days=22, hours=9)  # from when another one has no agreement any more


@attrs.frozen(kw_only=True)
class Month:
    """
    What was done, beside what is in the store.

    Attributes:
        ends_at: The instant it was over.
        commands: Carried out, by name: a command or an action.
        refused: Attempts refused, by the code of the first reason.
        notices: Delivered, by channel.
        skipped: Notices that were settled without sending.
        retried: How often a notice failed and was tried again.
        timers: Events that happened because time had passed.
    """

    ends_at: datetime
    commands: Mapping[str, int]
    refused: Mapping[str, int]
    notices: Mapping[str, int]
    skipped: int
    retried: int
    timers: int


def open_desk(definition: Definition, store: Store, *, seed: int) -> tuple[Desk, FrozenClock]:
    """Return a desk whose clock stands at the beginning of the month, and the clock."""
    clock = FrozenClock(datetime.combine(FIRST_DAY, time(), ZoneInfo(definition.zone)).astimezone(UTC))
    salts = Random(f"salts {seed}")
    desk = Desk(definition, store, clock=clock, ids=seeded_ids(seed), salts=lambda: f"{salts.getrandbits(128):032x}")
    return desk, clock


def live(
    desk: Desk,
    clock: FrozenClock,
    cast: Cast,
    *,
    seed: int,
    tickets: int,
    progress: Callable[[float], object] = lambda share: None,
) -> Month:
    """
    Let a month happen at *desk*, which is installed and empty.

    Args:
        tickets: How many are opened.
        progress: Called with the share of the month that is over, from 0 to 1.
    """
    return _Living(desk, clock, cast, seed).through(tickets, progress)


class _Living:
    def __init__(self, desk: Desk, clock: FrozenClock, cast: Cast, seed: int) -> None:
        self._desk = desk
        self._definition = desk.definition
        self._clock = clock
        self._cast = cast
        self._random = Random(seed)
        self._overseer = desk.acting_as(cast.staff[0])
        self._workers = Workers(desk, Random(f"line {seed}"))  # of their own: a notice more changes nothing people do
        self._cases = theme_of(self._definition.key).cases
        self._hours = Hours(self._random, ZoneInfo(desk.definition.zone))
        self._begins = clock.at
        self._ends = clock.at + timedelta(days=DAYS)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turn = count()
        self._filling = Filling(desk.definition, cast, clock, self._random)
        self._forms = [form for form in desk.definition.forms if cast.can_fill_in(form)] or [desk.definition.form]
        self._called: set[tuple[str, str, str]] = set()
        self._commands: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def through(self, tickets: int, progress: Callable[[float], object]) -> Month:
        for at in self._hours.arrivals(tickets):
            self._plan(at, self._open)
        self._plan(self._begins + WORKER_EVERY, self._let_workers_run)
        self._plan(self._begins + timedelta(days=3, hours=11), self._stray)
        self._plan_agreements()
        while self._agenda:
            at, _, happen = heapq.heappop(self._agenda)
            self._clock.at = at
            happen()
            progress((at - self._begins) / (self._ends - self._begins))
        self._clock.at = self._ends
        self._workers.run()
        progress(1.0)
        return Month(
            ends_at=self._ends,
            commands=_sorted(self._commands),
            refused=_sorted(self._refused),
            notices=_sorted(self._workers.notices),
            skipped=self._workers.skipped,
            retried=self._workers.retried,
            timers=self._workers.events,
        )

    def _plan(self, at: datetime, happen: Callable[[], None]) -> None:
        """Note down what is to happen; what lies beyond the month is left out."""
        if at < self._ends:
            heapq.heappush(self._agenda, (at, next(self._turn), happen))

    def _open(self) -> None:
        actor = self._random.choice(self._cast.requesters)
        case = self._random.choice(self._cases)
        usual, *others = self._forms
        form = self._random.choice(others) if others and self._random.random() < _OTHER_FORM else usual
        acting = self._desk.acting_as(actor)
        for turn in range(_TRIES):
            document = self._filling.document(form, actor, "open", case=case)
            if turn == 0 and self._random.random() < _MISTAKEN:  # the form is sent before it is filled in
                self._attempt("open", partial(acting.open, {**document, "subject": ""}, form=form.key))
            receipt = self._attempt("open", partial(acting.open, document, form=form.key))
            if receipt is not None:
                self._call_voters(self._overseer.get(receipt.id))
                self._visit_later(receipt.id, "staff", timedelta(hours=2))
                break

    def _visit_later(self, ticket_id: str, side: Side, median: timedelta) -> None:
        at = self._clock.at + self._hours.after(median)
        self._plan(self._hours.at_work(at) if side == "staff" else at, lambda: self._visit(ticket_id, side))

    def _visit(self, ticket_id: str, side: Side) -> None:
        """Somebody looks at a ticket and does something about it, or tries to."""
        seen = self._visitor(ticket_id, side)
        if seen is None:
            return
        actor, acting, ticket = seen
        offered = [offer for offer in acting.actions(ticket_id) if offer.name != _CITE]
        closed = [offer for offer in offered if not offer.allowed]
        if closed and self._random.random() < _MISTAKEN:
            self._take(acting, actor, ticket, self._random.choice(closed))
        chosen = choose(self._random, self._definition, [offer for offer in offered if offer.allowed], ticket, side)
        if chosen is not None:
            self._take(acting, actor, ticket, chosen)
        elif not ticket.is_open and closed:  # a last thank-you to a ticket that takes none
            self._take(acting, actor, ticket, closed[0])
        ticket = self._overseer.get(ticket_id)  # whoever handed it over may not see it any more
        self._call_voters(ticket)
        self._plan_next(ticket)

    def _call_voters(self, ticket: Ticket) -> None:
        """Whoever is asked to agree looks at the ticket, mostly within a day."""
        for approval in ticket.approvals:
            for voter in approval.voters:
                if approval.decided is None and (ticket.id, approval.key, voter) not in self._called:
                    self._called.add((ticket.id, approval.key, voter))
                    at = self._hours.at_work(self._clock.at + self._hours.after(timedelta(hours=8)))
                    self._plan(at, partial(self._vote, ticket.id, voter))

    def _vote(self, ticket_id: str, voter: str) -> None:
        actor = self._cast.actor(voter)
        assert actor is not None, "voters are of the staff"
        acting = self._desk.acting_as(actor)
        try:
            ticket, offered = acting.get(ticket_id), acting.actions(ticket_id)
        except NotFound:  # it was classified otherwise, and is none of the committee's business any more
            return
        for offer in offered:
            if offer.name == "decide" and offer.allowed:
                self._take(acting, actor, ticket, offer)

    def _visitor(self, ticket_id: str, side: str) -> tuple[Actor, Acting, Ticket] | None:
        """Return who looks at a ticket next, out of those who may see it."""
        try:
            ticket = self._overseer.get(ticket_id)
        except NotFound:
            return None
        if side == "customer":
            wanted = [self._cast.actor(ticket.contact)]
        else:
            anybody = self._random.sample(self._cast.staff, len(self._cast.staff))
            wanted = [self._cast.actor(ticket.assignee), self._cast.actor(ticket.responsible), *anybody]
            if self._random.random() < 0.2:
                wanted = [*anybody]
        for actor in wanted:
            if actor is not None and actor.roles:
                acting = self._desk.acting_as(actor)
                try:
                    return actor, acting, acting.get(ticket_id)
                except NotFound:
                    continue
        return None

    def _plan_next(self, ticket: Ticket) -> None:
        if not ticket.is_open:
            asked = self._definition.survey is not None and not ticket.rated
            if self._random.random() < (_RATING if asked else _LATER):
                self._visit_later(ticket.id, "customer", timedelta(days=2))
        elif ticket.category == "on_hold":
            self._visit_later(ticket.id, "staff", timedelta(days=1))
        elif ticket.waiting_on != "customer":
            self._visit_later(ticket.id, "staff", timedelta(hours=6))
        elif self._random.random() < _SILENT:
            self._visit_later(ticket.id, "staff", timedelta(days=6))
        else:
            self._visit_later(ticket.id, "customer", timedelta(hours=14))

    def _take(self, acting: Acting, actor: Actor, ticket: Ticket, offer: Offer) -> None:
        target = target_of(self._definition, offer.name, ticket)
        purpose: str
        if target is not None:
            purpose = target.outcome or target.category
        elif offer.name == "note":
            purpose = "note"
        else:
            purpose = "staff_reply" if actor in self._cast.staff else "customer_reply"
        given = self._filling.document(offer.form, actor, purpose, ticket=ticket)
        self._attempt(offer.name, partial(acting.submit, submitted(offer.name, ticket), given))

    def _stray(self) -> None:
        """Somebody without a role, and somebody who asks for another's ticket, find what they find: nothing."""
        stranger = self._desk.acting_as(Actor(id="stranger"))
        document = self._filling.document(self._definition.form, self._cast.requesters[0], "open", case=self._cases[0])
        self._attempt("open", lambda: stranger.open(document))
        first, last = (self._desk.acting_as(self._cast.requesters[place]) for place in (0, -1))
        theirs = last.find(limit=1).items
        if theirs and not first.count({"number": theirs[0].number}):
            self._attempt("reply", lambda: first.reply(theirs[0].id, "?"))
        self._plan(self._clock.at + timedelta(days=7), self._stray)

    def _plan_agreements(self) -> None:
        """Where the desk minds whether an agreement holds, a customer pays late, and another one does not renew."""
        put = self._desk.catalogue.put
        late, ending = self._cast.records.get("agreements", ())[:2] or (None, None)
        if late is not None:
            for after, record in zip(_OVERDUE, (attrs.evolve(late, on_hold=True), late), strict=True):
                self._plan(self._begins + after, partial(put, record))
            ended = attrs.evolve(ending, ends_at=self._begins + _NOT_RENEWED)
            self._plan(self._begins + _NOT_RENEWED, partial(put, ended))

    def _attempt(self, name: str, act: Callable[[], Any]) -> Any:
        """Carry out a command and count it, or count why it was refused."""
        try:
            receipt = act()
        except (Refused, NotFound) as error:
            self._refused[error.code] += 1
            return None
        self._commands[name] += 1
        return receipt

    def _let_workers_run(self) -> None:
        self._workers.run()
        self._plan(self._clock.at + WORKER_EVERY, self._let_workers_run)


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
