"""
That questions are answered alike: the same articles and the same questions, on every store the same answers.

Both are generated from a fixed seed, so that all stores are asked the very same; what they have to answer is what the
memory store does. The questions are what people type: words of the articles and others, in either language, with and
without accents, misspelt, broken off, codes, and things that are no words at all.
"""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Any

import attrs

from supportcore.desk.finding import Asked, Hits, find
from supportcore.knowledge.article import Article, scopes
from supportcore.knowledge.indexing import analysed_as, article_postings
from supportcore.knowledge.postings import ARTICLES, Indexing
from supportcore.knowledge.search import question, required
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Ledger, Steps, Store
from supportcore.testing.conformance.driving import Conformance, fresh_desk, read, write
from supportcore.tickets.commands import Decision

QUESTIONS = 300
ARTICLES_ASKED = 48
_SEED = 6
_SPANISH = (
    "factura", "facturación", "electrónica", "año", "impresora", "contraseña", "restablecer", "usuario", "caja",
    "cierre", "inventario", "pedido", "cliente", "impuesto", "españa", "niño", "señal", "correo", "envío",
    "árbol", "índice", "ventas", "almacén", "código", "servidor", "copia",
)  # fmt: skip
_ENGLISH = (
    "invoice", "invoicing", "printer", "password", "reset", "user", "account", "closing", "inventory", "order",
    "customer", "tax", "mail", "shipping", "index", "sales", "warehouse", "code", "server", "backup", "running",
    "connections", "naïve", "café", "synchronise", "error",
)  # fmt: skip
_WORDS = {"es": _SPANISH, "en": _ENGLISH}
_CODES = ("E-1042", "1042", "SAT-33", "v2.5.1", "#968", "T4/b")
_STOPS = {"es": ("¿cómo", "de", "la", "para", "no"), "en": ("how", "the", "to", "of", "not")}
_NOISE = ("OR", "*", '"', "-", "$where", "%", "_", "'", "\\", "😀", "", "¿?", "家", "&& || !", "(", "\n", "a" * 70)
_CUSTOMERS, _PRODUCTS, _TAGS = ("acme", "peña", "Acme"), ("pos", "erp", "crm"), ("urgente", "Urgente", "how-to", "😀")
_MARKS = {
    "product": (*_PRODUCTS, "none"),
    "category": ("cat-1", "cat-2"),
    "tag": _TAGS,
    "language": ("es", "en", "fr"),
    "visibility": ("public", "internal"),
    "state": ("published", "draft"),
}


def generated_articles() -> tuple[Article, ...]:
    """Return articles in two languages, for all kinds of readers and in all states, some alike but for their ids."""
    random = Random(_SEED)
    found: list[Article] = []
    for number in range(ARTICLES_ASKED):
        language = random.choice(("es", "en"))
        words = _WORDS[language]
        body = [random.choice((*words, *words, *_CODES, *_STOPS[language])) for _ in range(random.randint(0, 40))]
        visibility: Any = random.choice(("public", "public", "public", "customers", "customer", "internal"))
        article = Article(
            id=random.choice(("a", "A", "á", "z", "_", "😀")) + str(number),
            title=" ".join(random.sample(words, random.randint(1, 5))).capitalize(),
            body=f"# {' '.join(body[:3])}\n\n{' '.join(body)}",
            language=random.choice((language, language, "")),
            visibility=visibility,
            customer=random.choice(_CUSTOMERS) if visibility == "customer" else None,
            category=random.choice((None, "cat-1", "cat-2")),
            products=frozenset(random.sample(_PRODUCTS, random.randint(0, 2))),
            tags=frozenset(random.sample(_TAGS, random.randint(0, 2))),
            state=random.choice(("published", "published", "published", "published", "draft", "review", "retired")),
        )
        if number % 6 == 5:
            article = attrs.evolve(found[-1], id=article.id)  # ties
        found.append(article)
    return tuple(found)


def generated_questions() -> Iterator[Asked]:
    """Yield what is asked."""
    random = Random(_SEED + 1)
    languages = analysed_as(("es", "en"))
    for _ in range(QUESTIONS):
        preferred = random.choice(("es", "en"))
        said = " ".join(_said(random) for _ in range(random.choice((1, 1, 2, 2, 3, 5, 9))))
        typing = random.random() < 0.2
        marks = {
            name: random.sample(values, random.randint(1, 2))
            for name, values in _MARKS.items()
            if random.random() < 0.12
        }
        customers = random.sample(_CUSTOMERS, random.randint(0, 2))
        yield Asked(
            words=question(said, languages=languages, preferred=preferred, folds=random.random() < 0.2, typing=typing),
            languages=languages,
            scopes=scopes(staff=random.random() < 0.3, customers=customers),
            required=required(marks),
            boosted=(f"product:{random.choice(_PRODUCTS)}",) if random.random() < 0.3 else (),
            limit=random.choice((1, 3, 10, 100)),
            skip=random.choice((0, 0, 0, 1, 3, 50)),
        )


def _said(random: Random) -> str:
    """Return one word of a question."""
    kind = random.random()
    language = random.choice(("es", "en"))
    word = random.choice(_WORDS[language])
    if kind < 0.12:
        return random.choice(_CODES)
    if kind < 0.22:
        return random.choice(_STOPS[language])
    if kind < 0.32:
        return random.choice(_NOISE)
    if kind < 0.42:
        return word[: random.randint(2, len(word))]
    if kind < 0.55:
        return _misspelt(random, word)
    return random.choice((word, word, word.upper(), word.translate(_PLAIN), word + "s"))


_PLAIN = str.maketrans("áéíóúñï", "aeiouni")


def _misspelt(random: Random, word: str) -> str:
    """Return *word* with one letter too many, too few or another one, or with two that changed places."""
    place = random.randrange(len(word) - 1)
    before, behind = word[:place], word[place:]
    letter = random.choice("abñz")
    return before + random.choice(
        (letter + behind, behind[1:], letter + behind[1:], behind[1] + behind[0] + behind[2:])
    )


def written(ledger: Ledger) -> Steps[None]:
    """Put the articles on a desk, and what they are found by."""
    decisions = []
    for article in generated_articles():
        yield from ledger.put_record(article)
        added = Indexing(kind=ARTICLES, add=article_postings(article, "es"))
        decisions.append(Decision(indexing=(added,)))
    yield from ledger.save(*decisions)


def answered(ledger: Ledger) -> Steps[list[Hits]]:
    """Return what is found."""
    found = []
    for asked in generated_questions():
        found.append((yield from find(ledger, asked)))
    return found


@lru_cache(maxsize=1)
def expected() -> list[Hits]:
    """Return what has to be found."""
    store = MemoryStore()
    ledger = store.ledger("desk")
    write(store, written(ledger))
    return read(store, answered(ledger))


class QuestionsConformance(Conformance):
    """That a question is answered alike on every store."""

    def test_questions_are_answered_as_on_every_store(self, store: Store) -> None:
        """Three hundred questions find the same articles in the same order, with the same scores, totals and terms."""
        ledger = store.ledger(fresh_desk())
        write(store, written(ledger))
        found = read(store, answered(ledger))
        assert QUESTIONS == len(found)
        assert expected() == found
        pages = [one.found for one in found]
        assert sum(page.total > 3 for page in pages) > QUESTIONS / 3
        assert sum(bool(one.respelt) for one in found) > QUESTIONS / 20
        assert sum(len({hit.score for hit in page.hits}) < len(page.hits) for page in pages) > QUESTIONS / 20
        assert any(page.total and not page.hits for page in pages)
        assert any(not page.total for page in pages)
