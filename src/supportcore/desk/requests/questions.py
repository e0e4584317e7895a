"""Questions as requests: tickets found, counted, told as they were or will be."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text
from supportcore.desk.checks import check_whole
from supportcore.desk.offers import Offer, command_label, offers, opening
from supportcore.desk.promises import Promise, light_is, promises
from supportcore.desk.requests.request import Request
from supportcore.desk.requests.scope import Filters, Scoped
from supportcore.desk.timeline import Entry, timeline
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, facts
from supportcore.predicate import (
    both,
    to_python,
)
from supportcore.sla.clocks import LIGHTS, Light, most_pressing
from supportcore.storage.paging import LIMIT, Listing, page
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS, TOTAL_CAP, Ledger, Page, Steps
from supportcore.tickets.advance import advance
from supportcore.tickets.draft import Draft
from supportcore.tickets.evolve import fold
from supportcore.tickets.measures import Measures, measures
from supportcore.tickets.permissions import as_shown
from supportcore.tickets.ticket import Ticket


class Questions(Scoped):
    """The questions that one actor can ask."""

    def get(self, ticket: str | int) -> Request[Ticket]:
        def steps(ledger: Ledger) -> Steps[Ticket]:
            return as_shown(self._desk, self._actor, (yield from self._visible(ledger, ticket)))

        return Request(steps)

    def actions(self, ticket: str | int | None) -> Request[tuple[Offer, ...]]:
        def steps(ledger: Ledger) -> Steps[tuple[Offer, ...]]:
            if ticket is None:
                return (yield from self._opening(ledger))
            return offers(self._desk, (yield from self.standing(ledger, ticket)), self._actor)

        return Request(steps)

    def _opening(self, ledger: Ledger) -> Steps[tuple[Offer, ...]]:
        desk, actor = self._desk, self._actor
        reasons, _ = yield from opening(ledger, desk, actor)
        offer = Offer(name="open", label=command_label(desk, "open", actor.locale), reasons=reasons, form=desk.form)
        return (offer,)

    def find(
        self,
        where: Filters,
        *,
        sort: str,
        limit: int,
        cursor: str | None,
        page_number: int | None,
        total: bool,
    ) -> Request[Page[Ticket]]:
        check_whole(limit, "limit", 1, LIMIT)
        if page_number is not None:
            check_whole(page_number, "page", 1, TOTAL_CAP)
        if not isinstance(sort, str):
            raise Invalid(Fault("sort", "cannot_sort", facts(options=", ".join(SORT_KEYS))))
        if cursor is not None and not isinstance(cursor, str):
            raise Invalid(Fault("cursor", "bad_cursor"))

        def steps(ledger: Ledger) -> Steps[Page[Ticket]]:
            listing = Listing(
                where=self._scope(where),
                sort=sort,
                limit=limit,
                cursor=cursor,
                page=page_number,
                total=total,
                known_as=self._known_as(where),
            )
            found = yield from page(ledger, listing)
            shown = tuple([as_shown(self._desk, self._actor, ticket) for ticket in found.items])
            return attrs.evolve(found, items=shown)

        return Request(steps)

    def count(self, where: Filters) -> Request[int]:
        return Request(lambda ledger: ledger.count(self._scope(where)))

    def count_by(self, by: str, where: Filters) -> Request[dict[str | bool | None, int]]:
        def steps(ledger: Ledger) -> Steps[dict[str | bool | None, int]]:
            known = [key for key in COUNT_KEYS if key in self._known_fields]
            if by not in known:
                raise Invalid(Fault("by", "not_an_option", facts(options=", ".join(known))))
            return dict((yield from ledger.count_by(self._scope(where), by)))

        return Request(steps)

    def timeline(self, ticket: str | int) -> Request[tuple[Entry, ...]]:
        def steps(ledger: Ledger) -> Steps[tuple[Entry, ...]]:
            found = yield from self._visible(ledger, ticket)
            history = yield from ledger.history(found.id)
            contents = yield from ledger.contents(found.id)
            return timeline(self._desk, self._actor, history, contents)

        return Request(steps)

    def as_of(self, ticket: str | int, instant: datetime) -> Request[Ticket]:
        moment = text.instant(instant, "instant")

        def steps(ledger: Ledger) -> Steps[Ticket]:
            if moment > self._clock():
                raise Refused(Reason("at_in_future", facts(at=moment.isoformat())))
            draft = yield from self._standing(ledger, ticket, moment)
            return as_shown(self._desk, self._actor, draft.ticket)

        return Request(steps)

    def clocks(self, ticket: str | int, at: datetime | None) -> Request[tuple[Promise, ...]]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[tuple[Promise, ...]]:
            moment = asked or self._clock()
            draft = yield from self._standing(ledger, ticket, moment)
            return promises(draft, at=draft.now, locale=self._actor.locale)

        return Request(steps)

    def light(self, ticket: str | int, at: datetime | None) -> Request[Light]:
        asked = self.clocks(ticket, at)

        def steps(ledger: Ledger) -> Steps[Light]:
            return most_pressing(promise.light for promise in (yield from asked.steps(ledger)))

        return Request(steps)

    def lights(self, where: Filters, at: datetime | None) -> Request[dict[Light, int]]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[dict[Light, int]]:
            now = self._clock()
            if asked is not None and asked < now:
                return (yield from self._lights_then(ledger, where, asked))
            found: dict[Light, int] = {}
            for light in LIGHTS:
                found[light] = yield from ledger.count(both(self._scope(where), light_is(light, asked or now)))
            return found

        return Request(steps)

    def measures(self, ticket: str | int, at: datetime | None) -> Request[Measures]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[Measures]:
            draft = yield from self._standing(ledger, ticket, asked or self._clock())
            history = yield from ledger.history(draft.ticket.id)
            stored = [recorded for recorded in history if recorded.position <= draft.before]
            return measures([*stored, *draft.recorded], at=draft.now, levels=draft.levels)

        return Request(steps)

    def _lights_then(self, ledger: Ledger, where: Filters, moment: datetime) -> Steps[dict[Light, int]]:
        """Count lights at an earlier instant: columns tell the present only, so every ticket is gone back in."""
        mine, wanted = self._parts(where, moment)
        sees_now, wanted_then = to_python(mine), to_python(wanted)
        found: dict[Light, int] = dict.fromkeys(LIGHTS, 0)
        after = ""
        while ids := (yield from ledger.ticket_ids(after, LIMIT)):
            for ticket_id in ids:
                ticket = yield from ledger.ticket(ticket_id)
                if ticket is None or ticket.opened_at > moment or not sees_now(ticket, self._actor):
                    continue
                then = (yield from self._back_at(ledger, ticket, moment)).ticket
                if wanted_then(then, self._actor):
                    found[most_pressing(clock.light(moment) for clock in then.clocks)] += 1
            after = ids[-1]
        return found

    def _standing(self, ledger: Ledger, ticket: str | int, moment: datetime) -> Steps[Draft]:
        """Return a ticket as it was, or will be if nobody does anything, at *moment*."""
        found = yield from self._visible(ledger, ticket)
        if moment < found.opened_at:
            raise NotFound(f"Ticket {found.number} was opened later than {moment.isoformat()}.", kind="ticket")
        return (yield from self._back_at(ledger, found, moment))

    def _back_at(self, ledger: Ledger, ticket: Ticket, moment: datetime) -> Steps[Draft]:
        if moment < ticket.updated_at:
            history = yield from ledger.history(ticket.id)
            ticket = fold(self._desk.key, (recorded for recorded in history if recorded.event.at <= moment))
        draft = yield from self._draft(ledger, ticket)
        advance(draft, moment)
        return draft
