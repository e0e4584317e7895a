"""
What may be a user name, and what a password.

Both are compared after NFKC, so that what looks the same on two keyboards is the same; user names are case-folded too.
A password is told in no fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from supportcore import text
from supportcore.definition.accounts import LONGEST_PASSWORD, AccountPolicy
from supportcore.errors import Fault, facts

_RAW_LIMIT = 1024
"""Characters of a password that are looked at before it is normalised, which may make it shorter."""


def folded(name: str) -> str:
    """
    Return what a user name or an address is compared by.

    >>> folded("ＡNA.Núñez"), folded("Straße")
    ('ana.núñez', 'strasse')
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def user_name_of(value: object) -> str | None:
    """Return what a user name that was typed in is stored under, or None if it cannot be one."""
    return folded(value) if isinstance(value, str) and user_name_fault(value, AccountPolicy()) is None else None


def user_name_fault(value: object, policy: AccountPolicy) -> Fault | None:
    """Return what is wrong with a user name, or None."""
    path = "user_name"
    fault = text.text_fault(value, path, limit=text.ID_LIMIT, empty=False)
    if fault is not None or not isinstance(value, str):
        return fault
    name = folded(value)
    if not value.isprintable() or any(letter.isspace() for letter in (*value, *name)):
        return Fault(path, "bad_user_name")
    fault = text.id_fault(name, path)
    if fault is None and policy.user_name is not None and not re.fullmatch(policy.user_name, name):
        return Fault(path, "bad_pattern", facts(pattern=policy.user_name))
    return fault


def prepared(password: object) -> str | None:
    """Return a password as it is hashed, or None if nobody can have it."""
    if not isinstance(password, str) or text.text_fault(password, "", limit=_RAW_LIMIT) is not None:
        return None
    found = unicodedata.normalize("NFKC", password)
    return found if len(found) <= LONGEST_PASSWORD else None


def password_faults(
    password: object, *, path: str, policy: AccountPolicy, names: Iterable[str], repeated: object = None
) -> list[Fault]:
    """
    Return what is wrong with a new password.

    Args:
        names: What it must not be: user name and address.
        repeated: The same again, where it was typed twice; None if it was not.
    """
    fault = text.text_fault(password, path, limit=_RAW_LIMIT)
    if fault is not None or not isinstance(password, str):
        return [] if fault is None else [fault]
    faults = []
    found = unicodedata.normalize("NFKC", password)
    unit = {"unit": "characters", "unit_es": "caracteres"}
    if not found.strip():
        return [Fault(path, "required")]
    if len(found) < policy.password:
        faults.append(Fault(path, "too_short", facts(limit=policy.password, **unit)))
    elif len(found) > LONGEST_PASSWORD:
        faults.append(Fault(path, "too_long", facts(limit=LONGEST_PASSWORD, **unit)))
    if folded(password) in {folded(name) for name in names if name}:
        faults.append(Fault(path, "password_is_name"))
    if repeated is not None and (not isinstance(repeated, str) or prepared(repeated) != found):
        faults.append(Fault("repeated", "not_repeated"))
    return faults
