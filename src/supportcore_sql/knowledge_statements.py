"""The statements for the index, and for what is kept of articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from supportcore.knowledge.postings import BOOSTED, PLAIN
from supportcore_sql import rows
from supportcore_sql.given import given_on
from supportcore_sql.portal_statements import PortalStatements
from supportcore_sql.prepared import Prepared
from supportcore_sql.preparing import Statement, param
from supportcore_sql.tables import Tables

FEW = 4
"""Scopes that are parameters of their own; a list takes drivers longer."""
JOINED = 3
"""
Lists of words that MariaDB may join with tickets as it sees fit; it tries every order of what it joins, which takes
half a minute for eight of them. It looks up the others apart, since a grouped subquery is joined with nothing.
"""


class Shape:
    """
    What a search looks like, whatever it asks for.

    Attributes:
        terms: How many terms have weights: 0, 1, or more than one, told as 2.
        required: How many groups there are.
        scopes: How many there are, up to `FEW`; more are told as one more, and None means any.
    """

    __slots__ = ("after", "boosted", "required", "scopes", "terms")

    def __init__(self, *, terms: int, required: int, scopes: int | None, boosted: bool, after: bool) -> None:
        self.terms, self.required = min(terms, 2), required
        self.scopes = None if scopes is None else min(scopes, FEW + 1)
        self.boosted, self.after = boosted, after

    @property
    def form(self) -> tuple[Any, ...]:
        """By which its statements are kept."""
        return (self.terms, self.required, self.scopes, self.boosted, self.after)


class KnowledgeStatements(PortalStatements):
    """The statements for the index, revisions, readings and suggestions."""

    def __init__(self, tables: Tables, dialect: str) -> None:
        super().__init__(tables, dialect)
        self.given = given_on(dialect)

        # index
        self.put_postings = Prepared(self.given.put_postings(tables.postings))
        self.add_postings = Prepared(self.given.add_postings(tables.postings))
        self.drop_postings = Prepared(self.given.drop_postings(tables.postings))
        totals = tables.totals
        self.add_to_total = Prepared(self.upsert(totals, {}, lambda given: {"n": totals.c.n + given.n}))

        # articles
        revisions, records = tables.revisions, tables.records
        self.insert_revision = Prepared(sa.insert(revisions))
        self.revisions: Statement = (
            sa.select(revisions.c.form)
            .where(
                revisions.c.desk == param("desk"),
                revisions.c.article == param("article"),
                revisions.c.n > param("after"),
            )
            .order_by(revisions.c.n)
            .limit(param("limit"))
        )
        self.translations: Statement = (
            sa.select(records.c.body)
            .where(
                records.c.desk == param("desk"),
                records.c.translation_of == param("article"),
                records.c.kind == param("kind"),
            )
            .order_by(records.c.id)
        )

        # what people made of them
        readings = tables.readings
        mine = (readings.c.desk == param("desk"), readings.c.article == param("article"))
        self.reading: Statement = sa.select(*(readings.c[name] for name in rows.READING_COLUMNS)).where(
            *mine, readings.c.person == param("person")
        )
        self.put_reading: Statement = self.upsert(readings, {}, lambda given: {"vote": given.vote})
        self.readings: Statement = (
            sa.select(
                readings.c.article,
                sa.func.count(),
                sa.func.count(sa.case((readings.c.vote == 1, 1))),
                sa.func.count(sa.case((readings.c.vote == -1, 1))),
            )
            .where(readings.c.desk == param("desk"), self.given.among(readings.c.article, "articles"))
            .group_by(readings.c.article)
        )
        suggestions = tables.suggestions
        self.suggestion: Statement = sa.select(suggestions.c.form).where(
            suggestions.c.desk == param("desk"), suggestions.c.id == param("id")
        )
        kept = [column.name for column in suggestions.c if not column.primary_key]
        self.put_suggestion = Prepared(self.upsert(suggestions, {}, lambda given: {name: given[name] for name in kept}))
        self.deflection: Statement = sa.select(
            sa.func.count(), sa.func.count(suggestions.c.read), sa.func.count(suggestions.c.ticket)
        ).where(
            suggestions.c.desk == param("desk"),
            suggestions.c.at >= param("since"),
            suggestions.c.at < param("until"),
            suggestions.c.has_articles,
        )

    # -- index

    def frequencies(self, *, counts: bool, totals: bool, scoped: bool) -> Statement:
        """
        Return how many records have each of some terms, within ``scopes`` if *scoped*.

        Args:
            counts: For those given as ``terms`` the postings are counted.
            totals: For those given as ``totals`` they are counted already.
        """
        return self.keep(
            ("frequencies", counts, totals, scoped),
            lambda: Prepared(sa.union_all(*self._frequencies(counts=counts, totals=totals, scoped=scoped))),
        )

    def _frequencies(self, *, counts: bool, totals: bool, scoped: bool) -> Iterator[sa.Select[Any]]:
        if counts:
            asked, table = self.given.texts("terms"), self.tables.postings
            these = sa.select(sa.func.count()).where(*self._of_kind(table), table.c.term == asked.c.term)
            if scoped:
                these = these.where(self.given.among(table.c.scope, "scopes"))
            yield sa.select(asked.c.term, these.correlate(asked).scalar_subquery())
        if totals:
            table = self.tables.totals
            total = sa.type_coerce(sa.func.sum(table.c.n), sa.BigInteger)
            where = (*self._of_kind(table), self.given.among(table.c.term, "totals"))
            found = sa.select(table.c.term, total).where(*where).group_by(table.c.term)
            yield found.where(self.given.among(table.c.scope, "scopes")) if scoped else found

    def search(self, shape: Shape) -> Statement:
        """
        Return record, score and the number of all records found, for a page.

        The lists are given as ``weights``, ``scopes``, ``boosted``, ``required0``, ``required1`` and so on; one term as
        ``term`` and ``weight``, few scopes as ``scope0``, ``scope1`` and so on.
        """
        return self.keep(("search", *shape.form), lambda: Prepared(self._search(shape)))

    def found(self, shape: Shape) -> Statement:
        """Return the number of all records found, for a page that holds none of them."""
        count = sa.select(sa.func.count())
        return self.keep(("found", *shape.form), lambda: Prepared(count.select_from(self._scores(shape).subquery())))

    def _search(self, shape: Shape) -> sa.Select[Any]:
        scores: sa.CTE | sa.Subquery
        total: sa.ColumnElement[int]
        if self.dialect in ("sqlite", "postgresql"):
            scores = self._scores(shape).cte("scores").prefix_with("MATERIALIZED")
            total = sa.select(sa.func.count()).select_from(scores).scalar_subquery()
        else:  # which would add the scores up once for each time they are named
            scores = self._scores(shape).subquery("scores")
            total = sa.func.count().over()
        score: sa.ColumnElement[Any] = scores.c.score * PLAIN
        if shape.boosted:
            boost = scores.c.record.in_(self._having("boosted"))
            score = scores.c.score * sa.case((boost, BOOSTED), else_=PLAIN)
        score = sa.type_coerce(score, sa.BigInteger).label("counted")  # whatever number the engine makes of it
        found = sa.select(scores.c.record, score, total).order_by(score.desc(), scores.c.record)
        return found.limit(param("limit")).offset(param("skip"))

    def _scores(self, shape: Shape) -> sa.Select[Any]:
        """Return the records that are found, with the sum of what their terms count."""
        table, first = self.tables.postings, 0
        if shape.terms == 1:  # a record has it once, so that there is nothing to add up
            score = table.c.impact * sa.bindparam("weight", type_=sa.BigInteger)
            scores = sa.select(table.c.record, score.label("score")).where(table.c.term == param("term"))
        elif shape.terms:
            weights = self.given.weights("weights")
            summed = sa.func.sum(table.c.impact * weights.c.weight)
            scores = sa.select(table.c.record, summed.label("score")).select_from(self.given.each(weights, table))
        else:
            scores = sa.select(table.c.record, sa.literal(0).label("score"))
            if shape.required:
                first, scores = 1, scores.where(self.given.among(table.c.term, "required0"))
        scores = scores.where(*self._of_kind(table))
        if shape.scopes is not None:
            named = [param(f"scope{place}") for place in range(shape.scopes)]
            few = 0 < shape.scopes <= FEW
            scores = scores.where(table.c.scope.in_(named) if few else self.given.among(table.c.scope, "scopes"))
        if shape.after:
            scores = scores.where(table.c.record > param("after"))
        for place in range(first, shape.required):
            scores = scores.where(self._also(table, f"required{place}"))
        return scores if shape.terms == 1 else scores.group_by(table.c.record)

    def _also(self, of: sa.Table, name: str) -> sa.ColumnElement[bool]:
        """Return that the record of a posting has one of the terms of a list, too; all its postings have one scope."""
        other = self.tables.postings.alias(f"{name}_postings")
        same = (other.c.scope == of.c.scope, other.c.record == of.c.record)
        return sa.exists().where(*self._of_kind(other), self.given.among(other.c.term, name), *same)

    def _having(self, name: str) -> sa.Select[Any]:
        """Return the records that have one of the terms of a list."""
        table = self.tables.postings.alias(f"{name}_postings")
        return sa.select(table.c.record).where(*self._of_kind(table), self.given.among(table.c.term, name))

    def _of_kind(self, table: Any) -> tuple[sa.ColumnElement[bool], ...]:
        return table.c.desk == param("desk"), table.c.kind == param("kind")

    def with_words(self, record: sa.ColumnElement[str], words: int) -> list[sa.ColumnElement[bool]]:
        """Return that the index has a record under *words* lists, given as ``words0``, ``words1`` and so on."""
        having = [self._having(f"words{place}") for place in range(words)]
        if self.dialect not in ("sqlite", "postgresql"):
            apart = [one.group_by(*one.selected_columns).having(sa.func.count() > 0) for one in having[JOINED:]]
            having[JOINED:] = apart
        return [record.in_(one) for one in having]
