"""Notices for tests of senders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from supportcore.notices import Notice

AT = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)
TOLD = Notice(
    id="0d7cbe5e-7a36-5b16-9d5c-1f2b3c4d5e6f",
    desk="small",
    ticket="11111111-2222-4333-8444-555555555555",
    number=7,
    channel="email",
    role="contact",
    recipient="ana",
    emails=("ana@acme.example",),
    locale="es",
    subject="Caso 7: Respondido",
    body="¿Está enchufada?\nSí.",
    at=AT,
    event="replied",
    data={"desk": "small", "number": 7, "waiting_on": None},
)


def told(**changes: Any) -> Notice:
    return attrs.evolve(TOLD, **changes)
