"""
From the stamps of a log to instants: ISO 8601, or a format in the directives of `datetime.strptime`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from supportcore.replay.faults import LogError


def zone_of(name: str | None) -> tzinfo:
    """Return the zone with an IANA name; None means UTC."""
    if name is None or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # a folder of zones, such as "Europe", is an OSError
        raise LogError("unknown_zone", zone=name) from error


_ISO_8601 = re.compile(
    r"(?:[0-9]{4}-?[0-9]{2}-?[0-9]{2}|[0-9]{4}-?W[0-9]{2}(?:-?[0-9])?)"
    r"(?:[T ][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]+)?)?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2}){0,2})?)?"
).fullmatch
_DIRECTIVES = frozenset("YmdHMSfzyBbAajUWGVuIpcxX%")  # of strptime, but for %Z
_WITH_YEAR = frozenset("YyGcx")
_EVERY_WIDTH = {"Y": "[0-9]{4}", "f": "[0-9]{1,6}"} | dict.fromkeys("mdHMS", "[0-9]{2}")
_SAMPLE = datetime(2013, 11, 28, 9, 41, 52, 678000, tzinfo=UTC)  # no two parts alike


def parser_of(form: str | None) -> Callable[[str], datetime]:
    """Return what reads a stamp; it raises ValueError when it cannot."""
    if form is None:
        return _iso
    directives = re.findall(r"%(.?)", form, re.DOTALL)
    if "Z" in directives:
        raise _bad_format(form, "names of zones (%Z) are ambiguous; use %z, or write the name as it stands")
    unknown = [directive for directive in directives if directive not in _DIRECTIVES or not directive]
    if unknown:
        raise _bad_format(form, f"%{unknown[0]} is no directive")
    if _WITH_YEAR.isdisjoint(directives):
        raise _bad_format(form, "it has no year")

    def slow(stamp: str) -> datetime:
        return datetime.strptime(stamp, form)  # noqa: DTZ007  # `read` knows the zone

    try:
        sample = slow(_SAMPLE.strftime(form))
    except (ValueError, re.error) as error:  # a directive that stands twice is a re.error
        raise _bad_format(form, str(error)) from error
    if sample.date() != _SAMPLE.date():
        raise _bad_format(form, "it has no whole date")

    plain = [directive for directive in directives if directive != "%"]
    return _fast(form, plain, slow) if set(plain) <= _EVERY_WIDTH.keys() else slow


def _iso(stamp: str) -> datetime:
    # `fromisoformat` alone takes "09:00:400Z" and a NUL behind the Z.
    if _ISO_8601(stamp) is None:
        raise ValueError(stamp)
    return datetime.fromisoformat(stamp)


def _fast(form: str, directives: list[str], slow: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """
    Return what reads stamps of full-width numbers several times as fast as `strptime`; the rest it gets.

    Where both read a stamp they agree: `strptime`, too, prefers two digits to one.
    """
    parts = re.split(r"%(.)", form)  # text, directive, text, …
    pattern = "".join(
        re.escape(part) if place % 2 == 0 else "%" if part == "%" else f"({_EVERY_WIDTH[part]})"
        for place, part in enumerate(parts)
    )
    match = re.compile(pattern).fullmatch
    order = "YmdHMS"[: len({*directives} - {"f"})]
    if {*order} != {*directives} - {"f"}:
        return slow  # such as minutes without hours: too rare to be worth a case
    places = [directives.index(directive) for directive in order]
    fraction = directives.index("f") if "f" in directives else None

    def fast(stamp: str) -> datetime:
        found = match(stamp)
        if found is None:
            return slow(stamp)
        groups = found.groups()
        numbers = [int(groups[place]) for place in places] + [0, 0, 0]
        year, month, day, hour, minute, second = numbers[:6]
        microsecond = 0 if fraction is None else int(groups[fraction].ljust(6, "0"))
        try:
            return datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001  # likewise
        except ValueError:
            return slow(stamp)

    return fast


def _bad_format(form: str, why: str) -> LogError:
    return LogError("bad_format", format=form, why=why)
