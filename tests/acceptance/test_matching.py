"""What is expected against what is there: paths, values that were kept, matchers."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.testing.scenarios.matching import MATCHERS, fits, matched, mismatches
from supportcore.testing.scenarios.paths import MISSING, NotKept, filled, look, names_in, parts_of

PAGE: Any = {
    "state": {"key": "open", "tags": []},
    "rows": [{"n": 1, "by": {"name": "Ana"}, "ok": True}, {"n": 2, "by": {"name": "Bo"}, "ok": False}],
    "mail": "visit https://desk.example/?token=ab-12 now",
    "size": 7,
    "none": None,
}
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.text("aé $.[]{}", max_size=4)
DATA = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "key"]), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".", PAGE),
        ("", PAGE),
        ("state.key", "open"),
        ("rows[0].n", 1),
        ("rows.0.n", 1),
        ("rows[-1].by.name", "Bo"),
        ("rows[n=2].by.name", "Bo"),
        ("rows[by.name=Ana].n", 1),
        ("rows[ok=false].n", 2),
        ("rows[*].by.name", ["Ana", "Bo"]),
        ("rows[*].by[*]", [["Ana"], ["Bo"]]),
        ("state[*]", ["open", []]),
        ("rows[*].nothing", [MISSING, MISSING]),
        (r"mail[/token=([\w-]+)/]", "ab-12"),
        ("mail[/https?/]", "https"),
        ("rows[2]", MISSING),
        ("rows[-3]", MISSING),
        ("rows[n=3].n", MISSING),
        ("rows.n", MISSING),
        ("state.key.more", MISSING),
        ("mail[*]", MISSING),
        ("mail[0]", MISSING),
        ("mail[/nowhere/]", MISSING),
        ("state[/open/]", MISSING),
        ("none", None),
    ],
)
def test_a_path_leads_to_what_lies_there(path: str, expected: Any) -> None:
    """Fields, places, conditions, patterns and "of each" lead on; what leads nowhere finds nothing."""
    assert expected == look(PAGE, path)


@pytest.mark.parametrize("path", ["a[b", "a]", "a..b.", "[]", "a[*", "a[/(/]"])
def test_what_is_no_path_is_refused(path: str) -> None:
    """A path that cannot be read is told, rather than leading nowhere."""
    with pytest.raises(Exception, match=r"no path|unterminated|missing"):
        parts_of(path)


@pytest.mark.parametrize(
    ("said", "ids", "expected"),
    [
        ("$t.number", False, 7),
        ("$t", False, {"id": "x", "number": 7, "ok": True, "no": None}),
        ("$t", True, "x"),
        (["$t", {"files": ["$t"]}], True, ["x", {"files": ["x"]}]),
        ("Case ${t.number}: ${t.ok}${t.no}", False, "Case 7: true"),
        ("$$5 and 5$", False, "$5 and 5$"),
        ("${t.number}", False, "7"),
        ({"repeat": "ab", "times": 2}, False, "abab"),
        ({"repeat": "ab"}, False, {"repeat": "ab"}),
        (7, True, 7),
    ],
)
def test_what_was_kept_takes_the_place_of_its_name(said: Any, ids: bool, expected: Any) -> None:
    """A whole name keeps its type, one inside a text becomes text, and a result stands for its id if one is wanted."""
    kept = {"t": {"id": "x", "number": 7, "ok": True, "no": None}}
    assert expected == filled(said, kept, ids=ids)


@pytest.mark.parametrize("said", ["$u", "$t.nothing", "a ${u} b", ["${t.nothing}"]])
def test_what_was_not_kept_cannot_be_told(said: Any) -> None:
    """A name that nothing was kept under, or a part that there is not, is an error."""
    with pytest.raises(NotKept):
        filled(said, {"t": {"id": "x"}})


def test_the_names_in_a_value_are_found() -> None:
    """All of them, whole and inside texts, with the paths into them; a doubled sign is none."""
    said = {"a": ["$t", "x ${u.v} $$ ${w}"], "b": {"c": "$x[0].y"}, "d": "$$z"}
    assert [("t", ""), ("u", ".v"), ("w", ""), ("x", "[0].y")] == list(names_in(said))


HOLDS = [
    ({"has": "token"}, "mail"),
    ({"has": ["token", "desk"]}, "mail"),
    ({"has": {"n": 2}}, "rows"),
    ({"has": ["key", "tags"]}, "state"),
    ({"lacks": ["password", "secret"]}, "mail"),
    ({"lacks": {"n": 3}}, "rows"),
    ({"starts": "visit", "ends": "now"}, "mail"),
    ({"matches": "visit .*"}, "mail"),
    ({"size": 2}, "rows"),
    ({"size": {"least": 40}}, "mail"),
    ({"some": {"by.name": "Bo", "ok": False}}, "rows"),
    ({"some": [{"n": 1}, {"n": 2}]}, "rows"),
    ({"none": {"n": 3}}, "rows"),
    ({"none": {"n": 3}}, "state.tags"),
    ({"all": {"n": {"least": 1, "most": 2}}}, "rows"),
    ({"not": "closed"}, "state.key"),
    ({"not": {"has": "x"}}, "state.key"),
    ({"missing": True}, "nothing"),
    ({"missing": True}, "none"),
    ({"not": {"missing": True}}, "state"),
    ({"least": "n", "most": "p"}, "state.key"),
    ([{"n": 1}, {"n": 2}], "rows"),
    ({"size": 7}, "."),
    ({"key": "open"}, "state"),
]
FAILS = [
    ({"has": ["token", "password"]}, "mail"),
    ({"has": {"n": 3}}, "rows"),
    ({"has": "x"}, "nothing"),
    ({"lacks": "token"}, "mail"),
    ({"lacks": "x"}, "nothing"),
    ({"starts": "x"}, "mail"),
    ({"ends": "x"}, "mail"),
    ({"matches": "visit"}, "mail"),
    ({"size": 3}, "rows"),
    ({"size": 0}, "nothing"),
    ({"some": {"n": 3}}, "rows"),
    ({"some": [{"n": 1}, {"n": 3}]}, "rows"),
    ({"none": {"n": 2}}, "rows"),
    ({"none": {"nn": 2}}, "rows"),
    ({"none": {"n": 2}}, "nothing"),
    ({"all": {"n": 1}}, "rows"),
    ({"all": {"n": 1}}, "state.tags"),
    ({"not": "open"}, "state.key"),
    ({"not": "x"}, "nothing"),
    ({"missing": True}, "state"),
    ({"least": 8}, "size"),
    ({"most": 6}, "size"),
    ({"least": 1}, "mail"),
    ({"least": 0}, "rows[0].ok"),
    ([{"n": 1}], "rows"),
    ([{"n": 2}, {"n": 1}], "rows"),
    ({"n": 1}, "mail"),
    (1, "rows[0].ok"),
    (True, "rows[0].n"),
    ("", "nothing"),
    (7, "none"),
]


@pytest.mark.parametrize(("expected", "path"), HOLDS)
def test_what_fits_fits(expected: Any, path: str) -> None:
    """Every matcher holds of what it is for."""
    assert fits(expected, look(PAGE, path))


@pytest.mark.parametrize(("expected", "path"), FAILS)
def test_what_does_not_fit_is_told(expected: Any, path: str) -> None:
    """Every matcher fails of what it is not for, and nothing holds of what is not there."""
    assert not fits(expected, look(PAGE, path))


def test_every_matcher_is_seen_to_hold_and_to_fail() -> None:
    """No matcher is left untried, for lack of which it could hold always."""
    for cases in (HOLDS, FAILS):
        assert MATCHERS.keys() <= {name for expected, _ in cases if isinstance(expected, dict) for name in expected}


def test_a_mismatch_tells_the_way_to_it() -> None:
    """The path leads to the thing that is otherwise; of a list only what was asked of its items is shown."""
    expected = {"state": {"key": "closed"}, "rows[0].by.name": "Ana", "rows": {"some": {"by.name": "Cy"}}}
    assert [
        ("state.key", "closed", "open"),
        ("rows", {"some": {"by.name": "Cy"}}, [{"by.name": "Ana"}, {"by.name": "Bo"}]),
    ] == list(mismatches(expected, PAGE))
    assert [("rows[1].n", 3, 2)] == list(mismatches({"rows": [{"n": 1}, {"n": 3}]}, PAGE))


@given(DATA)
def test_whatever_there_is_fits_itself(data: Any) -> None:
    """Data expected as it is fits, and inside a list or a table as well."""
    assert [] == list(mismatches(data, data))
    assert fits({"a": [data]}, {"a": [data], "more": 1})


@given(DATA, DATA)
def test_only_what_is_more_fits(expected: Any, found: Any) -> None:
    """What fits differs at most by fields that nobody named."""

    def narrowed(said: Any, there: Any) -> Any:
        if isinstance(said, dict) and isinstance(there, dict):
            return {name: narrowed(one, there.get(name, MISSING)) for name, one in said.items()}
        if isinstance(said, list) and isinstance(there, list):
            return [narrowed(*pair) for pair in zip(said, there, strict=False)] + there[len(said) :]
        return there

    def typed(value: Any) -> str:
        return repr(value)

    if not _has_empty_table(expected):
        assert (typed(expected) == typed(narrowed(expected, found))) is fits(expected, found)


def _has_empty_table(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value == {} or any(_has_empty_table(one) for one in inner)


@given(st.lists(st.sets(st.integers(0, 3), max_size=3), max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_notices_match_in_some_order_or_not_at_all(sets: list[set[int]], found: list[int]) -> None:
    """Each expected one takes another found one, if there is any way to share them out."""
    expected: list[Any] = [{"some": sorted(one)} if not one else {"not": {"none": sorted(one)}} for one in sets]
    items = [[number] for number in found]
    there = any(
        all(fits(one, item) for one, item in zip(expected, order, strict=True))
        for order in permutations(items)
        if len(order) == len(expected)
    )
    assert there is matched(expected, items)
