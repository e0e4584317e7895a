"""What a desk asks of the accounts of its people, where it keeps any; see `supportcore.accounts`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs

from supportcore import text
from supportcore.definition.reading import Node
from supportcore.errors import Fault, Invalid, facts
from supportcore.forms.patterns import pattern_fault

LEAST_PASSWORD = 8
"""Characters that no desk goes below, of NIST SP 800-63B section 5.1.1.2."""
LONGEST_PASSWORD = 128
"""Characters of a password at most."""
MOST_ATTEMPTS = 100
"""Passwords tried in a row at most, whatever a desk says, of NIST SP 800-63B section 5.2.2."""


def _pattern(_: object, attribute: attrs.Attribute[str | None], value: object) -> None:
    why = "it is no text" if not isinstance(value, str) else pattern_fault(value)
    if value is not None and why is not None:
        raise Invalid(Fault(attribute.name, "wrong_type", facts(expected=f"a pattern: {why}", expected_es="un patrón")))


def _between(minimum: int, maximum: int) -> Callable[[object, attrs.Attribute[int], int], None]:
    def validate(_: object, attribute: attrs.Attribute[int], value: int) -> None:
        fault = text.whole_fault(value, attribute.name, minimum=minimum, maximum=maximum)
        if fault is not None:
            raise Invalid(fault)

    return validate


def _some_time(_: object, attribute: attrs.Attribute[timedelta], value: timedelta) -> None:
    if value <= timedelta(0):
        raise Invalid(Fault(attribute.name, "out_of_range", facts(minimum="1 ms", maximum="100 y")))


@attrs.frozen(kw_only=True)
class AccountPolicy:
    """
    What a desk asks of accounts.

    Attributes:
        user_name: What a user name matches as a whole, in small letters; see `supportcore.forms.patterns`. None takes
            any of 1 to 64 visible characters.
        invitation: How long an invitation holds.
        password: Characters of a password at least, 8 to 128.
        attempts: Passwords tried in a row, 1 to 100, before the account is locked.
        locked: For how long, the first time; twice as long after each further try, up to a day.
        must_change: Whether a password that somebody else gave has to be changed at the first sign-in.
    """

    user_name: str | None = attrs.field(default=None, validator=_pattern)
    invitation: timedelta = attrs.field(default=timedelta(days=7), converter=text.span, validator=_some_time)
    password: int = attrs.field(default=12, validator=_between(LEAST_PASSWORD, LONGEST_PASSWORD))
    attempts: int = attrs.field(default=5, validator=_between(1, MOST_ATTEMPTS))
    locked: timedelta = attrs.field(default=timedelta(minutes=15), converter=text.span, validator=_some_time)
    must_change: bool = True


def read_accounts(root: Node) -> AccountPolicy:
    """Return what the section ``[accounts]`` says; what it leaves out is as `AccountPolicy` has it."""
    node, plain = root.at("accounts"), AccountPolicy()
    if node.value is None or not node.table(*(field.name for field in attrs.fields(AccountPolicy))):
        return plain
    user_name = node.at("user_name").given()
    why = None if user_name is None else pattern_fault(user_name)
    if why is not None:
        node.at("user_name").fault("bad_pattern", why)
        user_name = None
    return AccountPolicy(
        user_name=user_name,
        invitation=_span(node.at("invitation"), plain.invitation),
        password=_number(node.at("password"), plain.password, LEAST_PASSWORD, LONGEST_PASSWORD),
        attempts=_number(node.at("attempts"), plain.attempts, 1, MOST_ATTEMPTS),
        locked=_span(node.at("locked"), plain.locked),
        must_change=node.at("must_change").flag(plain.must_change),
    )


def _span(node: Node, default: timedelta) -> timedelta:
    return default if node.value is None else node.span()


def _number(node: Node, default: int, minimum: int, maximum: int) -> int:
    found = node.number(default) or default
    if not minimum <= found <= maximum:
        node.fault("out_of_range", f"between {minimum} and {maximum}, not {found}")
        return default
    return found
