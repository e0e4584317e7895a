"""A span of a form that is checked against a calendar, patterns of lines, slots beside fields: read, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from supportcore.definition.loader import define, restore
from supportcore.forms.fields import Outside
from tests.definition.shown import DROP, edited, faults_of, labels, load, rules

WEEKLY = {"mon": [["09:00", "17:00"]]}


def spanned() -> dict[str, Any]:
    """The rules with a span in the form ``short``, and a calendar for it."""
    found = rules()
    for key in ("starts", "ends"):
        found["forms"][0]["fields"].append({"key": key, "kind": "instant", "required": True})
    found["forms"][0]["outside"] = {"from": "starts", "until": "ends", "calendar": "office"}
    found["calendars"] = [{"key": "office", "weekly": WEEKLY}]
    return found


def told() -> dict[str, Any]:
    """The labels for it."""
    found = labels()
    for key in ("starts", "ends"):
        found["fields"][key] = {"label": {"en": key.title()}, "help": {"en": f"When it {key}."}}
    return found


def test_a_span_is_what_the_definition_says() -> None:
    """Fields and calendar come out as they were written, without any policy; stored rules keep them."""
    desk = load(spanned(), told())
    rule = Outside(start="starts", until="ends", calendar="office")
    assert (None, rule) == (desk.form.outside, desk.forms_by_key["short"].outside)
    assert desk.levels is not None
    assert () == desk.levels.policies
    assert rule == restore(desk.document, today=desk).forms_by_key["short"].outside


def test_the_default_form_may_have_one_too() -> None:
    """It stands beside ``[[form]]``, and both fields may be asked under one condition."""
    found = rules()
    when = {"field": "form.product", "missing": False}
    found["form"] += [{"key": key, "kind": "instant", "required": True, "when": when} for key in ("starts", "ends")]
    found["outside"] = {"from": "starts", "until": "ends", "calendar": "office"}
    found["calendars"] = [{"key": "office", "weekly": WEEKLY}]
    assert Outside(start="starts", until="ends", calendar="office") == load(found, told()).form.outside


@pytest.mark.parametrize(
    ("way", "value", "path", "code"),
    [
        (("outside", "from"), "start", "forms[0].outside.from", "unknown_field"),
        (("outside", "until"), "subject", "forms[0].outside.until", "other_kind"),
        (("outside", "until"), DROP, "forms[0].outside.until", "missing_key"),
        (("outside", "calendar"), "offcie", "forms[0].outside.calendar", "unknown_calendar"),
        (("outside", "calendar"), "always", "forms[0].outside.calendar", "never_closed"),
        (("outside", "zone"), "UTC", "forms[0].outside.zone", "unknown_key"),
        (("fields", 2, "required"), False, "forms[0].outside.from", "other_kind"),
        (("fields", 3, "when"), {"field": "form.module", "missing": False}, "forms[0].outside", "other_condition"),
    ],
)
def test_what_is_wrong_with_a_span(way: tuple[str | int, ...], value: Any, path: str, code: str) -> None:
    """A field that is not there, another kind, a condition of its own, no such calendar, one that never closes."""
    wrong = edited(spanned(), ("forms", 0, *way), value)
    assert (path, code) in [(fault.path, fault.code) for fault in faults_of(wrong, told())]


def test_without_calendars_there_is_nothing_to_check_against() -> None:
    """A span on a desk that has no calendar of its own is a fault."""
    wrong = spanned()
    del wrong["calendars"]
    assert [("forms[0].outside.calendar", "unknown_calendar")] == [
        (fault.path, fault.code) for fault in faults_of(wrong, told())
    ]


def lined(**more: Any) -> dict[str, Any]:
    """The rules with a text whose lines have a pattern."""
    found = rules()
    found["form"].append({"key": "items", "kind": "text", "pattern": "[a-z]+: [0-9]+", "lines": True, **more})
    return found


ITEMS = {"items": {"label": {"en": "Items"}, "help": {"en": "One in a line."}}}


def test_a_pattern_may_be_that_of_lines() -> None:
    """Each line matches it as a whole; an empty line does not."""
    desk = define(lined(), {**labels(), "fields": {**labels()["fields"], **ITEMS}})
    field = desk.form.field("items")
    assert field is not None
    assert (None, None) == (field.fault("a: 1"), field.fault("a: 1\nbc: 22"))
    for wrong in ("a: 1\n", "\na: 1", "a: 1\n\nb: 2", "a: 1\nb", "a: 1 b: 2", "a: 1\r\nb: 2"):
        fault = field.fault(wrong)
        assert fault is not None, wrong
        assert "bad_line" == fault.code


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"pattern": "[^:]+: [0-9]+"}, "form[7].pattern", "bad_pattern"),
        ({"pattern": "a\nb"}, "form[7].pattern", "bad_pattern"),
        ({"kind": "title"}, "form[7].lines", "unexpected_key"),
        ({"pattern": None}, "form[7].lines", "unexpected_key"),
    ],
)
def test_what_is_wrong_with_a_pattern_of_lines(more: dict[str, Any], path: str, code: str) -> None:
    """It matches no line break, and only a text has it."""
    wrong = lined(**more)
    if wrong["form"][7]["pattern"] is None:
        del wrong["form"][7]["pattern"]
    found = faults_of(wrong, {**labels(), "fields": {**labels()["fields"], **ITEMS}})
    assert [(path, code)] == [(fault.path, fault.code) for fault in found]


def test_a_slot_may_stand_beside_a_field() -> None:
    """It names a field of its form, and is not called as one."""
    desk = load(edited(rules(), ("slots", 0, "field"), "floor"))
    assert "floor" == desk.form.slots[0].field
    wrong = faults_of(edited(rules(), ("slots", 0, "field"), "flor"))
    assert [("slots[0].field", "unknown_field")] == [(fault.path, fault.code) for fault in wrong]
    same = edited(rules(), ("slots", 0, "key"), "floor")
    named = {**labels(), "slots": {"floor": {"label": {"en": "Floor"}}}}
    assert [("slots[0].key", "duplicate")] == [(fault.path, fault.code) for fault in faults_of(same, named)]


def test_columns_header_thread_and_services_may_be_named() -> None:
    """A column has another name where it is shown; services are named by ids of the catalogue, whatever they are."""
    named = {
        "columns": {"contact": {"label": {"en": "Asked by"}}},
        "header": {"contact": {"label": {"en": "Person"}}},
        "thread": {"staff_reply": {"label": {"en": "Answer"}}},
        "accounts": {"visit": {"label": {"en": "Come in"}}, "accept": {"label": {"en": "Go on"}}},
        "services": {"any-id": {"label": {"en": "Any"}, "help": {"en": "Whatever it is."}}},
    }
    found = load(rules(), {**labels(), **named}).labels
    assert ("Come in", "Go on") == (found.label("accounts", "visit", "en"), found.label("accounts", "accept", "en"))
    assert "Whatever it is." == found.help("services", "any-id", "en")
    assert ("Asked by", "Person") == (found.label("columns", "contact", "en"), found.label("header", "contact", "en"))
    for section, key in (("columns", "floor"), ("header", "subjet"), ("thread", "note"), ("accounts", "leave")):
        wrong = faults_of(rules(), {**labels(), section: {key: {"label": {"en": "X"}}}})
        assert [(f"{section}.{key}", "unknown_label")] == [(fault.path, fault.code) for fault in wrong]


def test_the_head_of_a_page_may_hold_answers() -> None:
    """Fields of the desk's own stand in it beside columns; others do not."""
    assert ("floor", "state") == load(edited(rules(), ("page", "header"), ["floor", "state"])).screens.header
    wrong = faults_of(edited(rules(), ("page", "header"), ["florr"]))
    assert ["unknown_column"] == [fault.code for fault in wrong]
