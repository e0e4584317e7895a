"""
How a host's articles and categories come into the store: checked as those of people are, and with their revisions.

Whatever is put together is judged together, as it is to be: a translation may be given beside its original, and a
category beside the one it is part of, in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from supportcore.articles.checking import language_fault, translation_faults
from supportcore.articles.revising import revised, same
from supportcore.definition.model import Definition
from supportcore.desk.answers import Rules, answer
from supportcore.desk.knowledge.filters import category_tree
from supportcore.errors import Fault, Invalid, facts
from supportcore.knowledge.article import Article, Category
from supportcore.storage.ports import Ledger, Record, Ref, Steps
from supportcore.tickets.commands import Decision

TOGETHER = 200
"""Articles that are looked up and saved at once."""
DEEPEST = 10
"""Levels of categories, at most."""


# -- categories


def check_categories(ledger: Ledger, given: Mapping[str, Category]) -> Steps[None]:
    """
    See to it that the tree is one with *given* in it, and has `DEEPEST` levels at most.

    Raises:
        Invalid: A parent is neither stored nor given, a category would lie within itself, or one of those given or of
            those below them would lie too deep.
    """
    if not given:
        return
    tree = {**(yield from category_tree(ledger)), **given}
    loops = _in_loops(tree)
    faults: dict[str, Fault] = {}
    for category in given.values():
        parent, path = category.parent, f"category {category.id}.parent"
        if parent is not None and parent not in tree:
            faults[category.id] = Fault(path, "unknown_record", facts(kind="category", id=parent))
        elif category.id in loops:
            faults[category.id] = Fault(path, "category_loop", facts(id=category.id))
    for moved, deep in _too_deep(tree, given):
        told = facts(id=deep, limit=DEEPEST)
        faults.setdefault(moved, Fault(f"category {moved}.parent", "category_too_deep", told))
    if faults:
        raise Invalid(*(faults[id_] for id_ in given if id_ in faults))


def _in_loops(tree: Mapping[str, Category]) -> set[str]:
    """Return the ids of categories that lie within themselves; each category is walked over once."""
    passed: set[str] = set()
    found: set[str] = set()
    for start in tree:
        trail: dict[str, int] = {}
        place: str | None = start
        while place is not None and place in tree and place not in passed and place not in trail:
            trail[place] = len(trail)
            place = tree[place].parent
        if place is not None and place in trail:
            found.update(list(trail)[trail[place] :])
        passed.update(trail)
    return found


def _too_deep(tree: Mapping[str, Category], given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield categories deeper than `DEEPEST`, each behind the nearest one of *given* at it or above it."""
    below: dict[str | None, list[str]] = defaultdict(list)
    for category in tree.values():
        below[category.parent].append(category.id)
    row: list[tuple[str | None, str]] = [(None, id_) for id_ in below[None]]
    level = 1
    while row:
        row = [(id_ if id_ in given else moved, id_) for moved, id_ in row]
        if level > DEEPEST:
            yield from ((moved, id_) for moved, id_ in row if moved is not None)
        row = [(moved, child) for moved, id_ in row for child in below[id_]]
        level += 1


# -- articles


def put_articles(ledger: Ledger, given: Sequence[Article], *, desk: Definition, now: datetime) -> Steps[None]:
    """
    Store articles, each that says something new with a revision by nobody.

    The author and the origin that an article has it keeps where none is given; so it does the instants.

    Raises:
        Invalid: An article names what is not there, or does not fit among its translations; faults of all of them.
    """
    together = {article.id: article for article in given}
    rules = Rules(desk)
    faults: list[Fault] = []
    latest: dict[str, Article] = {}
    decisions: list[Decision] = []
    for start in range(0, len(given), TOGETHER):
        part = given[start : start + TOGETHER]
        refs = tuple(dict.fromkeys(ref for article in part for _, ref in (("", _ref(article)), *_named(article))))
        found: dict[Ref, Record | None] = dict(zip(refs, (yield from ledger.records(refs)), strict=True))
        for article in part:
            stored = found[_ref(article)]
            before = latest.get(article.id) or (stored if isinstance(stored, Article) else None)
            after = _kept(before, article)
            if same(before, after):
                continue
            faults.extend(_own_faults(desk, article, found))
            checking = translation_faults(desk, before, after, together)
            faults.extend(
                fault.below(f"article {article.id}") for fault in (yield from answer(ledger, rules, checking))
            )
            if not faults:
                decision = revised(desk, before, after, at=now, actor=None, action="put")
                latest[article.id] = decision.articles[0][0]
                decisions.append(decision)
    if faults:
        raise Invalid(*faults)
    for start in range(0, len(decisions), TOGETHER):
        yield from ledger.save(*decisions[start : start + TOGETHER])


def retire_article(ledger: Ledger, article: Article, *, desk: Definition, now: datetime) -> Steps[None]:
    """Retire an article by a revision of nobody, from whatever state; one that is retired is left alone."""
    if article.active:
        after = attrs.evolve(article, state="retired")
        yield from ledger.save(revised(desk, article, after, at=now, actor=None, action="retire"))


def _ref(article: Article) -> Ref:
    return "article", article.id


def _named(article: Article) -> Iterator[tuple[str, Ref]]:
    """Yield the records that an article names, with the field that does; those of its group are judged apart."""
    if article.customer is not None:
        yield "customer", ("customer", article.customer)
    if article.category is not None:
        yield "category", ("category", article.category)
    for field, kind in (("products", "product"), ("services", "service")):
        for value in sorted(getattr(article, field)):
            yield field, (kind, value)


def _own_faults(desk: Definition, article: Article, found: Mapping[Ref, Record | None]) -> Iterator[Fault]:
    below = f"article {article.id}"
    for field, ref in _named(article):
        if found[ref] is None:
            yield Fault(f"{below}.{field}", "unknown_record", facts(kind=ref[0], id=ref[1]))
    if (fault := language_fault(desk, article.language, f"{below}.language")) is not None:
        yield fault


def _kept(before: Article | None, article: Article) -> Article:
    """Return *article* with what it has from before and nobody gives anew."""
    if before is None:
        return article
    kept = ("author", "origin", "published_at", "review_at")
    return attrs.evolve(article, **{name: getattr(article, name) or getattr(before, name) for name in kept})
