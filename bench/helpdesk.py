"""
Beside django-helpdesk, on one PostgreSQL server, in turn.

It runs in an environment of its own (`.venv-bench-helpdesk`, made when it is missing), as a process that is told over a
pipe what to do and answers with the seconds that took it; each side has a database of its own on the same server. What
each side does for its figure is not the same, so it is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

from bench.filling import fill
from bench.listing import LUIS, PAGE
from bench.measuring import Samples, Variant, interleave, scale
from bench.opening import ANA, documents
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Desk, load_definition
from supportcore.storage import codec
from supportcore.storage.ports import Page
from supportcore.tickets.ticket import Ticket
from supportcore_sql import SqlStore
from tests.servers import StoreUnavailable

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-bench-helpdesk"
WANTED = ("django-helpdesk==2.6.*", "psycopg[binary]>=3.2")
LEAST = {"create": 1.4, "comment": 4.0, "page": 100.0}
TEXT = "Sigue sin salir la factura después de la actualización; el error es el mismo de la semana pasada."
HOW = (
    "Ratio: how many times as long django-helpdesk takes. Create: its Ticket.save and FollowUp.save in one "
    "transaction, past its forms; ours checks the document, routes the ticket, writes events, digests, notices and a "
    "receipt. Comment: its update_ticket, which asks whom to mail and mails nobody; ours replies, with event, content, "
    "notices and receipt. Page: the JSON of its staff list of open tickets through Django's test client, no network; "
    "ours finds the page with its total, as records; what making JSON of them takes is told beside, a web framework is "
    "not in it. Its list is sorted by creation, ours by the last change, as each comes."
)


class Unavailable(Exception):
    """It cannot be installed or started here; says why."""


class Peer:
    """The other process."""

    def __init__(self, url: str) -> None:
        command = [str(_python()), "-I", str(ROOT / "bench" / "helpdesk_app.py"), url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.versions: Mapping[str, str] = self._answer()
        except Unavailable:
            self.close()
            raise

    def ask(self, do: str, *given: object, times: int = 1) -> dict[str, Any]:
        """Let it do something some times; return the seconds that took, and the last result."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, "with": given, "times": times}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable("django-helpdesk ended; it said why above")
        found: dict[str, Any] = json.loads(line)
        return found


def _python() -> Path:
    """Return the interpreter of an environment that has django-helpdesk; make it if there is none."""
    python = FOLDER / "bin" / "python"
    have = [str(python), "-I", "-c", "import helpdesk, psycopg"]
    if python.exists() and not subprocess.run(have, capture_output=True, check=False).returncode:
        return python
    print(f"installing django-helpdesk into {FOLDER.name} (once) ...", file=sys.stderr, flush=True)
    try:
        venv.create(FOLDER, with_pip=True)
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "-qq", "install", *WANTED]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"no environment: {error}") from error
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip says nothing"]
        raise Unavailable(f"django-helpdesk cannot be installed: {words[-1]}")
    return python


def measure(*, quick: bool) -> Measurement:
    """Measure beside django-helpdesk."""
    count = 300 if quick else scale()
    facts: dict[str, Any] = {"tickets": count}
    lines: list[Line] = []
    try:
        lines += _lines(*_samples(count, facts, quick=quick), facts=facts)
    except StoreUnavailable as error:
        lines.append(left_out("postgresql", error))
    except Unavailable as error:
        lines.append(Line(key="left_out", what=f"left out: {error}"))
    return Measurement(
        title=f"helpdesk: beside django-helpdesk on PostgreSQL, {count:,} tickets each",
        how=HOW,
        lines=tuple(lines),
        facts=facts,
    )


def _samples(count: int, facts: dict[str, Any], *, quick: bool) -> tuple[Samples, dict[str, list[float]]]:
    rounds, warmup, each = (2, 1, 2) if quick else (15, 2, 10)
    with place("postgresql", Path()) as here, ExitStack() as stack:
        peer = stack.enter_context(closing(Peer(here.database("theirs"))))
        facts |= peer.versions
        url = here.database("ours")
        fill(url, count)
        peer.ask("fill", count)
        assert peer.ask("page")["result"] == PAGE or quick
        store = stack.enter_context(closing(SqlStore(url)))
        desk = Desk(load_definition("noova"), store)
        _number_from(store, count)
        waiting = documents(5)
        mine = desk.acting_as(ANA).open(next(waiting)).id

        def create() -> None:
            desk.acting_as(ANA).open(next(waiting))

        def comment() -> None:
            desk.acting_as(ANA).reply(mine, TEXT)

        def page() -> Page[Ticket]:
            return desk.acting_as(LUIS).find({"is_open": True}, limit=PAGE)

        def page_json() -> str:
            found = page()
            return json.dumps({"total": found.total, "rows": [codec.dump(ticket) for ticket in found.items]})

        theirs: dict[str, list[float]] = {}
        variants: dict[str, Variant] = {}
        ours: dict[str, Callable[[], Any]] = {
            "create": create, "comment": comment, "page": page, "page_json": page_json
        }  # fmt: skip
        for name, work in ours.items():
            variants[name] = _times(work, each)
            if name not in LEAST:
                continue
            theirs[name] = []
            variants[f"their_{name}"] = _asking(peer, name, 1 if name == "page" else each, theirs[name])
        found = interleave(variants, rounds=rounds, warmup=warmup)
        facts |= {"rounds": rounds, "postgresql": SETTINGS["postgresql"]}
        return Samples({name: found.seconds[name] for name in ours}), {
            name: taken[-rounds:] for name, taken in theirs.items()
        }


def _number_from(store: SqlStore, count: int) -> None:
    """Count ticket numbers on from those that were written past the domain."""
    from supportcore.storage.ports import drive

    with store.begin(write=True) as execute:
        drive(store.ledger("noova").next_numbers(count), execute)


def _times(work: Callable[[], Any], each: int) -> Variant:
    def variant() -> int:
        for _ in range(each):
            work()
        return each

    return variant


def _asking(peer: Peer, name: str, times: int, taken: list[float]) -> Variant:
    """Return the variant that lets the other process do its work, and keeps what it says that took."""

    def variant() -> int:
        taken.append(peer.ask(name, times=times)["seconds"] / times)
        return times

    return variant


def _lines(ours: Samples, theirs: dict[str, list[float]], *, facts: dict[str, Any]) -> list[Line]:
    told = {"create": "open a ticket", "comment": "comment on a ticket", "page": f"list page of {PAGE}, with its total"}
    both = Samples({**ours.seconds, **{f"their_{name}": taken for name, taken in theirs.items()}})
    lines = []
    for name, what in told.items():
        ratio = both.ratio(f"their_{name}", name)
        lines.append(Line(key=name, what=what, value=both.micros(name), unit="µs", ratio=ratio, least=LEAST[name]))
        value = 1e6 * median(theirs[name])
        lines.append(
            Line(key=f"their_{name}", what=f"  django-helpdesk {facts['django-helpdesk']}", value=value, unit="µs")
        )
    ratio = both.ratio("their_page", "page_json")
    lines.append(Line(key="page_json", what="  ours as JSON", value=both.micros("page_json"), unit="µs", ratio=ratio))
    return lines
