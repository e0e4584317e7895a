"""
What is wrong with what an article is to say: all faults at once, each with the field it is of.

Records are looked at where they are named anew only: what an article names already it keeps, whatever became of them.
An article and its translations are a group: one original, and translations that name it, one for each language.
Retired articles belong to their group too, as they may come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.articles.commands import Fields
from supportcore.definition.model import Definition
from supportcore.errors import Fault, facts
from supportcore.knowledge.article import VISIBILITIES, Article, customer_fault
from supportcore.text import TITLE_LIMIT, body_fault, id_fault, is_blank, text_fault
from supportcore.tickets.asks import Asking, LoadRecords, LoadTranslations

_EMPTY: Mapping[str, Any] = MappingProxyType({"body": "", "language": "", "products": (), "services": (), "tags": ()})
"""What is left of a field that is taken away, where it is not None."""
_PAIR = ("visibility", "customer")  # neither is right without the other
_NAMES = {"category": "category", "customer": "customer", "translation_of": "article"}
_NAMES_SEVERAL = {"products": "product", "services": "service"}
_NOTHING_TOGETHER: Mapping[str, Article] = MappingProxyType({})


def drafted(desk: Definition, before: Article, fields: Fields) -> Asking[tuple[Article, list[Fault]]]:
    """
    Return *before* with *fields* in it, and all that is wrong with them; with faults, the article is *before*.

    The customer of an article goes with the visibility that names one.
    """
    said = {name: _EMPTY.get(name) if value is None else value for name, value in fields}
    if said.get("visibility", "customer") != "customer" and "customer" not in said:
        said["customer"] = None
    faults = _value_faults(desk, said)
    faulty = {fault.path for fault in faults}
    if faulty.isdisjoint(_PAIR):
        visibility, customer = (said.get(name, getattr(before, name)) for name in _PAIR)
        if (fault := customer_fault(visibility, customer)) is not None:
            faults.append(fault)
            faulty.add("customer")
    if not faulty.isdisjoint(_PAIR):
        faulty.update(_PAIR)
    known: dict[str, Any] = {name: value for name, value in said.items() if name not in faulty}
    after = attrs.evolve(before, **known)
    faults.extend((yield from record_faults(before, said, faulty)))
    if "translation_of" in known or "language" in known:
        faults.extend((yield from translation_faults(desk, before, after)))
    return (before if faults else after), faults


def _value_faults(desk: Definition, said: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with values by themselves."""
    faults: list[Fault | None] = []
    for name, value in said.items():
        if name == "title":
            missing = value is None or is_blank(value)
            faults.append(Fault(name, "required") if missing else text_fault(value, name, limit=TITLE_LIMIT))
        elif name == "body":
            faults.append(body_fault(value, name, empty=True))
        elif name == "language":
            faults.append(language_fault(desk, value, name))
        elif name == "visibility" and value not in VISIBILITIES:
            options = facts(options=", ".join(VISIBILITIES))
            faults.append(Fault(name, "required") if value is None else Fault(name, "not_an_option", options))
        elif name in _NAMES and value is not None:
            faults.append(id_fault(value, name))
    return [fault for fault in faults if fault is not None]


def language_fault(desk: Definition, language: object, path: str) -> Fault | None:
    """Return what is wrong with the language of an article: it is one of the desk's, or empty for its first."""
    if language in ("", *desk.languages):
        return None
    return Fault(path, "not_an_option", facts(options=", ".join(desk.languages)))


def record_faults(before: Article | None, said: Mapping[str, Any], faulty: Iterable[str] = ()) -> Asking[list[Fault]]:
    """Return what is wrong with records of the catalogue that are named anew: each is there, and still offered."""
    wanted: list[tuple[str, tuple[str, str]]] = []
    for name, kind in _NAMES.items():
        value = said.get(name)
        if name != "translation_of" and name not in faulty and value not in (None, getattr(before, name, None)):
            wanted.append((name, (kind, value)))
    for name, kind in _NAMES_SEVERAL.items():
        new = frozenset(said.get(name, ())) - getattr(before, name, frozenset())
        wanted.extend((name, (kind, value)) for value in sorted(new))
    if not wanted:
        return []
    found = yield LoadRecords(tuple(ref for _, ref in wanted))
    return [
        Fault(name, "unknown_record" if record is None else "retired_record", facts(kind=kind, id=id_))
        for (name, (kind, id_)), record in zip(wanted, found, strict=True)
        if record is None or not record.active
    ]


def translation_faults(
    desk: Definition, before: Article | None, after: Article, together: Mapping[str, Article] = _NOTHING_TOGETHER
) -> Asking[list[Fault]]:
    """
    Return what is wrong with the group that *after* is in.

    Args:
        before: The article as it is stored; None for a new one, which nothing stored names.
        together: Articles that are put together with it, as they are to be, by id.
    """
    fallback = desk.languages[0]
    if before is not None and _place(before, fallback) == _place(after, fallback):
        return []
    own = yield from _translations(after.id, together, stored=before is not None)
    group = own
    if after.translation_of is not None:
        original = yield from _original(after.translation_of, together)
        fault = _original_fault(after, original, own)
        if fault is not None or original is None:
            return [] if fault is None else [fault]
        siblings = yield from _translations(original.id, together, stored=True)
        group = [original, *siblings]
    language = after.language or fallback
    other = next((one for one in group if one.id != after.id and (one.language or fallback) == language), None)
    if other is None:
        return []
    return [Fault("language", "translation_exists", facts(language=language, id=other.id))]


def _place(article: Article, fallback: str) -> tuple[str | None, str]:
    return article.translation_of, article.language or fallback


def _original(article_id: str, together: Mapping[str, Article]) -> Asking[Article | None]:
    if article_id in together:
        return together[article_id]
    (found,) = yield LoadRecords((("article", article_id),))
    return found if isinstance(found, Article) else None


def _translations(article_id: str, together: Mapping[str, Article], *, stored: bool) -> Asking[list[Article]]:
    """Return the translations of an article; none is stored of one that is new."""
    kept: tuple[Article, ...] = ()
    if stored:
        kept = yield LoadTranslations(article_id)
    found = {one.id: one for one in kept} | dict(together)
    return [one for _, one in sorted(found.items()) if one.translation_of == article_id]


def _original_fault(article: Article, original: Article | None, own: list[Article]) -> Fault | None:
    """Return why an article cannot be a translation of *original*, or None."""
    path = "translation_of"
    if article.translation_of == article.id:
        return Fault(path, "translation_loop", facts(id=article.id))
    if original is None:
        return Fault(path, "unknown_record", facts(kind="article", id=article.translation_of))
    if original.translation_of == article.id:
        return Fault(path, "translation_loop", facts(id=article.id))
    if original.translation_of is not None:
        told = facts(id=original.id, original=original.translation_of)
        return Fault(path, "translation_of_translation", told)
    if own:
        return Fault(path, "has_translations", facts(ids=", ".join(one.id for one in own)))
    return None
