from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Actor, Customer, Desk, FrozenClock, Team, load_definition, open_store
from supportcore.definition.loader import define, restore_levels
from supportcore.definition.model import LEVELS, Definition
from supportcore.errors import DefinitionError, DefinitionFault, Fault, Invalid
from supportcore.linting import lint
from supportcore.predicate import In
from supportcore.sla import Calendar
from supportcore.sla.policy import DeadlineRule, ServiceLevels, Told

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sla" / "service.toml"
RULES = EXAMPLE.read_text(encoding="utf-8")
LABELS = tomllib.loads(EXAMPLE.with_name("service.labels.toml").read_text(encoding="utf-8"))
LABELS_WITHOUT_STEPS = {**LABELS, "templates": {"clock": LABELS["templates"]["clock"]}}
"""For a desk that has no ladder, hence needs no words for its steps."""
DOCUMENT = tomllib.loads(RULES)

Edit = tuple[str, str]


def edited(*edits: Edit) -> dict[str, Any]:
    """Return the example desk, parsed, with pieces of its text replaced."""
    text = RULES
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {EXAMPLE.name}"
        text = text.replace(old, new)
    return tomllib.loads(text)


def levels_of(definition: Definition) -> ServiceLevels:
    """Return the service levels of a desk that has some."""
    assert definition.levels is not None
    return definition.levels


def faults_of(document: Mapping[str, Any]) -> tuple[DefinitionFault, ...]:
    """Return the faults that a document has."""
    with pytest.raises(DefinitionError) as caught:
        define(document, LABELS)
    return caught.value.faults


# -- a document without faults -----------------------------------------------------------------------------------------


def test_the_example_desk_has_neither_faults_nor_findings() -> None:
    """The desk of the documentation, on which every fault below is made, has none itself."""
    definition = load_definition(EXAMPLE)
    assert lint(definition) == ()
    levels = levels_of(definition)
    assert [policy.key for policy in levels.policies] == ["gold", "urgent", "standard"]
    assert set(levels.calendars) == {"always", "office", "on_call"}
    assert levels.calendars["office"].timezone == "Europe/Madrid"
    assert levels.calendars["on_call"].open_in_a_week == timedelta(hours=5 * 18 + 14)
    resolution = levels.by_key["standard"].by_kind["resolution"]
    assert (resolution.within, resolution.amber, resolution.pauses) == (timedelta(hours=16), 50, True)
    assert [rung.percent for rung in resolution.ladder] == [50, 100, 150]
    assert resolution.ladder[2].tell == (Told(role="agent", id="boss"),)
    assert levels.deadline == DeadlineRule(amber=80, pauses=False)
    assert (levels.retargeting, levels.reopening, levels.grace) == ("keep", "restart", timedelta(days=1))


