"""Stores that keep other values than they were given, as columns of the wrong type do."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import attrs

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction
from supportcore.storage.ports import Record, Steps
from supportcore.testing.strategies import LAST_INSTANT
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore, Found, keeping, writing


def _instants(alter: Any) -> Any:
    """Return what alters the instants of a ticket."""
    names = ("opened_at", "updated_at", "last_reply_at")

    def altered(ticket: Ticket) -> Ticket:
        at = {name: getattr(ticket, name) for name in names}
        changed: Ticket = attrs.evolve(ticket, **{name: alter(value) for name, value in at.items() if value})
        return changed

    return altered


class SecondsOnly(BrokenStore):
    """Cuts instants to seconds."""

    operations = keeping(_instants(lambda at: at.replace(microsecond=0)))


class ZonesLost(BrokenStore):
    """Keeps the wall time of a zone that is an hour ahead in summer, and takes it for UTC."""

    operations = keeping(_instants(lambda at: min(at + timedelta(hours=3 < at.month < 11), LAST_INSTANT)))


class YearsOf32Bits(BrokenStore):
    """Keeps instants in seconds of 31 bits, which end in 2038."""

    operations = keeping(
        _instants(lambda at: datetime.fromtimestamp(at.timestamp() % 2**31, at.tzinfo).replace(microsecond=0))
    )


class NumbersAsFloats(BrokenStore):
    """Keeps integers in a float of 53 bits."""

    operations = keeping(lambda ticket: attrs.evolve(ticket, number=min(int(float(ticket.number)), 2**63 - 1)))


class NumbersOf32Bits(BrokenStore):
    """Keeps integers in 31 bits."""

    operations = keeping(lambda ticket: attrs.evolve(ticket, number=ticket.number % 2**31 or 1))


def _texts(alter: Any) -> Any:
    """Return what alters the texts of a ticket."""

    def altered(ticket: Ticket) -> Ticket:
        texts = {name: getattr(ticket, name) for name in ("subject", "customer", "contact")}
        changed: Ticket = attrs.evolve(ticket, **{name: alter(text) for name, text in texts.items() if text})
        return changed

    return altered


class BlanksTrimmed(BrokenStore):
    """Cuts blanks off the end of text."""

    operations = keeping(_texts(lambda text: text.rstrip(" ") or " "))


class TextNormalised(BrokenStore):
    """Composes letters and their accents."""

    operations = keeping(_texts(lambda text: unicodedata.normalize("NFC", text)))


class PlanesLost(BrokenStore):
    """Keeps no character that takes four bytes."""

    operations = keeping(_texts(lambda text: "".join(c if c < "\U00010000" else "?" for c in text)))


class LinesChanged(BrokenStore):
    """Keeps the ends of lines as another system writes them."""

    operations = writing(lambda one: attrs.evolve(one, body=one.body.replace("\n", "\r\n")))


class TextCut(BrokenStore):
    """Cuts text after 65,535 bytes, as a TEXT column does."""

    operations = writing(lambda one: attrs.evolve(one, body=one.body.encode()[:65_535].decode(errors="ignore")))


class EmptyIsMissing(BrokenStore):
    """Takes an empty text for none."""

    operations = keeping(lambda ticket: attrs.evolve(ticket, subject=ticket.subject or "-"))


class TimersForgotten(BrokenStore):
    """Keeps one of several timers."""

    operations = keeping(lambda ticket: attrs.evolve(ticket, timers=ticket.timers[:1]))


class FollowersReordered(BrokenStore):
    """Keeps a list as a set, without its order."""

    operations = keeping(lambda ticket: attrs.evolve(ticket, followers=ticket.followers[::-1]))


class RulesRewritten(BrokenStore):
    """Keeps documents as its JSON column writes them."""

    class operations(MemoryLedger):
        def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
            yield from super().put_rules(rules_hash, document.replace(" ", ""))


class RecordsInPart(BrokenStore):
    """Keeps of a record what is true of it, and forgets that it was retired."""

    class operations(MemoryLedger):
        def put_record(self, record: Record) -> Steps[None]:
            if getattr(record, "active", True) is False:
                record = attrs.evolve(record, active=True)
            yield from super().put_record(record)


class AudiencesLost(BrokenStore):
    """Keeps every note as a message that customers may read."""

    operations = writing(lambda one: attrs.evolve(one, audience="public"))


class RecordedWhenItHappened(BrokenStore):
    """Takes the instant of an event for that at which it was recorded."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = tuple(
                attrs.evolve(c, recorded=tuple(attrs.evolve(one, recorded_at=one.event.at) for one in c.recorded))
                for c in decision.changes
            )
            super()._save(unit, attrs.evolve(decision, changes=changes))


TICKET = "test_a_ticket_comes_back_as_it_was_saved"
DECISION = "test_a_decision_comes_back_as_it_was_saved"
FOUND: list[Found] = [
    (SecondsOnly, TICKET, {}),
    (ZonesLost, TICKET, {}),
    (YearsOf32Bits, TICKET, {}),
    (NumbersAsFloats, "test_a_number_compares_with_any_number", {"value": float(2**62)}),
    (NumbersOf32Bits, "test_a_number_compares_with_any_number", {"value": 1.0}),
    (BlanksTrimmed, "test_text_is_equal_byte_by_byte", {"other": "acme "}),
    (TextNormalised, "test_text_is_equal_byte_by_byte", {"other": "acme\u0301"}),
    (PlanesLost, TICKET, {}),
    (LinesChanged, "test_a_body_may_be_as_long_as_bodies_may_be", {}),
    (TextCut, "test_a_body_may_be_as_long_as_bodies_may_be", {}),
    (EmptyIsMissing, TICKET, {}),
    (TimersForgotten, TICKET, {}),
    (FollowersReordered, TICKET, {}),
    (RulesRewritten, "test_rules_are_kept_as_they_were_put", {}),
    (RecordsInPart, "test_a_record_comes_back_as_it_was_put", {}),
    (AudiencesLost, DECISION, {}),
    (RecordedWhenItHappened, DECISION, {}),
]
