"""A report of coverage as a table of plain text, in the words of the desk."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.testing.coverage.goals import DESK, PEOPLE, REFUSED, Goal
from supportcore.testing.coverage.report import Line, Report
from supportcore.workflow.diagram import span_told

_WORDS = {
    "en": {
        "all": "yes", "some": "part", "none": "no",
        "head": "{desk}: exercised {met} of {wanted} ({share:.0%}); tickets {tickets}, events {events}",
        "left_out": "Left out, as they happened under other rules: events {count}",
        "state": "States", "transition": "Transitions", "timer": "Timers", "condition": "Conditions", "rule": "Rules",
        "step": "{action}, from {state}", "wait": "{state}, after {span}", "action": "{name}, if",
        "sees": "what {name} sees", "only": "{name} may {command} only if", "pause": "clocks stand still",
        "routing": "routing {name}", "approval": "approval {name}", "notice": "notice {name}",
        "policy": "policy {name}", "entered": "entered", "people": "people", "desk": "the desk",
        "fired": "fired", "outrun": "outrun", "refused": "refused", "held": "held", "failed": "did not hold",
        "timer_": "timer", "reply": "reply", "approval_": "approval", "triage": "triage", "assignment": "assignment",
        "agreement": "agreement",
    },
    "es": {
        "all": "sí", "some": "parte", "none": "no",
        "head": "{desk}: ejercido {met} de {wanted} ({share:.0%}); tickets {tickets}, eventos {events}",
        "left_out": "Sin contar, por ocurrir con otras reglas: eventos {count}",
        "state": "Estados", "transition": "Transiciones", "timer": "Temporizadores", "condition": "Condiciones",
        "rule": "Reglas",
        "step": "{action}, desde {state}", "wait": "{state}, tras {span}", "action": "{name}, si",
        "sees": "lo que ve {name}", "only": "{name} puede {command} solo si", "pause": "los relojes se detienen",
        "routing": "enrutamiento {name}", "approval": "aprobación {name}", "notice": "aviso {name}",
        "policy": "política {name}",
        "entered": "entrado", "people": "personas", "desk": "la mesa", "fired": "disparado", "outrun": "adelantado",
        "refused": "rechazado", "held": "se cumplió", "failed": "no se cumplió",
        "timer_": "temporizador", "reply": "respuesta", "approval_": "aprobación", "triage": "clasificación",
        "assignment": "asignación", "agreement": "contrato",
    },
}  # fmt: skip


def missing(report: Report) -> tuple[Line, ...]:
    """Return the lines of which something was not seen, in order."""
    return tuple(line for line in report.lines if line.covered != "all")


def table(report: Report, locale: str = "en") -> str:
    """
    Return a report as plain text: a section for each kind, a line for each part of the definition.

    Args:
        locale: Language of the words; the desk's first where it has not got that.

    Returns:
        Lines that end in a line break. Each tells whether all was seen, where it stands in the document, what it is,
        and how often what was seen of it; what was to be seen and was not, with 0.
    """
    return "\n".join(_Telling(report, locale).lines()) + "\n"


class _Telling:
    """The words of one table."""

    def __init__(self, report: Report, locale: str) -> None:
        self._report = report
        self._labels = report.definition.labels
        self._language = self._labels.language(locale)
        self._words = _WORDS[self._language]

    def lines(self) -> Iterator[str]:
        report, say = self._report, self._words
        yield say["head"].format(
            desk=report.definition.key,
            tickets=report.tickets,
            events=report.events,
            met=report.met,
            wanted=report.wanted,
            share=report.share,
        )
        if report.left_out:
            yield say["left_out"].format(count=report.left_out)
        rows = [(say[line.covered], line.path, self._what(line.goal), self._counts(line)) for line in report.lines]
        first, second, third = (max((len(row[column]) for row in rows), default=0) for column in range(3))
        kind = ""
        for line, (covered, path, what, counts) in zip(report.lines, rows, strict=True):
            if line.goal.kind != kind:
                kind = line.goal.kind
                yield ""
                yield say[kind]
            yield f"  {covered:{first}}  {path:{second}}  {what:{third}}  {counts}"

    def _what(self, goal: Goal) -> str:
        """Return what a part of the definition is called."""
        say, desk = self._words, self._report.definition
        match goal.kind, goal.about:
            case "state", (key,):
                return self._label("states", key)
            case "timer", (key,):
                timer = desk.workflow.by_key[key].timer
                span = "" if timer is None else span_told(timer.after)
                return say["wait"].format(state=self._label("states", key), span=span)
            case "transition", (action, source):
                return say["step"].format(action=self._label("actions", action), state=self._label("states", source))
            case _, (("action" | "sees") as what, key):
                return say[what].format(name=self._label("actions" if what == "action" else "roles", key))
            case _, ("only", role, command):
                return say["only"].format(name=self._label("roles", role), command=command)
            case _, (what, *keys):
                return say[what].format(name="".join(keys))
        raise AssertionError(f"nothing is called {goal.about}")

    def _counts(self, line: Line) -> str:
        """Return what was seen how often, and with 0 what was not."""
        say = self._words
        if line.goal.kind != "transition":
            seen = dict.fromkeys(line.goal.wanted, 0) | dict(line.counts)
            return ", ".join(f"{say[how]} {count}" for how, count in seen.items())
        found: list[str] = []
        for by in (PEOPLE, DESK):
            parts = {how.partition(":")[2]: count for how, count in line.counts if how.split(":")[0] == by}
            if parts or by in line.goal.wanted:
                who = ", ".join(f"{self._taker(by, one)} {count}" for one, count in parts.items() if one)
                found.append(f"{say[by]} {sum(parts.values())}" + (f" ({who})" if who else ""))
        found += [f"{say[how]} {count}" for how, count in line.counts if how == REFUSED]
        return ", ".join(found)

    def _taker(self, by: str, who: str) -> str:
        if by == PEOPLE:
            return self._label("roles", who)
        return self._words.get(f"{who}_") or self._words.get(who, who)

    def _label(self, section: str, key: str) -> str:
        return self._labels.label(section, key, self._language)