@pytest.mark.parametrize("page", ["README.md", "docs/sla.md"])
def test_what_the_pages_quote_stands_in_the_example_desk(page: str) -> None:
    """Each policy and ladder that a page shows is one of the example desk."""
    quoted = re.findall(r"^```toml\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    shown = [tomllib.loads(text) for text in quoted]
    found = [(section, table) for part in shown for section in LEVELS for table in part.get(section, [])]
    assert found
    assert [] == [table for section, table in found if table not in DOCUMENT[section]]


def test_a_desk_may_promise_nothing() -> None:
    """Without any of the four sections there are no service levels, and nothing is stored for them."""
    definition = define({key: value for key, value in DOCUMENT.items() if key not in LEVELS}, LABELS_WITHOUT_STEPS)
    assert definition.levels is None
    assert definition.documents == ((definition.rules_hash, definition.document),)


def test_left_out_keys_have_their_defaults() -> None:
    """An empty section ``[levels]`` pauses while the desk waits, keeps the time used, and resumes."""
    rules = {key: value for key, value in DOCUMENT.items() if key not in LEVELS}
    levels = levels_of(define({**rules, "levels": {}}, LABELS_WITHOUT_STEPS))
    assert levels.pause == In("category", ("pending", "on_hold"))
    assert (levels.retargeting, levels.reopening, levels.grace) == ("keep", "resume", timedelta(0))
    assert (levels.policies, levels.deadline, set(levels.calendars)) == ((), DeadlineRule(), {"always"})


def test_a_night_is_written_end_before_start() -> None:
    """A window whose end is before its start, or beyond 24:00, is on the next day, and both say the same."""
    one = levels_of(define(edited(('sat = [["10:00", "24:00"]]', 'sat = [["22:00", "06:00"]]')), LABELS))
    other = levels_of(define(edited(('sat = [["10:00", "24:00"]]', 'sat = [["22:00", "30:00"]]')), LABELS))
    assert one.calendars["on_call"] == other.calendars["on_call"]
    assert one.calendars["on_call"].is_open(datetime(2026, 3, 8, 4, tzinfo=UTC))


def test_times_of_toml_are_times() -> None:
    """A window may be written in TOML's own times of day; it is stored as text and read back as the same."""
    definition = define(edited(('sat = [["10:00", "24:00"]]', "sat = [[10:00:00, 23:30:00]]")), LABELS)
    levels = levels_of(definition)
    assert levels.calendars["on_call"].open_in_a_week == timedelta(hours=5 * 18 + 13.5)
    assert levels == restore_levels(levels.document, today=definition)


# -- one fault, one line of what is wrong ------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """One edit that makes one fault, and no other."""

    old: str
    new: str
    path: str
    code: str
    right: str
    """Part of the message: what would be right."""


SATURDAY = 'sat = [["10:00", "24:00"]]'
EVE = '{ date = 2026-12-24, windows = [["09:00", "12:00"]] }'
GOLD = 'when = { field = "agreement", eq = "gold" }'
URGENT = 'when = { field = "priority", eq = "urgent" }'
STEP = '{ at = 50, tell = ["assignee"] }'
PAUSE = 'pause = { field = "waiting_on", eq = "customer" }'
LATE = 'resolution = { within = "12h", calendar = "on_call", ladder = "upwards" }'
HALF_DAY = 'next_response = { within = "4h", calendar = "on_call" }'
WRONG = [
    # windows
    Wrong(SATURDAY, 'sat = [["10:00", "14:00"], ["13:00", "15:00"]]', "calendars[1].weekly.sat[1]", "window_overlap",
          "windows may touch"),
    Wrong(SATURDAY, 'sat = [["00:30", "09:00"]]', "calendars[1].weekly.sat[0]", "window_overlap", "weekly.fri[0]"),
    Wrong(SATURDAY, 'sat = [["10:00", "10:00"]]', "calendars[1].weekly.sat[0]", "empty_window", "00:00 to 24:00"),
    Wrong(SATURDAY, 'sat = [["10:00", "34:30"]]', "calendars[1].weekly.sat[0]", "window_too_long", "split it"),
    Wrong(SATURDAY, 'sat = [["10", "24:00"]]', "calendars[1].weekly.sat[0]", "bad_time", "HH:MM"),
    Wrong(SATURDAY, 'sat = [["24:00", "25:00"]]', "calendars[1].weekly.sat[0]", "bad_time", "a start before 24:00"),
    Wrong(SATURDAY, 'sat = [["10:00"]]', "calendars[1].weekly.sat[0]", "bad_window", "09:00 and 17:00"),
    Wrong(SATURDAY, 'sat = "10:00-24:00"', "calendars[1].weekly.sat", "wrong_type", '[["09:00", "17:00"]]'),
    Wrong(SATURDAY, "sat = {}", "calendars[1].weekly.sat", "wrong_type", '[["09:00", "17:00"]]'),
    Wrong(SATURDAY, 'sabado = [["10:00", "24:00"]]', "calendars[1].weekly.sabado", "unknown_weekday", "write sat"),
    Wrong(SATURDAY, 'xyz = [["10:00", "24:00"]]', "calendars[1].weekly.xyz", "unknown_weekday", "mon, tue, wed"),
    # the rest of a calendar
    Wrong('key = "on_call"\n', 'key = "on_call"\nzone = "Europe/Madird"\n', "calendars[1].zone", "misspelt_zone",
          "Europe/Madrid"),
    Wrong('key = "on_call"\n', 'key = "on_call"\nzone = "Nowhere"\n', "calendars[1].zone", "unknown_zone",
          "one is Europe/Madrid"),
    Wrong('key = "on_call"\n', 'key = "on_call"\nzone = 1\n', "calendars[1].zone", "wrong_type", "expected a text"),
    Wrong('zone = "Europe/Madrid"', 'zone = "Nowhere"', "zone", "unknown_zone", '"Europe/Madrid"'),
    Wrong('key = "on_call"\n', 'key = "on_call"\nhours = 1\n', "calendars[1].hours", "unknown_key", "there are: key"),
    Wrong("{ date = 2026-01-01, name", "{ date = 2026-01-01T00:00:00, name", "calendars[0].holidays[0].date",
          "bad_date", "such as 2026-12-24"),
    Wrong("{ date = 2026-01-01, name", "{ name", "calendars[0].holidays[0].date", "bad_date", "such as 2026-12-24"),
    Wrong('{ date = 2026-01-06, name = "Epifanía del Señor" }', '"Epiphany"', "calendars[0].holidays[1]", "bad_date",
          "such as 2026-12-24, found 'Epiphany'"),
    Wrong('name = "Epifanía del Señor"', "name = 6", "calendars[0].holidays[1].name", "wrong_type", "expected a text"),
    Wrong('name = "Epifanía del Señor"', 'label = "x"', "calendars[0].holidays[1].label", "unknown_key", "date, name"),
    Wrong(EVE, "{ date = 2026-12-24 }", "calendars[0].overrides[0].windows", "missing_key", "or [] for closed"),
    Wrong(EVE, '{ date = "soon", windows = [] }', "calendars[0].overrides[0].date", "bad_date", "such as 2026-12-24"),
    Wrong(EVE, "{ date = 2026-12-31, windows = [] }", "calendars[0].overrides[1].date", "duplicate", "in one place"),
    Wrong('[["09:00", "12:00"]] }', '[["09:00", "12:00"], ["11:00", "13:00"]] }',
          "calendars[0].overrides[0].windows[1]", "window_overlap", "09:00-12:00 (overrides[0].windows[0])"),
    Wrong('[["09:00", "12:00"]] }', "5 }", "calendars[0].overrides[0].windows", "wrong_type", '[["09:00", "17:00"]]'),
    Wrong("covered_until = 2026-12-31", 'covered_until = "2026"', "calendars[0].covered_until", "bad_date",
          "such as 2026-12-24"),
    Wrong('source = "by hand"', "source = 7", "calendars[0].source", "wrong_type", "expected a text"),
    # ladders
    Wrong(STEP, '{ at = 100, tell = ["assignee"] }', "ladders[0].steps[1].at", "wrong_order", "in rising order"),
    Wrong(STEP, '{ tell = ["assignee"] }', "ladders[0].steps[0].at", "missing_key", "at = 100"),
    Wrong(STEP, '{ at = 0, tell = ["assignee"] }', "ladders[0].steps[0].at", "not_positive", "above zero"),
    Wrong("{ at = 150,", "{ at = 1001,", "ladders[0].steps[2].at", "out_of_range", "between 1 and 1000 percent"),
    Wrong("{ at = 150,", "{ at = 150.5,", "ladders[0].steps[2].at", "wrong_type", "a whole number"),
    Wrong(STEP, "{ at = 50 }", "ladders[0].steps[0]", "empty", "team, assignee, priority or tell"),
    Wrong(STEP, '{ at = 50, tell = ["asignee"] }', "ladders[0].steps[0].tell[0]", "unknown_recipient",
          'contact, assignee, responsible, team, or somebody by name: "team:ID", "agent:ID"'),
    Wrong('"agent:boss"', '"agent:"', "ladders[0].steps[2].tell[0]", "unknown_recipient", '"agent:ID"'),
    Wrong('"agent:boss"', f'"agent:{"x" * 65}"', "ladders[0].steps[2].tell[0]", "unknown_recipient", '"agent:ID"'),
    Wrong('"agent:boss"', "8", "ladders[0].steps[2].tell[0]", "unknown_recipient", "found '8'"),
    Wrong('priority = "urgent", tell', 'priority = "urgnt", tell', "ladders[0].steps[2].priority", "unknown_priority",
          "did you mean 'urgent'?"),
    Wrong(STEP, '{ at = 50, tell = ["assignee"], chanel = "email" }', "ladders[0].steps[0].chanel", "unknown_key",
          "did you mean 'channel'?"),
    Wrong("[[policies]]\nkey = \"gold\"", '[[ladders]]\nkey = "upwards"\nsteps = [{ at = 1, team = "x" }]\n\n'
          '[[policies]]\nkey = "gold"', "ladders[1].key", "duplicate", "a name of its own"),
    Wrong("[[policies]]\nkey = \"gold\"", '[[ladders]]\nkey = "flat"\n\n[[policies]]\nkey = "gold"',
          "ladders[1].steps", "missing_key", 'steps: [{ at = 100, tell = ["team"] }]'),
    # targets
    Wrong(HALF_DAY, 'next_response = { within = "4h", calendar = "oncall" }', "policies[1].next_response.calendar",
          "unknown_calendar", "did you mean 'on_call'?"),
    Wrong(HALF_DAY, 'next_response = { within = "4h" }', "policies[1].next_response.calendar", "missing_key",
          '"always" for calendar time, or one of [[calendars]]'),
    Wrong(HALF_DAY, 'next_response = { calendar = "on_call" }', "policies[1].next_response.within", "missing_key",
          'such as "72h"'),
    Wrong(HALF_DAY, 'next_response = { within = "4 hours", calendar = "on_call" }', "policies[1].next_response.within",
          "bad_span", 'such as "72h"'),
    Wrong(HALF_DAY, 'next_response = "4h"', "policies[1].next_response", "wrong_type", "expected a table"),
    Wrong(LATE, 'resolution = { within = "200000h", calendar = "on_call", ladder = "upwards" }',
          "policies[1].resolution.within", "target_too_long", "more than 20 years in 'on_call', open 104 h a week"),
    Wrong(LATE, 'resolution = { within = "12h", calendar = "on_call", ladder = "upward" }',
          "policies[1].resolution.ladder", "unknown_ladder", "did you mean 'upwards'?"),
    Wrong("amber = 50", "amber = 100", "policies[2].resolution.amber", "out_of_range", "between 1 and 99 percent"),
    Wrong("amber = 50", "amber = true", "policies[2].resolution.amber", "wrong_type", "a whole number"),
    Wrong("pauses = false, ladder", 'pauses = "no", ladder', "policies[0].resolution.pauses", "wrong_type",
          "true or false"),
    # policies
    Wrong(URGENT, 'when = { field = "priority", eq = "urgnt" }', "policies[1].when", "unknown_priority",
          "did you mean 'urgent'?"),
    Wrong(URGENT, 'when = { field = "priority", in = ["urgent", "hot"] }', "policies[1].when", "unknown_priority",
          "no priority 'hot'; there are: normal, urgent"),
    Wrong(URGENT, 'when = { field = "state", eq = "new" }', "policies[1].when", "unexpected_field",
          "'state' cannot be asked here; there are customer, contact, agreement"),
    Wrong(URGENT, 'when = { field = "@actor.roles", has = "lead" }', "policies[1].when", "unexpected_field",
          "there are customer, contact"),
    Wrong(URGENT, 'when = { field = "contact", eq = "@actor.id" }', "policies[1].when", "unexpected_field",
          "service levels are the ticket's"),
    Wrong(URGENT, 'when = { field = "prioriti", eq = "urgent" }', "policies[1].when.field", "unknown_field",
          "priority"),
    Wrong(URGENT, 'when = { field = "opened_at", range = { from = 2026-01-01T00:00:00 } }',
          "policies[1].when.range.from", "wrong_type", "needs a time zone"),
    Wrong(URGENT, "", "policies[2]", "unreachable_policy", "'urgent' before it takes every ticket; put that one last"),
    Wrong('key = "urgent"', 'key = "gold"', "policies[1].key", "duplicate", "a name of its own"),
    Wrong('key = "urgent"', 'key = "Urgent!"', "policies[1].key", "bad_key", "a-z, 0-9, _ and -"),
    Wrong('first_response = { within = "30m"', 'first_answer = { within = "30m"', "policies[0].first_answer",
          "unknown_key", "did you mean 'first_response'?"),
    # how clocks behave
    Wrong(PAUSE, 'pause = { field = "priority", eq = "normal" }', "levels.pause", "unexpected_field",
          "'priority' cannot be asked here; there are state, category, waiting_on"),
    Wrong(PAUSE, 'pause = { field = "waiting_on", eq = "client" }', "levels.pause", "unknown_waiting_on",
          "there are: customer, vendor, support, external"),
    Wrong(PAUSE, 'pause = { field = "state", ne = "askd" }', "levels.pause", "unknown_state", "did you mean 'asked'?"),
    Wrong(PAUSE, 'pause = { field = "category", eq = "waiting" }', "levels.pause", "unknown_category", "pending"),
    Wrong(PAUSE, 'pauses = { field = "waiting_on", eq = "customer" }', "levels.pauses", "unknown_key", "'pause'?"),
    Wrong('retargeting = "keep"', 'retargeting = "kept"', "levels.retargeting", "not_an_option",
          "did you mean 'keep'?"),
    Wrong('reopening = "restart"', 'reopening = "never"', "levels.reopening", "not_an_option",
          "resume, restart, forbidden"),
    Wrong('grace = "24h"', "grace = 24", "levels.grace", "bad_span", 'such as "72h"'),
    Wrong('grace = "24h"', 'grace = "0h"', "levels.grace", "not_positive", "more than zero"),
    Wrong("amber = 80", "amber = 100", "levels.deadline.amber", "out_of_range", "between 1 and 99 percent"),
    Wrong("amber = 80", 'within = "5h"', "levels.deadline.within", "unknown_key", "amber, pauses, ladder"),
    Wrong("amber = 80", 'ladder = "down"', "levels.deadline.ladder", "unknown_ladder", "there are: upwards"),
]  # fmt: skip


def _name(wrong: Wrong) -> str:
    return f"{wrong.code}-{wrong.path}"


@pytest.mark.parametrize("wrong", WRONG, ids=_name)
def test_a_fault_says_where_and_what_would_be_right(wrong: Wrong) -> None:
    """One slip is one fault, with its path, a code, and a message that says what would be right."""
    (fault,) = faults_of(edited((wrong.old, wrong.new)))
    assert (fault.path, fault.code) == (wrong.path, wrong.code)
    assert wrong.right in fault.message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"calendars": 5}, ("calendars", "wrong_type")),
        ({"calendars": [5]}, ("calendars[0]", "wrong_type")),
        ({"calendars": [{"weekly": {}}]}, ("calendars[0].key", "missing_key")),
        ({"calendars": [{"key": "office", "weekly": 5}]}, ("calendars[0].weekly", "wrong_type")),
        ({"calendars": [{"key": "office", "holidays": 5}]}, ("calendars[0].holidays", "wrong_type")),
        ({"ladders": {"key": "upwards"}}, ("ladders", "wrong_type")),
        ({"policies": ["gold"]}, ("policies[0]", "wrong_type")),
        ({"levels": "keep"}, ("levels", "wrong_type")),
        ({"levels": {"deadline": "1d"}}, ("levels.deadline", "wrong_type")),
        ({"policies": [{"key": "bare"}]}, ("policies[0]", "missing_key")),
    ],
)
def test_a_section_of_another_kind_is_told(change: dict[str, Any], expected: tuple[str, str]) -> None:
    """A section that is no table, or no list of tables, is a fault like others."""
    assert expected in [(fault.path, fault.code) for fault in faults_of({**DOCUMENT, **change})]


