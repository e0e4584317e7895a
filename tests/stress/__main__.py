"""
The command: `python -m tests.stress [crash] [STORE …]`, with figures on the way and code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Server, mariadb_server, mongodb_server, postgresql_server
from tests.stress.crashes import kill_server, kill_writers
from tests.stress.judge import Verdict
from tests.stress.places import SERVERS, Place, place_in
from tests.stress.races import race

MAKE = {"postgresql": postgresql_server, "mariadb": mariadb_server, "mongodb": mongodb_server}
STORES = ("sqlite", *SERVERS)
WRITERS, TICKETS = 16, 2000
KILLS, SERVER_KILLS = 50, 20
VARIANTS = 20
"""The other ways to reach a store (isolation, joined) open a twentieth of the tickets each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, tell, and return 0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["races", "crash"], default="races")
    parser.add_argument("stores", nargs="*", default=STORES, help=f"of {', '.join(STORES)}; all by default")
    parser.add_argument("--tickets", type=int, default=TICKETS, help="on each store")
    parser.add_argument("--kills", type=int, default=KILLS, help="of a writer on each store, four times as many in all")
    parser.add_argument("--server-kills", type=int, default=SERVER_KILLS, help="of each server")
    options = parser.parse_intermixed_args(arguments)
    found = 0
    for name in options.stores:
        with _server(name) as server:
            run = _crash if options.what == "crash" else _race
            for verdict in run(name, server, options):
                found += len(verdict.findings)
                for finding in verdict.findings:
                    print(f"  FOUND {finding}", flush=True)
    print(f"{found} findings" if found else "nothing was lost, doubled or done by half")
    return 1 if found else 0


@contextmanager
def _server(name: str) -> Iterator[Server | None]:
    if name == "sqlite":
        yield None
        return
    with MAKE[name]() as server:
        yield server


def variants(name: str) -> Iterator[tuple[str | None, bool]]:
    """Yield the ways a store is reached: isolation and whether joined; the plain one first."""
    yield None, False
    yield "default", True
    if name in ("postgresql", "mariadb"):
        yield "REPEATABLE READ", False
        yield "REPEATABLE READ", True
    if name == "postgresql":
        yield "SERIALIZABLE", True


def _race(name: str, server: Server | None, options: argparse.Namespace) -> Iterator[Verdict]:
    for isolation, joined in variants(name):
        plain = isolation is None and not joined
        tickets = options.tickets if plain else max(32, options.tickets // VARIANTS)

        def run(place: Place, folder: Path, tickets: int = tickets) -> Verdict:
            verdict = race(place, folder, writers=WRITERS, others=2, tickets=tickets, hot=6, seconds=3600)
            verdict.figures["writers"] = WRITERS
            return verdict

        yield _told("races", name, server, run, isolation=isolation, joined=joined)


def _crash(name: str, server: Server | None, options: argparse.Namespace) -> Iterator[Verdict]:
    yield _told("kills", name, server, lambda place, folder: kill_writers(place, folder, kills=options.kills))
    if server is not None:
        kills = options.server_kills
        yield _told("server", name, server, lambda place, folder: kill_server(place, folder, server, kills=kills))
        some = max(1, kills // 4)
        yield _told(
            "server", name, server, lambda place, folder: kill_server(place, folder, server, kills=some),
            isolation="default", joined=True,
        )  # fmt: skip


_parts = iter(range(1_000_000))


def _told(
    what: str,
    name: str,
    server: Server | None,
    run: Callable[[Place, Path], Verdict],
    *,
    isolation: str | None = None,
    joined: bool = False,
) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="supportcore-stress-") as made:
        folder = Path(made)
        part = f"s{next(_parts)}_"
        url = "" if server is None else server.url
        place = place_in(name, folder, url, part=part, isolation=isolation, joined=joined)
        verdict = run(place, folder)
    figures = ", ".join(f"{key} {value:,}" for key, value in sorted(verdict.figures.items()))
    print(f"{what}: {place.told}: {figures}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
