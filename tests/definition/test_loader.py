from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.definition import PRESETS, Definition, load_definition
from supportcore.definition import loader as loader_module
from supportcore.definition.loader import define, restore
from supportcore.errors import DefinitionError, DefinitionFault

RULES = """\
format = 1
key = "tiny"
zone = "Europe/Madrid"
languages = ["en", "es"]
customer = "none"
initial = "open"
triage = ["priority"]
roles = [
    { key = "guest", side = "customer", sees = "own", may = ["open", "reply"] },
    { key = "agent", side = "staff", sees = "all", may = ["reply", "note"] },
]
form = [
    { key = "subject", required = true, limit = 80 },
    { key = "priority", default = "low" },
    { key = "floor", kind = "number" },
]
notices = [
    { key = "moved", on = "state_changed", to = ["contact"], channel = "email" },
    { key = "noted", on = "noted", to = ["assignee"], channel = "email" },
]

[vocabularies]
priority = ["low", "high"]

[routing]
team = "helpers"
assign = "spread"

[replies]
customer = "support"

[[states]]
key = "open"
category = "open"
waiting_on = "support"

[[states]]
key = "asked"
category = "pending"
timer = { after = "72h", action = "expire" }
on_reply = { customer = "answered" }

[[states]]
key = "done"
category = "closed"
outcome = "resolved"

[[transitions]]
action = "ask"
from = ["open"]
to = "asked"
roles = ["agent"]
when = { field = "assignee", eq = "@actor.id" }
requires = ["comment"]

[[transitions]]
action = "answered"
from = ["asked"]
to = "open"
roles = ["system"]

[[transitions]]
action = "expire"
from = ["asked"]
to = "done"
roles = ["agent", "system"]
accepts = ["comment"]
"""

LABELS = """\
[desk]
name.label = { en = "Desk", es = "Mesa" }

[roles]
guest.label = { en = "Guest", es = "Huésped" }
agent.label = { en = "Agent", es = "Agente" }

[states]
open = { label = { en = "Open", es = "Abierto" }, help = { en = "Being worked on.", es = "En curso." } }
asked = { label = { en = "Asked", es = "Preguntado" }, help = { en = "Your turn.", es = "Le toca." } }
done = { label = { en = "Done", es = "Hecho" }, help = { en = "Over.", es = "Terminado." } }

[actions]
ask.label = { en = "Ask", es = "Preguntar" }
answered.label = { en = "Answered", es = "Respondido" }
expire.label = { en = "Expire", es = "Vencer" }

[fields]
subject = { label = { en = "Subject", es = "Asunto" }, help = { en = "What it is.", es = "De qué se trata." } }
priority = { label = { en = "Priority", es = "Prioridad" }, help = { en = "How bad.", es = "Qué tan grave." } }
floor = { label = { en = "Floor", es = "Piso" }, help = { en = "Where.", es = "Dónde." } }
comment = { label = { en = "Comment", es = "Comentario" }, help = { en = "Words.", es = "Palabras." } }

[vocabularies.priority]
low.label = { en = "Low", es = "Baja" }
high.label = { en = "High", es = "Alta" }

[templates]
moved = { label = { en = "Case {number}", es = "Caso {number}" }, body = { en = "{state} {text}", es = "{state}" } }
noted = { label = { en = "Note", es = "Nota" }, body = { en = "{{{text}}}", es = "{text}" } }
"""

Edit = tuple[str, str]


def write(
    folder: Path, *, rules: tuple[Edit, ...] = (), labels: tuple[Edit, ...] = (), name: str = "tiny.toml"
) -> Path:
    """Write the tiny desk into *folder*, with pieces of text replaced, and return the path of its rules."""
    written = {name: (RULES, rules), "tiny.labels.toml": (LABELS, labels)}
    for file, (text, edits) in written.items():
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            text = text.replace(old, new)
        (folder / file).write_text(text, encoding="utf-8")
    return folder / name


def faults_of(load: Callable[[], Definition]) -> tuple[DefinitionFault, ...]:
    """Return the faults that loading ends with."""
    with pytest.raises(DefinitionError) as caught:
        load()
    return caught.value.faults