def test_a_target_counts_in_a_calendar_that_opens() -> None:
    """A calendar without weekly windows may exist, and a target that counts in it is told, wherever it is used."""
    document = copy.deepcopy(DOCUMENT)
    fair = {"date": date(2026, 5, 1), "windows": [["09:00", "10:00"]]}
    document["calendars"][1] = {"key": "on_call", "overrides": [fair]}
    found = faults_of(document)
    paths = [f"policies[1].{kind}.calendar" for kind in ("first_response", "next_response", "resolution")]
    assert [(fault.path, fault.code) for fault in found] == [(path, "never_open") for path in paths]
    assert all("give it weekly windows" in fault.message for fault in found)


def test_the_name_of_the_open_calendar_is_taken() -> None:
    """No calendar of a desk is called like the one that every desk has, and no two alike."""
    found = faults_of(edited(('key = "on_call"\n', 'key = "always"\n')))
    assert (found[0].path, found[0].code) == ("calendars[1].key", "duplicate")
    assert "is open all the time on every desk" in found[0].message
    found = faults_of(edited(('key = "on_call"\n', 'key = "office"\n')))
    assert (found[0].path, found[0].code) == ("calendars[1].key", "duplicate")


def test_every_policy_behind_one_that_takes_all_is_told() -> None:
    """A first policy without ``when`` makes each of those after it a fault."""
    found = faults_of(edited((GOLD, "")))
    assert [(fault.path, fault.code) for fault in found] == [
        ("policies[1]", "unreachable_policy"),
        ("policies[2]", "unreachable_policy"),
    ]


