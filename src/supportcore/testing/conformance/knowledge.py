"""What `supportcore.storage.ports.Knowledge` promises, and what `Histories.save` promises of articles."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.storage.ports import Conflict, Ledger, Steps, Store, drive
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    Undo,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import AT, contents_of, entries_of, everything, revising
from supportcore.testing.strategies.values import _TRICKY, _TRICKY_INSTANTS, MILLISECOND
from supportcore.tickets.commands import Decision


def revised_once(ledger: Ledger, article_id: str, comment: str = "") -> Steps[int]:
    """Revise an article as it is now, from nothing on; return the version that this made."""
    (article,) = yield from ledger.records([("article", article_id)])
    version = article.version + 1 if isinstance(article, Article) else 1
    yield from ledger.save(revising(article_id, version, body=comment))
    return version


def _suggested() -> st.SearchStrategy[list[Suggestion]]:
    one = strategies.suggestions(id=st.sampled_from(_TRICKY), at=st.sampled_from(_TRICKY_INSTANTS))
    return st.lists(one, max_size=8, unique_by=lambda suggestion: suggestion.id)


class KnowledgeConformance(Conformance):
    """What `supportcore.storage.ports.Knowledge` promises, and `Histories.save` of articles and suggestions."""

    @fewer()
    @given(revision=strategies.revisions(), suggestion=strategies.suggestions())
    def test_what_was_decided_of_articles_comes_back(
        self, store: Store, revision: Revision, suggestion: Suggestion
    ) -> None:
        """Article, revision and suggestion of a decision are stored as they are, on this desk only."""
        ledger, other = store.ledger(fresh_desk()), store.ledger(fresh_desk())
        write(store, ledger.save(Decision(articles=((revision.form, revision),), suggestions=(suggestion,))))
        for there, found in ((ledger, True), (other, False)):
            named = read(store, there.records([("article", revision.article)]))
            assert (revision.form if found else None,) == named
            assert ((revision,) if found else ()) == read(store, there.revisions(revision.article))
            assert (suggestion if found else None) == read(store, there.suggestion(suggestion.id))

    def test_revisions_come_in_order(self, store: Store) -> None:
        """By their number, from behind one on, up to a limit; of one article, whose ids are compared by bytes."""
        ledger = store.ledger(fresh_desk())
        decisions = [revising("a", n) for n in (1, 2, 10, 9, 3, 11)]
        for other in ("A", "a ", "á"):
            decisions.append(revising(other, 1))
        write(store, ledger.save(*decisions))
        assert [1, 2, 3, 9, 10, 11] == [one.n for one in read(store, ledger.revisions("a"))]
        assert [9, 10] == [one.n for one in read(store, ledger.revisions("a", after=3, limit=2))]
        assert () == read(store, ledger.revisions("a", after=11))
        ((last, _),) = revising("a", 11).articles
        assert (last,) == read(store, ledger.records([("article", "a")]))
        assert [("á", 1)] == [(one.article, one.n) for one in read(store, ledger.revisions("á"))]
        assert () == read(store, ledger.revisions("b"))

    def test_a_revision_is_made_once(self, store: Store) -> None:
        """One of a number that is taken is a conflict, and nothing of the decision is stored."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.save(revising("a", 1)))
        before = read(store, contents_of(ledger)), read(store, entries_of(ledger, "posting"))
        late = revising("a", 1, title="too late")
        for decision in (late, attrs.evolve(everything(desk), articles=late.articles, indexing=late.indexing)):
            with pytest.raises(Conflict):
                write(store, ledger.save(decision))
            assert before == (read(store, contents_of(ledger)), read(store, entries_of(ledger, "posting")))
        write(store, ledger.save(revising("a", 2)))

    def test_writers_of_one_article_lose_nothing(self, store: Store) -> None:
        """Whoever revises at once, each revision has its number, and the article is what the last one says."""
        ledger = store.ledger(fresh_desk())
        made = at_once(lambda number: write_among_others(store, lambda: revised_once(ledger, "a", str(number))), 4)
        assert [1, 2, 3, 4] == sorted(made)
        revisions = read(store, ledger.revisions("a"))
        assert [1, 2, 3, 4] == [one.n for one in revisions]
        assert {"0", "1", "2", "3"} == {one.form.body for one in revisions}
        assert (revisions[-1].form,) == read(store, ledger.records([("article", "a")]))
        terms = [entry.key[1] for entry in read(store, entries_of(ledger, "posting"))]
        assert ["n:4"] == terms

    def test_an_article_that_is_undone_never_was(self, store: Store) -> None:
        """After a rollback there is neither article nor revision nor posting, reading or suggestion."""
        ledger = store.ledger(fresh_desk())
        before = read(store, contents_of(ledger))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(revised_once(ledger, "a"), execute)
            drive(ledger.put_reading(Reading(article="a", person="ana", at=AT)), execute)
            drive(ledger.put_suggestion(Suggestion(id="s", person="ana", at=AT)), execute)
            assert before != drive(contents_of(ledger), execute)
            assert 1 == len(drive(ledger.revisions("a"), execute))
            assert {"a"} == set(drive(ledger.readings(["a"]), execute))
            raise Undo
        assert before == read(store, contents_of(ledger))
        assert () == read(store, ledger.revisions("a"))
        assert {} == dict(read(store, ledger.readings(["a"])))
        assert read(store, ledger.suggestion("s")) is None
        assert [] == read(store, entries_of(ledger, "posting"))

    @fewer()
    @given(ids=st.lists(st.sampled_from(_TRICKY), max_size=8, unique=True), data=st.data())
    def test_translations_are_those_of_an_article(self, store: Store, ids: list[str], data: st.DataObject) -> None:
        """In any state, by the bytes of their ids, as the articles are now: revised, put or moved here."""
        ledger, moved = store.ledger(fresh_desk()), store.ledger(fresh_desk())
        originals = st.none() | st.sampled_from(_TRICKY[:8])
        many = [data.draw(strategies.articles(id=st.just(one), translation_of=originals)) for one in ids]
        for number, article in enumerate(many):
            old = attrs.evolve(article, translation_of=data.draw(originals))
            write(store, ledger.put_record(old))
            revision = Revision(article=article.id, n=1, at=AT, action="revise", form=article)
            decision = Decision(articles=((article, revision),))
            write(store, ledger.save(decision) if number % 2 else ledger.put_record(article))
        write(store, moved.put_entries(read(store, entries_of(ledger, "record"))))
        for original in (*_TRICKY[:8], "nobody"):
            mine = [article for article in many if article.translation_of == original]
            expected = tuple(sorted(mine, key=lambda article: article.id.encode()))
            assert expected == read(store, ledger.translations(original)) == read(store, moved.translations(original))

    @pytest.mark.parametrize("later", [MILLISECOND, -MILLISECOND])
    def test_a_reading_keeps_its_first_instant(self, store: Store, later: timedelta) -> None:
        """Noted again, earlier or later, it keeps its instant and takes the new vote."""
        ledger = store.ledger(fresh_desk())
        for place, vote in enumerate((0, 1, -1, 0, 1)):
            write(store, ledger.put_reading(Reading(article="a", person="ana", at=AT + place * later, vote=vote)))
            assert Reading(article="a", person="ana", at=AT, vote=vote) == read(store, ledger.reading("a", "ana"))
        for article, person in (("a", "Ana"), ("A", "ana"), ("a", "ana "), ("b", "ana")):
            assert read(store, ledger.reading(article, person)) is None
        assert read(store, store.ledger(fresh_desk()).reading("a", "ana")) is None

    @fewer()
    @given(
        noted=st.lists(
            strategies.readings(article=st.sampled_from(_TRICKY[:8]), person=st.sampled_from(_TRICKY)), max_size=12
        )
    )
    def test_readings_are_counted_by_article(self, store: Store, noted: list[Reading]) -> None:
        """Each person once, with the last vote; an article that nobody read is left out, one asked twice comes once."""
        ledger = store.ledger(fresh_desk())
        votes: dict[str, dict[str, int]] = {}
        for reading in noted:
            write(store, ledger.put_reading(reading))
            votes.setdefault(reading.article, {})[reading.person] = reading.vote
        expected = {
            article: Readings(len(mine), sum(vote == 1 for vote in mine.values()), sum(v == -1 for v in mine.values()))
            for article, mine in votes.items()
        }
        asked = [*_TRICKY[:8], "a", "nobody"]
        assert expected == dict(read(store, ledger.readings(asked)))
        assert {} == dict(read(store, ledger.readings([])))
        assert {} == dict(read(store, store.ledger(fresh_desk()).readings(asked)))

    def test_several_can_read_at_once(self, store: Store) -> None:
        """Several windows of a person and several people: everybody is counted once."""
        ledger = store.ledger(fresh_desk())

        def work(number: int) -> None:
            reading = Reading(article="a", person=f"p{number % 2}", at=AT, vote=1)
            write_among_others(store, lambda: ledger.put_reading(reading))

        at_once(work, 4)
        assert {"a": Readings(2, 2, 0)} == dict(read(store, ledger.readings(["a"])))

    @fewer()
    @given(first=strategies.suggestions(), second=strategies.suggestions(), decided=st.booleans())
    def test_a_suggestion_is_replaced(self, store: Store, first: Suggestion, second: Suggestion, decided: bool) -> None:
        """Put again or decided upon, it is what was said last; another one is none."""
        ledger = store.ledger(fresh_desk())
        second = attrs.evolve(second, id=first.id)
        write(store, ledger.put_suggestion(first))
        assert first == read(store, ledger.suggestion(first.id))
        steps: Any = ledger.save(Decision(suggestions=(second,))) if decided else ledger.put_suggestion(second)
        write(store, steps)
        assert second == read(store, ledger.suggestion(first.id))
        assert read(store, ledger.suggestion(first.id[:63] + "~")) is None
        assert read(store, store.ledger(fresh_desk()).suggestion(first.id)) is None

    @fewer()
    @given(
        suggested=_suggested(),
        since=st.sampled_from(_TRICKY_INSTANTS),
        until=st.sampled_from(_TRICKY_INSTANTS),
        moved=st.booleans(),
    )
    def test_deflection_counts_what_was_shown(
        self, store: Store, suggested: list[Suggestion], since: datetime, until: datetime, moved: bool
    ) -> None:
        """With an article, from one instant on and before another: shown, of these read, and of these opened."""
        ledger = store.ledger(fresh_desk())
        for one in suggested:
            write(store, ledger.put_suggestion(one))
        if moved:
            entries = read(store, entries_of(ledger, "suggestion"))
            ledger = store.ledger(fresh_desk())
            write(store, ledger.put_entries(entries))
        shown = [one for one in suggested if one.articles and since <= one.at < until]
        read_, opened = ([one for one in shown if getattr(one, name) is not None] for name in ("read", "ticket"))
        expected = Deflection(shown=len(shown), read=len(read_), opened=len(opened))
        assert expected == read(store, ledger.deflection(since, until))
        assert Deflection(shown=0, read=0, opened=0) == read(store, store.ledger(fresh_desk()).deflection(since, until))
