"""
Where a desk lives, how it is reached, and what time it is there.

A place is plain values, as it is handed to other processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from supportcore import Agent, Contact, Desk, load_definition, open_store
from supportcore.clock import Clock, system_clock
from tests.desk.timed import equip_timed

TIMED = load_definition(Path(__file__).parents[1] / "desks" / "timed.toml")
BEGINNING = datetime(2025, 1, 6, 8, tzinfo=UTC)  # so long ago that every notice is due by the real clock
HOURS_PER_SECOND = 7.2
"""How fast the clock of writers runs: a timer of 72 hours rings after ten seconds."""

SERVERS = ("postgresql", "mariadb", "mongodb")
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


@attrs.frozen(kw_only=True)
class Place:
    """
    Where a desk lives.

    Attributes:
        name: Of the store.
        url: What it is opened by.
        prefix: Begins the names of its tables or collections.
        isolation: None: an engine of our own, opened by URL. Otherwise a host's: ``"default"``, or set to this level.
        joined: Writers work inside transactions of a host that writes a row of its own.
        began: When the fast clock stood at `BEGINNING`, in seconds of the system's clock.
    """

    name: str
    url: str
    prefix: str = "sc_"
    isolation: str | None = None
    joined: bool = False
    began: float = attrs.field(factory=time.time)

    @property
    def told(self) -> str:
        """What figures call it."""
        level = "" if self.isolation in (None, "default") else f" at {self.isolation}"
        return f"{self.name}{level}, {'joined' if self.joined else 'owned'}"

    def clock(self) -> datetime:
        """Return the instant it is for those who write."""
        span = timedelta(hours=(time.time() - self.began) * HOURS_PER_SECOND)
        return BEGINNING + timedelta(milliseconds=span // timedelta(milliseconds=1))


def later() -> datetime:
    """Return an instant at which every lease has ended and every notice is due again."""
    return system_clock() + timedelta(days=2)


def place_in(name: str, folder: Path, server: str = "", *, part: str = "", **options: Any) -> Place:
    """
    Return a place for a fresh desk.

    Args:
        folder: Where a store that is a file lies.
        server: The URL of the server of a store that lives on one.
        part: What this desk's tables or its database are called, to tell it from others there.
    """
    if name == "sqlite":
        return Place(name=name, url=f"sqlite:///{folder / f'{part}desk.db'}", **options)
    if name == "mongodb":
        return Place(name=name, url=urlsplit(server)._replace(path=f"/{part}stress").geturl(), **options)
    return Place(name=name, url=server, prefix=f"{part}sc_", **options)


def engine_of(place: Place) -> Any:
    """Return an engine as a host would make it."""
    import sqlalchemy as sa

    from supportcore_sql.engines import read_url

    level = {} if place.isolation in (None, "default") else {"isolation_level": place.isolation}
    return sa.create_engine(read_url(place.url), **level)


@contextmanager
def opened(place: Place, clock: Clock | None = None) -> Iterator[Desk]:
    """Open the desk of a place, on an engine of its own or of a host; its clock is the place's unless given."""
    engine = None if place.isolation is None or place.name == "mongodb" else engine_of(place)
    store = open_store(place.url if engine is None else engine, prefix=place.prefix)
    try:
        yield Desk(TIMED, store, clock=clock or place.clock)
    finally:
        store.close()
        if engine is not None:
            engine.dispose()


def prepare(place: Place) -> None:
    """Make tables and catalogue."""
    with opened(attrs.evolve(place, isolation=None)) as desk:
        desk.store.migrate()
        equip_timed(desk)
        desk.catalogue.put(*_reachable())


def _reachable() -> list[Contact | Agent]:
    """Return the people of the desk with addresses, so that each notice by e-mail is one that is sent."""
    customers = {"ana": {"acme"}, "bo": {"beta"}, "cleo": {"acme", "beta"}}
    contacts = [Contact(id=key, name=key, email=f"{key}@example.org", customers=of) for key, of in customers.items()]
    return [*contacts, *(Agent(id=key, name=key.title(), email=f"{key}@example.org") for key in ("luis", "mar", "hal"))]


def until(reached: Callable[[], object], seconds: float, what: str) -> None:
    """
    Wait for *reached*.

    Raises:
        TimeoutError: It takes longer than that.
    """
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.01)