# -- a document without faults -----------------------------------------------------------------------------------------


def test_a_definition_without_faults_loads(tmp_path: Path) -> None:
    """The tiny desk, on which every fault below is made, has none itself."""
    definition = load_definition(write(tmp_path))
    assert definition.key == "tiny"
    assert [state.key for state in definition.workflow.states] == ["open", "asked", "done"]
    assert definition.labels.label("states", "asked", "es") == "Preguntado"
    assert definition.labels.help("states", "asked", "en-GB") == "Your turn."


def test_a_desk_file_may_say_so_in_its_name(tmp_path: Path) -> None:
    """The labels of ``tiny.desk.toml`` stand in ``tiny.labels.toml``."""
    assert load_definition(write(tmp_path, name="tiny.desk.toml")) == load_definition(write(tmp_path))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """An editor that begins UTF-8 files with a mark does not spoil them."""
    path = write(tmp_path)
    expected = load_definition(path)
    path.write_text(RULES, encoding="utf-8-sig")
    assert expected == load_definition(path)


def test_a_guard_is_a_function_that_the_host_hands_over(tmp_path: Path) -> None:
    """A transition names a guard, and the definition keeps the function under that name."""
    path = write(tmp_path, rules=(('action = "ask"\n', 'action = "ask"\nguard = "office_hours"\n'),))

    def office_hours(ticket: Any, actor: Any) -> bool:
        return True

    definition = load_definition(path, guards={"office_hours": office_hours})
    assert definition.workflow.by_action["ask", "open"].guard == "office_hours"
    assert definition.guards["office_hours"] is office_hours


def test_columns_and_parties_may_be_named(tmp_path: Path) -> None:
    """Labels may name what every ticket has, in the desk's own words, and need not."""
    extra = '[vocabularies.waiting_on]\nvendor.label = { en = "Supplier", es = "Proveedor" }\n'
    named = ("[fields]\n", '[fields]\nstate.label = { en = "Status", es = "Estatus" }\n')
    tail = ("[templates]\n", f"{extra}\n[templates]\n")
    definition = load_definition(write(tmp_path, labels=(named, tail)))
    assert definition.labels.label("fields", "state", "es") == "Estatus"
    assert definition.labels.label("vocabularies.waiting_on", "vendor", "es") == "Proveedor"


# -- files -------------------------------------------------------------------------------------------------------------


def test_an_unknown_preset_is_told_with_what_there_is() -> None:
    """A name that is no shipped definition is answered with the one that was probably meant."""
    (fault,) = faults_of(lambda: load_definition("nova"))
    assert (fault.file, fault.path, fault.code) == ("nova", "document", "unknown_definition")
    assert "did you mean 'noova'?" in fault.message


def test_missing_files_are_all_told(tmp_path: Path) -> None:
    """Where neither rules nor labels are there, both are named, and how they belong together."""
    found = faults_of(lambda: load_definition(tmp_path / "none.toml"))
    assert [(fault.file, fault.code) for fault in found] == [
        ("none.toml", "missing_file"),
        ("none.labels.toml", "missing_file"),
    ]
    assert all("NAME.labels.toml" in fault.message and str(tmp_path) in fault.message for fault in found)


def test_missing_labels_are_a_fault(tmp_path: Path) -> None:
    """Rules alone are no desk: nobody could read it."""
    path = write(tmp_path)
    (tmp_path / "tiny.labels.toml").unlink()
    (fault,) = faults_of(lambda: load_definition(path))
    assert (fault.file, fault.path, fault.code) == ("tiny.labels.toml", "document", "missing_file")


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    """A path that cannot be read as a file is a fault of the definition, not a stray OSError."""
    (tmp_path / "tiny.toml").mkdir()
    (tmp_path / "tiny.labels.toml").write_text(LABELS, encoding="utf-8")
    (fault,) = faults_of(lambda: load_definition(tmp_path / "tiny.toml"))
    assert (fault.file, fault.path, fault.code) == ("tiny.toml", "document", "unreadable_file")