def test_a_target_of_a_second_a_week_is_told_rather_than_overflowing() -> None:
    """Also where the share of target and week is beyond what a span can hold, the target is told as too long."""
    document = copy.deepcopy(DOCUMENT)
    document["calendars"][1]["weekly"] = {"mon": [["09:00", "09:00:01"]]}
    document["policies"][1]["resolution"]["within"] = "36500d"
    assert {fault.code for fault in faults_of(document)} == {"target_too_long"}


def test_a_faulty_calendar_is_told_once() -> None:
    """Three targets count in a calendar with a fault, and only the calendar is told."""
    assert len(faults_of(edited((SATURDAY, 'sat = [["10:00", "10:00"]]')))) == 1


def test_faults_of_all_sections_are_told_at_once() -> None:
    """One reading finds what is wrong with calendars, ladders, policies, levels and the rest of the desk."""
    found = faults_of(
        edited(
            (SATURDAY, 'sat = [["10:00", "10:00"]]\nsunday = []'),
            ('key = "on_call"\n', 'key = "on_call"\nzone = "Nowhere"\n'),
            ("{ date = 2026-12-31, windows = [] }", "{ date = 2026-12-31 }"),
            (STEP, '{ at = 50, tell = ["nobody"] }'),
            ("amber = 50", "amber = 500"),
            (URGENT, 'when = { field = "state", eq = "new" }'),
            (PAUSE, 'pause = { field = "team", eq = "x" }'),
            ('customer = "required"', 'customer = "maybe"'),
        )
    )
    assert {(fault.path, fault.code) for fault in found} == {
        ("calendars[1].weekly.sat[0]", "empty_window"),
        ("calendars[1].weekly.sunday", "unknown_weekday"),
        ("calendars[1].zone", "unknown_zone"),
        ("calendars[0].overrides[1].windows", "missing_key"),
        ("ladders[0].steps[0].tell[0]", "unknown_recipient"),
        ("policies[2].resolution.amber", "out_of_range"),
        ("policies[1].when", "unexpected_field"),
        ("levels.pause", "unexpected_field"),
        ("customer", "not_an_option"),
    }


