"""
The pytest plugin, for those who ask for it: ``pytest_plugins = ["supportcore.testing.plugin"]`` in a ``conftest.py``.

Every ``NAME.desk.toml`` below the folders that are tested is a file of tests: that it loads, that the linter finds
nothing, that its exploration shows nothing wrong, that a state machine on a real desk agrees with the rules; and each
``NAME.*.trace.json`` beside it is a story that must not be broken any more. Fixtures give tests of your own a desk.

Nothing of the library is loaded before it is used, and Hypothesis only for the machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from supportcore.lazy import needing

with needing("testing", "supportcore.testing.plugin"):
    import pytest

from supportcore.testing.plugin.fixtures import cast, definition, desk, frozen_clock, store, store_url
from supportcore.testing.plugin.options import COVERAGE, EXPLORED, PROFILES

if TYPE_CHECKING:
    from supportcore.testing.plugin.collecting import DeskFile

__all__ = ["cast", "definition", "desk", "frozen_clock", "store", "store_url"]

ENDING = ".desk.toml"
"""What the name of a desk ends with that is tested."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("supportcore", "desks")
    told = f"How hard desks are looked at: {', '.join(PROFILES)}; by default SUPPORTCORE_PROFILE, or quick."
    group.addoption("--desk-profile", choices=PROFILES, default=None, help=told)
    told = "Write to FILE, as JSON, what of the desks the tests exercised, and print it as a table."
    group.addoption("--desk-coverage", metavar="FILE", default=None, help=told)
    told = "Write the stories of what failed to this folder, as NAME.TEST.trace.json."
    group.addoption("--desk-traces", metavar="DIR", default=None, help=told)
    told = "The store of the fixtures `store` and `desk`, by default memory://; each test has a desk of its own there."
    group.addoption("--store", metavar="URL", dest="desk_store", default=None, help=told)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks by which a ``conftest.py`` says what a document cannot."""
    from supportcore.testing.plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DeskFile | None:
    """Take a desk as a file of tests."""
    if not file_path.name.endswith(ENDING):
        return None
    from supportcore.testing.plugin.collecting import DeskFile

    found: DeskFile = DeskFile.from_parent(parent, path=file_path)
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a process of pytest-xdist exercised."""
    told = getattr(node, "workeroutput", {}).get(COVERAGE)
    if told:
        from supportcore.testing.plugin.covering import covered

        covered(node.config).add(told)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was exercised; a process of pytest-xdist hands it on instead."""
    config = session.config
    if config.getoption("desk_coverage", None) is None:
        return
    from supportcore.testing.plugin.covering import covered

    output = getattr(config, "workeroutput", None)
    if output is None:
        covered(config).write(Path(config.getoption("desk_coverage")))
    else:
        output[COVERAGE] = covered(config).as_data()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how far explorations came, and what was exercised."""
    reports = [report for several in terminalreporter.stats.values() for report in several]
    lines = [
        f"{report.nodeid}: {told}"
        for report in reports
        for name, told in getattr(report, "user_properties", ())
        if name == EXPLORED and getattr(report, "when", "") == "call"
    ]
    if lines:
        terminalreporter.section("desks", sep="-")
        for line in lines:
            terminalreporter.write_line(line)
    if config.getoption("desk_coverage", None) is not None:
        from supportcore.testing.plugin.covering import covered

        for key, table in covered(config).tables():
            terminalreporter.section(f"coverage of the desk {key}", sep="-")
            terminalreporter.write_line(table)
