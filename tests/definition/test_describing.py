"""Desks as pages to read: all that a definition says stands there, and the pages that are kept are in step."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from click.testing import CliRunner, Result

from supportcore import load_definition
from supportcore.cli.commands import supportcore
from supportcore.cli.describe import BOTH, INDEX
from supportcore.definition import Definition
from supportcore.definition.accounts import AccountPolicy
from supportcore.definition.loader import PRESETS, define
from supportcore.definition.parts import (
    ASSIGNING,
    NOTICE_EVENTS,
    QUORUMS,
    RECIPIENTS,
    ApprovalRule,
    NoticeRule,
    Routing,
    RoutingRule,
)
from supportcore.definition.screens import Screens
from supportcore.definition.values import known_values
from supportcore.describing import describe, index, words
from supportcore.describing.page import fenced, plain, table
from supportcore.forms.fields import INPUTS, INTAKE, Prefill
from supportcore.knowledge.lifecycle import KnowledgePolicy
from supportcore.people.access import Side
from supportcore.sla.policy import REOPENING, RETARGETING
from supportcore.sla.windows import WEEKDAYS
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, State, Transition
from supportcore.workflow.diagram import diagram

ROOT = Path(__file__).parents[2]
DESKS = ROOT / "tests" / "desks"
PAGES = ROOT / "docs" / "desks"
RENEW = f"supportcore describe {' '.join(PRESETS)} --language {BOTH} -o docs/desks"
ALL = [*PRESETS, *(DESKS / f"{name}.toml" for name in ("small", "timed", "portal"))]
LANGUAGES = [("en", ""), ("es", ""), ("en", "es")]


@pytest.fixture(scope="module")
def more() -> Definition:
    """The small desk with confirmations, approvals, a survey, holds, merging, moves, rules for routing and notices."""
    small = DESKS / "small.toml"
    rules: dict[str, Any] = tomllib.loads(small.read_text(encoding="utf-8"))
    labels: dict[str, Any] = tomllib.loads(small.with_name("small.labels.toml").read_text(encoding="utf-8"))
    rules["roles"][0]["may"] += ["rate"]
    rules["roles"][1]["may"] += ["move", "tag", "follow", "link", "merge"]
    problem = {"field": "type", "eq": "problem"}
    rules["routing"]["responsible"] = "assignee"
    rules["routing"]["on_triage"] = True
    rules["routing"]["rules"] = [
        {"when": problem, "team": "north", "area": "north", "assign": "least_loaded", "skill": "printers"},
        {"when": {"field": "priority", "eq": "high"}, "assign": "round_robin", "skill_of": "area"},
    ]
    rules["states"] += [
        {"key": "unpaid", "category": "on_hold", "waiting_on": "customer"},
        {"key": "proposed", "category": "solved", "waiting_on": "customer"},
    ]
    rules["states"][0] |= {"on_assign": "start", "on_triage": "start"}
    rules["transitions"] += [
        {"action": "start", "from": ["new"], "to": "working", "roles": ["system"]},
        {"action": "refuse", "from": ["new"], "to": "cancelled", "roles": ["system"]},
        {"action": "hold", "from": ["working"], "to": "unpaid", "roles": ["system"]},
        {"action": "go_on", "from": ["unpaid"], "to": "working", "roles": ["system"]},
        {"action": "propose", "from": ["working"], "to": "proposed", "roles": ["agent"]},
    ]
    rules["confirmations"] = [
        {
            "state": "proposed",
            "roles": ["customer"],
            "yes": {"action": "accept", "to": "done"},
            "no": {"action": "reject", "to": "working", "requires": ["comment"]},
            "silence": {"after": "48h", "action": "lapse", "to": "done"},
            "question": "solved",
            "rates": True,
        }
    ]
    rules["approvals"] = [
        {"key": "committee", "when": problem, "team": "board", "quorum": 2, "approved": "start", "rejected": "refuse"}
    ]
    rules["survey"] = {"scale": "yes_no"}
    rules["hold"] = {"begin": "hold", "end": "go_on"}
    rules["merge"] = {"state": "cancelled"}
    rules["moves"] = {"paused": "unpaid"}
    rules["accounts"] = {"user_name": "[0-9]{8}", "password": 10, "locked": "30m", "must_change": False}
    rules["notices"] += [
        {
            "key": "ended",
            "on": "state_changed",
            "actions": ["accept", "cancel"],
            "when": problem,
            "to": ["followers", "subscriber"],
            "channel": "webhook",
            "template": "moved",
            "author": True,
        },
        {"key": "asked", "on": "approval_asked", "to": ["voters"], "channel": "email", "template": "moved"},
    ]

    def told(key: str) -> dict[str, Any]:
        text = {"en": f"The {key}", "es": f"El {key}"}
        return {"label": text, "help": text}

    labels["states"] |= {key: told(key) for key in ("unpaid", "proposed")}
    names = ("start", "refuse", "hold", "go_on", "propose", "accept", "reject", "lapse")
    labels["actions"] |= {key: told(key) for key in names}
    labels["questions"] = {"solved": told("question")}
    return define(rules, labels)


def _lines(page: str) -> list[str]:
    """Return the lines of a page outside of fenced blocks."""
    found: list[str] = []
    fence = ""
    for line in page.splitlines():
        mark = re.match("`{3,}", line)
        if mark:
            fence = "" if fence else mark.group()
        elif not fence:
            found.append(line)
    return found


def _cells(line: str) -> list[str]:
    """Return the cells of a row of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _tables(page: str) -> Iterator[list[list[str]]]:
    """Yield the tables of a page, row by row, without the line below the head."""
    rows: list[list[str]] = []
    for line in [*_lines(page), ""]:
        if line.startswith("|"):
            rows.append(_cells(line))
        elif rows:
            yield rows
            rows = []