HUGE = 1 << 20_000  # written in hexadecimal, TOML takes it; as a decimal text it has more digits than Python writes


@pytest.mark.parametrize(
    "put",
    [
        lambda document: document["policies"][2]["resolution"].update(amber=HUGE),
        lambda document: document["calendars"][0]["holidays"].append(HUGE),
        lambda document: document["calendars"][0].update(covered_until=HUGE, zone=HUGE, source=HUGE),
        lambda document: document["calendars"][0]["weekly"].update(mon=[[HUGE, "17:00"]], tue=HUGE, wed=[[[HUGE]]]),
        lambda document: document["ladders"][0]["steps"][0].update(tell=[HUGE], at=HUGE),
        lambda document: document["policies"][1].update(when={"field": "priority", "eq": HUGE}),
        lambda document: document["levels"].update(grace=HUGE, pause=HUGE),
    ],
    ids=["amber", "holiday", "calendar", "window", "step", "when", "levels"],
)
def test_a_huge_number_is_a_fault_like_another(put: Any) -> None:
    """A number that cannot be written out in decimals is told, instead of breaking the message about it."""
    document = copy.deepcopy(DOCUMENT)
    put(document)
    assert all(fault.message for fault in faults_of(document))


# -- instants without a zone -------------------------------------------------------------------------------------------

