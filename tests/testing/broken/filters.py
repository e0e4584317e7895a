"""Stores that err in conditions, and in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from supportcore.predicate import ALWAYS, All, AnyOf, Eq, In, Missing, Ne, Predicate, Range, to_python
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.portable import load_ticket
from supportcore.storage.memory.unit import do
from supportcore.storage.ports import Steps, Words
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore, Found


def _filtering(alter: Callable[[Predicate], Predicate]) -> type[MemoryLedger]:
    """Return operations that ask something else than they are asked; *alter* is told parts that have no parts."""

    def altered(where: Predicate) -> Predicate:
        if isinstance(where, All | AnyOf) and where.parts:
            return type(where)(tuple(altered(part) for part in where.parts))
        return alter(where)

    class Filtering(MemoryLedger):
        def _where(self, where: Predicate, words: Words = ()) -> Steps[list[Ticket]]:
            return (yield from super()._where(altered(where), words))

    return Filtering


class NullsCompareAsInSql(BrokenStore):
    """Takes a missing value for neither equal nor unequal."""

    operations = _filtering(lambda where: All((where, Missing(where.field, False))) if isinstance(where, Ne) else where)


class NothingIsAll(BrokenStore):
    """Takes an empty list of values for no condition."""

    operations = _filtering(lambda where: ALWAYS if isinstance(where, In) and not where.values else where)


class AnyOfNothing(BrokenStore):
    """Takes an empty "any" for no condition."""

    operations = _filtering(lambda where: ALWAYS if where == AnyOf(()) else where)


class ListsCut(BrokenStore):
    """Asks for no more than a hundred values of a list."""

    operations = _filtering(lambda where: In(where.field, where.values[:100]) if isinstance(where, In) else where)


class RangesWithTheirEnd(BrokenStore):
    """Takes the end of a range for a part of it."""

    operations = _filtering(
        lambda where: (
            AnyOf((where, Eq(where.field, where.before)))
            if isinstance(where, Range) and where.before is not None
            else where
        )
    )


class RangesRounded(BrokenStore):
    """Rounds a number down before it compares it."""

    operations = _filtering(
        lambda where: (
            Range(where.field, int(where.start), where.before)
            if isinstance(where, Range) and isinstance(where.start, float)
            else where
        )
    )


def _matching(same: Callable[[str, str], bool]) -> type[MemoryLedger]:
    """Return operations that take texts for equal that are not."""

    class Matching(MemoryLedger):
        def _where(self, where: Predicate, words: Words = ()) -> Steps[list[Ticket]]:
            if not (isinstance(where, Eq) and isinstance(where.value, str)):
                return (yield from super()._where(where, words))
            tickets = yield from super()._where(All(), words)
            found = [(one, getattr(one, where.field)) for one in tickets]
            return [one for one, value in found if value is not None and same(str(value), where.value)]

    return Matching


class CaseFolds(BrokenStore):
    """Compares text as a collation does that ignores case."""

    operations = _matching(lambda one, other: one.casefold() == other.casefold())


class BlanksIgnored(BrokenStore):
    """Compares text as a collation does that pads with blanks."""

    operations = _matching(lambda one, other: one.rstrip(" ") == other.rstrip(" "))


class UnseenIgnored(BrokenStore):
    """Compares text as a collation does that gives no weight to what cannot be seen."""

    operations = _matching(lambda one, other: one.replace("\u200b", "") == other.replace("\u200b", ""))


class BeginningsMatch(BrokenStore):
    """Takes a text for equal that begins with what was asked for."""

    operations = _matching(lambda one, other: one.startswith(other))


# --- counts -------------------------------------------------------------------------------------------------


class DesksLeak(BrokenStore):
    """Counts the tickets of all desks."""

    class operations(MemoryLedger):
        def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
            test = to_python(where)
            rows = yield from do(lambda unit: list(unit._tables.get("tickets", {}).values()))
            return Counter(getattr(ticket, field) for ticket in map(load_ticket, rows) if test(ticket, None))


class CapsIgnored(BrokenStore):
    """Counts to the end, whatever the cap is."""

    class operations(MemoryLedger):
        def count(self, where: Predicate, *, words: Words = (), cap: int | None = None) -> Steps[int]:
            return (yield from super().count(where, words=words))


class NullsNotCounted(BrokenStore):
    """Leaves tickets out that have no value, as an inner join does."""

    class operations(MemoryLedger):
        def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
            found = yield from super().count_by(where, field)
            return {value: count for value, count in found.items() if value is not None}


class FlagsAsNumbers(BrokenStore):
    """Tells truths as 0 and 1."""

    class operations(MemoryLedger):
        def count_by(self, where: Predicate, field: str) -> Steps[Mapping[Any, int]]:
            found = yield from super().count_by(where, field)
            return {int(value) if isinstance(value, bool) else value: count for value, count in found.items()}


class CountsOnce(BrokenStore):
    """Counts each condition once, however often it was asked for."""

    class operations(MemoryLedger):
        def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
            return (yield from super().counts(tuple(dict.fromkeys(wheres))))


LIST = "test_a_list_is_what_a_plain_filter_gives"
TEXT = "test_text_is_equal_byte_by_byte"
FOUND: list[Found] = [
    (NullsCompareAsInSql, "test_missing_values_compare_as_the_language_says", {}),
    (NullsCompareAsInSql, LIST, {}),
    (NothingIsAll, "test_conditions_that_are_always_or_never_true", {}),
    (AnyOfNothing, "test_conditions_that_are_always_or_never_true", {}),
    (ListsCut, "test_a_condition_may_be_deep_and_wide", {}),
    (RangesWithTheirEnd, "test_a_number_compares_with_any_number", {"value": 2.0}),
    (RangesRounded, "test_a_number_compares_with_any_number", {"value": 1.5}),
    (CaseFolds, TEXT, {"other": "Acme"}),
    (BlanksIgnored, TEXT, {"other": "acme "}),
    (UnseenIgnored, TEXT, {"other": "acme\u200b"}),
    (BeginningsMatch, TEXT, {"other": "acme "}),
    (DesksLeak, "test_desks_never_see_one_another", {}),
    (CapsIgnored, "test_counts_end_at_their_cap", {}),
    (NullsNotCounted, "test_missing_values_compare_as_the_language_says", {}),
    (FlagsAsNumbers, "test_counts_end_at_their_cap", {}),
    (CountsOnce, "test_counts_come_together", {}),
]
