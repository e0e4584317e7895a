"""The words of a predicate, in English and in Spanish."""

from __future__ import annotations

from collections.abc import Callable

from supportcore.predicate.fields import FIELDS, FORM
from supportcore.predicate.tree import All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range, Scalar, Value

Label = Callable[[str, str], str]
"""Gives the label of a value of a field, such as ``("state", "en_curso")``."""

_WORDS = {
    "en": {
        "all": " and ", "any": " or ", "eq": "{f} is {v}", "ne": "{f} is not {v}", "in": "{f} is one of {v}",
        "has": "{f} include {v}", "missing": "{f} is empty", "present": "{f} is set",
        "from": "{f} is {v} or later", "before": "{f} is before {v}", "always": "always", "never": "never",
    },
    "es": {
        "all": " y ", "any": " o ", "eq": "{f} es {v}", "ne": "{f} no es {v}", "in": "{f} es uno de {v}",
        "has": "{f} incluyen {v}", "missing": "{f} está vacío", "present": "{f} está indicado",
        "from": "{f} es {v} o posterior", "before": "{f} es anterior a {v}", "always": "siempre", "never": "nunca",
    },
}  # fmt: skip


def flag(value: bool, locale: str = "en") -> str:
    """Return what is said of something that is so, or is not."""
    return ("sí" if locale.startswith("es") else "yes") if value else "no"


def words(predicate: Predicate, locale: str = "en", label: Label = lambda field, value: value) -> str:
    """Return *predicate* as the words of a refusal: "the assigned agent is you"."""
    language = "es" if locale.startswith("es") else "en"
    say = _WORDS[language]

    def name(path: str) -> str:
        if path.startswith(FORM):
            return label("fields", path.removeprefix(FORM))
        field = FIELDS[path]
        return field.es if language == "es" else field.en

    def value(path: str, found: Value | tuple[Scalar, ...]) -> str:
        if isinstance(found, Fact):
            return name(found.name)
        if isinstance(found, tuple):
            return ", ".join(value(path, item) for item in found)
        if isinstance(found, bool):
            return flag(found, language)
        return label(path, str(found))

    match predicate:
        case All(parts) | AnyOf(parts):
            conjunction = isinstance(predicate, All)
            if not parts:
                return say["always" if conjunction else "never"]
            told = [words(part, locale, label) for part in parts]
            nested = [f"({text})" if isinstance(p, AnyOf) else text for p, text in zip(parts, told, strict=True)]
            return say["all" if conjunction else "any"].join(nested if conjunction else told)
        case Missing(path, missing):
            return say["missing" if missing else "present"].format(f=name(path))
        case Range(path, start, before):
            ends = [(key, end) for key, end in (("from", start), ("before", before)) if end is not None]
            told = [say[key].format(f=name(path), v=value(path, end)) for key, end in ends]
            return say["all"].join(told) if told else say["present"].format(f=name(path))
        case In(path, values):
            return say["in"].format(f=name(path), v=value(path, values))
        case Eq(path, found) | Ne(path, found) | Has(path, found):
            operator = type(predicate).__name__.lower()
            return say[operator].format(f=name(path), v=value(path, found))
