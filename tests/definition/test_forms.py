"""Forms, fields and files of a definition: what they come to, and what is told of each fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from supportcore.definition.forms import OWN_TEXT
from supportcore.definition.loader import restore
from supportcore.forms.fields import FILE_LIMIT, FILES_AT_ONCE, Slot
from supportcore.predicate import ALWAYS
from supportcore.text import SAFE_INT, TEXT_LIMIT
from tests.definition.shown import DROP, Wrong, check, edited, faults_of, labels, load, rules


def test_a_form_is_what_the_definition_says() -> None:
    """Keys, places, set values and slots of the forms come out as they were written, the default one first."""
    desk = load()
    assert ["default", "short"] == [form.key for form in desk.forms]
    short = desk.forms[1]
    assert ("north", "lifts", "quick") == (short.area, short.service, short.variant)
    assert {"priority": "high", "product": "lift", "area": "north", "service": "lifts"} == dict(short.sets)
    assert ["customer", "subject", "module"] == [field.key for field in short.fields]


def test_a_field_is_what_the_definition_says() -> None:
    """Limits, patterns, bounds and conditions of a field come out as they were written."""
    fields = {field.key: field for field in load().form.fields}
    assert (0, 9, True) == (fields["floor"].minimum, fields["floor"].maximum, fields["floor"].whole)
    assert ("[A-Z]{2}-[0-9]{4}", "phone") == (fields["code"].pattern, fields["code"].prefill)
    assert 80 == fields["subject"].most
    assert OWN_TEXT == fields["desk_only"].most
    assert ALWAYS == fields["floor"].when
    assert fields["lift"].asked({"floor": 2}, None)
    assert not fields["lift"].asked({"floor": 0}, None)
    assert not fields["lift"].asked({}, None)


def test_slots_are_what_the_definition_says() -> None:
    """A form has the slots it names, or one that takes what the desk takes, or none."""
    desk = load()
    assert (Slot(key="photo", count=2, size=1000, types=("image/*",), required=True),) == desk.form.slots
    whole = Slot(key="files", count=3, size=2000, types=("image/*", "text/plain"))
    assert (whole,) == desk.forms[1].slots
    assert (whole,) == desk.workflow.transitions[0].form.slots
    assert () == load(edited(rules(), ("forms", 0, "slots"), [])).forms[1].slots


def test_files_may_be_left_to_the_library() -> None:
    """An empty section takes files as the library does, and no section takes none."""
    bare = rules()
    del bare["slots"]
    bare["files"] = {}
    told = labels()
    del told["slots"]
    policy = load(bare, told).files
    assert policy is not None
    assert (FILE_LIMIT, FILES_AT_ONCE, (), timedelta(days=1)) == (policy.size, policy.count, policy.types, policy.keep)
    del bare["files"]
    bare["transitions"][0]["accepts"] = ["comment"]
    desk = load(bare, told)
    assert desk.files is None
    assert [(), ()] == [form.slots for form in desk.forms]


def test_a_form_may_ask_by_default_what_another_sets() -> None:
    """What one form sets, another may ask for."""
    changed = rules()
    changed["form"].append({"key": "priority"})
    told = labels()
    told["fields"]["priority"] = {"label": {"en": "Priority"}, "help": {"en": "How bad."}}
    assert "priority" in [field.key for field in load(changed, told).form.fields]


FAULTS = [
    # fields
    Wrong(("form", 0, "required"), False, "form", "missing_field", '{ key = "subject", required = true }'),
    Wrong(("form", 0, "when"), {"field": "@actor.roles", "has": "agent"}, "form", "missing_field", "subject"),
    Wrong(("form", 0, "limit"), 256, "form[0].limit", "out_of_range", "at most 255"),
    Wrong(("form", 0, "limit"), 0, "form[0].limit", "not_positive", "above zero"),
    Wrong(("form", 0, "kind"), "title", "form[0].kind", "unknown_key", "leave kind out"),
    Wrong(("form", 1, "key"), "prodcut", "form[1].kind", "missing_key", "one of title, text"),
    Wrong(("form", 1, "key"), "subject", "form[1].key", "duplicate", "stands here twice"),
    Wrong(("form", 1), {"key": "service"}, "form", "missing_field", "ask for the product before it"),
    Wrong(("form", 3, "kind"), "record", "form[3].kind", "not_an_option", "title, text, choice, number, flag, instant"),
    Wrong(("form", 3, "minimum"), 10, "form[3].minimum", "out_of_range", "above the maximum"),
    Wrong(("form", 3, "minimum"), "0", "form[3].minimum", "wrong_type", "expected a number between"),
    Wrong(("form", 3, "minimum"), True, "form[3].minimum", "wrong_type", "expected a number between"),
    Wrong(("form", 3, "maximum"), SAFE_INT + 1, "form[3].maximum", "wrong_type", str(SAFE_INT)),
    Wrong(("form", 3, "maximum"), float("inf"), "form[3].maximum", "wrong_type", str(SAFE_INT)),
    Wrong(("form", 3, "whole"), 1, "form[3].whole", "wrong_type", "true or false"),
    Wrong(("form", 3, "limit"), 5, "form[3].limit", "unexpected_key", "only a title or a text has a limit"),
    Wrong(("form", 3, "pattern"), "[0-9]", "form[3].pattern", "unexpected_key", "only a title or a text"),
    Wrong(("form", 3, "prefill"), "name", "form[3].prefill", "unexpected_key", "only a title or a text"),
    Wrong(("form", 3, "source"), "area", "form[3].source", "unexpected_key", 'only a field of kind "choice"'),
    Wrong(("form", 3, "fixed"), True, "form[3].fixed", "missing_key", "needs a default"),
    Wrong(("form", 3, "default"), 10, "form[3].default", "bad_default", "between 0 and 9"),
    Wrong(("form", 3, "default"), 1.5, "form[3].default", "bad_default", "a whole number"),
    Wrong(("form", 4, "default"), 1, "form[4].default", "bad_default", "true or false"),
    Wrong(("form", 4, "maximum"), 3, "form[4].maximum", "unexpected_key", "only a number has maximum"),
    Wrong(("form", 4, "kind"), "choice", "form[4]", "unknown_vocabulary", "there are: area, priority"),
    Wrong(("form", 5, "pattern"), "[A-Z", "form[5].pattern", "bad_pattern", "[A-Za-z0-9_-]"),
    Wrong(("form", 5, "pattern"), "\\d+", "form[5].pattern", "bad_pattern", "[0-9]"),
    Wrong(("form", 5, "pattern"), "^a$", "form[5].pattern", "bad_pattern", "\\^"),
    Wrong(("form", 5, "pattern"), "(a+)+", "form[5].pattern", "bad_pattern", "not repeated itself"),
    Wrong(("form", 5, "pattern"), "a{1,5000000}", "form[5].pattern", "bad_pattern", "\\{"),
    Wrong(("form", 5, "prefill"), "adress", "form[5].prefill", "not_an_option", "name, email, phone"),
    Wrong(("form", 5, "default"), "nope", "form[5].default", "bad_default", "[A-Z]{2}-[0-9]{4}"),
    Wrong(("form", 6, "limit"), TEXT_LIMIT + 1, "form[6].limit", "out_of_range", str(TEXT_LIMIT)),
    # conditions
    Wrong(("form", 2, "when"), {"field": "product"}, "form[2].when", "bad_predicate", "eq"),
    Wrong(("form", 2, "when"), {"field": "product", "missing": False}, "form[2].when.field", "unknown_field", "form."),
    Wrong(("form", 2, "when"), {"field": "form.floor", "eq": 1}, "form[2].when.field", "unknown_field", "form.product"),
    Wrong(("form", 2, "when"), {"field": "form.module", "missing": True},
          "form[2].when.field", "unknown_field", "form."),
    Wrong(("form", 2, "when"), {"field": "form.product", "eq": 1}, "form[2].when.eq", "wrong_type", "text"),
    Wrong(("form", 2, "when"), {"field": "form.product", "range": {"from": "a"}},
          "form[2].when", "bad_predicate", "no number"),
    Wrong(("form", 4, "when"), {"field": "form.floor", "eq": "2"}, "form[4].when.eq", "wrong_type", "number"),
    Wrong(("form", 4, "when"), {"any": [{"field": "form.flor", "eq": 2}]},
          "form[4].when.any[0].field", "unknown_field", "form.floor"),
    Wrong(("form", 4, "when"), "floor", "form[4].when", "wrong_type", "a predicate is a table"),
    # slots and files
    Wrong(("slots", 0, "size"), 2001, "slots[0].size", "out_of_range", "at most the 2000 bytes"),
    Wrong(("slots", 0, "count"), 101, "slots[0].count", "out_of_range", "at most 100 files"),
    Wrong(("slots", 0, "types", 0), "image", "slots[0].types[0]", "bad_media_type", "application/pdf or image/*"),
    Wrong(("slots", 0, "types", 0), "*/*", "slots[0].types[0]", "bad_media_type", "application/pdf"),
    Wrong(("slots", 0, "types", 0), "Image/PNG", "slots[0].types[0]", "bad_media_type", "application/pdf"),
    Wrong(("slots", 0, "requierd"), True, "slots[0].requierd", "unknown_key", "did you mean 'required'?"),
    Wrong(("slots", 0, "key"), "Photo", "slots[0].key", "bad_key", "a-z, 0-9, _ and -"),
    Wrong(("slots",), [{"key": "photo"}, {"key": "photo"}], "slots[1].key", "duplicate", "stands here twice"),
    Wrong(("slots",), "photo", "slots", "wrong_type", "expected a list"),
    Wrong(("files",), DROP, "slots", "missing_section", "[files]"),
    Wrong(("files",), DROP, "transitions[0]", "missing_section", "[files]"),
    Wrong(("files", "size"), -1, "files.size", "not_positive", "above zero"),
    Wrong(("files", "count"), 1000, "files.count", "out_of_range", "at most 100 files"),
    Wrong(("files", "types", 1), "text/plain/x", "files.types[1]", "bad_media_type", "application/pdf"),
    Wrong(("files", "keep"), "soon", "files.keep", "bad_span", '"72h"'),
    Wrong(("files", "kepe"), "1h", "files.kepe", "unknown_key", "did you mean 'keep'?"),
    Wrong(("transitions", 0, "requires"), ["files"], "transitions[0].accepts", "duplicate", "required already"),
    Wrong(("transitions", 0, "accepts", 1), "fils",
          "transitions[0].accepts[1]", "unknown_input", "did you mean 'files'?"),
    # further forms
    Wrong(("forms", 0, "key"), "default", "forms[0].key", "duplicate", "choose another name"),
    Wrong(("forms", 0, "key"), DROP, "forms[0].key", "missing_key", "required"),
    Wrong(("forms", 0, "area"), "nort", "forms[0].area", "unknown_area", "did you mean 'north'?"),
    Wrong(("forms", 0, "service"), "x" * 65, "forms[0].service", "too_long", "At most 64"),
    Wrong(("forms", 0, "variant"), "Quick!", "forms[0].variant", "bad_key", "a-z, 0-9, _ and -"),
    Wrong(("forms", 0, "set", "priority"), "huge", "forms[0].set.priority", "bad_default", "low, high"),
    Wrong(("forms", 0, "set", "priorty"), "low", "forms[0].set.priorty", "unknown_field", "did you mean 'priority'?"),
    Wrong(("forms", 0, "set", "subject"), "x",
          "forms[0].set.subject", "unknown_field", "no field 'subject' that a form sets"),
    Wrong(("forms", 0, "set", "product"), "", "forms[0].set.product", "bad_default", "empty"),
    Wrong(("forms", 0, "set"), ["priority"], "forms[0].set", "wrong_type", "expected a table"),
    Wrong(("forms", 0, "set", "module"), "m", "forms[0].fields[1].key", "duplicate", "the form sets 'module' itself"),
    Wrong(("forms", 0, "set", "product"), DROP, "forms[0].fields", "missing_field", "ask for the product"),
    Wrong(("forms", 0, "fields", 0), {"key": "module"}, "forms[0].fields", "missing_field", '"subject"'),
    Wrong(("forms", 0, "fields", 1), {"key": "floor", "kind": "flag"},
          "forms[0].fields[1].kind", "other_kind", "the same in all"),
    Wrong(("forms", 0, "variants"), "x", "forms[0].variants", "unknown_key", "did you mean 'variant'?"),
    Wrong(("forms", 0), {"key": "again", "fields": [{"key": "subject", "required": True}]},
          "forms[0]", "duplicate", "'default'"),
    Wrong(("forms", 0), "short", "forms[0]", "wrong_type", "a table"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", FAULTS, ids=str)
def test_a_fault_says_where_and_what_would_be_right(wrong: Wrong) -> None:
    """Each fault names its path, has a code, and a message with what would be right."""
    check(wrong)


@pytest.mark.parametrize(
    ("section", "key"), [("forms", "short"), ("slots", "photo"), ("fields", "lift")], ids=["form", "slot", "field"]
)
def test_what_is_asked_needs_a_name(section: str, key: str) -> None:
    """A form, a slot or a field without a label is a fault of the labels."""
    told = labels()
    del told[section][key]
    (first, *_) = faults_of(None, told)
    assert ("labels", f"{section}.{key}.label.en", "missing_label") == (first.file, first.path, first.code)


@pytest.mark.parametrize(("section", "key"), [("forms", "default"), ("slots", "files")])
def test_what_every_desk_has_may_be_named(section: str, key: str) -> None:
    """The default form and the default slot may have a label, and need none."""
    told = labels()
    told[section][key] = {"label": {"en": "Ours"}}
    assert "Ours" == load(None, told).labels.label(section, key)
    assert key == load().labels.label(section, key)


def test_all_faults_of_a_form_are_told_at_once() -> None:
    """Several faults in several fields, slots and forms come together."""
    changed: Any = rules()
    changed["form"][3]["minimum"] = 10
    changed["form"][5]["pattern"] = "("
    changed["slots"][0]["size"] = 9999
    changed["forms"][0]["area"] = "nowhere"
    expected = {"form[3].minimum", "form[5].pattern", "slots[0].size", "forms[0].area"}
    assert expected == {fault.path for fault in faults_of(changed)}


def test_stored_forms_are_read_back_as_they_were() -> None:
    """Forms are rules: stored with the others, hashed with them, and the same when they are read again."""
    desk = load()
    assert desk.forms == restore(desk.document, today=desk).forms
    other = edited(rules(), ("form", 3, "maximum"), 10)
    assert desk.rules_hash != load(other).rules_hash


def test_files_are_todays() -> None:
    """What the desk takes of files is no stored rule: it changes no hash, and stored forms follow it."""
    desk = load()
    today = load(edited(rules(), ("files", "count"), 7))
    assert desk.rules_hash == today.rules_hash
    assert 7 == restore(desk.document, today=today).forms[1].slots[0].count
