"""Conditions on values that nothing can have: each is found where it stands, and what is sound is left alone."""

from __future__ import annotations

import copy
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from supportcore import load_definition
from supportcore.cli.commands import supportcore
from supportcore.definition.loader import PRESETS, define
from supportcore.definition.values import findings

DESKS = Path(__file__).parents[1] / "desks"
RULES = tomllib.loads((DESKS / "portal.toml").read_text(encoding="utf-8"))
LABELS = tomllib.loads((DESKS / "portal.labels.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "desk", [*PRESETS, *sorted(p for p in DESKS.glob("*.toml") if ".labels" not in p.name)], ids=str
)
def test_a_sound_desk_has_no_finding(desk: str | Path) -> None:
    """The shipped desks and those of the tests name no value that there is not."""
    assert () == findings(load_definition(desk))


def leaf(field: str, **operator: Any) -> dict[str, Any]:
    """A comparison as a document writes it."""
    return {"field": field, **operator}


def form_field(rules: dict[str, Any], key: str) -> int:
    """The place of a field in the default form."""
    return next(place for place, field in enumerate(rules["form"]) if field["key"] == key)


ASSET = form_field(RULES, "asset")
STEPS = next(i for i, field in enumerate(RULES["forms"][0]["fields"]) if field["key"] == "steps")


@pytest.mark.parametrize(
    ("place", "when", "at", "told"),
    [
        (("roles", 0, "sees"), leaf("state", eq="doone"), ".eq", "no state 'doone'; did you mean 'done'?"),
        (("transitions", 0, "when"), leaf("type", ne="problemm"), ".ne", "did you mean 'problem'?"),
        (("policies", 0, "when"), leaf("team", eq="any"), "", ""),
        (("lists", 1, "where"), {"all": [leaf("is_open", eq=True), leaf("priority", **{"in": ["low", "hgih"]})]},
         ".all[1].in[1]", "no priority 'hgih'; did you mean 'high'?"),
        (("lists", 1, "where"), leaf("area", eq="attic"), ".eq", "; there are: systems, premises"),
        (("boards", 0, "where"), {"any": [leaf("category", eq="pendin")]}, ".any[0].eq", "did you mean 'pending'?"),
        (("boards", 0, "cells", 1, "where"), leaf("waiting_on", eq="us"), ".eq", "no waiting_on 'us'"),
        (("questions", 0, "where"), leaf("@actor.roles", has="agnet"), ".has", "did you mean 'agent'?"),
        (("questions", 1, "where"), leaf("outcome", eq="solved"), ".eq", "no outcome 'solved'"),
        (("form", ASSET, "when"), leaf("form.type", eq="problemm"), ".eq", "no form.type 'problemm'; did you mean"),
        (("form", ASSET, "when"), leaf("@actor.roles", has="agnet"), ".has", "no role 'agnet'"),
        (("forms", 0, "fields", STEPS, "when"), leaf("form.priority", **{"in": ["hihg"]}), ".in[0]", "'high'"),
        (("lists", 1, "where"), leaf("assignee", eq="nobody at all"), "", ""),
        (("lists", 1, "where"), leaf("state", ne="@actor.id"), "", ""),
        (("lists", 1, "where"), leaf("priority", missing=True), "", ""),
        (("questions", 0, "where"), leaf("@actor.roles", has="importer"), "", ""),
        (("form", ASSET, "when"), leaf("form.subject", eq="anything"), "", ""),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_that_nothing_can_have(place: tuple[Any, ...], when: dict[str, Any], at: str, told: str) -> None:
    """It is told with its path in the document, and with what was meant or what there is."""
    rules = copy.deepcopy(RULES)
    below: Any = rules
    for step in place[:-1]:
        below = below[step]
    below[place[-1]] = when
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)[1:]
    found = findings(define(rules, LABELS))
    assert ([("unknown_value", path + at)] if told else []) == [(one.code, one.path) for one in found]
    assert all(told in one.message for one in found)


def test_a_policy_on_a_word_of_which_there_are_none() -> None:
    """Values of a field without a vocabulary are none, of which the loader says nothing."""
    rules, labels = (
        tomllib.loads((DESKS / name).read_text(encoding="utf-8")) for name in ("small.toml", "small.labels.toml")
    )
    assert "urgency" not in rules["vocabularies"]
    target = {"within": "8h", "calendar": "always"}
    rules["policies"] = [{"key": "now", "when": leaf("urgency", eq="now"), "resolution": target}]
    (found,) = findings(define(rules, labels))
    assert ("policies[0].when.eq", "no urgency 'now'; there are none") == (found.path, found.message)


def test_the_customer_that_is_added_moves_no_path() -> None:
    """A field has the place that it has in the document, though the form asks for the customer before it."""
    rules = copy.deepcopy(RULES)
    assert "customer" not in [field["key"] for field in rules["forms"][0]["fields"]]
    rules["forms"][0]["fields"][STEPS]["when"] = leaf("form.priority", eq="hgih")
    definition = define(rules, LABELS)
    assert "customer" == definition.forms[1].fields[0].key
    assert [f"forms[0].fields[{STEPS}].when.eq"] == [one.path for one in findings(definition)]


def test_check_tells_it(tmp_path: Path) -> None:
    """The command line says so and ends with 1; with `--json` it stands among the findings."""
    old = '{ field = "priority", in = ["high", "urgent"] } }'
    text = (DESKS / "portal.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, '{ field = "priority", eq = "hgih" } }'), encoding="utf-8")
    shutil.copy(DESKS / "portal.labels.toml", tmp_path / "mine.labels.toml")
    told = CliRunner().invoke(supportcore, ["check", str(tmp_path / "mine.toml")])
    where = "boards[1].cells[1].where.eq"
    assert 1 == told.exit_code
    assert f"mine.toml: {where}: no priority 'hgih'; did you mean 'high'? [unknown_value]" in told.output
    found = json.loads(CliRunner().invoke(supportcore, ["check", str(tmp_path / "mine.toml"), "--json"]).output)
    assert [("unknown_value", where)] == [(one["code"], one["path"]) for one in found["findings"]]