def test_a_folder_without_a_name_is_no_definition() -> None:
    """The folder where one stands is a fault of the definition as well."""
    found = faults_of(lambda: load_definition(Path()))
    assert (found[0].file, found[0].code) == (".", "unreadable_file")


def test_bytes_that_are_not_utf8_are_a_fault(tmp_path: Path) -> None:
    """A file in another encoding is told with the encoding that is read."""
    path = write(tmp_path)
    (tmp_path / "tiny.labels.toml").write_bytes(LABELS.encode("latin-1"))
    (fault,) = faults_of(lambda: load_definition(path))
    assert (fault.file, fault.path, fault.code) == ("tiny.labels.toml", "document", "unreadable_file")
    assert "UTF-8" in fault.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key = \n", "line 1"),
        ('key = "a"\nkey = "b"\n', "line 2"),
        (f"format = {'1' * 5000}\n", "is not TOML"),
        (f"form = {'[' * 3000}{']' * 3000}\n", "nested too deeply"),
    ],
    ids=["no value", "key twice", "endless number", "endless nesting"],
)
def test_what_is_not_toml_is_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    """A document that does not parse is one fault of its file, with the line where the parser knows it."""
    path = write(tmp_path)
    path.write_text(text, encoding="utf-8")
    (fault,) = faults_of(lambda: load_definition(path))
    assert (fault.file, fault.path, fault.code) == ("tiny.toml", "document", "bad_toml")
    assert told in fault.message


def test_both_files_are_told_when_neither_parses(tmp_path: Path) -> None:
    """Rules and labels that do not parse are two faults of one error."""
    path = write(tmp_path, rules=(("format = 1", "format"),), labels=(("[desk]", "[desk"),))
    found = faults_of(lambda: load_definition(path))
    assert [(fault.file, fault.code) for fault in found] == [
        ("tiny.toml", "bad_toml"),
        ("tiny.labels.toml", "bad_toml"),
    ]


# -- one fault, one line of what is wrong ------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """One edit that makes one fault."""

    old: str
    new: str
    path: str
    code: str
    right: str
    """Part of the message: what would be right."""


