"""
``load_definition``: from a TOML document and the labels beside it to a `Definition`, or to all of its faults at once.

The rules are read here; `labels.py` reads what people read. The canonical form, which is hashed and stored, is the
authored document as JSON with sorted keys, so that layout and comments change nothing.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.accounts import read_accounts
from supportcore.definition.beside import (
    read_approvals,
    read_hold,
    read_merge,
    read_notices,
    read_routing,
    read_survey,
)
from supportcore.definition.confirming import check_actions, read_confirmations
from supportcore.definition.files import read_files
from supportcore.definition.forms import read_forms, read_triage
from supportcore.definition.labels import LANGUAGES, needed_labels, read_labels
from supportcore.definition.model import (
    FORMAT,
    LEVELS,
    TODAYS,
    Definition,
    FilePolicy,
    Guard,
    Labels,
)
from supportcore.definition.moves import read_moves
from supportcore.definition.outside import check_calendars
from supportcore.definition.reading import Node, meant
from supportcore.definition.showing import read_knowledge, read_screens
from supportcore.definition.workflow import SIDES, read_states, read_transitions
from supportcore.errors import DefinitionError, DefinitionFault
from supportcore.forms.fields import INTAKE
from supportcore.people.access import COMMANDS, SCOPES, SYSTEM, Role
from supportcore.predicate import Predicate
from supportcore.text import key_fault
from supportcore.workflow.definition import PARTIES, WaitingOn, Workflow

if TYPE_CHECKING:
    from supportcore.sla.policy import ServiceLevels

PRESETS = ("belenus", "cltech", "comfanorte", "infoavan", "noova")
"""Definitions that come with the library."""


def load_definition(source: str | Path, *, guards: Mapping[str, Guard] | None = None) -> Definition:
    """
    Return the desk that a TOML document defines.

    Args:
        source: The name of a shipped definition as str, or a file as Path; labels stand beside it, in
            ``NAME.labels.toml`` for ``NAME.toml`` (or ``NAME.desk.toml``).
        guards: Python functions that transitions name as ``guard``.

    Raises:
        DefinitionError: The document cannot be read or has faults; all of them, with file, path and remedy.
    """
    if isinstance(source, Path):
        path = source
    elif source in PRESETS:
        path = Path(__file__).parent / "presets" / f"{source}.toml"
    else:
        name = str(source)
        known = f"no shipped definition {name!r}{meant(name, PRESETS)}"
        message = f"{known}; a file of your own is named with its ending, or as a Path"
        raise DefinitionError([DefinitionFault(name, "document", "unknown_definition", message)])
    faults: list[DefinitionFault] = []
    rules = _read_toml(path, faults)
    stem = path.name.removesuffix(".toml").removesuffix(".desk")
    labels_path = path.parent / f"{stem}.labels.toml"
    labels = _read_toml(labels_path, faults)
    if rules is None or labels is None:
        faults += [] if rules is None else _faults_of(rules, guards or {}, path.name)
        raise DefinitionError(faults)
    return _build(rules, labels, guards or {}, file=path.name, labels_file=labels_path.name)


def define(
    rules: Mapping[str, Any], labels: Mapping[str, Any], *, guards: Mapping[str, Guard] | None = None
) -> Definition:
    """Return the desk that documents already parsed define; see `load_definition`."""
    return _build(rules, labels, guards or {}, file="rules", labels_file="labels")


def restore(document: str, *, today: Definition) -> Definition:
    """Return the rules stored as a canonical *document*, with labels, guards, service levels and screens of *today*."""
    rules = json.loads(document)
    file = f"stored rules of {today.key}"
    files = today.files or FilePolicy()
    stored = _build(rules, None, today.guards, file=file, labels_file="", kept=today.labels, files=files)
    if today.files is None:
        stored = _without_files(stored)
    return attrs.evolve(
        stored,
        levels=today.levels,
        files=today.files,
        screens=today.screens,
        knowledge=today.knowledge,
        accounts=today.accounts,
        moves=today.moves,
    )


def _without_files(stored: Definition) -> Definition:
    """Return stored rules as they are on a desk that takes no files today: what cannot be given is not asked for."""
    steps = [attrs.evolve(step, form=attrs.evolve(step.form, slots=())) for step in stored.workflow.transitions]
    workflow = attrs.evolve(stored.workflow, transitions=tuple(steps))
    forms = tuple(attrs.evolve(form, slots=()) for form in stored.forms)
    return attrs.evolve(stored, workflow=workflow, forms=forms)


def restore_levels(document: str, *, today: Definition) -> ServiceLevels:
    """
    Return the service levels stored as a canonical *document*.

    Raises:
        DefinitionError: This release cannot read them.
    """
    said = json.loads(document)
    faults: list[DefinitionFault] = []
    root = Node(said, file=f"stored service levels of {today.key}", path="", faults=faults)
    levels = _levels(root, said["zone"], {}, lambda _: document)
    if faults or levels is None:
        raise DefinitionError(faults)
    return levels


def _read_toml(path: Path, faults: list[DefinitionFault]) -> dict[str, Any] | None:
    def fault(code: str, message: str) -> None:
        faults.append(DefinitionFault(path.name or str(path), "document", code, message))

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        fault("missing_file", f"there is no file {path}; a definition NAME.toml has its labels in NAME.labels.toml")
        return None
    except IsADirectoryError:
        fault("unreadable_file", "is a folder; name the TOML file in it")
        return None
    except (OSError, ValueError) as error:
        fault("unreadable_file", f"cannot be read as UTF-8 text: {error}")
        return None
    try:
        return tomllib.loads(text)
    except ValueError as error:  # so is a number of thousands of digits
        fault("bad_toml", f"is not TOML: {error}")
    except RecursionError:
        fault("bad_toml", "is nested too deeply to be a definition")
    return None


def _faults_of(rules: Mapping[str, Any], guards: Mapping[str, Guard], file: str) -> list[DefinitionFault]:
    """Return the faults of rules whose labels are not to be had."""
    try:
        _build(rules, None, guards, file=file, labels_file="")
    except DefinitionError as error:
        return list(error.faults)
    return []


def _canonical(rules: Mapping[str, Any]) -> str:
    def plain(value: object) -> str:
        if isinstance(value, (datetime, date, time)):
            return value.isoformat()
        raise TypeError(f"{type(value).__name__} in a definition")

    return json.dumps(rules, default=plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _build(
    rules: Mapping[str, Any],
    labels: Mapping[str, Any] | None,
    guards: Mapping[str, Guard],
    *,
    file: str,
    labels_file: str,
    kept: Labels | None = None,
    files: FilePolicy | None = None,
) -> Definition:
    faults: list[DefinitionFault] = []
    root = Node(rules, file=file, path="", faults=faults)
    root.table(
        "format", "key", "zone", "languages", "customer", "triage", "roles", "vocabularies", "form", "slots", "forms",
        "outside", "routing", "replies", "initial", "states", "transitions", "confirmations", "notices", "approvals",
        "survey", "hold", "merge", *LEVELS, *TODAYS,
    )  # fmt: skip
    if root.at("format").value != FORMAT or isinstance(root.at("format").value, bool):
        root.at("format").fault("unknown_format", f"this release reads format = {FORMAT}")
    told = f"say which of {', '.join(LANGUAGES)} it speaks, the first by default: a list"
    languages = root.at("languages").names(LANGUAGES, "language", needed=told) or LANGUAGES
    vocabularies = _vocabularies(root)
    customer = root.at("customer").one_of(("required", "none"))
    roles = _roles(root)
    files = read_files(root) or files
    forms = read_forms(root, vocabularies, customer, files)
    sides = {role.key: role.side for role in roles}
    survey = read_survey(root)
    states = read_states(root)
    transitions = read_transitions(root, states, sides, vocabularies, guards, files, survey)
    confirmed = read_confirmations(root, states, sides, vocabularies, files, survey)
    check_actions(root, transitions, confirmed.transitions)
    states, transitions = confirmed.states, (*transitions, *confirmed.transitions)
    initial = root.at("initial").one_of([state.key for state in states] or [""])
    if root.at("initial").value == initial and any(state.key == initial and state.final for state in states):
        root.at("initial").fault("final_initial", f"a ticket cannot start in {initial!r}, which is final")
    zone = _zone(root.at("zone"))
    known = {**vocabularies, "priority": vocabularies.get("priority", ()), "state": tuple(s.key for s in states)}
    workflow = Workflow(initial=initial, states=states, transitions=transitions)
    definition = Definition(
        key=root.at("key").key(),
        zone=zone,
        languages=languages,
        customer=customer,
        roles=roles,
        workflow=workflow,
        forms=forms,
        triage=read_triage(root, forms[0], vocabularies),
        vocabularies=vocabularies,
        routing=read_routing(root, vocabularies),
        replies=_replies(root),
        notices=read_notices(root, workflow.actions),
        approvals=read_approvals(root, workflow),
        survey=survey,
        hold=read_hold(root, workflow),
        merge=read_merge(root, workflow),
        moves=read_moves(root, states),
        labels=Labels(languages),
        levels=_levels(root, zone, known, _canonical),
        files=files,
        screens=read_screens(
            root,
            roles=[role.key for role in roles],
            forms=[form.key for form in forms],
            answers=[field.key for form in forms for field in form.fields if field.key not in INTAKE],
            actions=(*workflow.actions, "rate", "decide"),
            more=confirmed.questions,
        ),
        accounts=read_accounts(root),
        knowledge=read_knowledge(root, sides),
        guards=guards,
        rules_hash="",
        document="",
    )
    if labels is not None:
        check_calendars(root, forms, {} if definition.levels is None else definition.levels.calendars)
        below = Node(labels, file=labels_file, path="", faults=faults)
        kept = read_labels(below, needed_labels(definition), languages)
    if faults:
        raise DefinitionError(list(dict.fromkeys(faults)))  # a place that is read twice is at fault once
    document = _canonical({key: value for key, value in rules.items() if key not in (*LEVELS, *TODAYS)})
    rules_hash = hashlib.sha256(document.encode()).hexdigest()
    return attrs.evolve(definition, labels=kept or definition.labels, rules_hash=rules_hash, document=document)


def _levels(
    root: Node, zone: str, known: Mapping[str, tuple[str, ...]], canonical: Callable[[Mapping[str, Any]], str]
) -> ServiceLevels | None:
    """Return what the desk promises; a desk without promises does not even load what reads them."""
    if not any(root.at(section).value is not None for section in LEVELS):
        return None
    from supportcore.definition.levels import read_levels

    return read_levels(root, zone=zone, known=known, canonical=canonical)


def _vocabularies(root: Node) -> dict[str, tuple[str, ...]]:
    vocabularies = {}
    for name, node in root.at("vocabularies").items():
        if key_fault(name, "") is not None:
            node.fault("bad_key", f"{name!r} is no key: 1 to 40 of a-z, 0-9, _ and -")
        vocabularies[name] = node.names(what="key", needed="a vocabulary has at least one key")
        for item in node.each():
            if isinstance(item.value, str):
                item.key()
    return vocabularies


def _zone(node: Node) -> str:
    name = node.text()
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        node.fault("unknown_zone", f'no time zone {name!r}; write a name such as "Europe/Madrid"')
    return name


def _roles(root: Node) -> tuple[Role, ...]:
    roles: list[Role] = []
    for node in root.at("roles").each():
        if not node.table("key", "side", "sees", "may", "only"):
            continue
        key = node.at("key").key()
        if key == SYSTEM or any(role.key == key for role in roles):
            node.at("key").fault("duplicate", f"role {key!r} exists already; every role has a name of its own")
        side = node.at("side").one_of(("customer", "staff"))
        may = node.at("may").names(COMMANDS, "command")
        if side == "customer" and "note" in may:
            node.at("may").fault("internal_note", "a role on the customer's side cannot write internal notes")
        for command, section in (("rate", "survey"), ("merge", "merge")):
            if command in may and root.at(section).value is None:
                node.at("may").fault("missing_section", f"{command!r} needs the section [{section}]")
        only = tuple(
            (command, below.predicate())
            for command, below in node.at("only").items()
            if _is_conditional(below, command, may)
        )
        roles.append(Role(key=key or "role", side=side, sees=_sees(node.at("sees")), may=frozenset(may), only=only))
    if not roles:
        root.at("roles").fault("missing_key", "a desk has at least one role: [[roles]]")
    return tuple(roles)


def _is_conditional(node: Node, command: str, may: tuple[str, ...]) -> bool:
    """Return whether a command can hang on a condition: one on a ticket that the role may give."""
    if command not in may or command == "open":
        told = f"{command!r} is no command on a ticket that the role may give{meant(command, may)}"
        node.fault("unknown_command", told)
        return False
    return True


def _sees(node: Node) -> Predicate:
    if isinstance(node.value, Mapping):
        return node.predicate()
    return SCOPES[node.one_of(tuple(SCOPES))]


def _replies(root: Node) -> tuple[tuple[str, WaitingOn], ...]:
    node = root.at("replies")
    if node.value is None or not node.table(*SIDES):
        return ()
    return tuple((side, node.at(side).one_of(PARTIES)) for side in SIDES if node.at(side).value is not None)
