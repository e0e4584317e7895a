"""Patterns of fields: what the subset allows means the same to Python and to ECMA-262, and what it does not is told."""

from __future__ import annotations

import re

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from supportcore.forms.drawing import Drawing
from supportcore.forms.fields import Field, Form
from supportcore.forms.patterns import pattern_fault
from supportcore.forms.schema import schema
from tests.node.judge import NotCompiled, judge

CHARACTERS = "abAZ09 _-ñß😀\n\t\u2028\u00a0.,:;'\"<>@#%&~=!^$\\*+?()[]{}|/"
SPECIAL = "^$\\.*+?()[]{}|/"
Part = tuple[str, str]
"""A piece of a pattern, and a text that it may match."""


def repeated(part: Part, quantifier: str) -> Part:
    times = {"*": 3, "+": 2, "{0}": 0, "{2}": 2, "{1,3}": 3}.get(quantifier, 1)
    return part[0] + quantifier, part[1] * times


def class_of(no: str, members: list[Part], dash: str) -> Part:
    return f"[{no}{''.join(member for member, _ in members)}{dash}]", "k" if no else members[-1][1]


def group_of(head: str, alternatives: list[Part]) -> Part:
    return f"{head}{'|'.join(pattern for pattern, _ in alternatives)})", alternatives[-1][1]


def joined(parts: list[Part]) -> Part:
    return "".join(pattern for pattern, _ in parts), "".join(text for _, text in parts)


_escaped = st.sampled_from(SPECIAL).map(lambda c: ("\\" + c, c))
_members = st.one_of(
    st.sampled_from([c for c in CHARACTERS if c not in "\\[]&~|^-"]).map(lambda c: (c, c)),
    st.sampled_from(SPECIAL + "-").map(lambda c: ("\\" + c, c)),
    st.lists(st.sampled_from("azAZ09ñ😀"), min_size=2, max_size=2).map(sorted).map(lambda e: ("-".join(e), e[1])),
)
_atoms = st.one_of(
    st.sampled_from([c for c in CHARACTERS if c not in SPECIAL]).map(lambda c: (c, c)),
    _escaped,
    st.builds(
        class_of, st.sampled_from(["", "^"]), st.lists(_members, min_size=1, max_size=4), st.sampled_from(["", "-"])
    ),
)
_repeated = st.builds(repeated, _atoms, st.sampled_from(["", "", "?", "*", "+", "{0}", "{2}", "{1,3}"]))
_alternatives = st.lists(st.lists(_repeated, max_size=3).map(joined), min_size=1, max_size=3)
_groups = st.builds(
    repeated, st.builds(group_of, st.sampled_from(["(", "(?:"]), _alternatives), st.sampled_from(["", "", "?"])
)
patterns = st.lists(st.one_of(_repeated, _groups), max_size=4).map(joined)
"""Patterns of the subset, each with a text."""


def property_of(pattern: str) -> dict[str, object]:
    """What the schema says of a field with a pattern."""
    drawing = Drawing(form=Form((Field(key="f", kind="title", pattern=pattern),)), title="", labels=())
    found: dict[str, object] = schema(drawing)["properties"]["f"]
    return found


@example(part=("[\\--]", "-"), others=["\\", "--"])
@example(part=("[+-\\--]", ","), others=["+", "-", "."])
@given(part=patterns, others=st.lists(st.text(CHARACTERS, max_size=4), max_size=4))
def test_a_pattern_matches_alike(part: Part, others: list[str]) -> None:
    """Python and ECMA-262 compile a pattern of the subset, and match the same texts by it."""
    pattern, text = part
    assert pattern_fault(pattern) is None, pattern
    texts = [text, text + "\n", "\n" + text, text[:-1], text + text, *others]
    by_python = [re.fullmatch(pattern, text) is not None for text in texts]
    assert by_python == judge().matches(str(property_of(pattern)["pattern"]), texts)
    assert by_python == [re.search(str(property_of(pattern)["pattern"]), text) is not None for text in texts]
    event("matched" if by_python[0] else "not matched")


@given(pattern=st.one_of(st.text("ab09ñ-^$\\.*+?()[]{}|/:=!<,dwsbuPnk&~ ", max_size=8), st.text(max_size=6)))
def test_what_is_allowed_compiles_in_both(pattern: str) -> None:
    """Any text is either told what is wrong with it, or a pattern for Python and ECMA-262 that matches alike."""
    told = pattern_fault(pattern)
    assert told != ""
    if told is not None or re.search("[\ud800-\udfff]", pattern):
        return
    texts = ["", "a", "b", "ab", "0", "-", "^", "\\", "d", "\n", pattern, pattern + "\n", "a" * 9]
    by_python = [re.fullmatch(pattern, text) is not None for text in texts]
    assert by_python == judge().matches(str(property_of(pattern)["pattern"]), texts)


@pytest.mark.parametrize(
    "pattern",
    [
        "^a", "a$", ".", "\\d", "\\w+", "\\s", "\\b", "\\u0041", "\\x41", "\\p{L}", "\\1", "(a)\\1", "(?=a)", "(?!a)",
        "(?<=a)", "(?P<n>a)", "(?i)a", "(?#c)", "*a", "a**", "a+?", "a?+", "a{2}{3}", "a{,3}", "a{2,}", "a{3,2}", "{2}",
        "(a*)*", "(a+)+", "(?:a|b+){2}", "((a?)b)*", "[", "[]", "[^]", "[a", "a]", "(", ")", "(a", "a)", "[z-a]",
        "[a&&b]", "[\\\\--]",
        "[[a]]", "[a~~b]", "[a||b]", "[\\d]", "[\\w-z]", "}", "a{99999}", "\\", "a/b", "[a--b]", "[^^]", "[\\b]", "\\n",
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_told(pattern: str) -> None:
    """What the two read differently, or only one of them, is refused with words."""
    assert pattern_fault(pattern), pattern


def test_what_ecma_does_not_compile_is_seen() -> None:
    """The judge of patterns does refuse something."""
    with pytest.raises(NotCompiled):
        judge().matches("(?i)a", ["a"])
