"""
Notices that were given up: looked at, and sent again once what stopped them is mended.

The outbox is gone through from end to end, a page at a time; it is what an operator does after an outage, not a worker.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from supportcore.desk.reports import DeadNotice
from supportcore.desk.requests import Request
from supportcore.storage.ports import Entry, Key, Ledger, Steps
from supportcore.text import instant_text

_TOGETHER = 200
"""Notices that are read at once."""


def dead(limit: int) -> Generator[Request[tuple[Entry, ...]], tuple[Entry, ...], tuple[DeadNotice, ...]]:
    """Return up to *limit* notices that were given up, by id."""
    found: list[DeadNotice] = []
    after: Key | None = None
    while len(found) < limit and (page := (yield Request(partial(_page, after=after)))):
        found += [_told(entry) for entry in page if _is_dead(entry)]
        after = page[-1].key
    return tuple(found[:limit])


def resend(ids: Collection[str] | None, now: datetime) -> Generator[Request[Any], Any, int]:
    """
    Let notices that were given up be tried again from the beginning, and return how many there were.

    Args:
        ids: Those that are meant; None means all.
    """
    count = 0
    after: Key | None = None
    while page := (yield Request(partial(_page, after=after))):
        if any(_is_meant(entry, ids) for entry in page):
            count += yield Request(partial(_revive, after=after, ids=ids, now=now), write=True)
        after = page[-1].key
    return count


def _page(ledger: Ledger, after: Key | None, *, lock: bool = False) -> Steps[tuple[Entry, ...]]:
    return ledger.entries("outbox", after=after, limit=_TOGETHER, lock=lock)


def _revive(ledger: Ledger, after: Key | None, ids: Collection[str] | None, now: datetime) -> Steps[int]:
    page = yield from _page(ledger, after, lock=True)
    again = {"status": "pending", "attempts": 0, "next_at": instant_text(now), "token": None, "leased_until": None}
    meant = [entry for entry in page if _is_meant(entry, ids)]
    if meant:
        yield from ledger.replace_entries([attrs.evolve(entry, form={**entry.form, **again}) for entry in meant])
    return len(meant)


def _is_dead(entry: Entry) -> bool:
    return bool(entry.form["status"] == "dead")


def _is_meant(entry: Entry, ids: Collection[str] | None) -> bool:
    return _is_dead(entry) and (ids is None or entry.key[0] in ids)


def _told(entry: Entry) -> DeadNotice:
    row: Mapping[str, Any] = entry.form["row"]
    return DeadNotice(
        id=str(entry.key[0]),
        ticket=row["ticket"],
        rule=row["rule"],
        channel=row["channel"],
        role=row["role"],
        recipient=row["recipient"],
        tries=entry.form["attempts"],
        error=entry.form["error"],
    )
