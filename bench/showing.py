"""
What a front end is given, beside the statements it takes, by hand with SQLAlchemy Core: home, a ticket's page, a form.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from bench.filling import fill
from bench.listing import LUIS
from bench.measuring import Samples, interleave, scale
from bench.recording import Recorder, Transaction, by_hand, core, engine_like_ours
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Actor, Desk, load_definition
from supportcore.desk.acting import Acting
from supportcore.storage.ports import drive
from supportcore_sql import SqlStore
from tests.servers import StoreUnavailable

VIEW = 1.5
REPLIES = 20
ANA = Actor(id="p3", roles={"cliente"}, customers={"c3"})
CUSTOMER = Actor(id="ana", roles={"cliente"}, customers={"acme"})
SHOWN: dict[str, Callable[[Acting, int], object]] = {
    "home": lambda me, number: me.home(),
    "page": lambda me, number: me.page(number),
    "listing": lambda me, number: me.listing(),
    "form": lambda me, number: me.form(),
}
WHO = {"home": ANA, "page": CUSTOMER, "listing": ANA, "form": CUSTOMER}
WHAT = {
    "home": "home() of a customer",
    "page": f"page() of a customer's ticket with {REPLIES} replies",
    "listing": "listing() of a customer, the first page",
    "form": "form() of a customer",
}


def measure(*, quick: bool) -> Measurement:
    """Measure views."""
    count = 2_000 if quick else max(2_000, scale())
    lines: list[Line] = []
    facts: dict[str, Any] = {"tickets": count, "replies": REPLIES}
    for name in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="bench-views-") as folder:
            try:
                with place(name, Path(folder)) as here:
                    url = here.database("views")
                    fill(url, count)
                    lines += _lines(name, url, facts, quick=quick)
            except StoreUnavailable as error:
                lines.append(left_out(name, error))
                continue
        facts[name] = SETTINGS[name]
    return Measurement(
        title="views: what a front end is given, desk noova",
        how="Ratio: to the same prepared statements and parameters executed by hand with SQLAlchemy Core, all rows "
        "fetched as tuples.",
        lines=tuple(lines),
        facts=facts,
    )


def _lines(name: str, url: str, facts: dict[str, Any], *, quick: bool) -> list[Line]:
    with ExitStack() as stack:
        store = stack.enter_context(closing(SqlStore(url)))
        engine = engine_like_ours(url)
        stack.callback(engine.dispose)
        desk = Desk(load_definition("noova"), store)
        with store.begin(write=True) as execute:  # the filled tickets have numbers that the desk has not given
            drive(store.ledger("noova").next_numbers(facts["tickets"]), execute)
        number = _talk(desk)
        bare = {}
        for key, shown in SHOWN.items():
            recorder = Recorder(store)
            shown(Desk(desk.definition, recorder).acting_as(WHO[key]), number)
            bare[key] = core(recorder.transactions)
            facts[f"{name}_{key}_statements"] = _statements(recorder.transactions)
        samples = _samples(desk, engine, bare, number, quick=quick)
    lines = []
    for key in SHOWN:
        target = VIEW if key in ("home", "page") else None
        ratio = samples.ratio(key, f"{key}_bare")
        took = samples.micros(key)
        lines.append(
            Line(key=f"{name}_{key}", what=f"{WHAT[key]}, {name}", value=took, unit="µs", ratio=ratio, target=target)
        )
    return lines


def _talk(desk: Desk) -> int:
    """Open a ticket and write in it; return its number."""
    said = {
        "subject": "Factura",
        "product": "facturas",
        "priority": "alta",
        "type": "problema",
        "description": "No sale",
    }
    case = desk.acting_as(CUSTOMER).open(said)
    for turn in range(REPLIES):
        desk.acting_as((CUSTOMER, LUIS)[turn % 2]).reply(case.id, f"Respuesta {turn}: " + "palabra " * 30)
    return case.number


def _statements(transactions: list[Transaction]) -> int:
    return sum(len(transaction.operations) for transaction in transactions)


def _samples(desk: Desk, engine: Any, bare: dict[str, list[Transaction]], number: int, *, quick: bool) -> Samples:
    rounds, warmup, each = (3, 1, 2) if quick else (60, 4, 5)

    def ours(key: str) -> int:
        me = desk.acting_as(WHO[key])
        for _ in range(each):
            SHOWN[key](me, number)
        return each

    def plain(key: str) -> int:
        by_hand(engine, bare[key] * each)
        return each

    variants: dict[str, Callable[[], int]] = {}
    for key in SHOWN:
        variants[key] = lambda key=key: ours(key)  # type: ignore[misc]
        variants[f"{key}_bare"] = lambda key=key: plain(key)  # type: ignore[misc]
    return interleave(variants, rounds=rounds, warmup=warmup)
