"""The section ``[accounts]``: what a desk asks of accounts, and what is told of each fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from supportcore import Invalid
from supportcore.definition.accounts import AccountPolicy
from supportcore.definition.loader import restore
from tests.definition.shown import edited, faults_of, load, rules

SECTION = {
    "user_name": "[a-z]+[.][a-z]+", "invitation": "2d", "password": 8, "attempts": 3, "locked": "90s",
    "must_change": False,
}  # fmt: skip


def told(section: Any) -> dict[str, Any]:
    found: dict[str, Any] = edited(rules(), ("accounts",), section)
    return found


def test_the_policy_is_what_the_section_says() -> None:
    """All of it, and what is left out is as it is without the section."""
    expected = AccountPolicy(
        user_name="[a-z]+[.][a-z]+",
        invitation=timedelta(days=2),
        password=8,
        attempts=3,
        locked=timedelta(seconds=90),
        must_change=False,
    )
    assert expected == load(told(SECTION)).accounts
    assert AccountPolicy() == load().accounts == load(told({})).accounts
    assert AccountPolicy(password=20) == load(told({"password": 20})).accounts
    assert {field.name for field in attrs.fields(AccountPolicy)} == {*SECTION}


def test_it_is_no_part_of_the_rules() -> None:
    """An edit leaves the hash as it is, and stored rules come with today's accounts."""
    before, after = load(), load(told(SECTION))
    assert (before.rules_hash, before.document) == (after.rules_hash, after.document)
    assert after.accounts == restore(before.document, today=after).accounts


@pytest.mark.parametrize(
    ("section", "path", "code"),
    [
        (7, "accounts", "wrong_type"),
        ({"name": "x"}, "accounts.name", "unknown_key"),
        ({"user_name": r"\w+"}, "accounts.user_name", "bad_pattern"),
        ({"user_name": 7}, "accounts.user_name", "wrong_type"),
        ({"invitation": "soon"}, "accounts.invitation", "bad_span"),
        ({"invitation": "0d"}, "accounts.invitation", "not_positive"),
        ({"locked": 15}, "accounts.locked", "bad_span"),
        ({"password": 7}, "accounts.password", "out_of_range"),
        ({"password": 129}, "accounts.password", "out_of_range"),
        ({"password": "12"}, "accounts.password", "wrong_type"),
        ({"attempts": 0}, "accounts.attempts", "not_positive"),
        ({"attempts": 101}, "accounts.attempts", "out_of_range"),
        ({"must_change": "no"}, "accounts.must_change", "wrong_type"),
    ],
)
def test_faults_of_the_section(section: Any, path: str, code: str) -> None:
    """Each is told with its path and code."""
    assert [(path, code)] == [(fault.path, fault.code) for fault in faults_of(told(section))]


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": 7}, {"password": "12"}, {"attempts": 0}, {"locked": timedelta(0)}, {"invitation": timedelta(-1)},
        {"user_name": "("}, {"user_name": 7}, {"locked": "15m"},
    ],
    ids=str,
)  # fmt: skip
def test_a_policy_that_cannot_be(wrong: dict[str, Any]) -> None:
    """One that is made by a host is checked alike."""
    with pytest.raises(Invalid) as caught:
        AccountPolicy(**wrong)
    assert next(iter(wrong)) == caught.value.faults[0].path or "span" == caught.value.faults[0].path