def _table(page: str, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column is called *head*."""
    return next(rows for rows in _tables(page) if rows[0][0] == head)


def run(*args: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(supportcore, [str(arg) for arg in args])


# -- the pages that are kept


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_of_a_shipped_desk_is_in_step(name: str) -> None:
    """docs/desks holds of each shipped desk what the command draws of it today."""
    path = PAGES / f"{name}.md"
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert describe(load_definition(name), beside="es") == kept, f"{path.name} is not in step; renew it: {RENEW}"


def test_the_index_leads_to_every_shipped_desk() -> None:
    """docs/desks holds an index and a page for each shipped desk, and nothing else."""
    kept = {path.name for path in PAGES.iterdir()}
    assert {INDEX, *(f"{name}.md" for name in PRESETS)} == kept, f"renew docs/desks: {RENEW}"
    drawn = index([load_definition(name) for name in PRESETS])
    assert drawn == (PAGES / INDEX).read_text(encoding="utf-8"), f"{INDEX} is not in step; renew it: {RENEW}"


# -- what stands on a page


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("desk", ALL, ids=str)
def test_everything_that_has_a_key_is_there(desk: str | Path, locale: str) -> None:
    """Roles, states, actions, fields, slots, values, lists, boards, menu and notices stand there by their keys."""
    definition = load_definition(desk)
    screens = definition.screens
    keys = {role.key for role in definition.roles} | {state.key for state in definition.workflow.states}
    keys |= set(definition.workflow.actions) | {rule.key for rule in definition.notices}
    keys |= {field.key for form in definition.forms for field in form.fields}
    keys |= {slot.key for form in definition.forms for slot in form.slots} | {form.key for form in definition.forms}
    keys |= {*definition.vocabularies, *(key for options in definition.vocabularies.values() for key in options)}
    keys |= {rule.key for rule in screens.lists} | {board.key for board in screens.boards}
    keys |= {cell.key for board in screens.boards for cell in board.cells}
    keys |= {entry.key for entry in screens.menu or ()} | {rule.key for rule in screens.questions}
    page = describe(definition, locale)
    assert set() == {key for key in keys if f"`{key}`" not in page}
    assert diagram(definition, locale) in page


@pytest.mark.parametrize("desk", ALL, ids=str)
def test_everything_that_people_read_is_there(desk: str | Path) -> None:
    """Labels and help texts of both languages, where a page holds both, and subject and body of every template."""
    definition = load_definition(desk)
    page = describe(definition, beside="es")
    for key in (state.key for state in definition.workflow.states):
        labels = [plain(definition.labels.label("states", key, language)) for language in ("en", "es")]
        assert f"| {' · *'.join(dict.fromkeys(labels))}{'*' if labels[0] != labels[1] else ''} |" in page
        assert plain(definition.labels.help("states", key, "en")) in page
    for template in {rule.template for rule in definition.notices}:
        assert f"`{definition.labels.label('templates', template, 'en')}`" in page
        assert definition.labels.help("templates", template, "en").strip("\n") in page


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("desk", ALL, ids=str)
def test_a_page_is_sound_markdown(desk: str | Path, language: tuple[str, str]) -> None:
    """Every table has as many cells in each row, every fence is closed, there is no HTML and one heading of level 1."""
    page = describe(load_definition(desk), language[0], beside=language[1])
    for rows in _tables(page):
        assert {len(rows[0])} == {len(row) for row in rows}
    assert 0 == len(re.findall("^`{3,}", page, re.MULTILINE)) % 2
    text = "\n".join(_lines(page))
    assert [] == re.findall(r"(?<!\\)<", text)
    assert 1 == len(re.findall("^# ", text, re.MULTILINE))
    assert page.endswith("\n")
    assert "\n\n\n" not in page


@pytest.mark.parametrize("desk", ALL, ids=str)
def test_the_matrix_says_who_may_do_what_from_where(desk: str | Path) -> None:
    """A cell holds the numbers of the states that an action leaves by that role; a circle is for all but final ones."""
    definition = load_definition(desk)
    states = definition.workflow.states
    before = {state.key for state in states if not state.final}
    rows = _table(describe(definition), "action")
    for role, cells in zip(definition.roles, list(zip(*rows, strict=True))[1:], strict=False):
        named = dict(zip([row[0] for row in rows], cells, strict=True))
        for action in definition.workflow.actions:
            steps = [s for s in definition.workflow.transitions if s.action == action and role.key in s.roles]
            sources = {source for step in steps for source in step.sources}
            cell = named[plain(definition.labels.label("actions", action, "en"))].removesuffix("†")
            told = {states[int(place) - 1].key for place in re.findall(r"\d+", cell)}
            assert sources == (before if cell == "○" else told)


def test_the_matrix_tells_of_commands(more: Definition) -> None:
    """Commands stand there with where they may be given: while open, at any time, once it is solved, by voters."""
    rows = {row[0]: row[1:] for row in _table(describe(more), "action")}
    assert ["●", "●", "", ""] == rows["New ticket"]
    assert ["○", "○", "○", ""] == rows["Reply"]
    assert ["", "●", "●", ""] == rows["Internal note"]
    assert ["4, 5, 8", "", "", ""] == rows["Rate"]
    assert ["○†", "○†", "○†", ""] == rows["Vote"]
    assert ["", "●", "", ""] == rows["Merge"]
    assert ["", "●", "", ""] == rows["Apply today's rules"]
    assert ["", "2†", "2†", ""] == rows["Solve"]
    assert ["", "", "", "4†"] == rows["Expire"]


def test_every_further_section_is_told(more: Definition) -> None:
    """Rules for routing, approvals, confirmations, ratings, holds, merging, moves and notices stand there in words."""
    page = describe(more)
    expected = [
        "- In **New**, once somebody is assigned: The start → Working",
        "- In **New**, once it has an area: The start → Working",
        "- In **The proposed**, after 48 h: The lapse → Done",
        "- Once the agreement of its customer does not hold: **The hold**; once it does: **The go\\_on**",
        "- A ticket that is merged into another ends in **Cancelled**",
        "- A ticket of earlier rules in the state `paused` goes to **The unpaid** when it is moved to these",
        (
            "| the type is Problem | `north` | North "
            "| the member of the team with the fewest open tickets, with the skill `printers` |"
        ),
        "| the priority is High | `desk` | | the members of the team in turn, with the skill that Area names |",
        "| otherwise | `desk` | | a member of the team, evenly |",
        "- Whoever gets it is responsible too",
        "- A ticket that falls under another row once it is classified anew goes there",
        (
            "- `committee`, where the type is Problem: the team `board` is asked; "
            "once 2 of them agree: **The start**; once that cannot be any more: **The refuse**"
        ),
        "A resolution is rated once: yes or no.",
        (
            "| `ended` | the state changes by Cancel, The accept, where the type is Problem "
            "| the followers, a system that subscribes, whoever did it too | `webhook` | `moved` |"
        ),
        "| `asked` | agreement is asked for | those asked to agree | `email` | `moved` |",
        "- A password has at least 10 characters",
        "- After 5 wrong passwords in a row an account is locked for 30 min, longer each time",
        "- A user name is written as `[0-9]{8}`",
        "- **The question** (`solved`), where the state is The proposed: The accept, The reject",
    ]
    assert [] == [line for line in expected if line not in page.splitlines()]
    assert "The customer says yes to the solution. Counts as a rating of 1" in page
    assert "A password that somebody else gave" not in page
    assert "The customer says no to the solution. Counts as a rating of 0" in page


def test_promises_are_told() -> None:
    """Targets with their calendars, steps of ladders, hours and how clocks behave stand on the page."""
    page = describe(load_definition(DESKS / "timed.toml"))
    assert "| First response | 1 h | `office` | 75 % | pauses |" in page
    assert (
        "- Resolution, 100 %: goes to the team `leads`; tells the team, the agent `boss` (`in_app`, `escalated`)"
        in page
    )
    assert "Mon 09:00-14:00, 15:00-18:00; " in page
    assert "- A ticket is held where the party waited for is Customer" in page


def test_fields_are_told() -> None:
    """Kind, limits, pattern, default, prefill and condition of a field stand in its row."""
    rows = {row[1]: row for row in _table(describe(load_definition(DESKS / "portal.toml")), "field")}
    assert ["Subject", "`subject`", "a line of up to 80 characters", "yes"] == rows["`subject`"]
    assert ["one of: Web, Phone; always Web", ""] == rows["`origin`"][2:]
    assert ["a whole number from 0 up to 1000"] == rows["`affected`"][2:3]
    assert ["a line of up to 7 characters; as `[A-Z]{2}-[0-9]{4}`"] == rows["`asset`"][2:3]
    assert ["a text of up to 500 characters", "yes, where Type is Problem"] == rows["`steps`"][2:]
    assert ["one of the agreements", "no; asked where your roles include Agent"] == rows["`agreement`"][2:]
    assert "at first your phone number" in rows["`phone`"][2]


def test_every_part_of_a_definition_is_thought_of() -> None:
    """Whatever is added to a definition has to be told on its page, and then stands here."""
    told = {
        Definition: {
            "key", "zone", "languages", "customer", "roles", "workflow", "forms", "triage", "vocabularies", "routing",
            "replies", "notices", "approvals", "survey", "hold", "merge", "moves", "labels", "levels", "files",
            "screens", "knowledge", "accounts",
        },
        State: {"key", "category", "outcome", "waiting_on", "timer", "on_reply", "on_assign", "on_triage"},
        Transition: {
            "action", "sources", "to", "roles", "when", "guard", "form", "comment", "waiting_on", "assign", "confirms",
            "rating",
        },
        Routing: {"team", "assign", "responsible", "rules", "on_triage"},
        RoutingRule: {"when", "team", "area", "assign", "skill", "skill_of"},
        NoticeRule: {"key", "on", "to", "channel", "template", "author", "when", "actions"},
        ApprovalRule: {"key", "when", "team", "quorum", "approved", "rejected"},
        Screens: {"lists", "boards", "menu", "header", "questions"},
        AccountPolicy: {"user_name", "invitation", "password", "attempts", "locked", "must_change"},
        KnowledgePolicy: {"write", "publish", "review_after", "folds_ene"},
    }  # fmt: skip
    aside = {"guards", "rules_hash", "document"}
    assert told == {kind: {field.name for field in attrs.fields(kind)} - aside for kind in told}


# -- languages


def test_every_closed_list_has_words() -> None:
    """Each value that a definition may hold and no desk labels has words in English and in Spanish."""
    known = {
        "CATEGORIES": CATEGORIES,
        "OUTCOMES": OUTCOMES,
        "APPROVALS": known_values(load_definition(PRESETS[0]))["approval"],
        "SIDES": get_args(Side),
        "REPLIES": get_args(Side),
        "PREFILLS": get_args(Prefill),
        "ASSIGNING": ASSIGNING,
        "EVENTS": NOTICE_EVENTS,
        "QUORUMS": QUORUMS,
        "SCALES": ("stars", "yes_no"),
        "RETARGETING": RETARGETING,
        "REOPENING": REOPENING,
        "WEEKDAYS": WEEKDAYS,
    }
    assert {name: set(keys) for name, keys in known.items()} == {name: set(getattr(words, name)) for name in known}
    assert set() == {*RECIPIENTS} - {*words.RECIPIENTS}
    records = {source for kind, source in [*INTAKE.values(), *INPUTS.values()] if kind == "record"}
    assert set() == records - {*words.RECORDS}


def test_a_page_speaks_one_language() -> None:
    """In Spanish neither headings nor heads of tables are those of the English page."""
    small = load_definition(DESKS / "portal.toml")

    def heads(page: str) -> set[str]:
        found = {line for line in _lines(page) if re.match("##+ [^(`]*$", line)}
        return found | {cell for rows in _tables(page) for cell in rows[0]}

    same = heads(describe(small, "es")) & heads(describe(small, "en"))
    assert {"#", "color"} >= same - {""}


def test_a_language_that_a_desk_has_not_got_is_left_out() -> None:
    """A desk of one language is described in it, whatever is asked for, with no labels beside."""
    rules = tomllib.loads((DESKS / "small.toml").read_text(encoding="utf-8")) | {"languages": ["es"]}
    labels = tomllib.loads((DESKS / "small.labels.toml").read_text(encoding="utf-8"))
    only = define(rules, labels)
    assert describe(only, "es") == describe(only, "en", beside="es")
    assert describe(only, "en").startswith("# Mesa pequeña (`small`)\n")


# -- harmless text


def test_labels_with_syntax_are_shown_as_they_are() -> None:
    """A label with bars, stars or angle brackets breaks neither a table nor the text."""
    rules = tomllib.loads((DESKS / "small.toml").read_text(encoding="utf-8"))
    labels = copy.deepcopy(tomllib.loads((DESKS / "small.labels.toml").read_text(encoding="utf-8")))
    labels["states"]["new"]["label"]["en"] = "a|b *c* <d> e"
    page = describe(define(rules, labels))
    assert "| 1 | a\\|b \\*c\\* \\<d> e | `new` | new | Support |" in page
    assert "\nA ticket begins in **a\\|b \\*c\\* \\<d> e**.\n" in page


def test_a_fence_is_longer_than_any_in_its_text() -> None:
    """A text that holds a fence is fenced by a longer one."""
    assert ["", "````text", "```", "x", "```", "````", ""] == list(fenced("text", "```\nx\n```\n"))


def test_an_empty_column_is_left_out() -> None:
    """A column with nothing in it is not drawn, and a table without rows neither."""
    assert ["", "| a | c |", "|---|---|", "| 1 | 3 |", ""] == list(table(("a", "b", "c"), [("1", "", "3")]))
    assert [] == list(table(("a",), []))


# -- the command


def test_the_command_prints_a_page() -> None:
    """One desk goes to stdout, in the language asked for."""
    small = load_definition(DESKS / "small.toml")
    for language, expected in (
        ("en", describe(small)),
        ("es", describe(small, "es")),
        (BOTH, describe(small, beside="es")),
    ):
        result = run("describe", DESKS / "small.toml", "--language", language)
        assert (0, expected) == (result.exit_code, result.stdout)


def test_the_command_writes_files(tmp_path: Path) -> None:
    """One desk goes into a file, several into a folder with an index."""
    assert 0 == run("describe", DESKS / "small.toml", "-o", tmp_path / "one.md").exit_code
    assert describe(load_definition(DESKS / "small.toml")) == (tmp_path / "one.md").read_text(encoding="utf-8")
    names = [*PRESETS][:2]
    assert 0 == run("describe", *names, "-o", tmp_path / "all" / "pages").exit_code
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "all" / "pages").iterdir()}
    pages = {f"{name}.md": describe(load_definition(name)) for name in names}
    assert {**pages, INDEX: index([load_definition(name) for name in names])} == written


def test_several_desks_need_a_folder(tmp_path: Path) -> None:
    """Several desks without a folder, or with a file for one, are no command line."""
    (tmp_path / "file.md").write_text("kept", encoding="utf-8")
    for output in ((), ("-o", tmp_path / "file.md")):
        result = run("describe", *PRESETS, *output)
        assert (2, "") == (result.exit_code, result.stdout)
        assert "several desks are written to a folder" in result.stderr
    assert "kept" == (tmp_path / "file.md").read_text(encoding="utf-8")
