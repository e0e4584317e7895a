"""
The one small language for guards, visibility, routing, notice rules, list filters and boards.

A predicate is a frozen tree over a closed table of field paths. It is written as a TOML table, and compiled to a Python
function, to SQL, to MongoDB and to the words of a refusal. It reads columns of a ticket and facts of the actor, never
another record, so that what a list shows is what opening allows.

    { all = [ … ] }     { any = [ … ] }                     every one; at least one (none of nothing)
    { field = "state", eq = "open" }                        equal; never true of a missing value
    { field = "assignee", ne = "@actor.id" }                not equal, and true of a missing value (IS DISTINCT FROM)
    { field = "priority", in = ["high", "urgent"] }         one of; never true of a missing value
    { field = "customer", in = "@actor.customers" }         a fact of the actor is written with an @
    { field = "number", range = { from = 10, before = 20 } }  from <= value < before; either end may be left out
    { field = "@actor.roles", has = "manager" }             a set holds the value
    { field = "assignee", missing = true }                  there is no value (false: there is one)

The condition of a field of a form reads what was said in the same form, as ``form.`` and the key of the field, and
facts of the actor; it is compiled to Python and to JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import attrs

from supportcore.errors import DefinitionFault, Fault, Invalid, facts
from supportcore.text import instant, number_fault, text_fault

Kind = Literal["text", "number", "instant", "flag", "set"]


class Field(NamedTuple):
    """What a path names: the kind of its values, whether it may be missing, and its words."""

    kind: Kind
    nullable: bool
    en: str
    es: str


TICKET_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "id": Field("text", False, "the id", "el identificador"),
        "number": Field("number", False, "the number", "el número"),
        "state": Field("text", False, "the state", "el estado"),
        "category": Field("text", False, "the category of the state", "la categoría del estado"),
        "outcome": Field("text", True, "the outcome", "el resultado"),
        "is_open": Field("flag", False, "open", "abierto"),
        "waiting_on": Field("text", True, "the party waited for", "la parte de la que se espera respuesta"),
        "customer": Field("text", True, "the customer", "el cliente"),
        "contact": Field("text", True, "the contact", "el contacto"),
        "product": Field("text", True, "the product", "el producto"),
        "module": Field("text", True, "the module", "el módulo"),
        "product_version": Field("text", True, "the product version", "la versión del producto"),
        "service": Field("text", True, "the service", "el servicio"),
        "project": Field("text", True, "the project", "el proyecto"),
        "type": Field("text", True, "the type", "el tipo"),
        "priority": Field("text", True, "the priority", "la prioridad"),
        "urgency": Field("text", True, "the urgency", "la urgencia"),
        "area": Field("text", True, "the area", "el área"),
        "origin": Field("text", True, "the origin", "el origen"),
        "agreement": Field("text", True, "the agreement", "el contrato"),
        "team": Field("text", True, "the team", "el equipo"),
        "responsible": Field("text", True, "the responsible agent", "el responsable"),
        "assignee": Field("text", True, "the assigned agent", "el técnico asignado"),
        "reference": Field("text", True, "the reference", "la referencia"),
        "approval": Field("text", True, "the approval", "la aprobación"),
        "confirmed": Field("flag", False, "confirmed by the customer", "confirmado por el cliente"),
        "reassigned": Field("flag", False, "reassigned", "reasignado"),
        "rated": Field("flag", False, "rated", "calificado"),
        "rating": Field("number", True, "the rating", "la calificación"),
        "merged_into": Field("text", True, "the ticket it was merged into", "el ticket con el que se unió"),
        "opened_at": Field("instant", False, "the instant of opening", "el instante de apertura"),
        "updated_at": Field("instant", False, "the instant of the last change", "el instante del último cambio"),
        "closed_at": Field("instant", True, "the instant of closing", "el instante de cierre"),
        "green_at": Field("instant", True, "the start of its clocks", "el inicio de sus relojes"),
        "amber_at": Field("instant", True, "the instant it turns amber", "el instante en que pasa a ámbar"),
        "red_at": Field("instant", True, "the instant it is late", "el instante en que se retrasa"),
    }
)
ACTOR_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "@actor.id": Field("text", False, "you", "usted"),
        "@actor.roles": Field("set", False, "your roles", "sus roles"),
        "@actor.customers": Field("set", False, "your customers", "sus clientes"),
        "@actor.teams": Field("set", False, "your teams", "sus equipos"),
    }
)
FIELDS: Mapping[str, Field] = MappingProxyType({**TICKET_FIELDS, **ACTOR_FIELDS})
FORM = "form."
"""What the path of another field of the same form begins with."""


@attrs.frozen
class Fact:
    """A fact of the actor in the place of a value, such as ``@actor.id``."""

    name: str


Scalar = str | int | float | bool | datetime
Value = Scalar | Fact


@attrs.frozen
class All:
    """True if every part is; true of no parts."""

    parts: tuple[Predicate, ...] = ()


@attrs.frozen
class AnyOf:
    """True if some part is; false of no parts."""

    parts: tuple[Predicate, ...] = ()


def _known(_: object, attribute: attrs.Attribute[str], name: object) -> None:
    if name not in FIELDS and not (isinstance(name, str) and name.startswith(FORM)):
        raise Invalid(Fault(str(name)[:60], "cannot_filter", facts(options=", ".join(FIELDS))))


@attrs.frozen
class Eq:
    """The field has this value."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class Ne:
    """The field has another value or none."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class In:
    """The field has one of these values."""

    field: str = attrs.field(validator=_known)
    values: tuple[Scalar, ...] | Fact


@attrs.frozen
class Range:
    """The field has a value from *start* on and before *before*."""

    field: str = attrs.field(validator=_known)
    start: Scalar | None = None
    before: Scalar | None = None


@attrs.frozen
class Has:
    """The set holds the value."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class Missing:
    """The field has no value (or, with ``missing=False``, has one)."""

    field: str = attrs.field(validator=_known)
    missing: bool = True


