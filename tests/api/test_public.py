"""The public API is the one that hosts were written against."""

from __future__ import annotations

import griffe
import pytest

from tests.api.comparing import compared
from tests.api.public import KEPT, lines, public

RENEW = "if that is meant: python -m tests.api.public, and say so in a fragment for the changelog"


def test_the_api_is_the_one_that_is_kept() -> None:
    """A public name, its parameters, fields and methods change only when somebody means it, who renews the text."""
    before, now = KEPT.read_text(encoding="utf-8"), public()
    breaking, others = compared(before, now)
    told = "\n  ".join(["breaks:", *breaking]) + "\n" + "\n  ".join(["may come:", *others])
    assert before == now, f"{told}\n{RENEW}"


@pytest.mark.parametrize(
    "change",
    [
        "def ask(one: int, two: str = '') -> bool: ...",
        "def ask(one: int, *, two: str = 'a') -> bool: ...",
        "def ask(one: str, *, two: str = '') -> bool: ...",
        "def ask(one: int, *, two: str = '') -> int: ...",
        "async def ask(one: int, *, two: str = '') -> bool: ...",
        "ask: bool",
    ],
)
def test_whatever_a_caller_would_notice_is_told(change: str) -> None:
    """A parameter, its kind, type or default, what is returned, and how it is called: none changes unseen."""
    first = "def ask(one: int, *, two: str = '') -> bool: ..."
    with griffe.temporary_visited_module(first) as before, griffe.temporary_visited_module(change) as after:
        assert [*lines("ask", before["ask"])] != [*lines("ask", after["ask"])]


def test_fields_and_methods_of_a_class_are_told() -> None:
    """So it is with what a class has, what it inherits included."""
    with griffe.temporary_visited_module(
        "class A:\n    x: int = 1\n    def m(self) -> None: ...\nclass B(A):\n    y: str\n    def _own(self): ..."
    ) as module:
        assert ["class B(A)", "    m(self) -> None", "    x: int = 1", "    y: str"] == [*lines("B", module["B"])]


WAS = """\
# supportcore
class Desk(LookupError)
    async act(self, ticket: str, text: str = '', *, at: int | None = None) -> bool
    number: int
    make(self, *, id, name = ...)
LIMIT: int
class Store(Protocol)
    close(self) -> None
Other, see supportcore.more

# supportcore.desk.views
class Page()
    __init__(self, *, id)

# supportcore.more
class Other()
    ask(self, *names: str, **values: int) -> None
"""


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("LIMIT: int\n", "", "LIMIT is gone"),
        ("    number: int\n", "", "Desk.number is gone"),
        ("number: int", "number: str", "Desk.number was: number: int; is: number: str"),
        ("(LookupError)", "()", "Desk is no LookupError any more"),
        ("async act", "act", "Desk.act was: "),
        ("-> bool", "-> None", "Desk.act returned bool, and returns None"),
        ("at: int | None = None", "at: int | None", "Desk.act needs at"),
        ("at: int | None = None", "at: int | None = 3", "Desk.act takes 3 for at, where it took None"),
        ("at: int | None = None", "at: int = None", "Desk.act took at as int | None, and takes int"),
        (", *, at: int | None = None", "", "Desk.act takes no at any more"),
        ("at: int | None = None", "at: int | None = None, more: int", "Desk.act needs more"),
        ("text: str = '', *", "*, text: str = ''", "Desk.act takes text at another place"),
        ("ticket: str, text", "ticket: str, /, text", "Desk.act takes ticket by its place only"),
        ("id, name = ...", "id, name", "Desk.make needs name"),
        ("close(self) -> None", "close(self) -> None\n    open(self) -> None", "Store.open has to be written"),
        ("*names: str, ", "", "Other.ask takes no * any more"),
        ("Other, see supportcore.more\n", "", "Other is gone"),
    ],
)
def test_what_breaks_is_told(was: str, now: str, told: str) -> None:
    """Whatever is gone, called otherwise or of another type breaks, wherever else it is offered."""
    assert WAS.count(was) == 1
    breaking, _ = compared(WAS, WAS.replace(was, now))
    assert [one for one in breaking if one.startswith(f"supportcore.{told}")], breaking


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("LIMIT: int", "LIMIT: int\nMORE: int", "MORE"),
        ("    number: int", "    number: int\n    total: int", "Desk.total"),
        ("at: int | None = None", "at: int | None = None, more: int = 0", "Desk.act"),
        ("ticket: str, text", "ticket: str = '', text", "Desk.act"),
        ("*, at: int", "at: int", "Desk.act"),
        ("name = ...", "name = ..., more = ...", "Desk.make"),
        ("*, id)", "*, id, name)", "desk.views.Page.__init__"),
        ("(LookupError)", "(NotFound, LookupError)", "Desk"),
    ],
)
def test_what_may_come_breaks_nothing(was: str, now: str, told: str) -> None:
    """A name, a member, what need not be given, and a field of what a host only reads: these may come."""
    assert WAS.count(was) == 1
    assert ([], [f"supportcore.{told}"]) == compared(WAS, WAS.replace(was, now))
