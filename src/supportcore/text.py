"""
The domain of values: what every record, command and event may hold, enforced in constructors.

The narrowest of what SQLite, PostgreSQL, MariaDB and MongoDB keep unchanged, so that a value stored is the value read:

- instants are aware, in UTC, 1970 to 2199, to the millisecond; spans likewise to the millisecond;
- text holds no NUL and no lone surrogate; a title has 255 characters at most, a body 256 KiB of UTF-8;
- integers have 63 bits, floats are finite;
- a key is ``[a-z0-9_-]{1,40}``; an id given by a host has 1 to 64 characters.

A field of a record is declared with one of the functions at the end, which attach the rule to the field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.errors import Fault, Invalid, facts

TITLE_LIMIT = 255  # characters
BODY_LIMIT = 262_144  # bytes of UTF-8
TEXT_LIMIT = 65_536  # characters of a text in a form: in UTF-8 never more than a body holds
SAFE_INT = 2**53 - 1  # the greatest number that JSON carries unchanged to every reader, RFC 8259 section 6
ID_LIMIT = 64  # characters
EMAIL_LIMIT = 254  # characters, RFC 5321
INT_LIMIT = 2**63 - 1
FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
"""Stands for "no instant" in sort columns, which are never null."""

BLANKS = "\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
"""Blank characters as both ECMA-262 and Python write them in a class; what one of them calls white space differs."""
_IS_BLANK = re.compile(f"[{BLANKS}]*").fullmatch
_DAY = (
    "(?:19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_DAY = "(?:19(?:7[26]|8[048]|9[26])|20(?:[02468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26]))-02-29"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
INSTANT_PATTERN = f"^(?!1970|2199)(?:{_DAY}|{_LEAP_DAY})T{_TIME}(?![\\s\\S])"
"""
An instant in a form, for ECMA-262 and Python alike: RFC 3339 with a zone, 1971 to 2198, on a day that exists.

The first and the last year of the domain are left out, as an offset may lead out of them.
"""
_IS_INSTANT = re.compile(INSTANT_PATTERN).search
_SAID_INSTANT = facts(
    expected="an instant such as 2026-03-02T09:00:00Z", expected_es="un instante como 2026-03-02T09:00:00Z"
)

KEY_PATTERN = "[a-z0-9_-]{1,40}"
_KEY = re.compile(KEY_PATTERN).fullmatch
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+").fullmatch


def instant(value: datetime, path: str = "at") -> datetime:
    """
    Return *value* in UTC, cut to the millisecond.

    Raises:
        Invalid: *value* has no zone, or lies outside 1970 to 2199.
    """
    if not isinstance(value, datetime):
        raise Invalid(Fault(path, "wrong_type", facts(expected="an instant", expected_es="un instante")))
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise Invalid(Fault(path, "naive_instant"))
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise Invalid(Fault(path, "instant_out_of_range")) from None
    if not 1970 <= value.year <= 2199:
        raise Invalid(Fault(path, "instant_out_of_range"))
    excess = value.microsecond % 1000
    return value.replace(microsecond=value.microsecond - excess) if excess else value


def instant_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as the ISO 8601 text of an instant, or None."""
    try:
        instant_of_text(value, path)
    except Invalid as error:
        return error.faults[0]
    return None


def said_instant_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as an instant said in a form, or None; see `INSTANT_PATTERN`."""
    if isinstance(value, str) and _IS_INSTANT(value):
        return None
    return instant_fault(value, path) or Fault(path, "wrong_type", _SAID_INSTANT)


def is_blank(value: str) -> bool:
    """Return whether *value* shows nothing; see `BLANKS`."""
    return _IS_BLANK(value) is not None


def instant_of_text(value: object, path: str) -> datetime:
    """
    Return the instant that ISO 8601 text with an offset tells.

    >>> instant_of_text("2026-03-02T09:00:00-05:00", "at").isoformat()
    '2026-03-02T14:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Invalid(Fault(path, "wrong_type", _SAID_INSTANT))
    return instant(found, path)


@lru_cache(maxsize=64)
def instant_text(value: datetime) -> str:
    """
    Return a UTC instant as fixed-width text that sorts as it should.

    Kept, as a command writes the same few instants again and again.

    >>> instant_text(FIRST_INSTANT)
    '1970-01-01T00:00:00.000Z'
    """
    return value.isoformat(timespec="milliseconds")[:23] + "Z"