Predicate = All | AnyOf | Eq | Ne | In | Range | Has | Missing
ALWAYS = All()
NEVER = AnyOf()


# -- reading -----------------------------------------------------------------------------------------------------------

OPERATORS = ("eq", "ne", "in", "range", "has", "missing")
"""What a comparison is written with; one stands beside ``field``."""


class Malformed(Exception):
    """A table that is no predicate: the path within it, a code, and what would be right."""

    def __init__(self, path: str, code: str, message: str) -> None:
        super().__init__(path, code, message)
        self.path, self.code, self.message = path, code, message

    def fault(self, file: str, path: str) -> DefinitionFault:
        """Return this as a fault of the definition *file*, where the predicate stands at *path*."""
        return DefinitionFault(file, f"{path}{self.path}", self.code, self.message)


def parse(table: object, path: str = "", fields: Mapping[str, Field] = FIELDS) -> Predicate:
    """
    Return the predicate that a TOML table spells.

    Args:
        fields: What may be read, by path.

    Raises:
        Malformed: The table is no predicate; the first fault found.
    """
    if not isinstance(table, Mapping):
        raise Malformed(path, "wrong_type", 'a predicate is a table such as { field = "state", eq = "open" }')
    for name, kind in (("all", All), ("any", AnyOf)):
        if name in table:
            parts = table[name]
            if len(table) > 1 or not isinstance(parts, list):
                raise Malformed(path, "bad_predicate", f"{name} stands alone and holds a list of predicates")
            return kind(tuple(parse(part, f"{path}.{name}[{index}]", fields) for index, part in enumerate(parts)))
    operators = [name for name in table if name != "field"]
    if "field" not in table or len(operators) != 1 or operators[0] not in OPERATORS:
        raise Malformed(path, "bad_predicate", f"a predicate has all, any, or field with one of {', '.join(OPERATORS)}")
    name, operator = table["field"], operators[0]
    if not isinstance(name, str) or name not in fields:
        raise Malformed(f"{path}.field", "unknown_field", f"no field {str(name)[:60]!r}; there are {', '.join(fields)}")
    return _leaf(name, fields[name].kind, operator, table[operator], f"{path}.{operator}")


