"""
Try what is installed in this environment: whatever its extras bring must work, and whatever else is missing say so.

It is run by the Python of an environment that holds the wheel and no tests: ``python trying.py sql,cli``. It prints a
line of JSON for each thing it tried: its name, and what was wrong with it or null.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.metadata import requires, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROWS = {
    "subject": "The till prints twice",
    "product": "till",
    "priority": "alta",
    "type": "problema",
    "description": "Every receipt since this morning.",
}


def brought(extras: set[str]) -> set[str]:
    """Return the extras that these bring along, themselves included: all whose requirements they have."""
    needed = defaultdict(set)
    for line in requires("supportcore") or ():
        if of := re.fullmatch(r"""(.+); extra == ['"]([\w-]+)['"]""", line):
            needed[of[2]].add(of[1])
    had = {requirement for extra in extras for requirement in needed[extra]}
    return {extra for extra, all_ in needed.items() if all_ <= had}


def first_ticket(url: str) -> None:
    """Open the first ticket of a store."""
    from supportcore import Actor, Customer, Desk, Product, Team, load_definition, open_store

    store = open_store(url)
    store.migrate()
    desk = Desk(load_definition("noova"), store)
    desk.install(
        customers=[Customer(id="acme", name="ACME")],
        products=[Product(id="till", name="Till")],
        teams=[Team(id="soporte", name="Support")],
    )
    ana = Actor(id="ana", roles={"cliente"}, customers={"acme"})
    assert 1 == desk.acting_as(ana).open(ROWS).number
    assert () == desk.verify().findings
    store.close()


def first_ticket_awaited(url: str) -> None:
    """Open it by way of the asynchronous desk."""

    async def opened() -> None:
        from supportcore import Actor, AsyncDesk, Customer, Product, Team, load_definition, open_async_store

        store = open_async_store(url)
        await store.migrate()
        desk = AsyncDesk(load_definition("noova"), store)
        await desk.install(
            customers=[Customer(id="acme", name="ACME")],
            products=[Product(id="till", name="Till")],
            teams=[Team(id="soporte", name="Support")],
        )
        ana = Actor(id="ana", roles={"cliente"}, customers={"acme"})
        assert 1 == (await desk.acting_as(ana).open(ROWS)).number
        await store.close()

    asyncio.run(opened())


def unreachable(try_: Callable[[str], None], url: str) -> None:
    """Meet a server that is not there: the driver is, so what is told is that nobody answers."""
    from supportcore.errors import StoreUnreachable

    try:
        try_(url)
    except StoreUnreachable:
        return
    raise AssertionError("nobody answers, and nothing was said")


