"""
Reading the labels of a definition, and knowing which ones it needs.

Each entry has ``label`` and, where people need more, ``help``; a template of a notice has ``body`` instead. Each is a
table of languages. An entry for something the desk does not have is a fault too: it is usually a slip of the pen.
Beyond what it needs, a desk may name the columns of a ticket, the parties a ticket waits for, and what every desk has:
its commands and their fields, its default form, its list of tickets, its place for files, the actions and states of
articles; what an invitation calls its link and the button of its form; and services of its catalogue, by id. A column
may have another name in lists, and in the head of a page, than the field has in forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from supportcore.definition.files import FILES
from supportcore.definition.model import Definition, Labels
from supportcore.definition.reading import Node, meant
from supportcore.definition.screens import COLUMNS, DEFAULT_LIST
from supportcore.forms.fields import DEFAULT_FORM
from supportcore.knowledge.article import STATES
from supportcore.knowledge.difference import FIELDS as ARTICLE_FIELDS
from supportcore.knowledge.lifecycle import STEPS_BY_NAME
from supportcore.people.access import RESERVED
from supportcore.predicate import TICKET_FIELDS
from supportcore.workflow.definition import PARTIES

LANGUAGES = ("es", "en")
"""What a desk can speak."""
PLACEHOLDERS = ("desk", "number", "subject", "state", "text")
"""What a template may hold in braces."""
LIGHTS = ("green", "amber", "red")
"""The lights that have a name; those of `supportcore.sla.clocks`, which a desk without promises does not load."""
LIMIT = 4096
"""Characters of a label, a help or a body at most."""
SECOND = {"templates": "body"}
"""What the second text of an entry is called, where it is not ``help``."""
SECTIONS = {
    "desk": False,
    "roles": False,
    "states": True,
    "actions": False,
    "fields": True,
    "templates": True,
    "forms": False,
    "slots": False,
    "lists": False,
    "boards": False,
    "menu": False,
    "questions": False,
    "article_actions": False,
    "article_fields": False,
    "article_states": False,
    "columns": False,
    "header": False,
    "thread": False,
    "accounts": False,
    "services": False,
}
"""Sections, and whether an entry needs its second text."""
NESTED = ("vocabularies", "cells")
"""Sections whose entries stand one level deeper."""
_OPEN = ("services",)
"""Sections whose entries are named by ids of the catalogue, which no definition knows."""
THREAD = ("staff_reply", "customer_reply")
"""What happens in a thread that a desk may name."""
ACCOUNTS = ("visit", "accept")
"""What the mail of an invitation calls its link, and what the button is called by which it is accepted."""
_OF_COMMANDS = (
    "text", "deadline", "article", "solved", "drafts", "verdict", "add", "remove", "follow", "other", "kind", "linked",
    "into",
)  # fmt: skip
"""Fields of what every desk has, which no form of its own asks for."""
OPTIONAL = frozenset(
    {
        *((section, name) for section in ("columns", "header") for name in COLUMNS),
        *(("thread", name) for name in THREAD),
        *(("accounts", name) for name in ACCOUNTS),
        *(("fields", name) for name in (*TICKET_FIELDS, *COLUMNS, *_OF_COMMANDS)),
        *(("vocabularies.waiting_on", party) for party in PARTIES),
        *(("vocabularies.light", light) for light in LIGHTS),
        *(("actions", command) for command in (*RESERVED, "view")),
        ("slots", FILES),
        ("forms", DEFAULT_FORM),
        ("lists", DEFAULT_LIST),
        *(("article_actions", name) for name in ("write", "revise", *STEPS_BY_NAME)),
        *(("article_fields", name) for name in (*ARTICLE_FIELDS, "body", "comment")),
        *(("article_states", state) for state in STATES),
    }
)
"""Section and key of what a desk may name beyond what it needs."""


def needed_labels(definition: Definition) -> dict[tuple[str, str], bool]:
    """Return section and key of every entry *definition* needs, and whether its second text is needed."""
    workflow = definition.workflow
    inputs = [field for step in workflow.transitions for field in step.form.fields]
    asked = [field for form in definition.forms for field in form.fields]
    screens = definition.screens
    rungs = definition.levels.rungs if definition.levels is not None else ()
    keys: dict[str, list[str]] = {
        "desk": ["name"],
        "roles": [role.key for role in definition.roles],
        "states": [state.key for state in workflow.states],
        "actions": list(workflow.actions),
        "fields": [f.key for f in (*asked, *definition.triage.fields, *inputs)],
        "templates": [rule.template for rule in definition.notices] + [rung.template for rung in rungs if rung.tell],
        "forms": [form.key for form in definition.forms],
        "slots": [slot.key for form in definition.forms for slot in form.slots],
        "lists": [rule.key for rule in screens.lists],
        "boards": [board.key for board in screens.boards],
        "menu": [entry.key for entry in screens.menu or ()],
        "questions": [rule.key for rule in screens.questions],
    }
    needed = {(section, key): SECTIONS[section] for section, names in keys.items() for key in names}
    for vocabulary, names in definition.vocabularies.items():
        needed.update({(f"vocabularies.{vocabulary}", key): False for key in names})
    for board in screens.boards:
        needed.update({(f"cells.{board.key}", cell.key): False for cell in board.cells})
    own = {("slots", FILES), ("forms", DEFAULT_FORM), ("lists", DEFAULT_LIST)}
    return {place: both for place, both in needed.items() if place not in own}


def read_labels(root: Node, needed: Mapping[tuple[str, str], bool], languages: tuple[str, ...]) -> Labels:
    """Return the labels below *root*, noting what is missing, unknown or malformed."""
    found: dict[tuple[str, str], Node] = {}
    if not root.table(*SECTIONS, *NESTED):
        return Labels(languages)
    for section, node in root.items():
        nested = section in NESTED
        for name, group in node.items() if nested else [("", node)]:
            for key, entry in group.items():
                found[f"{section}.{name}" if nested else section, key] = entry
    wanted = {place: False for place in found if place in OPTIONAL or place[0] in _OPEN} | dict(needed)
    for (section, key), entry in found.items():
        if (section, key) not in wanted and section.partition(".")[0] in (*SECTIONS, *NESTED):
            known = [name for other, name in wanted if other == section]
            entry.fault("unknown_label", f"the desk has nothing called {key!r} in {section}{meant(key, known)}")
    entries: dict[tuple[str, str, str], tuple[str, str]] = {}
    for (section, key), both in wanted.items():
        entry = found.get((section, key)) or root.at(section).at(key)
        second = SECOND.get(section, "help")
        if entry.value is not None and not entry.table("label", second):
            continue
        labels, more = entry.at("label"), entry.at(second)
        if any(node.value is not None and not node.table(*LANGUAGES) for node in (labels, more)):
            continue
        for node in (labels, more):
            for language in set(LANGUAGES).difference(languages):  # not read, and a text all the same
                node.at(language).text("", limit=LIMIT)
        for language in languages:
            label = _text(labels.at(language), f"label of {key!r} in {section}", language, required=True)
            told = _text(more.at(language), f"{second} of {key!r} in {section}", language, required=both)
            if section == "templates":
                _check_placeholders(labels.at(language), label)
                _check_placeholders(more.at(language), told)
            entries[section, key, language] = (label, told)
    return Labels(languages, entries)


def _text(node: Node, what: str, language: str, *, required: bool) -> str:
    if required and (node.value is None or (isinstance(node.value, str) and not node.value.strip())):
        node.fault("missing_label", f"write the {_NAMES[language]} {what}")
        return ""
    found = node.text("", limit=LIMIT)
    strange = (_STRANGE_IN_LINE if what.startswith("label ") else _STRANGE).search(found)
    if strange is not None:
        why = "a label is one line" if strange[0] in "\r\n" else "it steers how a text is shown"
        node.fault("bad_label", f"leave U+{ord(strange[0]):04X} out of the {_NAMES[language]} {what}: {why}")
    return found


_STEERING = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""What steers a terminal or turns the direction of what is read (Unicode: Cc, Zl, Zp; UAX #9, explicit formatting)."""
_STRANGE = re.compile(f"[{_STEERING}]")
_STRANGE_IN_LINE = re.compile(f"[{_STEERING}\t\r\n]")
_NAMES = {"es": "Spanish", "en": "English"}


def _check_placeholders(node: Node, template: str) -> None:
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        node.fault("bad_template", f"braces do not match ({error}); a brace that is meant is written twice")
        return
    for _, name, spec, conversion in parts:
        if name not in PLACEHOLDERS:
            node.fault("unknown_placeholder", f"no placeholder {{{name}}}{meant(name or '', PLACEHOLDERS)}")
        elif spec or conversion:
            node.fault("bad_template", f"a placeholder stands alone in its braces: {{{name}}}")