NAIVE = datetime(2026, 3, 2, 9)


def test_a_calendar_takes_no_instant_without_a_zone() -> None:
    """Every question to a calendar refuses a naive instant, naming the argument."""
    office = levels_of(load_definition(EXAMPLE)).calendars["office"]
    aware = NAIVE.replace(tzinfo=UTC)
    asked = [
        (lambda: office.add(NAIVE, timedelta(hours=1)), "start"),
        (lambda: office.between(NAIVE, aware), "start"),
        (lambda: office.between(aware, NAIVE), "end"),
        (lambda: office.is_open(NAIVE), "at"),
        (lambda: office.next_opening(NAIVE), "at"),
        (lambda: office.next_closing(NAIVE), "at"),
    ]
    for ask, path in asked:
        with pytest.raises(Invalid) as caught:
            ask()
        assert [(fault.path, fault.code) for fault in caught.value.faults] == [(path, "naive_instant")]


def test_a_deadline_has_a_zone_and_lies_ahead() -> None:
    """A deadline that is naive, no instant, or not after now is refused, and nothing is stored."""
    clock = FrozenClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    desk = Desk(load_definition(EXAMPLE), open_store("memory://"), clock=clock)
    desk.install(customers=[Customer(id="acme", name="ACME")], teams=[Team(id="desk", name="Desk")])
    ticket = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open({"subject": "x"}).id
    agent = desk.acting_as(Actor(id="luis", roles={"agent"}))
    refused: list[tuple[Any, str]] = [
        (NAIVE, "naive_instant"),
        ("2026-03-03T09:00:00Z", "wrong_type"),
        (clock(), "deadline_passed"),
        (clock() - timedelta(days=1), "deadline_passed"),
    ]
    before = agent.get(ticket).version
    for deadline, code in refused:
        with pytest.raises(Invalid) as caught:
            agent.set_deadline(ticket, deadline)
        assert [(fault.path, fault.code) for fault in caught.value.faults] == [("deadline", code)]
    assert agent.get(ticket).version == before


# -- the digest, and what is stored ------------------------------------------------------------------------------------

ANOTHER = [
    ('within = "16h"', 'within = "17h"'),
    (SATURDAY, 'sat = [["10:00", "23:00"]]'),
    ('{ date = 2026-01-01, name = "Año Nuevo" },', ""),
    ("{ at = 150,", "{ at = 175,"),
    ('retargeting = "keep"', 'retargeting = "prorate"'),
    (PAUSE, 'pause = { field = "category", eq = "pending" }'),
]


