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
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from math import ceil
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs

from supportcore.clock import FrozenClock
from supportcore.definition import Definition
from supportcore.demo.cast import Cast
from supportcore.demo.texts import Case, said, theme_of
from supportcore.desk import Acting, Desk, Offer
from supportcore.errors import NotFound, Refused, SupportError
from supportcore.forms.fields import Field, Form, Plain
from supportcore.ids import seeded_ids
from supportcore.notices.render import Notice
from supportcore.people import Actor
from supportcore.storage.ports import Store
from supportcore.text import instant_text
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import State

FIRST_DAY = date(2026, 3, 2)  # a Monday
DAYS = 28
WORKER_EVERY = timedelta(hours=2)
_DAY_WEIGHTS = (13, 11, 10, 10, 8, 1, 0.3)  # Monday to Sunday
_HOUR_WEIGHTS = {7: 1, 8: 5, 9: 9, 10: 10, 11: 8, 12: 4, 13: 3, 14: 6, 15: 7, 16: 5, 17: 2, 20: 0.5}
_OPENS, _CLOSES = time(8), time(18)

_STAFF_WEIGHTS = {"reply": 2.0, "note": 1.1, "assign": 0.25, "triage": 0.4}
_STAFF_TARGETS = {"new": 0.3, "open": 1.2, "pending": 1.4, "on_hold": 0.2, "solved": 4.0, "resolved": 2.0}
_CUSTOMER_WEIGHTS = {"reply": 2.0}
_CUSTOMER_TARGETS = {"open": 0.7, "resolved": 4.0}
_UNUSUAL = 0.12  # weight of cancelling, and of whatever is not named above
_CITE = "cite"  # there are no articles in this month
_SILENT = 0.3  # share of customers who do not answer what they are asked
_MISTAKEN = 0.02  # share of visits in which somebody tries what is not allowed
_LINE_DOWN = 0.005  # share of notices that fail at first
_LATER = 0.1  # share of closed tickets the customer comes back to


