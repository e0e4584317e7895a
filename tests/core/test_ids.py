"""Identities that follow from what they are made of."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from supportcore.ids import derived, random_ids, seeded_ids

NAMESPACE = uuid.UUID("6f0f5d0e-52d5-5a3c-9d0b-3f5f6d1f7f1a")


@given(parts=st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(), min_size=1, max_size=4))
def test_derived_is_uuid5(parts: list[object]) -> None:
    """The identity is the name-based UUID of the parts, as the standard library makes it."""
    assert str(uuid.uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))) == derived(*parts)


def test_random_and_seeded_identities() -> None:
    """Fresh identities are UUIDs that differ; a seed repeats its own."""
    first, second = random_ids(), random_ids()
    assert first != second
    assert 4 == uuid.UUID(first).version
    one, other = seeded_ids(3), seeded_ids(3)
    assert [one(), one()] == [other(), other()]
