"""Stores in SQLite that err in lists and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors

from supportcore_sql.preparing import Form, Statement, param
from supportcore_sql.statements import Statements, condition, numbered
from tests.testing.broken.base import Found
from tests.testing.broken.sqlite import BrokenSqlite, replacing


def _asking(replace: Callable[[Any], Any]) -> type[Statements]:
    """Return statements in whose conditions some parts are others; *replace* returns None for the rest."""

    class Asking(Statements):
        def _where(self, form: Form, words: int) -> list[sa.ColumnElement[bool]]:
            found = super()._where(form, words)
            other = visitors.replacement_traverse(found[1], {}, lambda part, **_: replace(part))
            return [found[0], other, *found[2:]]

    return Asking


class OrderedByKeyAlone(BrokenSqlite):
    """Orders a list by its key and leaves ties to the engine."""

    class spoken(Statements):
        def _find(self, form: Form, sort: str, *, ascending: bool, **more: Any) -> Statement:
            found: Any = super()._find(form, sort, ascending=ascending, **more)
            by = self.tables.tickets.c[sort]
            return found.order_by(None).order_by(by.asc() if ascending else by.desc(), self.tables.tickets.c.number)


class SeeksColumnByColumn(BrokenSqlite):
    """Goes on where both key and id are behind the edge."""

    class spoken(Statements):
        def _find(self, form: Form, sort: str, *, ascending: bool, seek: bool, **more: Any) -> Statement:
            found: Any = super()._find(form, sort, ascending=ascending, seek=seek, **more)
            by_id, edge = self.tables.tickets.c.id, param("seek_id")
            return found.where(by_id > edge if ascending else by_id < edge) if seek else found


class ListsOfAllDesks(BrokenSqlite):
    """Lists the tickets of every desk."""

    class spoken(Statements):
        def _where(self, form: Form, words: int) -> list[sa.ColumnElement[bool]]:
            return [self.tables.tickets.c.desk != param("desk") + "-", *super()._where(form, words)[1:]]


class ColumnsIgnoreCase(BrokenSqlite):
    """Compares text by the collation NOCASE."""

    spoken = _asking(
        lambda part: sa.collate(part, "NOCASE") if isinstance(part, sa.Column) and part.name == "customer" else None
    )


class PatternsForText(BrokenSqlite):
    """Compares text by LIKE."""

    spoken = replacing(
        "ticket",
        lambda _, tables: sa.select(*Statements(tables, "sqlite")._columns).where(
            tables.tickets.c.desk == param("desk"), tables.tickets.c.id.like(param("id"))
        ),
    )


class UnequalIsNotNull(BrokenSqlite):
    """Takes a missing value for neither equal nor unequal."""

    spoken = _asking(
        lambda part: (
            part.left != part.right
            if isinstance(part, sa.BinaryExpression) and part.operator is operators.is_distinct_from
            else None
        )
    )


class CountsByJoin(BrokenSqlite):
    """Counts a ticket once for each of its terms."""

    class spoken(Statements):
        def _count(self, form: Form, *, words: int, capped: bool) -> Statement:
            if not words or capped:
                return super()._count(form, words=words, capped=capped)
            table, postings = self.tables.tickets, self.tables.postings
            joined = table.join(postings, sa.and_(postings.c.desk == table.c.desk, postings.c.record == table.c.id))
            where = (self._mine, condition(form, table, numbered()), *self.with_words(table.c.id, words))
            return sa.select(sa.func.count()).select_from(joined).where(*where)


PLACES = "test_rows_of_one_key_have_their_places"
BY_RANK = {"sort": "priority_rank", "descending": True}
FOUND: list[Found] = [
    (OrderedByKeyAlone, PLACES, BY_RANK),
    (SeeksColumnByColumn, PLACES, BY_RANK),
    (ListsOfAllDesks, "test_desks_never_see_one_another", {}),
    (ColumnsIgnoreCase, "test_text_is_equal_byte_by_byte", {"other": "Acme"}),
    (PatternsForText, "test_text_is_ordered_byte_by_byte", {}),
    (UnequalIsNotNull, "test_missing_values_compare_as_the_language_says", {}),
    (CountsByJoin, "test_words_narrow_lists_and_counts", {}),
]