def _leaf(name: str, kind: Kind, operator: str, value: Any, path: str) -> Predicate:
    if operator == "missing":
        if not isinstance(value, bool):
            raise Malformed(path, "wrong_type", "missing is true or false")
        return Missing(name, value)
    if (kind == "set") != (operator == "has"):
        right = "has (or missing)" if kind == "set" else "any operator but has"
        raise Malformed(path, "bad_predicate", f"{name} takes {right}")
    if operator in ("eq", "ne", "has"):
        leaf: type[Eq] | type[Ne] | type[Has] = {"eq": Eq, "ne": Ne, "has": Has}[operator]  # type: ignore[assignment]
        return leaf(name, _value(kind, value, path))
    if operator == "in":
        if isinstance(value, str):
            fact = _fact(value, path)
            if fact is None or ACTOR_FIELDS[value].kind != "set":
                raise Malformed(path, "wrong_type", "in takes a list, or a set of the actor such as @actor.customers")
            return In(name, fact)
        if not isinstance(value, list):
            raise Malformed(path, "wrong_type", "in takes a list")
        return In(name, tuple(_scalar(kind, item, f"{path}[{index}]") for index, item in enumerate(value)))
    if not isinstance(value, Mapping) or not value or not value.keys() <= {"from", "before"}:
        raise Malformed(path, "wrong_type", "range takes a table with from, before or both")
    ends = {end: _scalar(kind, item, f"{path}.{end}") for end, item in value.items()}
    return Range(name, ends.get("from"), ends.get("before"))


def _fact(value: object, path: str) -> Fact | None:
    if isinstance(value, str) and value.startswith("@"):
        if value not in ACTOR_FIELDS:
            raise Malformed(path, "unknown_field", f"no fact {value!r}; there are {', '.join(ACTOR_FIELDS)}")
        return Fact(value)
    return None


def _value(kind: Kind, value: object, path: str) -> Value:
    fact = _fact(value, path)
    if fact is not None and ACTOR_FIELDS[fact.name].kind == "set":
        raise Malformed(path, "wrong_type", f"{fact.name} is a set; compare it by in")
    return _scalar(kind, value, path) if fact is None else fact


def _scalar(kind: Kind, value: Any, path: str) -> Scalar:
    try:
        return scalar(kind, value, path)
    except Invalid as error:
        raise Malformed(path, "wrong_type", error.faults[0].text()) from None


def scalar(kind: Kind, value: Any, path: str) -> Scalar:
    """Return *value* if a field of *kind* can be compared with it, else raise `Invalid`."""
    if kind == "instant":
        return instant(_read_instant(value), path)
    if kind == "flag":
        if isinstance(value, bool):
            return value
        raise Invalid(Fault(path, "wrong_type", facts(expected="true or false", expected_es="verdadero o falso")))
    fault = number_fault(value, path) if kind == "number" else text_fault(value, path, limit=255)
    if fault is not None:
        raise Invalid(fault)
    result: Scalar = value
    return result


