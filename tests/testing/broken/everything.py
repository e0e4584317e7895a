"""
Every store that is broken on purpose, and the tests of the suite that find it.

What docs/own-store.md tells of them is written by ``python -m tests.testing.broken.everything``.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from tests.testing.broken import (
    blobs,
    catalogue,
    entries,
    feed,
    files,
    filters,
    histories,
    inbox,
    knowledge,
    lists,
    outbox,
    rollbacks,
    sqlite,
    sqlite_lists,
    tickets,
    transactions,
    values,
)  # fmt: skip
from tests.testing.broken.base import Found

KINDS: tuple[ModuleType, ...] = (
    transactions, rollbacks, tickets, values, lists, filters, histories, feed, outbox, inbox, files, blobs, knowledge,
    catalogue, entries, sqlite, sqlite_lists,
)  # fmt: skip
FOUND_BY: list[Found] = [found for kind in KINDS for found in kind.FOUND]
PAGE = Path(__file__).parents[3] / "docs" / "own-store.md"
BEGIN, END = "<!-- what the suite finds -->", "<!-- end of what the suite finds -->"


def table() -> str:
    """Return what the suite finds, as Markdown: each fault and the first test that finds it, kind by kind."""
    lines: list[str] = []
    for kind in KINDS:
        first: dict[type, str] = {}
        for store, test, _ in kind.FOUND:
            first.setdefault(store, test)
        lines += ["", f"{_said(kind)}", "", "| a store that … | is found by |", "|---|---|"]
        lines += [f"| {_said(store)} | `{test}` |" for store, test in first.items()]
    return "\n".join([*lines, ""])


def _said(what: object) -> str:
    """Return the first sentence of a docstring: of a module as a heading, of a store as what it does."""
    text = " ".join((what.__doc__ or "").split("\n\n")[0].split()).rstrip(".")
    return f"{text}:" if isinstance(what, ModuleType) else text[0].lower() + text[1:]


def page(text: str) -> str:
    """Return the page with the table as it is to be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8", newline="\n")
