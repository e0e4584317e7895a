"""The licences of dependencies are listed, and none is of a kind that would bind whoever uses the library."""

from __future__ import annotations

import re

from tests.packaging.environments import ROOT
from tests.packaging.licences import REFUSED, licence, named, wanted

KEPT = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|", KEPT, re.MULTILINE))


def test_every_dependency_is_listed() -> None:
    """Whatever an extra requires has a row."""
    direct = {named(one.name) for lines in wanted().values() for one in lines if one.marker is None}
    assert direct <= set(ROWS)


def test_no_licence_binds_whoever_uses_the_library() -> None:
    """None is under the GPL or AGPL; the one LGPL is told of above the table."""
    assert {} == {name: told for name, told in ROWS.items() if REFUSED.search(told)}
    assert ["psycopg", "psycopg-binary"] == sorted(name for name, told in ROWS.items() if "LGPL" in told)
    assert REFUSED.search("GPL-3.0-only")
    assert not REFUSED.search("LGPL-3.0-only")


def test_the_licences_are_those_of_what_is_installed() -> None:
    """Of what is required directly, the page tells the licence that its metadata names; the rest may come and go."""
    direct = {named(one.name) for lines in wanted().values() for one in lines if one.marker is None}
    assert {name: licence(name) for name in direct} == {name: ROWS[name] for name in direct}