@pytest.mark.parametrize("edit", ANOTHER, ids=[new[:20] for _, new in ANOTHER])
def test_other_levels_are_the_same_rules(edit: Edit) -> None:
    """An edit of what is promised changes the digest of the levels and leaves the hash of the rules."""
    expected, actual = define(DOCUMENT, LABELS), define(edited(edit), LABELS)
    assert expected.rules_hash == actual.rules_hash
    assert expected.document == actual.document
    assert levels_of(expected).digest != levels_of(actual).digest


def test_other_rules_have_the_same_levels() -> None:
    """An edit of the workflow changes the hash of the rules and leaves the digest of the levels."""
    expected, actual = define(DOCUMENT, LABELS), define(edited(('after = "120h"', 'after = "48h"')), LABELS)
    assert expected.rules_hash != actual.rules_hash
    assert levels_of(expected) == levels_of(actual)


def test_the_zone_of_the_desk_is_part_of_the_levels() -> None:
    """Calendars live in the desk's zone, so another zone is another promise."""
    expected, actual = define(DOCUMENT, LABELS), define(edited(('"Europe/Madrid"', '"Atlantic/Canary"')), LABELS)
    assert levels_of(expected).digest != levels_of(actual).digest
    assert levels_of(actual).calendars["office"].timezone == "Atlantic/Canary"


def test_layout_comments_and_order_of_keys_do_not_change_the_digest() -> None:
    """The digest is of what the levels say, not of how they are written."""
    laid_out = edited(
        (PAUSE, "pause.eq = 'customer' # a comment\npause.field = \"waiting_on\""),
        (HALF_DAY, 'next_response = { calendar   =   "on_call", within = "4h" } # four hours'),
        (STEP, '{\ttell = [\n"assignee",\n], at = 50 }'),
    )
    assert levels_of(define(laid_out, LABELS)) == levels_of(define(DOCUMENT, LABELS))
    turned = {key: DOCUMENT[key] for key in reversed(DOCUMENT)}
    turned["levels"] = {key: DOCUMENT["levels"][key] for key in reversed(DOCUMENT["levels"])}
    assert levels_of(define(turned, LABELS)).digest == levels_of(define(DOCUMENT, LABELS)).digest


def test_stored_levels_are_read_back_as_they_were() -> None:
    """The canonical document makes equal levels again: the same digest, policies, calendars and answers."""
    definition = load_definition(EXAMPLE)
    expected = levels_of(definition)
    actual = restore_levels(expected.document, today=definition)
    assert expected == actual
    assert expected is not actual
    assert expected.digest == actual.digest
    assert dict(expected.calendars) == dict(actual.calendars)
    assert set(json.loads(expected.document)) == {*LEVELS, "zone"}


def test_stored_levels_do_not_need_todays_words() -> None:
    """Levels that name a priority or a state the desk no longer has are still read, for tickets that keep them."""
    levels = levels_of(load_definition(EXAMPLE))
    today = attrs.evolve(load_definition(EXAMPLE), vocabularies={}, levels=None)
    assert levels == restore_levels(levels.document, today=today)


def test_stored_levels_of_another_release_are_told() -> None:
    """A stored document that cannot be read names itself, its path and what is wrong."""
    definition = load_definition(EXAMPLE)
    said = json.loads(levels_of(definition).document)
    said["levels"]["reopening"] = "sometimes"
    with pytest.raises(DefinitionError) as caught:
        restore_levels(json.dumps(said), today=definition)
    (fault,) = caught.value.faults
    assert (fault.file, fault.path) == ("stored service levels of service", "levels.reopening")


# -- whatever is wrong, it is told -------------------------------------------------------------------------------------

Place = tuple[str | int, ...]


def _places(document: Any, below: Place = ()) -> list[Place]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    found: list[Place] = []
    for key, value in pairs:
        found.append((*below, key))
        if isinstance(value, (dict, list)):
            found.extend(_places(value, (*below, key)))
    return found


PLACES = [place for place in _places(DOCUMENT) if place[0] in LEVELS]
WORDS = ["", "office", "on_call", "always", "upwards", "09:00", "24:00", "48:00", "mon", "4h", "0h", "36500d", "1ms",
         "urgent", "gold", "customer", "@actor.id", "agent:x", "2026-12-24", "state", "priority"]  # fmt: skip
