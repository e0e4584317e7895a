"""
What is done to a ticket, step by step, in the words of a desk: the traces that findings, explorations and stories show.

A step is somebody giving a command, or time passing. People are named by a role of theirs, as in ``agent``; where there
are several of a role, the others are ``agent-2`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from supportcore.forms.fields import Plain
from supportcore.workflow.diagram import span_told
from supportcore.workflow.spans import span_text

if TYPE_CHECKING:
    from supportcore.definition.model import Definition

__all__ = ["Step", "Trace", "as_data", "story", "told"]

OPEN, WAIT, LAPSE, RENEW = "open", "wait", "lapse", "renew"
"""What a step does that is no command on a ticket: it opens one; time passes; the agreement lapses, or is renewed."""
RESTART, WORK, AGAIN = OF_THE_SYSTEM = ("restart", "work", "again")
"""What befalls a system and changes no ticket: it starts anew; a second worker comes by; a command is sent twice."""


@attrs.frozen(kw_only=True)
class Step:
    """
    One step.

    Attributes:
        do: `OPEN`, `WAIT`, a command such as ``reply``, or an action of the workflow.
        who: Who does it; empty for time, and for what the desk does by itself.
        said: Pairs of field and value: what the form of the command was filled in with.
        after: How much time passes first.
        takes: The action that the desk takes by itself therefore, such as a timer or the answer to a reply; or empty.
    """

    do: str
    who: str = ""
    said: tuple[tuple[str, Plain | None], ...] = ()
    after: timedelta = timedelta(0)
    takes: str = ""


Trace = tuple[Step, ...]
"""Steps in order; a ticket's begins with its opening."""

_WORDS = {
    "en": {"open": "opens a ticket", "reply": "replies", "note": "writes an internal note", "assign": "assigns",
           "triage": "classifies", "wait": "{span} pass", "desk": "the desk itself", "then": "{first}, then {rest}",
           "lapse": "the customer's agreement lapses", "renew": "the customer's agreement is renewed",
           "takes": "takes “{action}”", "other": "gives the command {command}",
           "restart": "the system is started anew", "work": "a second worker looks for what has come due",
           "again": "the last command arrives once more"},
    "es": {"open": "abre un ticket", "reply": "responde", "note": "escribe una nota interna", "assign": "asigna",
           "triage": "clasifica", "wait": "pasan {span}", "desk": "la propia mesa", "then": "{first}; luego {rest}",
           "lapse": "vence el contrato del cliente", "renew": "se renueva el contrato del cliente",
           "takes": "ejecuta «{action}»", "other": "da la orden {command}",
           "restart": "el sistema se reinicia", "work": "otro proceso busca lo que ha vencido",
           "again": "la última orden llega otra vez"},
}  # fmt: skip


def told(definition: Definition, step: Step, locale: str = "en") -> str:
    """Return a step as a sentence without its end, such as ``Agent takes “Solve” (comment=…)``."""
    language = definition.labels.language(locale)
    words = _WORDS[language]

    def taken(action: str) -> str:
        return words["takes"].format(action=definition.labels.label("actions", action, language))

    parts: list[str] = []
    by_itself = not step.who and step.do in (WAIT, LAPSE, RENEW, *OF_THE_SYSTEM)
    if step.after or (by_itself and step.do == WAIT):
        parts.append(words["wait"].format(span=span_told(step.after)))
    if by_itself and step.do != WAIT:
        parts.append(words[step.do])
    elif not by_itself:
        if step.do in definition.workflow.actions:
            done = taken(step.do)
        else:
            done = words.get(step.do) or words["other"].format(command=step.do)
        said = ", ".join(f"{key}={value}" for key, value in step.said)
        parts.append(f"{person(definition, step.who, language)} {done}" + (f" ({said})" if said else ""))
    if step.takes:
        parts.append(f"{words['desk']} {taken(step.takes)}")
    found = parts[0]
    for part in parts[1:]:
        found = words["then"].format(first=found, rest=part)
    return found


def person(definition: Definition, who: str, locale: str = "en") -> str:
    """Return what somebody is called who is named by a role; the desk itself for nobody."""
    language = definition.labels.language(locale)
    if not who:
        return _WORDS[language]["desk"]
    roles = definition.roles_by_key
    if who in roles:
        return definition.labels.label("roles", who, language)
    role, _, number = who.rpartition("-")
    return f"{definition.labels.label('roles', role, language)} {number}" if role in roles else who


def as_data(trace: Iterable[Step]) -> list[dict[str, Any]]:
    """Return steps as JSON-safe values, each with what it says and no more."""
    found = []
    for step in trace:
        said = {"do": step.do, "who": step.who, "said": dict(step.said), "takes": step.takes}
        after = {"after": span_text(step.after)} if step.after else {}
        found.append({key: value for key, value in {**said, **after}.items() if value})
    return found


def story(definition: Definition, trace: Iterable[Step], locale: str = "en") -> str:
    """Return steps as numbered lines."""
    return "\n".join(f"{place}. {told(definition, step, locale)}" for place, step in enumerate(trace, 1))