WRONG_RULES = [
    # the document
    Wrong("format = 1", "format = 2", "format", "unknown_format", "format = 1"),
    Wrong("format = 1\n", "", "format", "unknown_format", "format = 1"),
    Wrong('key = "tiny"\n', "", "key", "missing_key", "required"),
    Wrong('key = "tiny"', 'key = "Tiny Desk"', "key", "bad_key", "a-z, 0-9, _ and -"),
    Wrong('key = "tiny"', "key = 7", "key", "wrong_type", "expected a text, found 7"),
    Wrong('initial = "open"\n', 'initial = "open"\nstate = []\n', "state", "unknown_key", "did you mean 'states'?"),
    Wrong("Europe/Madrid", "Europe/Madird", "zone", "unknown_zone", '"Europe/Madrid"'),
    Wrong("Europe/Madrid", "", "zone", "empty", "Must not be empty"),
    Wrong('["en", "es"]', '["en", "fr"]', "languages[1]", "unknown_language", "there are: es, en"),
    Wrong('["en", "es"]', "[]", "languages", "empty", "es, en"),
    Wrong('customer = "none"', 'customer = "some"', "customer", "not_an_option", "required, none"),
    Wrong('initial = "open"', 'initial = "opn"', "initial", "not_an_option", "did you mean 'open'?"),
    Wrong('initial = "open"', 'initial = "done"', "initial", "final_initial", "'done', which is final"),
    Wrong('triage = ["priority"]', 'triage = ["prio"]', "triage[0]", "unknown_field", "did you mean 'priority'?"),
    Wrong('triage = ["priority"]', 'triage = ["area"]', "triage", "unknown_vocabulary", "a vocabulary 'area'"),
    # roles
    Wrong('side = "staff"', 'side = "stuff"', "roles[1].side", "not_an_option", "did you mean 'staff'?"),
    Wrong('sees = "own"', 'sees = "owned"', "roles[0].sees", "not_an_option", "did you mean 'own'?"),
    Wrong('"open", "reply"]', '"open", "answer"]', "roles[0].may[1]", "unknown_command", "open, reply, note"),
    Wrong('"open", "reply"]', '"open", "open"]', "roles[0].may[1]", "duplicate", "leave one out"),
    Wrong('key = "agent"', 'key = "guest"', "roles[1].key", "duplicate", "a name of its own"),
    Wrong('key = "agent", side', 'key = "system", side', "roles[1].key", "duplicate", "a name of its own"),
    Wrong('["open", "reply"]', '["open", "note"]', "roles[0].may", "internal_note", "cannot write internal notes"),
    # vocabularies, form, routing, replies
    Wrong('["low", "high"]', "[]", "vocabularies.priority", "empty", "at least one key"),
    Wrong('"high"]', '"Very high"]', "vocabularies.priority[1]", "bad_key", "a-z, 0-9, _ and -"),
    Wrong('"high"]', "3]", "vocabularies.priority[1]", "wrong_type", "expected a key, found 3"),
    Wrong(", required = true, limit", ", limit", "form", "missing_field", "required = true"),
    Wrong("limit = 80", "limit = 0", "form[0].limit", "not_positive", "above zero, found 0"),
    Wrong("limit = 80", 'limit = "80"', "form[0].limit", "wrong_type", "a whole number above zero"),
    Wrong('"subject", required', '"subject", kind = "text", required', "form[0].kind", "unknown_key", "leave kind out"),
    Wrong('default = "low"', 'default = "lowest"', "form[1].default", "bad_default", "low, high"),
    Wrong('default = "low"', "fixed = true", "form[1].fixed", "missing_key", "needs a default"),
    Wrong('"priority", default', '"subject", default', "form[1].key", "duplicate", "leave one out"),
    Wrong('kind = "number"', 'kind = "numbr"', "form[2].kind", "not_an_option", "did you mean 'number'?"),
    Wrong('kind = "number"', 'kind = "choice"', "form[2]", "unknown_vocabulary", "there are: priority"),
    Wrong('kind = "number"', 'kind = "number", source = "x"', "form[2].source", "unexpected_key", "leave it out"),
    Wrong('team = "helpers"\n', "", "routing.team", "missing_key", "a team to pick from"),
    Wrong('assign = "spread"', 'assign = "random"', "routing.assign", "not_an_option", "none, spread"),
    Wrong('customer = "support"', 'customer = "us"', "replies.customer", "not_an_option", "vendor, support"),
    Wrong('customer = "support"', 'client = "support"', "replies.client", "unknown_key", "customer, staff"),
    # states
    Wrong('key = "asked"', 'key = "open"', "states[1].key", "duplicate", "a name of its own"),
    Wrong('category = "pending"', 'category = "pendig"', "states[1].category", "not_an_option", "'pending'?"),
    Wrong('outcome = "resolved"\n', "", "states[2].outcome", "missing_key", "resolved or cancelled"),
    Wrong('"support"\n\n[[states]]\nkey = "asked"', '"support"\noutcome = "resolved"\n\n[[states]]\nkey = "asked"',
          "states[0].outcome", "unexpected_key", 'category "closed"'),
    Wrong('after = "72h"', 'after = "0h"', "states[1].timer.after", "not_positive", "more than zero"),
    Wrong('after = "72h"', 'after = "-72h"', "states[1].timer.after", "not_positive", "more than zero"),
    Wrong('after = "72h"', "after = 72", "states[1].timer.after", "bad_span", 'such as "72h"'),
    Wrong('after = "72h", ', "", "states[1].timer.after", "missing_key", 'such as "72h"'),
    Wrong('action = "expire" }', 'action = "expired" }', "states[1].timer.action", "unknown_action", "'expire'?"),
    Wrong('customer = "answered"', 'customer = "reply"', "states[1].on_reply.customer", "unknown_action", "there are"),
    Wrong('outcome = "resolved"\n', 'outcome = "resolved"\ntimer = { after = "1d", action = "expire" }\n',
          "states[2].timer", "timer_in_final_state", "leave it out"),
    Wrong('outcome = "resolved"\n', 'outcome = "resolved"\non_reply = { customer = "answered" }\n',
          "states[2].on_reply", "unexpected_key", "leave it out"),
    # transitions
    Wrong('from = ["open"]', 'from = ["opne"]', "transitions[0].from[0]", "unknown_state", "did you mean 'open'?"),
    Wrong('from = ["open"]\n', "", "transitions[0].from", "missing_key", '"*" for all that are not final'),
    Wrong('from = ["open"]', "from = []", "transitions[0].from", "empty", "which states it leaves"),
    Wrong('to = "asked"', 'to = "askd"', "transitions[0].to", "unknown_state", "did you mean 'asked'?"),
    Wrong('to = "asked"\nroles = ["agent"]', 'to = "asked"\nroles = ["agnet"]', "transitions[0].roles[0]",
          "unknown_role", "did you mean 'agent'?"),
    Wrong('to = "asked"\nroles = ["agent"]\n', 'to = "asked"\n', "transitions[0].roles", "missing_key", "who may"),
    Wrong('action = "ask"\n', 'action = "reply"\n', "transitions[0].action", "reserved_action", "another name"),
    Wrong('action = "ask"\n', 'action = "cite"\n', "transitions[0].action", "reserved_action", "another name"),
    Wrong('action = "ask"\nfrom = ["open"]', 'action = "expire"\nfrom = "*"', "transitions[2].action",
          "duplicate_action", "already at transitions[0]"),
    Wrong('action = "ask"\n', 'action = "ask"\nguard = "office_hours"\n', "transitions[0].guard", "unknown_guard",
          "there are none"),
    Wrong('field = "assignee"', 'field = "asignee"', "transitions[0].when.field", "unknown_field", "assignee"),
    Wrong('eq = "@actor.id"', 'eq = "@actor.ids"', "transitions[0].when.eq", "unknown_field", "@actor.id"),
    Wrong('eq = "@actor.id"', 'equals = "@actor.id"', "transitions[0].when", "bad_predicate", "eq, ne, in"),
    Wrong('eq = "@actor.id"', "eq = 3", "transitions[0].when.eq", "wrong_type", "text"),
    Wrong('requires = ["comment"]', 'requires = ["coment"]', "transitions[0].requires[0]", "unknown_input",
          "did you mean 'comment'?"),
    Wrong('requires = ["comment"]', 'requires = ["reason"]', "transitions[0].requires", "unknown_vocabulary",
          "a vocabulary 'reason'"),
    Wrong('requires = ["comment"]', 'requires = ["comment"]\naccepts = ["comment"]', "transitions[0].accepts",
          "duplicate", "required already"),
    Wrong('accepts = ["comment"]', 'accepts = ["comment"]\nwaiting_on = "them"', "transitions[2].waiting_on",
          "not_an_option", "customer, vendor, support, external"),
    Wrong('roles = ["agent", "system"]\n', 'roles = ["guest", "system"]\ncomment = "internal"\n',
          "transitions[2].comment", "internal_note", "make it public"),
    # what the desk does by itself
    Wrong('roles = ["system"]', 'roles = ["agent"]', "states[1].on_reply.customer", "not_automatic", 'add "system"'),
    Wrong('accepts = ["comment"]', 'requires = ["comment"]', "states[1].timer.action", "not_automatic",
          "asks for input"),
    # notices
    Wrong('on = "state_changed"', 'on = "state_change"', "notices[0].on", "not_an_option", "'state_changed'?"),
    Wrong('to = ["contact"]', 'to = ["contacts"]', "notices[0].to[0]", "unknown_recipient", "'contact'?"),
    Wrong('to = ["contact"]', "to = []", "notices[0].to", "empty", "contact, assignee, responsible, team"),
    Wrong('to = ["assignee"]', 'to = ["assignee", "contact"]', "notices[1].to", "internal_note", "never told"),
    Wrong('key = "noted", on', 'key = "moved", template = "noted", on', "notices[1].key", "duplicate", "its own"),
]  # fmt: skip