@attrs.frozen(kw_only=True)
class Month:
    """
    What was done, beside what is in the store.

    Attributes:
        ends_at: The instant it was over.
        commands: Carried out, by name: a command or an action.
        refused: Attempts refused, by the code of the first reason.
        notices: Delivered, by channel.
        retried: How often a notice failed and was tried again.
        timers: Events that happened because time had passed.
    """

    ends_at: datetime
    commands: Mapping[str, int]
    refused: Mapping[str, int]
    notices: Mapping[str, int]
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
        self._line = Random(f"line {seed}")  # of its own: a notice more or less changes nothing that people do
        self._zone = ZoneInfo(self._definition.zone)
        self._cases = theme_of(self._definition.key).cases
        self._begins = clock.at
        self._ends = clock.at + timedelta(days=DAYS)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turn = count()
        self._said: set[tuple[str, str]] = set()
        self._commands: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._notices: Counter[str] = Counter()
        self._retried = self._timers = 0

    def through(self, tickets: int, progress: Callable[[float], object]) -> Month:
        for at in self._arrivals(tickets):
            self._plan(at, self._open)
        self._plan(self._begins + WORKER_EVERY, self._work)
        self._plan(self._begins + timedelta(days=3, hours=11), self._stray)
        while self._agenda:
            at, _, happen = heapq.heappop(self._agenda)
            self._clock.at = at
            happen()
            progress((at - self._begins) / (self._ends - self._begins))
        self._clock.at = self._ends
        self._run_workers()
        progress(1.0)
        return Month(
            ends_at=self._ends,
            commands=_sorted(self._commands),
            refused=_sorted(self._refused),
            notices=_sorted(self._notices),
            retried=self._retried,
            timers=self._timers,
        )

    def _plan(self, at: datetime, happen: Callable[[], None]) -> None:
        """Note down what is to happen; what lies beyond the month is left out."""
        if at < self._ends:
            heapq.heappush(self._agenda, (at, next(self._turn), happen))

    # -- time

    def _arrivals(self, tickets: int) -> list[datetime]:
        days = range(DAYS)
        weights = [_DAY_WEIGHTS[day % 7] for day in days]
        hours = list(_HOUR_WEIGHTS)
        found = []
        for _ in range(tickets):
            day = self._random.choices(days, weights)[0]
            hour = self._random.choices(hours, list(_HOUR_WEIGHTS.values()))[0]
            local = datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), self._zone)
            found.append((local + timedelta(seconds=self._random.randrange(3600))).astimezone(UTC))
        return sorted(found)

    def _after(self, median: timedelta) -> timedelta:
        """Return a pause, usually near *median*, sometimes much longer."""
        return timedelta(seconds=round(median.total_seconds() * self._random.lognormvariate(0, 0.9)))

    def _at_work(self, at: datetime) -> datetime:
        """Return *at*, or an instant early on the next working day if nobody works then."""
        local = at.astimezone(self._zone)
        if local.weekday() < 5 and _OPENS <= local.time() < _CLOSES:
            return at
        if local.time() >= _OPENS:
            local += timedelta(days=1)
        while local.weekday() >= 5:
            local += timedelta(days=1)
        early = timedelta(seconds=self._random.randrange(2 * 3600))
        return (datetime.combine(local.date(), _OPENS, self._zone) + early).astimezone(UTC)

    # -- what happens

    def _open(self) -> None:
        actor = self._random.choice(self._cast.requesters)
        case = self._random.choice(self._cases)
        document = self._document(self._definition.form, actor, "open", case=case)
        acting = self._desk.acting_as(actor)
        if self._random.random() < _MISTAKEN:  # the form is sent before it is filled in
            self._attempt("open", lambda: acting.open({**document, "subject": ""}))
        receipt = self._attempt("open", lambda: acting.open(document))
        if receipt is not None:
            ticket_id: str = receipt.id
            self._visit_later(ticket_id, "staff", timedelta(hours=2))

    def _visit_later(self, ticket_id: str, side: Literal["customer", "staff"], median: timedelta) -> None:
        at = self._clock.at + self._after(median)
        self._plan(self._at_work(at) if side == "staff" else at, lambda: self._visit(ticket_id, side))

    def _visit(self, ticket_id: str, side: Literal["customer", "staff"]) -> None:
        """Somebody looks at a ticket and does something about it, or tries to."""
        seen = self._visitor(ticket_id, side)
        if seen is None:
            return
        actor, acting, ticket = seen
        offered = [offer for offer in acting.actions(ticket_id) if offer.name != _CITE]
        closed = [offer for offer in offered if not offer.allowed]
        if closed and self._random.random() < _MISTAKEN:
            self._do(acting, actor, ticket, self._random.choice(closed))
        chosen = self._choose([offer for offer in offered if offer.allowed], ticket, side)
        if chosen is not None:
            self._do(acting, actor, ticket, chosen)
        elif not ticket.is_open and closed:  # a last thank-you to a ticket that takes none
            self._do(acting, actor, ticket, closed[0])
        self._plan_next(acting.get(ticket_id))

    def _visitor(self, ticket_id: str, side: str) -> tuple[Actor, Acting, Ticket] | None:
        """Return who looks at a ticket next, out of those who may see it."""
        overseer = self._desk.acting_as(self._cast.staff[0])
        try:
            ticket = overseer.get(ticket_id)
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
            if self._random.random() < _LATER:
                self._visit_later(ticket.id, "customer", timedelta(days=2))
        elif ticket.category == "on_hold":
            self._visit_later(ticket.id, "staff", timedelta(days=1))
        elif ticket.waiting_on != "customer":
            self._visit_later(ticket.id, "staff", timedelta(hours=6))
        elif self._random.random() < _SILENT:
            self._visit_later(ticket.id, "staff", timedelta(days=6))
        else:
            self._visit_later(ticket.id, "customer", timedelta(hours=14))

    def _choose(self, offered: list[Offer], ticket: Ticket, side: str) -> Offer | None:
        weights = [self._weight(offer, ticket, side) for offer in offered]
        return self._random.choices(offered, weights)[0] if any(weights) else None

    def _weight(self, offer: Offer, ticket: Ticket, side: str) -> float:
        """Return how likely an offer is taken: people move a ticket on rather than round."""
        commands, targets = (
            (_STAFF_WEIGHTS, _STAFF_TARGETS) if side == "staff" else (_CUSTOMER_WEIGHTS, _CUSTOMER_TARGETS)
        )
        target = self._target(offer.name, ticket)
        if target is None:
            return commands.get(offer.name, _UNUSUAL)
        weight = targets.get(target.outcome or target.category, _UNUSUAL)
        if target.key == ticket.state:
            return min(weight, 0.3)
        if ticket.category == "on_hold" and target.category == "open":
            return weight * 3
        if target.category == "solved" or target.outcome == "resolved":
            return weight * min(ticket.version, 6) / 6
        return weight

    def _target(self, action: str, ticket: Ticket) -> State | None:
        """Return the state an action leads to; None for a command that every desk has."""
        workflow = self._definition.workflow
        step = workflow.by_action.get((action, ticket.state))
        return None if step is None else workflow.by_key[step.to or ticket.state]

    def _do(self, acting: Acting, actor: Actor, ticket: Ticket, offer: Offer) -> None:
        target = self._target(offer.name, ticket)
        purpose: str
        if target is not None:
            purpose = target.outcome or target.category
        elif offer.name == "note":
            purpose = "note"
        else:
            purpose = "staff_reply" if actor in self._cast.staff else "customer_reply"
        given = self._document(offer.form, actor, purpose, ticket=ticket)
        act: Mapping[str, Callable[[], Any]] = {
            "reply": lambda: acting.reply(ticket.id, str(given["text"])),
            "note": lambda: acting.note(ticket.id, str(given["text"])),
            "assign": lambda: acting.assign(ticket.id, given),
            "triage": lambda: acting.triage(ticket.id, given),
        }
        self._attempt(offer.name, act.get(offer.name, lambda: acting.act(ticket.id, offer.name, given)))

    def _stray(self) -> None:
        """Somebody without a role, and somebody of another company, find what they find: nothing."""
        stranger = self._desk.acting_as(Actor(id="stranger"))
        document = self._document(self._definition.form, self._cast.requesters[0], "open", case=self._cases[0])
        self._attempt("open", lambda: stranger.open(document))
        first, last = self._cast.requesters[0], self._cast.requesters[-1]
        theirs = self._desk.acting_as(last).find(limit=1).items
        if theirs and self._definition.customer == "required":
            self._attempt("reply", lambda: self._desk.acting_as(first).reply(theirs[0].id, "?"))
        self._plan(self._clock.at + timedelta(days=7), self._stray)

    def _attempt(self, name: str, act: Callable[[], Any]) -> Any:
        """Carry out a command and count it, or count why it was refused."""
        try:
            receipt = act()
        except (Refused, NotFound) as error:
            self._refused[error.code] += 1
            return None
        self._commands[name] += 1
        return receipt

    # -- workers

    def _work(self) -> None:
        self._run_workers()
        self._plan(self._clock.at + WORKER_EVERY, self._work)

    def _run_workers(self) -> None:
        while True:
            due = self._desk.run_due(limit=100)
            self._timers += due.events
            if due.parked:
                raise SupportError("; ".join(why for _, why in due.parked))
            if not due.tickets:
                break
        while True:
            report = self._desk.deliver(self._notify, limit=200)
            self._retried += len(report.retried)
            if not report.sent:
                break

    def _notify(self, notice: Notice) -> None:
        """Take a notice, as a host's mail or chat would; now and then the line is down."""
        if self._line.random() < _LINE_DOWN:
            raise ConnectionError("the line is down")
        self._notices[notice.channel] += 1

    # -- forms

    def _document(
        self, form: Form, actor: Actor, purpose: str, *, ticket: Ticket | None = None, case: Case | None = None
    ) -> dict[str, Plain]:
        """Fill in a form as *actor* would."""
        given: dict[str, Plain] = {}
        asked = form.bound(actor).fields
        defaults = {field.key: field.default for field in asked if field.default is not None}
        parts = any(field.source in ("module", "version") for field in asked)
        for field in asked:
            if not field.asked({**defaults, **given}, actor):
                defaults.pop(field.key, None)
                continue
            if field.fixed or field.pattern or not (field.required or self._random.random() < 0.6):
                continue
            if field.source == "product" and ticket is not None and parts:
                continue  # its parts would have to change with it
            value = self._value(field, actor, purpose, given, ticket, case)
            if value is not None:
                given[field.key] = value
        return given

    def _value(
        self,
        field: Field,
        actor: Actor,
        purpose: str,
        given: Mapping[str, Plain],
        ticket: Ticket | None,
        case: Case | None,
    ) -> Plain | None:
        language: Literal["en", "es"] = "en" if actor.locale == "en" else "es"
        match field.kind:
            case "choice":
                return self._random.choice(field.options)
            case "record":
                return self._record(field, actor, given, ticket)
            case "number":
                return self._random.randint(max(1, ceil(field.least)), max(5, ceil(field.least)))
            case "instant":
                return instant_text(self._clock.at + timedelta(days=self._random.randint(1, 5)))
            case "flag":
                return self._random.random() < 0.5
        if case is not None and field.key in ("subject", "description"):
            text = getattr(case, language)[field.key == "description"]
        else:
            text = self._words("title" if field.kind == "title" else purpose, language, ticket)
        return str(text[: field.limit]) if field.limit is not None else str(text)

    def _words(self, purpose: str, language: Literal["en", "es"], ticket: Ticket | None) -> str:
        """Return something that was not said on this ticket yet, if there is anything left to say."""
        options = said(purpose, language)
        place = "" if ticket is None else ticket.id
        text = self._random.choice([words for words in options if (place, words) not in self._said] or options)
        self._said.add((place, text))
        return text

    def _record(self, field: Field, actor: Actor, given: Mapping[str, Plain], ticket: Ticket | None) -> str | None:
        """Choose a record that fits with what is given already, and with what the ticket has."""

        def fitting(name: str) -> str | None:
            value = given.get(name, getattr(ticket, name, None))
            return None if value is None else str(value)

        if field.source == "customer":
            mine = sorted(actor.customers) or list(self._cast.ids("customer"))
            return self._random.choice(mine)
        part = field.source in ("module", "version")
        product = fitting("product") if part else None
        if part and product is None:
            return None
        customer = fitting("customer") or next(iter(sorted(actor.customers)), None)
        options = self._cast.ids(field.source or "", product=product, customer=customer)
        return self._random.choice(options) if options else None


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
