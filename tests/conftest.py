"""
What all tests share: how hard Hypothesis looks, which stores run, and a last line that says which did.

A test runs on a store when it uses `store_name` (then once per selected store) or a `<store>_url` fixture, or
bears `@pytest.mark.store("sqlite")`. SUPPORTCORE_TEST_STORES="memory sqlite" selects stores; without it all
are. One that cannot be started is skipped with its reason; asked for by name, or in CI, it fails.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import (
    StoreUnavailable,
    check_mariadb,
    check_mongodb,
    check_postgresql,
    mariadb_server,
    mongodb_server,
    postgresql_server,
)
from tests.stores import forget_stores

STORES = ("memory", "sqlite", "postgresql", "mariadb", "mongodb")
"""Every store there is a backend for; the order is that of the reports."""

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")

REPORTED = "supportcore-store"
"""Property of a test: what it runs on, which the last lines of a run tell of."""


def left_out(reason: str, *, asked_for: bool = False) -> NoReturn:
    """
    Skip a test whose store cannot be had; in CI, or where it was asked for by name, fail.
    """
    if asked_for or IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def selected_stores() -> tuple[str, ...]:
    """
    Return the stores to be tested, in the order of STORES.
    """
    chosen = os.environ.get("SUPPORTCORE_TEST_STORES", "").replace(",", " ").split()
    if unknown := sorted(set(chosen) - set(STORES)):
        raise pytest.UsageError(
            f"SUPPORTCORE_TEST_STORES: no store is called {', '.join(unknown)}; there are {', '.join(STORES)}"
        )
    return tuple(store for store in STORES if store in chosen or not chosen)


# --- how hard Hypothesis looks: --hypothesis-profile=quick | ci | deep --------------------------------------

# No deadline: the first example on a store pays for its start. differing_executors: the conformance suites
# are inherited, and each subclass rightly runs the same @given test against its own store.
_base = settings(
    settings.get_profile("default"),
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.differing_executors],
)
settings.register_profile("quick", _base, max_examples=30)
settings.register_profile(
    "ci",
    _base,
    max_examples=32,  # most run on eleven stores
    derandomize=True,  # one commit, one answer; what chance finds is found by whoever runs the tests meanwhile
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    _base,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "quick")


# --- stores -------------------------------------------------------------------------------------------------


@pytest.fixture(params=selected_stores())
def store_name(request: pytest.FixtureRequest) -> str:
    """
    The name of the store this run of the test is about.
    """
    name: str = request.param
    return name


def _url_fixture(
    name: str, server: Callable[[], AbstractContextManager[Any]], check: Callable[[str], None]
) -> Callable[[], Iterator[str]]:
    variable = f"SUPPORTCORE_TEST_{name.upper()}_URL"

    def url() -> Iterator[str]:
        given = os.environ.get(variable)
        try:
            if given:
                check(given)
                yield given
                forget_stores(given)
            else:
                with server() as started:
                    yield started.url
                    forget_stores(started.url)
            return
        except StoreUnavailable as error:
            unavailable = str(error)
        left_out(unavailable, asked_for=bool(given) or name in os.environ.get("SUPPORTCORE_TEST_STORES", ""))

    url.__doc__ = f"The URL of a {name} server, started on first use; shared, so every test takes a store of its own."
    return pytest.fixture(scope="session", name=f"{name}_url")(url)


postgresql_url = _url_fixture("postgresql", postgresql_server, check_postgresql)
mariadb_url = _url_fixture("mariadb", mariadb_server, check_mariadb)
mongodb_url = _url_fixture("mongodb", mongodb_server, check_mongodb)


def _stores_of(item: pytest.Item) -> set[str]:
    callspec = getattr(item, "callspec", None)
    if callspec is not None and "store_name" in callspec.params:
        return {callspec.params["store_name"]}
    marked = {name for marker in item.iter_markers("store") for name in marker.args}
    if unknown := sorted(marked - set(STORES)):
        raise pytest.UsageError(f"{item.nodeid}: no store is called {', '.join(unknown)}")
    return marked | {name for name in STORES if f"{name}_url" in getattr(item, "fixturenames", ())}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Leave out the tests of stores that are not selected, and note on each test which stores it runs on.
    """
    selected = set(selected_stores())
    left_out = []
    for item in items:
        stores = _stores_of(item)
        item.user_properties.extend((REPORTED, name) for name in sorted(stores))
        if stores - selected:
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


# --- the last line ------------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """
    Say of every store whether it ran, so that a skipped one is never mistaken for a passing one.
    """
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, str] = {}
    for outcome in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        for report in terminalreporter.stats.get(outcome, []):
            for key, store in getattr(report, "user_properties", ()):
                if key != REPORTED:
                    continue
                outcomes[store][outcome] += 1
                if outcome == "skipped" and isinstance(report.longrepr, tuple):
                    reasons[store] = report.longrepr[2].removeprefix("Skipped: ").removeprefix(f"{store}: ")
    selected = selected_stores()
    terminalreporter.section("stores", sep="-")
    for store in (*STORES, *sorted(set(outcomes) - set(STORES))):
        counts = outcomes[store]
        told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
        if set(counts) - {"skipped", "error"}:
            line = f"ran: {told}"
        elif counts:
            line = f"DID NOT RUN: {told}" + (f" ({reasons[store]})" if store in reasons else "")
        else:
            line = "no test" if store in selected else "not selected"
        terminalreporter.write_line(f"{store:<10} {line}")