WRONG_LABELS = [
    Wrong('guest.label = { en = "Guest", es = "Huésped" }\n', "", "roles.guest.label.en", "missing_label", "English"),
    Wrong(', es = "Huésped"', "", "roles.guest.label.es", "missing_label", "the Spanish label of 'guest' in roles"),
    Wrong('es = "Huésped"', 'es = " "', "roles.guest.label.es", "missing_label", "the Spanish label"),
    Wrong('es = "Huésped"', "es = 5", "roles.guest.label.es", "wrong_type", "expected a text, found 5"),
    Wrong('{ en = "Guest", es = "Huésped" }', '"Guest"', "roles.guest.label", "wrong_type", "expected a table"),
    Wrong('es = "Huésped" }', 'es = "Huésped", fr = "Hôte" }', "roles.guest.label.fr", "unknown_key", "es, en"),
    Wrong(', help = { en = "Over.", es = "Terminado." }', "", "states.done.help.es", "missing_label", "Spanish help"),
    Wrong("[roles]\n", "[roles]\ngest.label = {}\n", "roles.gest", "unknown_label", "did you mean 'guest'?"),
    Wrong("low.label", 'lw.label = { en = "L", es = "B" }\nlow.label', "vocabularies.priority.lw", "unknown_label",
          "did you mean 'low'?"),
    Wrong("[roles]\n", "[rolls]\n\n[roles]\n", "rolls", "unknown_key", "did you mean 'roles'?"),
    Wrong('es = "Caso {number}"', 'es = "Caso {numero}"', "templates.moved.label.es", "unknown_placeholder",
          "did you mean 'number'?"),
    Wrong('es = "Caso {number}"', 'es = "Caso {number"', "templates.moved.label.es", "bad_template", "braces"),
    Wrong('es = "Caso {number}"', 'es = "Caso {number:d}"', "templates.moved.label.es", "bad_template", "{number}"),
    Wrong('es = "Caso {number}"', 'es = "{state.real}"', "templates.moved.label.es", "unknown_placeholder", "'state'?"),
    Wrong('body = { en = "{state} {text}", es = "{state}" }', 'help = { en = "x", es = "y" }',
          "templates.moved.help", "unknown_key", "label, body"),
]  # fmt: skip


