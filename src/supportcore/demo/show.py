"""The report on a terminal: tables that fit into 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from supportcore.demo.records import Report

_WIDEST = 100
_BAR = 14  # characters of the longest bar


def show(report: Report, console: Console) -> None:
    """Print *report*."""
    console.width = min(console.width, _WIDEST)
    last_day = report.ends_at - timedelta(days=1)
    span = f"{report.begins_at:%d %b} to {last_day:%d %b %Y}"
    console.print(f"[bold]{escape(report.name)}[/] (desk {report.desk}), {span}, seed {report.seed}")
    done = sum(report.commands.values())
    refused = sum(report.refused.values())
    console.print(
        f"{report.tickets} tickets, {report.open} still open; {done} commands carried out, {refused} refused "
        f"({_listed(report.refused)})" + (f"; {report.timers} events by timers." if report.timers else ".")
    )
    _board(report, console)
    _timeline(report, console)
    _actions(report, console)
    _earlier(report, console)
    _parts(report, console)
    _checked(report, console)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(f"[bold cyan]{escape(text)}[/]")


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _board(report: Report, console: Console) -> None:
    _heading(console, "The board")
    most = max((row.tickets for row in report.board), default=0) or 1
    table = _table("State", "Estado", "Category", "Tickets", "")
    table.columns[3].justify = "right"
    table.columns[4].no_wrap = True
    for row in report.board:
        bar = "\N{FULL BLOCK}" * round(_BAR * row.tickets / most)
        table.add_row(escape(row.label), escape(row.label_es), row.category, str(row.tickets), f"[cyan]{bar}[/]")
    console.print(table)


def _timeline(report: Report, console: Console) -> None:
    ticket = report.ticket
    reader = f"{ticket.contact} of {ticket.customer}" if ticket.customer else ticket.contact
    _heading(console, f"Ticket {ticket.number} as {reader} sees it")
    console.print(f"[italic]{escape(ticket.subject)}[/]")
    table = _table("When", "Who", "What")
    table.columns[0].no_wrap = True
    table.columns[1].max_width = 16
    for entry in ticket.entries:
        what = f"[bold]{escape(entry.what)}[/]" + (f"\n{escape(entry.said)}" if entry.said else "")
        table.add_row(f"{entry.at:%d %b %H:%M}", escape(entry.who), what)
    console.print(table)
    entries = "1 internal entry is" if ticket.hidden == 1 else f"{ticket.hidden} internal entries are"
    console.print(f"{entries} not shown to the customer.", style="dim")


def _actions(report: Report, console: Console) -> None:
    actions = report.actions
    roles = ", ".join(actions.roles)
    _heading(console, f"What {actions.who} ({roles}) may do with it now")
    table = _table("Action", "Allowed", "Why not")
    for button in actions.buttons:
        allowed = "[red]no[/]" if button.refused else "[green]yes[/]"
        table.add_row(escape(button.label), allowed, escape(button.refused))
    console.print(table)
    if actions.tried is not None:
        console.print(f"Tried all the same, {escape(actions.tried)!r} answers: {escape(actions.answer)}", style="dim")


def _earlier(report: Report, console: Console) -> None:
    _heading(console, f"The same ticket as it was on {report.earlier.at:%d %B at %H:%M}")
    table = _table("", "Then", "At the end of the month")
    for row in report.earlier.differences:
        changed = "" if row.then == row.now else "bold"
        table.add_row(row.what, escape(row.then), escape(row.now), style=changed)
    console.print(table)


_PARTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "confirmations": (
        "Solutions",
        {"yes": "confirmed", "no": "rejected", "reply": "answered", "silence": "left to silence"},
    ),
    "ratings": ("Ratings", {"average": "on average"}),
    "approvals": ("Approvals", {"asked": "asked for"}),
    "hold": ("Payment due", {"begun": "tickets put on hold", "ended": "taken up again"}),
    "handed_over": ("Handed over", {"reassigned": "tickets from one agent to another"}),
}
"""What the parts of a desk are called, and their counts; a count without words of its own is called by its key."""


def _parts(report: Report, console: Console) -> None:
    """A line for each part of the desk."""
    _heading(console, "What else came of it")
    table = Table.grid(padding=(0, 3))
    for part, counts in report.parts.items():
        title, words = _PARTS[part]
        told = ", ".join(f"{count} {words.get(key, key)}" for key, count in counts.items())
        table.add_row(f"[dim]{title}[/]", told)
    console.print(table)


def _checked(report: Report, console: Console) -> None:
    _heading(console, "Notices and verification")
    told = f"{sum(report.notices.values())} notices delivered ({_listed(report.notices)})"
    console.print(
        f"{told}, {report.retried} of them at a second try; {report.skipped} skipped, {report.pending} pending."
    )
    checked = report.verification
    console.print(
        f"Every history folded again: {checked.tickets} tickets, {checked.events} events, {checked.columns} columns "
        f"compared, {len(checked.findings)} findings."
    )
    for finding in checked.findings:
        console.print(f"  {escape(finding)}", style="red")