def span(value: timedelta, path: str = "span") -> timedelta:
    """Return *value* cut to the millisecond (towards zero for positive spans)."""
    if not isinstance(value, timedelta):
        raise Invalid(Fault(path, "wrong_type", facts(expected="a span of time", expected_es="una duración")))
    return timedelta(milliseconds=value // timedelta(milliseconds=1)) if value.microseconds % 1000 else value


def text_fault(value: object, path: str, *, limit: int, empty: bool = True) -> Fault | None:
    """Return what is wrong with *value* as text of at most *limit* characters, or None."""
    if not isinstance(value, str):
        return Fault(path, "wrong_type", facts(expected="text", expected_es="texto"))
    if not value:
        return None if empty else Fault(path, "empty")
    if len(value) > limit:
        several = limit != 1
        unit, unit_es = ("characters", "caracteres") if several else ("character", "carácter")
        return Fault(path, "too_long", facts(limit=limit, unit=unit, unit_es=unit_es))
    if "\0" in value or not (value.isascii() or _encodes(value)):
        return Fault(path, "bad_text")
    return None


def body_fault(value: object, path: str, *, empty: bool = False) -> Fault | None:
    """Return what is wrong with *value* as a message body, or None."""
    fault = text_fault(value, path, limit=BODY_LIMIT, empty=empty)
    if fault is None and len(str(value)) > BODY_LIMIT // 4 and len(str(value).encode()) > BODY_LIMIT:
        return Fault(path, "too_long", facts(limit=BODY_LIMIT, unit="bytes of UTF-8", unit_es="bytes de UTF-8"))
    return fault


def key_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as a key, or None."""
    return None if isinstance(value, str) and _is_key(value) else Fault(path, "bad_key")


@lru_cache(maxsize=4096)
def _is_key(value: str) -> bool:
    """Whether *value* is a key; kept, as a desk has few keys and asks this of each again and again."""
    return _KEY(value) is not None


def id_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as an id given by a host, or None."""
    return text_fault(value, path, limit=ID_LIMIT, empty=False)


def whole_fault(value: object, path: str, *, minimum: int, maximum: int) -> Fault | None:
    """Return what is wrong with *value* as a whole number between *minimum* and *maximum*, or None."""
    if not isinstance(value, int) or isinstance(value, bool):
        return Fault(path, "wrong_type", facts(expected="a whole number", expected_es="un número entero"))
    if not minimum <= value <= maximum:
        return Fault(path, "out_of_range", facts(minimum=minimum, maximum=maximum))
    return None


def int_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as a 63-bit integer, or None."""
    if type(value) is int and -INT_LIMIT <= value <= INT_LIMIT:
        return None
    return whole_fault(value, path, minimum=-INT_LIMIT - 1, maximum=INT_LIMIT)


def version_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as the version of a ticket that somebody saw, or None."""
    return whole_fault(value, path, minimum=0, maximum=SAFE_INT)


def number_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as a finite number, or None."""
    if isinstance(value, float):
        return None if math.isfinite(value) else Fault(path, "not_finite")
    return int_fault(value, path)


def email_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as an e-mail address, or None; empty is legal."""
    fault = text_fault(value, path, limit=EMAIL_LIMIT)
    if fault is None and value and not _EMAIL(str(value)):
        return Fault(path, "bad_email")
    return fault


def zone_fault(value: object, path: str) -> Fault | None:
    """Return what is wrong with *value* as the name of a time zone, or None; empty is legal."""
    fault = text_fault(value, path, limit=TITLE_LIMIT)
    try:
        if fault is None and value:
            ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        return Fault(path, "unknown_zone", facts(zone=value))
    return fault


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# -- fields of records -------------------------------------------------------------------------------------------------


def _field(check: Callable[[object, str], Fault | None], default: Any, *, plain: int = 0) -> Any:
    """Declare a field; ASCII text of 1 to *plain* characters is right without a closer look, which most text is."""
    optional = default is None

    def validate(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if optional and value is None:
            return
        if type(value) is str and 0 < len(value) <= plain and value.isascii() and "\0" not in value:
            return
        fault = check(value, attribute.name)
        if fault is not None:
            raise Invalid(fault)

    return attrs.field(validator=validate, default=default)


def key(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds a key."""
    return _field(key_fault, default)


def host_id(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds an id as a host gave it."""
    return _field(id_fault, default, plain=ID_LIMIT)


def title(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds a line of text."""
    return _field(lambda value, path: text_fault(value, path, limit=TITLE_LIMIT), default, plain=TITLE_LIMIT)


def body(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds a text of any length up to the limit of bodies."""
    return _field(lambda value, path: body_fault(value, path, empty=True), default, plain=BODY_LIMIT)


def one_of(options: Iterable[str], default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds one of *options*."""
    known = frozenset(options)

    def check(value: object, path: str) -> Fault | None:
        if isinstance(value, str) and value in known:
            return None
        return Fault(path, "not_an_option", facts(options=", ".join(sorted(known))))

    return _field(check, default)


def integer(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds an integer of 63 bits."""
    return _field(int_fault, default)


def seen_version() -> Any:
    """Declare a field that holds the version of a ticket that somebody saw, or None."""
    return _field(version_fault, None)


def email(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds an e-mail address or nothing."""
    return _field(email_fault, default)


def zone(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds the name of a time zone or nothing."""
    return _field(zone_fault, default)


def instant_at(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds an instant."""
    if default is None:
        return attrs.field(default=None, converter=lambda value: None if value is None else instant(value))
    return attrs.field(default=default, converter=instant)


def span_of(default: Any = attrs.NOTHING) -> Any:
    """Declare a field that holds a span of time."""
    return attrs.field(default=default, converter=span)


def frozen_set(values: Iterable[str]) -> frozenset[str]:
    """Convert any iterable of host ids into a frozenset, refusing a bare string and bad ids."""
    if isinstance(values, str):
        example = f"{{{values[:64]!r}}}"
        expected = facts(expected=f"several values, such as {example}", expected_es=f"varios valores, como {example}")
        raise Invalid(Fault("set", "wrong_type", expected))
    result = frozenset(values)
    for value in result:
        fault = id_fault(value, "set")
        if fault is not None:
            raise Invalid(fault)
    return result