def _name(wrong: Wrong) -> str:
    return f"{wrong.code}-{wrong.path}"


@pytest.mark.parametrize("wrong", WRONG_RULES, ids=_name)
def test_a_fault_of_the_rules_says_where_and_what_would_be_right(tmp_path: Path, wrong: Wrong) -> None:
    """Each fault of the rules names file and path, has a code, and a message with what would be right."""
    found = faults_of(lambda: load_definition(write(tmp_path, rules=((wrong.old, wrong.new),))))
    first = next((fault for fault in found if fault.code == wrong.code), found[0])
    assert (first.file, first.path, first.code) == ("tiny.toml", wrong.path, wrong.code)
    assert wrong.right in first.message
    assert str(first) in str(DefinitionError(found))


@pytest.mark.parametrize("wrong", WRONG_LABELS, ids=_name)
def test_a_fault_of_the_labels_says_where_and_what_would_be_right(tmp_path: Path, wrong: Wrong) -> None:
    """Each fault of the labels names file and path, has a code, and a message with what would be right."""
    found = faults_of(lambda: load_definition(write(tmp_path, labels=((wrong.old, wrong.new),))))
    at_path = {fault.path: fault for fault in found}
    assert wrong.path in at_path, found
    fault = at_path[wrong.path]
    assert (fault.file, fault.code) == ("tiny.labels.toml", wrong.code)
    assert wrong.right in fault.message


