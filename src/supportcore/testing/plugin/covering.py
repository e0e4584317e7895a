"""What the tests of a run exercised of each desk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from supportcore.authoring.writing import documents_of
from supportcore.definition.model import Definition
from supportcore.desk.desk import Desk
from supportcore.exploring.cast import Cast
from supportcore.testing.coverage import Coverage, table
from supportcore.testing.story.reading import desk_of
from supportcore.testing.subjects import DeskSubject

_KEY = pytest.StashKey["Covered"]()


class Covered:
    """What was exercised, by desk."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Coverage] = {}

    def watch(self, definition: Definition, desk: Desk, cast: Cast) -> None:
        """Count what the tickets of a desk exercised, which may have another key on its store."""
        actors = {actor.id: actor for actor in cast.actors.values()}
        coverage = self._coverage_of(definition)
        seen = Coverage(desk.definition)
        seen.watch_desk(desk, actors)
        seen.definition = coverage.definition  # the same rules under another key
        coverage.merge(seen)

    def add(self, told: list[Mapping[str, Any]]) -> None:
        """Count what another process exercised."""
        for one in told:
            definition = desk_of(one["rules"], one["labels"])
            self._coverage_of(definition).merge(Coverage.from_json(definition, one["coverage"]))

    def as_data(self) -> list[Mapping[str, Any]]:
        """Return it as plain data, with the desks."""
        found: list[Mapping[str, Any]] = []
        for coverage in self._found.values():
            rules, labels = documents_of(coverage.definition)
            found.append({"rules": rules, "labels": labels, "coverage": coverage.to_json()})
        return found

    def write(self, path: Path) -> None:
        """Write it as `Coverage.to_json` tells it; of several desks, each to a file with its key in the name."""
        for (key, _), coverage in self._found.items():
            one = path if len(self._found) == 1 else path.with_name(f"{path.stem}.{key}{path.suffix}")
            one.write_text(json.dumps(coverage.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def tables(self) -> Iterator[tuple[str, str]]:
        """Yield the key of each desk, and the table of what was exercised."""
        for (key, _), coverage in sorted(self._found.items()):
            yield key, table(coverage.report())

    def _coverage_of(self, definition: Definition) -> Coverage:
        known = (definition.key, definition.rules_hash)
        if known not in self._found:
            self._found[known] = Coverage(definition)
        return self._found[known]


class Watched(DeskSubject):
    """Our own desk in a machine, of which it is counted what each run exercised."""

    def __init__(self, definition: Definition, found: Covered) -> None:
        super().__init__(definition)
        self._found = found

    def close(self) -> None:
        """Count what was exercised, and close the store."""
        if self._store is not None:
            self._found.watch(self.definition, self.desk, self._cast)
        super().close()


def covered(config: pytest.Config) -> Covered:
    """Return what was exercised so far."""
    return config.stash.setdefault(_KEY, Covered())
