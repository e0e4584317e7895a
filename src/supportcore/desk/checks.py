"""What is handed to a desk from outside, checked before anything is asked of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar, get_args

import attrs

from supportcore import text
from supportcore.articles.commands import ArticleCommand, ReviseArticle, StepArticle, WriteArticle
from supportcore.definition.model import Definition
from supportcore.desk.views.records import Submit
from supportcore.errors import Fault, Invalid, facts
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decide,
    Follow,
    LinkTickets,
    Merge,
    MoveTicket,
    OpenTicket,
    Rate,
    Reply,
    Retarget,
    SetDeadline,
    Tag,
    Triage,
    as_document,
    as_files,
)

T = TypeVar("T")


def check_whole(value: object, name: str, minimum: int, maximum: int) -> None:
    """Raise `Invalid` if *value* is no whole number between *minimum* and *maximum*."""
    fault = text.whole_fault(value, name, minimum=minimum, maximum=maximum)
    if fault is not None:
        raise Invalid(fault)


def check_kind(value: object, kind: Any, name: str, expected: str, spanish: str) -> None:
    """Raise `Invalid`, saying in two languages what was expected, if *value* is not of *kind*."""
    if not isinstance(value, kind):
        raise Invalid(Fault(name, "wrong_type", facts(expected=expected, expected_es=spanish)))


def check_parts(definition: object, store: object, *, asynchronous: bool) -> None:
    """Refuse what a desk cannot be made of, with a word on what would do."""
    told = ("a Definition; load_definition() returns one", "una Definition; load_definition() devuelve una")
    check_kind(definition, Definition, "definition", *told)
    if not hasattr(store, "ledger"):
        expected = "a store; open_store() and open_async_store() return one"
        spanish = "un almacén; open_store() y open_async_store() devuelven uno"
        raise Invalid(Fault("store", "wrong_type", facts(expected=expected, expected_es=spanish)))
    if iscoroutinefunction(getattr(store, "migrate", None)) is not asynchronous:
        expected, spanish = (
            ("an asynchronous store, from open_async_store()", "un almacén asíncrono, de open_async_store()")
            if asynchronous
            else ("a store from open_store(), or AsyncDesk", "un almacén de open_store(), o AsyncDesk")
        )
        raise Invalid(Fault("store", "wrong_type", facts(expected=expected, expected_es=spanish)))


def _list_of(count: int) -> tuple[tuple[str, str], ...]:
    spanish = f"una lista de {count}, uno por cada documento"
    return facts(expected=f"a list of {count}, one for each document", expected_es=spanish)


def as_many(given: Sequence[T], count: int, name: str) -> Sequence[T]:
    """Refuse a list that does not go with the documents one by one."""
    if not isinstance(given, (list, tuple)) or len(given) != count:
        raise Invalid(Fault(name, "wrong_type", _list_of(count)))
    return given


def distinct(command_ids: Sequence[str], count: int) -> Sequence[str]:
    """Refuse a command id that is given to two documents."""
    seen: set[str] = set()
    for place, command_id in enumerate(as_many(command_ids, count, "command_ids")):
        if command_id in seen:
            raise Invalid(
                Fault(
                    f"command_ids.{place}",
                    "wrong_type",
                    facts(expected="an id of its own", expected_es="un identificador propio"),
                )
            )
        seen.add(command_id)
    return command_ids


FORM_COMMANDS: Mapping[str, Any] = {
    "open": OpenTicket,
    "reply": Reply,
    "note": AddNote,
    "assign": Assign,
    "triage": Triage,
    "set_deadline": SetDeadline,
    "retarget": Retarget,
    "move": MoveTicket,
    "cite": CiteArticle,
    "rate": Rate,
    "decide": Decide,
    "tag": Tag,
    "follow": Follow,
    "link": LinkTickets,
    "merge": Merge,
    "act": Act,
    "write_article": WriteArticle,
    "revise_article": ReviseArticle,
    "act_on_article": StepArticle,
}
"""What the form of a command is submitted as, by the name that `Submit` has for it."""


_ON_TICKET = frozenset({"ticket", "seen_version"})
_ON_ARTICLE = frozenset({"article", "seen_version"})
_PARTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(FORM_COMMANDS, _ON_TICKET),
    "open": frozenset({"form", "contact", "suggestion"}),
    "act": _ON_TICKET | {"action"},
    "write_article": frozenset({"article", "ticket"}),
    "revise_article": _ON_ARTICLE,
    "act_on_article": _ON_ARTICLE | {"action"},
}
"""The parts of `Submit` that say something for a command, beside ``command`` and ``label``."""
_RULES: Mapping[str, Callable[[object, str], Fault | None]] = {
    "form": text.key_fault,
    "contact": text.id_fault,
    "ticket": text.id_fault,
    "article": text.id_fault,
    "suggestion": partial(text.text_fault, limit=text.TITLE_LIMIT),
    "action": text.key_fault,
    "seen_version": text.version_fault,
}
_MAY_BE_EMPTY = frozenset({"form", "contact", "suggestion", "seen_version"})
_NEW = "write_article"
"""The command that needs no part: an article has an id, and a ticket that it is made of, only where one is told."""


def command_of(submit: object, document: object, *, files: object, command_id: str) -> Command | ArticleCommand:
    """
    Return the command that a form is sent as; all of it comes from outside and is checked.

    Args:
        submit: A `Submit`, or what `dump` makes of one; a part that its command does not have is left out or empty.

    Raises:
        Invalid: Faults of *submit*, all at once, with paths such as ``submit.ticket``; or of the rest.
    """
    name, parts = _submitted(submit)
    kind = FORM_COMMANDS[name]
    if kind in get_args(ArticleCommand):
        _no_files(files)
        return _article_command(kind, parts, document, command_id)
    given: dict[str, Any] = {**parts, "document": document, "command_id": command_id}
    takes = attrs.fields_dict(kind)
    if "files" in takes:
        given["files"] = files
    else:
        _no_files(files)
    if "document" not in takes:
        _nothing_more(as_document(given.pop("document")))
    command: Command = kind(**given)
    return command


def _article_command(kind: Any, parts: Mapping[str, Any], document: object, command_id: str) -> ArticleCommand:
    """Return a command on an article; the comment on it stands in its form beside what the article is to say."""
    given: dict[str, Any] = {**parts, "command_id": command_id}
    said = dict(document) if isinstance(document, Mapping) else document
    takes = attrs.fields_dict(kind)
    if "comment" in takes and isinstance(said, dict) and (comment := said.pop("comment", None)) is not None:
        given["comment"] = comment
    if "origin" in takes and "ticket" in given:
        given["origin"] = given.pop("ticket")
    if "fields" in takes:
        given["fields"] = said
    else:
        _nothing_more(as_document(said))
    command: ArticleCommand = kind(**given)
    return command


def _no_files(files: object) -> None:
    if as_files(files):
        raise Invalid(Fault("files", "unknown_field"))


def _nothing_more(said: tuple[tuple[str, object], ...]) -> None:
    """Refuse what is said to a command that asks for nothing more."""
    if said:
        raise Invalid(*(Fault(key, "unknown_field") for key, _ in said))


def _submitted(submit: object) -> tuple[str, dict[str, Any]]:
    """Return the name of the command, and the parts of it that are said."""
    if isinstance(submit, Submit):
        submit = attrs.asdict(submit)
    check_kind(submit, Mapping, "submit", "the `submit` of a form", "el `submit` de un formulario")
    known = attrs.fields_dict(Submit)
    said = {str(key): value for key, value in dict(submit).items()}  # type: ignore[call-overload]  # a mapping
    faults = [Fault(f"submit.{key[:40]}", "unknown_field") for key in said if key not in known]
    if not isinstance(said.get("label", ""), str):
        faults.append(Fault("submit.label", "wrong_type", facts(expected="text", expected_es="texto")))
    name = said.get("command")
    if not (isinstance(name, str) and name in FORM_COMMANDS):
        faults.append(Fault("submit.command", "not_an_option", facts(options=", ".join(FORM_COMMANDS))))
        raise Invalid(*faults)
    parts: dict[str, Any] = {}
    for part, rule in _RULES.items():
        value = said.get(part)
        is_empty = value is None or value == ""
        if part not in _PARTS[name]:
            faults += [] if is_empty else [Fault(f"submit.{part}", "unknown_field")]
        elif not is_empty:
            faults += filter(None, [rule(value, f"submit.{part}")])
            parts[part] = value
        elif part not in _MAY_BE_EMPTY and name != _NEW:
            faults.append(Fault(f"submit.{part}", "required"))
    if faults:
        raise Invalid(*faults)
    return name, parts


_SAID_BESIDE = frozenset(
    {("form", "not_an_option"), ("contact", "read_only"), ("seen_version", "out_of_range"), ("article", "id_taken")}
)


def of_submit(fault: Fault, command: Command | ArticleCommand) -> Fault:
    """Return a fault that a submitted command was refused for, with a path into `Submit` if it is of a part of it."""
    is_of_part = (fault.path, fault.code) in _SAID_BESIDE and fault.path not in dict(getattr(command, "document", ()))
    return fault.below("submit") if is_of_part else fault