def test_a_desk_without_customers_has_no_field_for_them(tmp_path: Path) -> None:
    """A form that asks for the customer contradicts ``customer = "none"``, and asked where required it is added."""
    asked = ('{ key = "floor", kind = "number" }', '{ key = "customer" }')
    (fault, *_) = faults_of(lambda: load_definition(write(tmp_path, rules=(asked,))))
    assert (fault.path, fault.code) == ("form", "unknown_field")
    required = ('customer = "none"', 'customer = "required"')
    company = ("[fields]\n", '[fields]\ncustomer = { label = { en = "C", es = "C" }, help = { en = "C", es = "C" } }\n')
    definition = load_definition(write(tmp_path, rules=(required,), labels=(company,)))
    assert [field.key for field in definition.form.fields] == ["customer", "subject", "priority", "floor"]


def test_ten_faults_are_told_at_once(tmp_path: Path) -> None:
    """One reading finds every fault of rules and labels, whatever else is wrong."""
    rules = (
        ('zone = "Europe/Madrid"', 'zone = "Europe/Atlantis"\ncolour = "red"'),
        ('sees = "own"', 'sees = "mine"'),
        ('default = "low"', 'default = "lowest"'),
        ('after = "72h"', 'after = "0h"'),
        ('field = "assignee"', 'field = "asignee"'),
        ('from = ["open"]', 'from = ["opne"]'),
        ('to = ["contact"]', 'to = ["contacts"]'),
    )
    labels = (
        (', es = "Huésped"', ""),
        ('es = "Caso {number}"', 'es = "Caso {numero}"'),
    )
    found = faults_of(lambda: load_definition(write(tmp_path, rules=rules, labels=labels)))
    expected = {
        ("tiny.toml", "zone", "unknown_zone"),
        ("tiny.toml", "colour", "unknown_key"),
        ("tiny.toml", "roles[0].sees", "not_an_option"),
        ("tiny.toml", "form[1].default", "bad_default"),
        ("tiny.toml", "states[1].timer.after", "not_positive"),
        ("tiny.toml", "transitions[0].when.field", "unknown_field"),
        ("tiny.toml", "transitions[0].from[0]", "unknown_state"),
        ("tiny.toml", "notices[0].to[0]", "unknown_recipient"),
        ("tiny.labels.toml", "roles.guest.label.es", "missing_label"),
        ("tiny.labels.toml", "templates.moved.label.es", "unknown_placeholder"),
    }
    assert expected == {(fault.file, fault.path, fault.code) for fault in found}
    assert len(expected) == len(found)


# -- the hash, and what is stored --------------------------------------------------------------------------------------


def test_layout_comments_and_key_order_do_not_change_the_hash(tmp_path: Path) -> None:
    """The hash is of what the rules say, not of how they are written."""
    expected = load_definition(write(tmp_path))
    laid_out = (
        ('key = "tiny"\nzone = "Europe/Madrid"', '# a comment\nzone   =   "Europe/Madrid"\n\nkey = "tiny" # another'),
        ('timer = { after = "72h", action = "expire" }', "timer.action = 'expire'\ntimer.after = '72h'"),
        ('roles = ["agent"]\nwhen', 'roles = [\n    "agent",\n]\nwhen'),
    )
    actual = load_definition(write(tmp_path, rules=laid_out))
    assert expected.rules_hash == actual.rules_hash
    assert expected.document == actual.document
    assert expected == actual


@pytest.mark.parametrize(
    ("old", "new"), [("72h", "71h"), ('sees = "own"', 'sees = "all"'), ("limit = 80", "limit = 81")]
)
def test_another_rule_has_another_hash(tmp_path: Path, old: str, new: str) -> None:
    """Whatever changes a rule changes the hash."""
    expected = load_definition(write(tmp_path)).rules_hash
    assert expected != load_definition(write(tmp_path, rules=((old, new),))).rules_hash


def test_labels_are_not_hashed(tmp_path: Path) -> None:
    """Another wording is the same rules."""
    expected = load_definition(write(tmp_path))
    actual = load_definition(write(tmp_path, labels=(("Huésped", "Invitado"),)))
    assert actual.labels.label("roles", "guest", "es") == "Invitado"
    assert expected.rules_hash == actual.rules_hash