SCALARS = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.sampled_from(WORDS),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=3),
    max_leaves=6,
)
WINDOWS = st.lists(
    st.sampled_from([["00:00", "06:00"], ["09:00", "14:00"], ["15:00", "24:00"], ["22:00", "06:00"], ["9", "9"], []]),
    max_size=2,
)
CALENDARS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["office", "night"])},
        optional={
            "weekly": st.dictionaries(st.sampled_from(["mon", "tue", "thu", "sun"]), WINDOWS),
            "holidays": st.lists(st.dates() | SCALARS, max_size=2),
            "overrides": st.lists(
                st.fixed_dictionaries({"date": st.dates() | st.just("soon"), "windows": WINDOWS}), max_size=2
            ),
            "zone": st.sampled_from(["Pacific/Apia", "America/Bogota", "Europe", "../etc/passwd", "\0"]),
            "covered_until": st.dates() | SCALARS,
        },
    ),
    max_size=2,
)
TARGETS = st.fixed_dictionaries(
    {
        "within": st.sampled_from(["1ms", "8h", "36500d"]),
        "calendar": st.sampled_from(["always", "always", "office", "night"]),
    },
    optional={"amber": st.integers(0, 100), "pauses": st.booleans()},
)
POLICIES = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["one", "two", "three"]), "resolution": TARGETS},
        optional={"when": st.just({"field": "priority", "eq": "urgent"}) | VALUES, "first_response": TARGETS},
    ),
    max_size=2,
)
BEHAVIOUR = st.fixed_dictionaries(
    {},
    optional={
        "pause": st.just({"field": "category", "in": ["pending"]}) | VALUES,
        "retargeting": st.sampled_from(["keep", "from_start", "none"]),
        "reopening": st.sampled_from(["resume", "restart", "forbidden", "no"]),
        "grace": st.sampled_from(["1h", "0h"]) | SCALARS,
        "deadline": st.just({"amber": 50}) | VALUES,
    },
)
SECTION = st.fixed_dictionaries(
    {}, optional={"levels": BEHAVIOUR, "calendars": CALENDARS, "ladders": VALUES, "policies": POLICIES}
)


def _loads_or_tells(document: Mapping[str, Any], labels: Mapping[str, Any]) -> None:
    """A document loads, with levels that are read back as they were, or one error tells its faults."""
    definition: Definition | None = None
    faults: tuple[DefinitionFault, ...] = ()
    try:
        definition = define(document, labels)
    except DefinitionError as error:
        faults = error.faults
    if definition is None:
        assert len(faults) > 0
        assert len(faults) == len(set(faults))
        assert all(fault.path and fault.code and fault.message for fault in faults)
        return
    assert definition.rules_hash == define(DOCUMENT, LABELS).rules_hash
    levels = definition.levels
    assert (levels is None) == (not any(key in document for key in LEVELS))
    if levels is not None:
        assert levels == restore_levels(levels.document, today=definition)


@given(place=st.sampled_from(PLACES), value=st.just("drop") | VALUES.map(lambda value: (value,)))
def test_mutated_levels_load_or_tell_their_faults(place: Place, value: Any) -> None:
    """Drop any key of the levels or replace any value: they load, or one error lists the faults; nothing else."""
    document = copy.deepcopy(DOCUMENT)
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    if value == "drop":
        del holder[place[-1]]
    else:
        (holder[place[-1]],) = value
    _loads_or_tells(document, LABELS)


@given(sections=SECTION)
def test_random_levels_load_or_tell_their_faults(sections: dict[str, Any]) -> None:
    """Levels made up at random load, or one error lists their faults; no other exception is raised."""
    rules = {key: value for key, value in DOCUMENT.items() if key not in LEVELS}
    _loads_or_tells({**rules, **sections}, LABELS_WITHOUT_STEPS)


@given(zone=st.sampled_from(["Europe/Madrid", "Nowhere", ""]), at=st.times(), weekly=VALUES, holidays=VALUES)
def test_a_calendar_takes_what_it_takes_or_says_what_is_wrong(zone: str, at: time, weekly: Any, holidays: Any) -> None:
    """Whatever is handed to a calendar makes one, or `Invalid` with its faults; no other exception is raised."""
    calendar: Calendar | None = None
    faults: tuple[Fault, ...] = ()
    try:
        calendar = Calendar(timezone=zone, weekly={"mon": [(at, "24:00")], "tue": weekly}, holidays=holidays)
    except Invalid as error:
        faults = error.faults
    assert (calendar is None) == (len(faults) > 0)
    assert all(fault.path and fault.text() and fault.text("es") for fault in faults)
    if calendar is not None:
        assert calendar == Calendar(timezone=zone, weekly=calendar.weekly, holidays=calendar.holidays)