def _read_instant(value: Any) -> Any:
    """Accept ISO text too, as which stored rules keep the instants of a TOML document."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def conditions(filters: Mapping[str, Any], allowed: Iterable[str] = TICKET_FIELDS) -> Predicate:
    """
    Return the predicate of a plain mapping of filters: a value, a list of values, or None for "has none".

    >>> conditions({"state": "open", "assignee": None})
    All(parts=(Eq(field='state', value='open'), Missing(field='assignee', missing=True)))
    """
    names = set(allowed)
    parts: list[Predicate] = []
    for name, value in filters.items():
        if name not in names:
            raise Invalid(Fault(str(name), "cannot_filter", facts(options=", ".join(sorted(names)))))
        kind = TICKET_FIELDS[name].kind
        if value is None:
            parts.append(Missing(name))
        elif isinstance(value, (list, tuple, set, frozenset)):
            parts.append(In(name, tuple(scalar(kind, item, name) for item in value)))
        else:
            parts.append(Eq(name, scalar(kind, value, name)))
    return All(tuple(parts))


def leaves(predicate: Predicate) -> Iterator[Any]:
    """Yield the comparisons that a predicate is made of, in order."""
    if isinstance(predicate, (All, AnyOf)):
        for part in predicate.parts:
            yield from leaves(part)
    else:
        yield predicate


# -- meaning -----------------------------------------------------------------------------------------------------------

Test = Callable[[Any, Any], bool]
"""A compiled predicate: takes a ticket and an actor."""


def _read(name: str) -> Callable[[Any, Any], Any]:
    if name.startswith("@actor."):
        get_fact = attrgetter(name.removeprefix("@actor."))
        return lambda ticket, actor: get_fact(actor)
    if name.startswith(FORM):
        key = name.removeprefix(FORM)
        return lambda said, actor: said.get(key)
    get_field = attrgetter(name)
    return lambda ticket, actor: get_field(ticket)


def _operand(value: Value | tuple[Scalar, ...]) -> Callable[[Any, Any], Any]:
    return _read(value.name) if isinstance(value, Fact) else lambda ticket, actor: value


def to_python(predicate: Predicate) -> Test:
    """Return *predicate* as a function of a ticket (or of what was said in a form, by key) and an actor."""
    match predicate:
        case All(parts):
            every = tuple(to_python(part) for part in parts)
            return lambda ticket, actor: all(test(ticket, actor) for test in every)
        case AnyOf(parts):
            some = tuple(to_python(part) for part in parts)
            return lambda ticket, actor: any(test(ticket, actor) for test in some)
        case Missing(name, missing):
            read = _read(name)
            if name in FIELDS and FIELDS[name].kind == "set":
                return lambda ticket, actor: (not read(ticket, actor)) is missing
            return lambda ticket, actor: (read(ticket, actor) is None) is missing
        case Range(name, start, before):
            read = _read(name)

            def inside(ticket: Any, actor: Any) -> bool:
                value = read(ticket, actor)
                return value is not None and (start is None or start <= value) and (before is None or value < before)

            return inside
        case Eq(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: (found := read(ticket, actor)) is not None and found == operand(ticket, actor)
        case Ne(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: read(ticket, actor) != operand(ticket, actor)
        case In(name, values):
            read, operand = _read(name), _operand(values)
            return lambda ticket, actor: (found := read(ticket, actor)) is not None and found in operand(ticket, actor)
        case Has(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: operand(ticket, actor) in read(ticket, actor)


def bind(predicate: Predicate, actor: Any) -> Predicate:
    """
    Return *predicate* with the facts of *actor* put in: only ticket fields and plain values are left.

    What is settled by the facts alone is folded away, so that ``ALWAYS`` and ``NEVER`` are recognised.
    """
    match predicate:
        case All(parts):
            return _join(All, ALWAYS, NEVER, (bind(part, actor) for part in parts))
        case AnyOf(parts):
            return _join(AnyOf, NEVER, ALWAYS, (bind(part, actor) for part in parts))
    if predicate.field.startswith("@"):
        return ALWAYS if to_python(predicate)(None, actor) else NEVER
    match predicate:
        case Eq(name, Fact() as fact):
            return Eq(name, _read(fact.name)(None, actor))
        case Ne(name, Fact() as fact):
            return Ne(name, _read(fact.name)(None, actor))
        case In(name, values):
            known = tuple(sorted(_read(values.name)(None, actor))) if isinstance(values, Fact) else values
            return In(name, known) if known else NEVER
    return predicate


def _join(
    kind: type[All] | type[AnyOf], neutral: Predicate, settled: Predicate, parts: Iterable[Predicate]
) -> Predicate:
    kept: list[Predicate] = []
    for part in parts:
        if part == settled:
            return settled
        if isinstance(part, kind):
            kept.extend(part.parts)
        elif part != neutral:
            kept.append(part)
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def both(*predicates: Predicate) -> Predicate:
    """Return the predicate that all of *predicates* hold."""
    return _join(All, ALWAYS, NEVER, predicates)


def shape(predicate: Predicate) -> tuple[Any, tuple[Any, ...]]:
    """
    Split a bound predicate into its form and its values, in order, so that a store can prepare one statement a form.

    >>> shape(All((Eq("state", "open"), Missing("team"))))
    (('All', (('Eq', 'state'), ('Missing', 'team', True))), ('open',))
    """
    match predicate:
        case All(parts) | AnyOf(parts):
            split = [shape(part) for part in parts]
            values = tuple(value for _, found in split for value in found)
            return (type(predicate).__name__, tuple(form for form, _ in split)), values
        case Eq(name, value) | Ne(name, value):
            return (type(predicate).__name__, name), (value,)
        case In(name, items):
            return ("In", name), (items,)
        case Range(name, start, before):
            ends = tuple(end for end in (start, before) if end is not None)
            return ("Range", name, start is not None, before is not None), ends
        case Missing(name, missing):
            return ("Missing", name, missing), ()
        case Has():
            raise TypeError("a set belongs to the actor; bind the predicate first")


# -- words -------------------------------------------------------------------------------------------------------------

Label = Callable[[str, str], str]
"""Gives the label of a value of a field, such as ``("state", "en_curso")``."""

_WORDS = {
    "en": {
        "all": " and ", "any": " or ", "eq": "{f} is {v}", "ne": "{f} is not {v}", "in": "{f} is one of {v}",
        "has": "{f} include {v}", "missing": "{f} is empty", "present": "{f} is set",
        "from": "{f} is {v} or later", "before": "{f} is before {v}", "always": "always", "never": "never",
    },
    "es": {
        "all": " y ", "any": " o ", "eq": "{f} es {v}", "ne": "{f} no es {v}", "in": "{f} es uno de {v}",
        "has": "{f} incluyen {v}", "missing": "{f} está vacío", "present": "{f} está indicado",
        "from": "{f} es {v} o posterior", "before": "{f} es anterior a {v}", "always": "siempre", "never": "nunca",
    },
}  # fmt: skip


def words(predicate: Predicate, locale: str = "en", label: Label = lambda field, value: value) -> str:
    """Return *predicate* as the words of a refusal: "the assigned agent is you"."""
    language = "es" if locale.startswith("es") else "en"
    say = _WORDS[language]

    def name(path: str) -> str:
        if path.startswith(FORM):
            return label("fields", path.removeprefix(FORM))
        field = FIELDS[path]
        return field.es if language == "es" else field.en

    def value(path: str, found: Value | tuple[Scalar, ...]) -> str:
        if isinstance(found, Fact):
            return name(found.name)
        if isinstance(found, tuple):
            return ", ".join(label(path, str(item)) for item in found)
        return label(path, str(found))

    match predicate:
        case All(parts) | AnyOf(parts):
            conjunction = isinstance(predicate, All)
            if not parts:
                return say["always" if conjunction else "never"]
            told = [words(part, locale, label) for part in parts]
            nested = [f"({text})" if isinstance(p, AnyOf) else text for p, text in zip(parts, told, strict=True)]
            return say["all" if conjunction else "any"].join(nested if conjunction else told)
        case Missing(path, missing):
            return say["missing" if missing else "present"].format(f=name(path))
        case Range(path, start, before):
            ends = [(key, end) for key, end in (("from", start), ("before", before)) if end is not None]
            told = [say[key].format(f=name(path), v=value(path, end)) for key, end in ends]
            return say["all"].join(told) if told else say["present"].format(f=name(path))
        case In(path, values):
            return say["in"].format(f=name(path), v=value(path, values))
        case Eq(path, found) | Ne(path, found) | Has(path, found):
            operator = type(predicate).__name__.lower()
            return say[operator].format(f=name(path), v=value(path, found))