@pytest.mark.parametrize("preset", PRESETS)
def test_stored_rules_are_read_back_as_they_were(preset: str) -> None:
    """The canonical document makes the same rules again, under the same hash, with the labels of today."""
    expected = load_definition(preset)
    actual = restore(expected.document, today=expected)
    assert expected == actual
    assert expected.rules_hash == actual.rules_hash
    assert expected.vocabularies == actual.vocabularies
    assert actual.labels is expected.labels


def test_stored_rules_keep_instants_and_the_order_of_sides(tmp_path: Path) -> None:
    """An instant comes back from the stored text as the same instant; sides come in the same order either way."""
    when = "when = { field = 'opened_at', range = { from = 2026-01-01T00:00:00+01:00 } }"
    sides = ('customer = "support"', 'staff = "customer"\ncustomer = "support"')
    edits = (('when = { field = "assignee", eq = "@actor.id" }', when), sides)
    expected = load_definition(write(tmp_path, rules=edits))
    assert expected == restore(expected.document, today=expected)
    assert expected.replies == (("customer", "support"), ("staff", "customer"))


def test_stored_rules_take_todays_words(tmp_path: Path) -> None:
    """Rules of the past are told in the words of today."""
    past = load_definition(write(tmp_path))
    today = load_definition(write(tmp_path, rules=(("72h", "24h"),), labels=(("Huésped", "Invitado"),)))
    restored = restore(past.document, today=today)
    assert past.rules_hash == restored.rules_hash
    assert restored.labels.label("roles", "guest", "es") == "Invitado"


# -- whatever is wrong, it is told -------------------------------------------------------------------------------------

Place = tuple[str | int, ...]


def _parsed(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if name == "tiny":
        return tomllib.loads(RULES), tomllib.loads(LABELS)
    folder = Path(loader_module.__file__).parent / "presets"
    rules, labels = (tomllib.loads((folder / f"{name}{ext}").read_text("utf-8")) for ext in (".toml", ".labels.toml"))
    return rules, labels


DOCUMENTS = {name: _parsed(name) for name in ("tiny", *PRESETS)}


def _places(document: Any, below: Place = ()) -> list[Place]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    found: list[Place] = []
    for key, value in pairs:
        found.append((*below, key))
        if isinstance(value, (dict, list)):
            found.extend(_places(value, (*below, key)))
    return found


PLACES = [
    (name, which, place) for name, pair in DOCUMENTS.items() for which in (0, 1) for place in _places(pair[which])
]
SCALARS = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=50),
    st.datetimes(),
    st.sampled_from(["", "open", "abierto", "en_curso", "system", "*", "@actor.id", "72h", "{text}", "{", "../etc"]),
)
MUTATIONS = st.one_of(st.just("drop"), SCALARS.map(lambda value: ("put", value)))


@given(where=st.sampled_from(PLACES), mutation=MUTATIONS)
def test_a_mutated_document_loads_or_tells_its_faults(where: tuple[str, int, Place], mutation: Any) -> None:
    """Drop any key or replace any value: the document loads, or one error lists its faults; nothing else is raised."""
    name, which, (*way, last) = where
    documents = copy.deepcopy(DOCUMENTS[name])
    holder: Any = documents[which]
    for key in way:
        holder = holder[key]
    if mutation == "drop":
        del holder[last]
    else:
        holder[last] = mutation[1]
    definition: Definition | None = None
    faults: tuple[DefinitionFault, ...] = ()
    try:
        definition = define(*documents)
    except DefinitionError as error:
        faults = error.faults
    if definition is not None:
        assert definition == restore(definition.document, today=definition)
    else:
        assert len(faults) > 0
        assert len(faults) == len(set(faults))
        assert all(fault.file in ("rules", "labels") and fault.message for fault in faults)


@given(document=st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9))
def test_whatever_stands_for_a_document_is_told(document: Any) -> None:
    """A document that is no definition at all is refused like one with a slip."""
    assert len(faults_of(lambda: define(document, {}))) > 0
    assert len(faults_of(lambda: define(DOCUMENTS["tiny"][0], document))) > 0
