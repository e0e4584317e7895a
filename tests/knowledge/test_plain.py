"""Markdown as plain text: what people read of it, and nothing that could be a tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.knowledge.plain import plain
from supportcore.text import BODY_LIMIT

TAG = re.compile(r"<[A-Za-z/!?]").search


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# Title\n\nA *word*, __two__ and `three`.", "Title A word, two and three."),
        ('> - # deep\n1. one\n- [x](https://a.example "t")', "deep one x"),
        ("![A map](p.png) see <https://a.example/b>", "A map see https://a.example/b"),
        ("|a|b|\n|:-|--|\n|1|2|", "|a|b| |1|2|"),
        ("a <script>x('<b>')</script> b <style>c</style> d", "a b d"),
        ("a <!-- no --> b <b onclick='x()'>c</b>", "a b c"),
        ("R&amp;D &lt;b&gt; &eacute; &#241; &#0; &nope;", "R&D b> é ñ \ufffd &nope;"),
        ("\\*kept\\* snake_case 2 * 3 < 4\n***\n**b**", "*kept* snake_case 2 * 3 < 4 b"),
        ("```py\n1 < 2\n```", "1 < 2"),
        ("line\nline\u2003line\ttab", "line line line tab"),
        ("", ""),
    ],
)
def test_what_is_read(written: str, read: str) -> None:
    """Marks, addresses behind words, comments and scripts go; one line of words stays."""
    assert read == plain(written)


PIECES = st.sampled_from([
    "<script>", "</script>", "<scr", "ipt>", "<", ">", "*", "_", "`", "\\", "&lt;", "&#60;", "<b ", "<!--", "-->", "<!",
    "</", "/", "?", "[", "](", ")", "!", "a", "b=\"", "\"", " ", "\n", "\0", "\ud800", "> ", "#", "~~", "<?php", "&",
    ";", "lt",
])  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_tag_is_left(written: str) -> None:
    """However marks and halves of tags are mixed, the text holds nothing that a browser would take for a tag."""
    read = plain(written)
    assert TAG(read) is None
    assert read == " ".join(read.split())
    read.encode()


@pytest.mark.parametrize(
    "piece",
    ["[", "<", "*", "_", "`", "[a](", "[a](b \"", "<a ", "<!--", "<script", "</script ", "\\<", "<*", "&lt;", "> ", "-",
     "- ", "|-", " ", "\n>", "a_", "#"],
)  # fmt: skip
def test_whatever_is_written_is_read_soon(piece: str) -> None:
    """A body of the greatest length takes a moment, not a minute: no rule goes over it again and again."""
    written = (piece * BODY_LIMIT)[:BODY_LIMIT]
    assert TAG(plain(written[:-1] + "x")) is None
