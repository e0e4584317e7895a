"""The sixth desk was made by writing TOML only: nothing is wrong with it, it tells of itself, and all of it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from supportcore import load_definition
from supportcore.cli.commands import supportcore
from supportcore.people.access import COMMANDS
from supportcore.storage.ports import Store
from supportcore.testing.scenarios import run_row, scenarios_in
from tests.stores import open_store_named, server_url

FILE = Path(__file__).parent / "sixth.desk.toml"
SIXTH = load_definition(FILE)
FOUND = scenarios_in(Path(__file__).parent / "sixth")


@pytest.fixture(scope="module")
def store_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Store]]:
    """Opens a store by name; the same one for all rows, as each has a desk of its own in it."""
    opened: dict[str, Store] = {}
    with ExitStack() as stack:

        def store(name: str) -> Store:
            if name not in opened:
                url = server_url(request, name)
                place = tmp_path_factory.mktemp("sixth")
                opened[name] = stack.enter_context(open_store_named(name, place, server_url=url))
            return opened[name]

        yield store


@pytest.mark.parametrize("row_id", FOUND.rows)
def test_every_part_works(row_id: str, store_name: str, store_of: Callable[..., Store]) -> None:
    """What is given, done, seen and refused comes to that on every store."""
    outcome = run_row(FOUND.rows[row_id], store_of(store_name), name=store_name)
    if not outcome.passed:
        pytest.fail(outcome.story, pytrace=False)


def test_every_part_is_used() -> None:
    """No part that a definition may have is left out: every section, command, recipient and way to a member."""
    assert () == FOUND.faults
    assert 25 == len(FOUND.rows)
    desk = SIXTH
    assert desk.moves
    assert None not in (desk.survey, desk.hold, desk.merge, desk.files, desk.levels, desk.accounts)
    assert all((desk.approvals, desk.screens.boards, desk.screens.questions, desk.screens.menu, desk.knowledge.write))
    assert {"main_contact", "least_loaded", "round_robin"} == {rule.assign for rule in desk.routing.rules}
    assert {"in_app", "email", "webhook"} == {rule.channel for rule in desk.notices}
    recipients = {to for rule in desk.notices for to in rule.to}
    assert {"contact", "assignee", "responsible", "team", "followers", "voters", "subscriber"} == recipients
    assert any(form.outside for form in desk.forms)
    assert {"customer", "support"} == {waiting for _, waiting in desk.replies}
    given = {command for role in desk.roles for command in role.may}
    assert set(COMMANDS) == given


def test_nothing_is_wrong_with_it() -> None:
    """``supportcore check`` says so, and that its board partitions."""
    done = CliRunner().invoke(supportcore, ["check", str(FILE)])
    assert 0 == done.exit_code, done.output
    assert "board plano: partitions" in done.output
    assert "nothing to complain about" in done.output


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_tells_of_itself(language: str) -> None:
    """``supportcore describe`` writes a page with every role, state and action by name, and no key in their place."""
    done = CliRunner().invoke(supportcore, ["describe", str(FILE), "--language", language])
    assert 0 == done.exit_code, done.output
    labels = SIXTH.labels
    for section, keys in (
        ("roles", [role.key for role in SIXTH.roles]),
        ("states", [state.key for state in SIXTH.workflow.states]),
        ("actions", SIXTH.workflow.actions),
    ):
        for key in keys:
            assert labels.label(section, key, language) in done.output, (section, key)
