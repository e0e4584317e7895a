"""Delivery goes on where one notice cannot be settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from supportcore import Actor, Desk, FrozenClock
from supportcore.errors import Busy
from supportcore.storage import attempts
from supportcore.storage.memory import MemoryLedger, MemoryStore
from supportcore.storage.ports import Conflict
from tests.desk.machine import SMALL, START, equip


def test_one_that_cannot_be_settled_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was claimed is sent; the one that could not be noted as sent is sent once more, after its lease."""
    clock = FrozenClock(START)
    desk = Desk(SMALL, MemoryStore(), clock=clock)
    equip(desk)
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    for _ in range(3):
        ana.open({"subject": "A", "description": "B", "product": "erp"})
    waiting = desk.outbox()["pending"]
    assert waiting >= 3
    settle, stuck = MemoryLedger.settle, []

    def sometimes(self: MemoryLedger, row_id: str, **given: Any) -> Any:
        if not stuck or row_id in stuck:
            stuck.append(row_id)
            raise Conflict("somebody holds it")
        return (yield from settle(self, row_id, **given))

    monkeypatch.setattr(attempts, "PATIENCE", 0.0)
    monkeypatch.setattr(MemoryLedger, "settle", sometimes)
    sent: list[str] = []
    with pytest.raises(Busy):
        desk.deliver(lambda notice: sent.append(notice.id))
    assert waiting == len(set(sent)) == len(sent)
    monkeypatch.setattr(MemoryLedger, "settle", settle)
    assert 0 == desk.deliver(lambda notice: sent.append(notice.id)).sent
    clock.move(timedelta(minutes=5))
    assert 1 == desk.deliver(lambda notice: sent.append(notice.id)).sent
    assert stuck[0] == sent[-1]
    assert 0 == desk.outbox()["pending"]
