"""A desk as a file of tests: each an item, whose failure is told in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from supportcore.definition.loader import load_definition
from supportcore.definition.model import Definition
from supportcore.errors import DefinitionError
from supportcore.testing.plugin.options import EXPLORED, option

if TYPE_CHECKING:
    from supportcore.workflow.findings import Finding

MOST = {"quick": 500, "ci": 5_000, "deep": 100_000}
"""Different tickets of an exploration at most, by profile."""


class Wrong(Exception):
    """Something that a test of a desk found, told whole."""


class DeskFile(pytest.File):
    """A desk, ``NAME.desk.toml``."""

    @property
    def short(self) -> str:
        """NAME."""
        return self.path.name.removesuffix(".toml").removesuffix(".desk")

    @cached_property
    def loaded(self) -> Definition | DefinitionError:
        """The desk, or its faults; read once."""
        guards = self.config.hook.pytest_desk_guards(path=self.path)
        try:
            return load_definition(self.path, guards=guards)
        except DefinitionError as error:
            return error

    @cached_property
    def rules(self) -> tuple[Any, ...]:
        """The rules that a ``conftest.py`` gives for it."""
        found = self.config.hook.pytest_desk_rules(path=self.path)
        return tuple(rule for several in found for rule in several or ())

    def collect(self) -> Iterator[DeskItem]:
        """Yield its tests."""
        for name, test in _TESTS.items():
            item: DeskItem = DeskItem.from_parent(self, name=name, test=test)
            yield item
        for path in sorted(self.path.parent.glob(f"{self.short}.*.trace.json")):
            story: DeskItem = DeskItem.from_parent(self, name=path.name, test=partial(_story, path=path))
            yield story


class InWords:
    """What was found, in words, as pytest tells a failure; the summary of the run tells its first line only."""

    def __init__(self, text: str, *, path: Path) -> None:
        first, _, more = text.partition("\n")
        self.text = text
        self.reprcrash = SimpleNamespace(path=str(path), lineno=1, message=first + (" …" if more else ""))

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        """Write it."""
        tw.line(self.text)


class DeskItem(pytest.Item):
    """One test of a desk."""

    parent: DeskFile

    def __init__(self, *, test: Callable[[DeskItem], None], **more: Any) -> None:
        super().__init__(**more)
        self._test = test

    @property
    def definition(self) -> Definition:
        """The desk; a test of one that does not load is skipped, as it has a test that fails for that."""
        if isinstance(self.parent.loaded, DefinitionError):
            pytest.skip("the desk does not load")
        return self.parent.loaded

    @property
    def profile(self) -> str:
        """How hard to look."""
        from supportcore.testing.profiles import chosen

        return chosen(option(self.config, "desk_profile"))

    def runtest(self) -> None:
        """Run it."""
        self._test(self)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what was found, in words; a traceback only of what is no finding."""
        from supportcore.testing.story import BrokenRule

        error = excinfo.value
        if isinstance(error, BrokenRule):
            return InWords(str(error) + self._kept(error), path=self.path)
        if isinstance(error, DefinitionError):
            return InWords("\n".join(str(fault) for fault in error.faults), path=self.path)
        if isinstance(error, Wrong):
            return InWords(str(error), path=self.path)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it stands and what it is called."""
        return self.path, None, f"{self.path.name}: {self.name}"

    def _kept(self, error: Any) -> str:
        """Write a story to the folder for them, and say where."""
        folder = option(self.config, "desk_traces")
        if folder is None:
            return ""
        path = Path(folder) / f"{self.parent.short}.{self.name}.trace.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(error.story.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return f"\n\nKept in {path}"


def _loads(item: DeskItem) -> None:
    found = item.parent.loaded
    if isinstance(found, DefinitionError):
        raise found


def _check(item: DeskItem) -> None:
    from supportcore.linting import lint

    _nothing_found(item.definition, lint(item.definition))


def _explore(item: DeskItem) -> None:
    from supportcore.exploring.cast import cast_of
    from supportcore.exploring.explorer import explore
    from supportcore.exploring.findings import findings
    from supportcore.testing.invariants import EventuallyWithin, always
    from supportcore.testing.story import BrokenRule, Story

    definition = item.definition
    rules = [always(rule) for rule in item.parent.rules if not isinstance(rule, EventuallyWithin)]
    found = explore(definition, most=MOST[item.profile], always=rules)
    if found.broken is not None:
        broken = found.broken
        raise BrokenRule(Story(definition, cast_of(definition).now, broken.trace, broken.rule, broken.told))
    item.user_properties.append((EXPLORED, str(found)))
    _nothing_found(definition, findings(found))


def _nothing_found(definition: Definition, found: Sequence[Finding]) -> None:
    """Fail with all that was found, each with the story of how it comes about."""
    from supportcore.workflow.steps import story

    if found:
        raise Wrong("\n\n".join(f"{one}\n{story(definition, one.trace)}".rstrip() for one in found))


def _machine(item: DeskItem) -> None:
    definition = item.definition
    pytest.importorskip("hypothesis", reason="needs Hypothesis: pip install 'supportcore[testing]'")
    from supportcore.testing.machine import machine_for

    made = machine_for(definition, subject=_subject(item), invariants=item.parent.rules, profile=item.profile)
    made.TestCase("runTest").runTest()


def _subject(item: DeskItem) -> Callable[[], Any] | None:
    """Return what makes a desk of which it is counted what is exercised, where that is asked for."""
    if option(item.config, "desk_coverage") is None:
        return None
    from supportcore.testing.plugin.covering import Watched, covered

    return partial(Watched, item.definition, covered(item.config))


def _story(item: DeskItem, path: Path) -> None:
    from supportcore.exploring.explorer import name_of
    from supportcore.testing.story import from_json, rerun

    definition = item.definition
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Wrong(f"{path.name} cannot be read as JSON: {error}") from error
    found = from_json(data, definition=definition, file=path.name)
    if found.system:
        pytest.skip("it is about a system beside its rules; run it on that system")
    rules = [rule for rule in item.parent.rules if name_of(rule) == found.rule]
    again = rerun(found, rules=rules)
    if again.broken:
        raise Wrong(again.text())


_TESTS: dict[str, Callable[[DeskItem], None]] = {
    "loads": _loads, "check": _check, "explore": _explore, "machine": _machine,
}  # fmt: skip
