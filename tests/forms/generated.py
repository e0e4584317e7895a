"""
Desks with generated forms: fields of every kind with every rule, conditions over what was said before, records that
belong to one another, retired ones among them; and somebody who fills the forms in.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
from hypothesis import strategies as st

from supportcore import (
    Actor,
    Agent,
    Agreement,
    Contact,
    Customer,
    Module,
    Product,
    Project,
    Service,
    Team,
    Version,
    load_definition,
)
from supportcore.definition.loader import restore
from supportcore.definition.model import Definition
from supportcore.forms.patterns import crosses_lines
from tests.forms.documents import INSTANTS, MATCHING, PATTERNS

BASE = load_definition("noova")
IDS = ("one", "two", "three")
CHOICES = {
    "channel": ("web", "phone", "1"),
    "type": ("question", "problem"),
    "area": ("north", "south"),
    "reason": ("r",),
}
RECORDS = ("product", "module", "product_version", "service", "project", "agreement")
_active = st.sampled_from([True, True, True, False])
_name = st.sampled_from(["A", "B", "b", "Ñ", ""])


@attrs.frozen
class Case:
    """A desk, its catalogue, and somebody."""

    desk: Definition
    records: tuple[Any, ...]
    actor: Actor


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[Any, ...]:
    """Records that belong to one another, at random."""

    def some(make: Any, prefix: str, **facts: st.SearchStrategy[Any]) -> list[Any]:
        count = draw(st.integers(1, 3))
        return [
            make(
                id=f"{prefix}{number}",
                name=draw(_name),
                active=draw(_active),
                **{key: draw(strategy) for key, strategy in facts.items()},
            )
            for number in range(count)
        ]

    customers = some(Customer, "c")
    products = some(Product, "p")
    one = st.sampled_from([record.id for record in customers])
    several = st.sets(one, max_size=2)
    of_product = st.sampled_from([record.id for record in products])
    return (
        *customers,
        *products,
        *some(Module, "m", product=of_product),
        *some(Version, "v", product=of_product, customers=several),
        *some(Service, "s", customers=several),
        *some(Project, "j", customer=one),
        *some(Agreement, "g", customer=one),
        *(Agent(id=f"a{number}", name=draw(_name)) for number in range(2)),
        Agent(id="left", name="Left", active=False),
        Team(id="t0", name="Team", members=["a0"]),
        Team(id="t1", name="Old team", active=False),
        Contact(id="ana", name="Ana", email="ana@acme.example", phone="+34 600"),
    )


@st.composite
def fields(draw: st.DrawFn, records: tuple[Any, ...]) -> list[dict[str, Any]]:
    """What is asked, as a definition says it."""
    own = draw(st.lists(st.sampled_from(["title", "text", "choice", "number", "flag", "instant"]), max_size=5))
    known = draw(
        st.lists(st.sampled_from([*RECORDS, "type", "area", "description", "customer"]), unique=True, max_size=6)
    )
    if "product" not in known and {"module", "product_version"} & set(known):
        known.append("product")
    wanted = draw(st.permutations([*((f"f{n}", kind) for n, kind in enumerate(own)), *((key, "") for key in known)]))
    found: list[dict[str, Any]] = [{"key": "subject", "required": True}]
    for key, kind in wanted:
        found.append(draw(_field(key, kind, found, records)))
    return found


@st.composite
def _field(
    draw: st.DrawFn, key: str, kind: str, before: list[dict[str, Any]], records: tuple[Any, ...]
) -> dict[str, Any]:
    field: dict[str, Any] = {"key": key}
    defaults: st.SearchStrategy[Any]
    fitting: list[str] = []
    if kind:
        field["kind"] = kind
    if kind == "title" and draw(st.booleans()):
        field["limit"] = draw(st.integers(1, 5))
    if kind in ("title", "text"):
        if draw(st.booleans()):
            field["pattern"] = draw(st.sampled_from(PATTERNS))
            if kind == "text" and not crosses_lines(field["pattern"]):
                field["lines"] = draw(st.booleans())
        if draw(st.booleans()):
            field["prefill"] = draw(st.sampled_from(["name", "email", "phone"]))
        fitting = [text for text in MATCHING if "pattern" not in field or re.fullmatch(field["pattern"], text)]
        fitting = [text for text in fitting if len(text) <= field.get("limit", 255) and not text.isspace()]
        defaults = st.sampled_from(fitting)
    elif kind == "choice" or key in CHOICES:
        source = key
        if kind == "choice":
            field["source"] = source = "channel"
        defaults = st.sampled_from(CHOICES[source])
    elif kind == "number":
        low, high = sorted(draw(st.lists(st.sampled_from([-2, 0, 0.5, 1, 3, 7.25, 10]), min_size=2, max_size=2)))
        field |= draw(st.sampled_from([{}, {"minimum": low}, {"maximum": high}, {"minimum": low, "maximum": high}]))
        inside = [n for n in (low, high, 5, 1) if field.get("minimum", n) <= n <= field.get("maximum", n)]
        if draw(st.booleans()) and (whole := [n for n in inside if n == int(n)]):
            field["whole"], inside = True, whole
        defaults = st.sampled_from(inside)
    elif kind == "flag":
        defaults = st.booleans()
    elif kind == "instant":
        defaults = st.sampled_from(INSTANTS)
    elif key == "description":
        defaults = st.just("as usual")
    else:
        defaults = st.sampled_from([*_ids(key, records), "nobody"])
    field["required"] = draw(st.booleans())
    if draw(st.integers(0, 2)) == 0 and (kind not in ("title", "text") or fitting):
        field["default"] = draw(defaults)
        field["fixed"] = draw(st.booleans())
    if draw(st.integers(0, 1)):
        field["when"] = draw(predicates(before, records))
    return field


def _ids(key: str, records: tuple[Any, ...]) -> list[str]:
    kind = "version" if key == "product_version" else key
    return [record.id for record in records if type(record).__name__.lower() == kind]


@st.composite
def predicates(
    draw: st.DrawFn, before: list[dict[str, Any]], records: tuple[Any, ...], depth: int = 2
) -> dict[str, Any]:
    """Conditions over fields *before*, and facts of the actor."""
    shape = draw(st.sampled_from(["leaf", "leaf", "leaf", "all", "any"])) if depth else "leaf"
    if shape != "leaf":
        parts = draw(st.lists(predicates(before, records, depth - 1), max_size=3))
        return {shape: parts}
    readable = [f for f in before if f.get("kind") != "instant"]
    field = draw(st.sampled_from([*readable, *(f for f in readable if "default" in f), None]))
    if field is None:
        return draw(
            st.sampled_from([{"field": "@actor.roles", "has": "consultor"}, {"field": "@actor.id", "eq": "ana"}])
        )
    key, kind = field["key"], field.get("kind", "")
    values: list[Any] = ["a", "bc", "x"]
    if kind == "number":
        values = [0, 0.5, 1, 1.0, 3, 5, 7.25, 10]
    elif kind == "flag":
        values = [True, False]
    elif kind == "choice" or key in CHOICES:
        values = list(CHOICES[field.get("source", key)])
    elif key in (*RECORDS, "customer"):
        values = _ids(key, records)
    if "default" in field and field["default"] in values:
        values = [field["default"], *values]
    value = st.one_of(st.just(values[0]), st.sampled_from(values))
    said: list[st.SearchStrategy[dict[str, Any]]] = [
        st.builds(lambda v: {"eq": v}, value),
        st.builds(lambda v: {"ne": v}, value),
        st.builds(lambda v: {"in": v}, st.lists(value, max_size=3)),
        st.builds(lambda v: {"missing": v}, st.booleans()),
    ]
    if kind == "number":
        ends = st.one_of(
            st.fixed_dictionaries({"from": value}), st.fixed_dictionaries({"before": value}, optional={"from": value})
        )
        said.append(st.builds(lambda v: {"range": v}, ends))
    if key == "customer":
        said.append(st.just({"in": "@actor.customers"}))
    return {"field": f"form.{key}", **draw(st.one_of(said))}


@st.composite
def cases(draw: st.DrawFn, customer: str | None = None, staff: bool | None = None) -> Case:
    """A desk with a default form, one that sets values by itself, and one that asks for every record."""
    records = draw(catalogues())
    rules = json.loads(BASE.document)
    rules["customer"] = customer or draw(st.sampled_from(["required", "required", "none"]))
    rules["vocabularies"] = {**rules["vocabularies"], **{key: list(options) for key, options in CHOICES.items()}}
    rules["form"] = _without(draw(fields(records)), rules["customer"])
    sets = draw(
        st.fixed_dictionaries({}, optional={key: st.sampled_from([*_ids(key, records), "nobody"]) for key in RECORDS})
    )
    quick = [f for f in _without(draw(fields(records)), rules["customer"]) if f["key"] not in sets]
    kinds = {f["key"]: (f.get("kind"), f.get("source")) for f in rules["form"]}
    quick = [
        f for f in quick if kinds.get(f["key"], (f.get("kind"), f.get("source"))) == (f.get("kind"), f.get("source"))
    ]
    rules["forms"] = [{"key": "quick", "variant": "quick", "set": sets, "fields": _told(quick)}]
    if {"module", "product_version"} & {f["key"] for f in quick} and "product" not in {f["key"] for f in quick} | set(
        sets
    ):
        quick.append({"key": "product"})
        rules["forms"][0]["fields"] = _told(quick)
    plain = [{"key": "subject", "required": True}, *({"key": key} for key in (*RECORDS, "type", "area"))]
    rules["forms"].append({"key": "plain", "variant": "plain", "fields": plain})
    rules["triage"] = draw(st.lists(st.sampled_from([*RECORDS, "type", "area"]), unique=True, min_size=1))
    del rules["routing"]
    rules["transitions"] += [
        {"action": "hand_over", "from": "*", "roles": ["consultor"], "requires": ["assignee"], "accepts": ["team"]},
        {"action": "explain", "from": "*", "roles": ["consultor"], "requires": ["reason"], "accepts": ["waiting_on"]},
    ]
    rules["roles"][1]["may"].append("set_deadline")
    desk = restore(json.dumps(rules), today=BASE)
    customers = _ids("customer", records)
    staff = draw(st.booleans()) if staff is None else staff
    own = frozenset() if staff else draw(st.frozensets(st.sampled_from(customers), min_size=1))
    locale = draw(st.sampled_from(["es", "en"]))
    return Case(
        desk, records, Actor(id="ana", roles={"consultor" if staff else "cliente"}, customers=own, locale=locale)
    )


def _without(found: list[dict[str, Any]], customer: str) -> list[dict[str, Any]]:
    return _told([field for field in found if customer == "required" or field["key"] != "customer"])


def _told(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out conditions over fields that are not asked any more."""
    keys = {field["key"] for field in found}
    return [{name: value for name, value in field.items() if name != "when" or _known(value, keys)} for field in found]


def _known(predicate: dict[str, Any], keys: set[str]) -> bool:
    if "field" not in predicate:
        return all(_known(part, keys) for parts in predicate.values() for part in parts)
    name = predicate["field"]
    return not name.startswith("form.") or name.removeprefix("form.") in keys
