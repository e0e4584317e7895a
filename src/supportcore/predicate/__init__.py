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

from supportcore.predicate.fields import ACTOR_FIELDS, FIELDS, FORM, TICKET_FIELDS, Field, Kind
from supportcore.predicate.meaning import Test, bind, both, to_python
from supportcore.predicate.reading import OPERATORS, Malformed, conditions, parse, scalar
from supportcore.predicate.tree import (
    ALWAYS,
    NEVER,
    All,
    AnyOf,
    Eq,
    Fact,
    Has,
    In,
    Missing,
    Ne,
    Predicate,
    Range,
    Scalar,
    Value,
    leaves,
    shape,
)
from supportcore.predicate.wording import Label, words

__all__ = [
    "ACTOR_FIELDS",
    "ALWAYS",
    "FIELDS",
    "FORM",
    "NEVER",
    "OPERATORS",
    "TICKET_FIELDS",
    "All",
    "AnyOf",
    "Eq",
    "Fact",
    "Field",
    "Has",
    "In",
    "Kind",
    "Label",
    "Malformed",
    "Missing",
    "Ne",
    "Predicate",
    "Range",
    "Scalar",
    "Test",
    "Value",
    "bind",
    "both",
    "conditions",
    "leaves",
    "parse",
    "scalar",
    "shape",
    "to_python",
    "words",
]