def command(*arguments: str) -> None:
    """Run the command line; without its extra it says so in a line."""
    script = Path(sys.executable).with_name("supportcore")
    done = subprocess.run([script, *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        assert (1, 1) == (done.returncode, done.stderr.count("\n")), done.stderr
        raise ImportError(done.stderr)


def holidays() -> None:
    """Ask for the holidays of a country."""
    from supportcore.sla.holidays import import_holidays

    assert date(2026, 1, 1) in dict(import_holidays("CO", years=[2026]).days)


def icalendar() -> None:
    """Read holidays from an iCalendar document."""
    from supportcore.sla.holidays import import_icalendar

    event = ["BEGIN:VEVENT", "UID:1", "SUMMARY:New Year", "DTSTART;VALUE=DATE:20260101", "END:VEVENT"]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:tests", *event]
    document = "\r\n".join([*lines, "END:VCALENDAR", ""])
    assert date(2026, 1, 1) in dict(import_icalendar(document, until=date(2026, 12, 31)).days)


def passwords() -> None:
    """Hash a password."""
    from supportcore.accounts.hashing import Hashing

    hashing = Hashing()
    assert hashing.verify(hashing.hash("correct horse"), "correct horse")


def markdown() -> None:
    """Make HTML of an article."""
    from supportcore.knowledge.markdown import html

    if not html("**Open**"):  # the view of an article leaves the field empty, as its docs say
        raise ImportError("pip install 'supportcore[markdown]'")
    assert "<strong>Open</strong>" in html("**Open**")


def terms() -> None:
    """Find words, which needs no extra, and is quicker with one."""
    from supportcore.analysis import stem

    assert stem("facturas", "es") == stem("factura", "es")


PLACE = "u:p@127.0.0.1:1/x"
TRIED: tuple[tuple[str, str, Callable[[str], None]], ...] = (
    ("a ticket in memory", "", lambda at: first_ticket("memory://")),
    ("a ticket in memory, awaited", "", lambda at: first_ticket_awaited("memory://")),
    ("a ticket in SQLite", "sql", lambda at: first_ticket(f"sqlite:///{at}/desk.db")),
    ("a ticket in SQLite, awaited", "sql-async", lambda at: first_ticket_awaited(f"sqlite:///{at}/awaited.db")),
    ("PostgreSQL", "postgresql", lambda at: unreachable(first_ticket, f"postgresql://{PLACE}")),
    ("PostgreSQL, awaited", "postgresql-async", lambda at: unreachable(first_ticket_awaited, f"postgresql://{PLACE}")),
    ("MariaDB", "mariadb", lambda at: unreachable(first_ticket, f"mariadb://{PLACE}")),
    ("MariaDB, awaited", "mariadb-async", lambda at: unreachable(first_ticket_awaited, f"mariadb://{PLACE}")),
    ("MongoDB", "mongo", lambda at: unreachable(first_ticket, MONGODB)),
    ("MongoDB, awaited", "mongo", lambda at: unreachable(first_ticket_awaited, MONGODB)),
    ("supportcore_sql", "sql", lambda at: imported("supportcore_sql")),
    ("supportcore_mongo", "mongo", lambda at: imported("supportcore_mongo")),
    ("Django", "sql,django", lambda at: imported("supportcore_sql.django")),
    ("strategies", "testing", lambda at: imported("supportcore.testing.strategies")),
    ("state machines", "testing", lambda at: imported("supportcore.testing.machine")),
    ("conformance", "testing", lambda at: imported("supportcore.testing.conformance")),
    ("the plugin", "testing", lambda at: imported("supportcore.testing.plugin")),
    ("supportcore --version", "cli", lambda at: command("--version")),
    ("supportcore check", "cli", lambda at: command("check", "noova")),
    ("supportcore demo", "sql,cli", lambda at: command("demo", "--tickets", "5", "--store", f"sqlite:///{at}/demo.db")),
    ("holidays", "holidays", lambda at: holidays()),
    ("iCalendar", "ical", lambda at: icalendar()),
    ("passwords", "accounts", lambda at: passwords()),
    ("articles as HTML", "markdown", lambda at: markdown()),
    ("words", "", lambda at: terms()),
    ("words, quicker", "search", lambda at: imported("Stemmer", ours=False)),
)
MONGODB = "mongodb://127.0.0.1:1/x?replicaSet=rs0&serverSelectionTimeoutMS=200"


def imported(module: str, *, ours: bool = True) -> None:
    """Import a module; one that is not ours cannot say what brings it."""
    try:
        import_module(module)
    except ImportError as error:
        raise error if ours else ImportError("pip install 'supportcore[search]'") from None


def fault(needed: set[str], there: set[str], try_: Callable[[str], None], at: str) -> str | None:
    """Return what is wrong with a thing; None where it works, or says what it needs."""
    missing = needed - there
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try_(at)
    except ImportError as error:
        if not missing:
            return f"it is installed, and {error!r}"
        if not any(f"supportcore[{extra}]" in str(error) for extra in missing):
            return f"needs {missing}, and says {error!r}"
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return f"worked without {missing}" if missing else None


def main() -> None:
    """Try everything, and print a line for each."""
    there = brought(set(filter(None, sys.argv[1].split(","))))
    warnings.simplefilter("error")
    found: dict[str, Any] = {"import": None}
    try:
        import_module("supportcore")
    except Exception as error:
        found["import"] = repr(error)
    assert version("supportcore")
    with TemporaryDirectory() as at:
        for name, needed, try_ in TRIED:
            found[name] = fault(set(filter(None, needed.split(","))), there, try_, at)
    for name, wrong in found.items():
        print(json.dumps([name, wrong]))


if __name__ == "__main__":
    main()
