"""
What a host answers with where the library refuses or fails: a record in the reader's language.

`dump` makes JSON of it. Every error of the library has one, by its `code`; other exceptions are the host's. Rules:

- `status` is what `CODES` says;
- Spanish for ``es*``, English otherwise; `Acting.error` tells in the language that the actor's views are in, and in the
  words of the desk;
- a refusal has `reasons`, bad input has `faults`, each in words; a stale version says both versions;
- of a failing store (a status of 500 or more) the text and the facts say what the library knows, which is for those who
  run the host; a public front end shows them its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from supportcore.desk.checks import check_kind
from supportcore.desk.views.records import ReasonView
from supportcore.errors import (
    CODES,
    DefinitionError,
    Fault,
    Invalid,
    Reason,
    Refused,
    StaleVersion,
    SupportError,
)

__all__ = ["ErrorView", "FaultView", "error_view"]

InWords = Callable[[Fault], Fault]
"""A function that returns a fault with facts for a reader in the place of keys."""


@attrs.frozen(kw_only=True)
class FaultView:
    """
    One fault of an input.

    Attributes:
        path: Where, dotted: a field of the document, such as ``subject``, or a place in a list, such as ``files.0``.
        code: Stable name of what is wrong.
        text: The sentence in the reader's language.
        params: The facts behind it.
    """

    path: str
    code: str
    text: str
    params: Mapping[str, str] = attrs.field(factory=dict, eq=False)


@attrs.frozen(kw_only=True)
class ErrorView:
    """
    What went wrong.

    Attributes:
        code: Stable name; the table of errors lists them all.
        text: The message in the reader's language.
        status: HTTP status a host would answer with.
        params: The facts behind the message.
        reasons: Why a command is refused, the first one first; else empty.
        faults: All that is wrong with an input; else empty.
        seen: The version of the ticket that was seen, where it has changed since; else None.
        current: The version it has now; else None.
    """

    code: str
    text: str
    status: int
    params: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    reasons: tuple[ReasonView, ...] = ()
    faults: tuple[FaultView, ...] = ()
    seen: int | None = None
    current: int | None = None


def error_view(error: SupportError, locale: str | None = "en") -> ErrorView:
    """
    Return what a host answers with, where no actor is at hand; `Acting.error` knows more.

    Args:
        error: Whatever the library raised.
        locale: Spanish for ``es*``, English otherwise, also for None and ``""``.

    Raises:
        Invalid: *error* is none of the library's, or *locale* no text.

    >>> from supportcore.errors import NotFound
    >>> view = error_view(NotFound(kind="ticket", id="t1"), "es")
    >>> view.status, view.code, view.text
    (404, 'not_found', 'Aquí no se encuentra: ticket.')
    """
    check_kind(locale, (str, type(None)), "locale", "text or None", "texto o None")
    return worded_view(error, locale or "en", in_words=lambda fault: fault)


def worded_view(error: SupportError, locale: str, *, in_words: InWords) -> ErrorView:
    """Return what a host answers with; what *in_words* makes of a fault is told, its own facts are kept beside."""
    check_kind(error, SupportError, "error", "an error of supportcore", "un error de supportcore")
    stale = isinstance(error, StaleVersion)
    worded = Invalid(*map(in_words, error.faults)) if isinstance(error, Invalid) else error
    return ErrorView(
        code=error.code,
        text=worded.text(locale),
        status=CODES[error.code].status,
        params=_texts(error.params),
        reasons=_reasons(error, locale),
        faults=tuple(_faults(error, locale, in_words)),
        seen=error.params["seen"] if stale else None,
        current=error.params["current"] if stale else None,
    )


def reason_view(reason: Reason, locale: str) -> ReasonView:
    """Return why something is refused, in the language of *locale*."""
    return ReasonView(code=reason.code, text=reason.text(locale), params=dict(reason.params))


def _reasons(error: SupportError, locale: str) -> tuple[ReasonView, ...]:
    if not isinstance(error, Refused) or isinstance(error, Invalid):
        return ()
    return tuple(reason_view(reason, locale) for reason in error.reasons)


def _faults(error: SupportError, locale: str, in_words: InWords) -> Iterable[FaultView]:
    if isinstance(error, Invalid):
        for fault in error.faults:
            told = in_words(fault).text(locale)
            yield FaultView(path=fault.path, code=fault.code, text=told, params=dict(fault.params))
    elif isinstance(error, DefinitionError):
        for found in error.faults:
            yield FaultView(path=found.path, code=found.code, text=found.message, params={"file": found.file})


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
