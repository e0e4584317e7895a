"""Fixtures: a desk on a store, with the people and records that its rules need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from supportcore.testing.plugin.options import option

if TYPE_CHECKING:
    from supportcore.clock import FrozenClock
    from supportcore.definition.model import Definition
    from supportcore.desk.desk import Desk
    from supportcore.exploring.cast import Cast
    from supportcore.storage.ports import Store

_MEMORY = "memory://"
_MIGRATED = pytest.StashKey[set[str]]()
"""URLs of stores that have their tables."""


@pytest.fixture
def definition(request: pytest.FixtureRequest) -> Definition:
    """The desk under test: the only ``*.desk.toml`` beside the test. Override it to name another."""
    from supportcore.definition.loader import load_definition

    found = sorted(request.path.parent.glob("*.desk.toml"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        pytest.fail(
            f"the fixture `definition` takes the only *.desk.toml beside {request.path.name}, and there are: {names}; "
            "write a fixture `definition` of your own that returns load_definition(Path(…))",
            pytrace=False,
        )
    guards = request.config.hook.pytest_desk_guards(path=found[0])
    return load_definition(found[0], guards=guards)


@pytest.fixture
def cast(definition: Definition) -> Cast:
    """Who and what there is on the desk: actors by name, records, and the instant at which it begins."""
    from supportcore.exploring.cast import cast_of

    return cast_of(definition)


@pytest.fixture
def frozen_clock(cast: Cast) -> FrozenClock:
    """The clock of the desk: it stands still until it is moved."""
    from supportcore.clock import FrozenClock

    return FrozenClock(cast.now)


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of the store: ``--store``, or the memory. Override it, with ``params`` for several."""
    return option(request.config, "desk_store") or _MEMORY


@pytest.fixture
def store(request: pytest.FixtureRequest, store_url: str) -> Iterator[Store]:
    """A store with its tables made, where there are none; closed after the test."""
    from supportcore.storage.opening import open_store

    opened, migrated = open_store(store_url), request.config.stash.setdefault(_MIGRATED, set())
    try:
        if store_url not in migrated:
            opened.migrate()
        if store_url != _MEMORY:
            migrated.add(store_url)
        yield opened
    finally:
        opened.close()


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    definition: Definition,
    store: Store,
    store_url: str,
    frozen_clock: FrozenClock,
    cast: Cast,
) -> Iterator[Desk]:
    """The desk, installed with the records of `cast`; outside the memory it has a key of its own for each test."""
    import attrs

    from supportcore.desk.desk import Desk
    from supportcore.ids import random_ids, seeded_ids

    key = definition.key if store_url == _MEMORY else f"{definition.key[:27]}-{random_ids()[-12:]}"
    made = Desk(attrs.evolve(definition, key=key), store, clock=frozen_clock, ids=seeded_ids(0))
    made.install()
    made.catalogue.put(*cast.records.values())
    yield made
    if option(request.config, "desk_coverage") is not None:
        from supportcore.testing.plugin.covering import covered

        covered(request.config).watch(definition, made, cast)
