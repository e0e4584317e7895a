"""How the measures of many tickets are printed: as two tables, or as JSON with spans in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.table import Table

from supportcore.replay.measuring import Measured
from supportcore.sla.words import CLOCK_LABELS
from supportcore.text import instant_text

_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "first_response": "until the first response",
        "resolution": "until resolved",
        "resolution_waiting": "of that waiting",
        "net_resolution": "of that neither waiting nor solved",
        "handling": "in work",
        "waiting": "waiting",
        "closed": "solved, before it was reopened",
    }
)
"""What people read for each of `supportcore.tickets.measures.SPANS`, in the order of the table."""
_HOUR = timedelta(hours=1)


def measures_data(measured: Measured) -> dict[str, Any]:
    """Return measures as they are printed as JSON."""
    tally = measured.tally
    return {
        "as_of": instant_text(measured.as_of),
        "tickets": tally.tickets,
        "left_out": measured.left_out,
        "reopened": tally.reopened,
        "reopenings": tally.reopenings,
        "replies": tally.replies,
        "spans": {
            name: {"tickets": tally.counted[name], "total_seconds": tally.totals[name].total_seconds()}
            for name in _TOLD
        },
        "promises": [{"policy": policy, "clock": kind, **runs} for policy, kind, runs in measured.promises],
    }


def show_measures(console: Console, measured: Measured) -> None:
    """Print measures as tables."""
    tally = measured.tally
    spans = Table(title=f"In open time, as of {instant_text(measured.as_of)}", title_justify="left")
    spans.add_column("time")
    for column in ("tickets", "hours in all", "mean hours"):
        spans.add_column(column, justify="right")
    for name, told in _TOLD.items():
        mean = tally.mean(name)
        if mean is not None:
            spans.add_row(
                told, f"{tally.counted[name]:,}", f"{tally.totals[name] / _HOUR:,.1f}", f"{mean / _HOUR:,.1f}"
            )
    console.print(spans)
    promises = Table(title="Promises", title_justify="left")
    promises.add_column("policy")
    promises.add_column("clock")
    for column in ("met", "breached", "open"):
        promises.add_column(column, justify="right")
    for policy, kind, runs in measured.promises:
        promises.add_row(policy or "by hand", CLOCK_LABELS[kind][0], *(f"{count:,}" for count in runs.values()))
    console.print(promises)
    console.print(f"{tally.tickets:,} tickets, {tally.reopened:,} of them reopened; {tally.replies:,} replies of staff")
    if measured.left_out:
        console.print(f"{measured.left_out:,} tickets that were opened later, or whose timers loop, are left out")
