"""What a file is called: nothing of a path, nothing unseen, and a header that holds nothing but the name."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Invalid
from supportcore.tickets.filenames import ANY_TYPE, MORE_TYPES, attachment_headers, kept_name, media_type

NASTY = st.text(st.sampled_from("ab.é/\\ \"';%\r\n\0\u202e\u2066\ufeff\u3000😀:*"), max_size=12)
NAMES = NASTY | st.text(max_size=300)


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("a.txt", "a.txt"),
        ("../../x", "x"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\ana\\foto.png", "foto.png"),
        ("a/b\\c.png", "c.png"),
        ("a.txt. . ", "a.txt"),
        ("  a b.txt", "a b.txt"),
        (".profile", ".profile"),
        ("...x", "...x"),
        ("año ñandú 😀.pdf", "año ñandú 😀.pdf"),
        ("👩\u200d🔧.png", "👩\u200d🔧.png"),
        ("x" * 255, "x" * 255),
        ("x" * 255 + "...", "x" * 255),
        ("deep/" * 1000 + "a", "a"),
    ],
)
def test_names_that_are_kept(given_name: str, expected: str) -> None:
    """Of a path the last part, without dots and blanks at its end."""
    assert expected == kept_name(given_name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "...", "a/", "a\\", "/", "../..", " ", ". .", "\u3000", "a\0", "\0", "a\tb", "a\nb", "a\rb",
        "a\x7f", "a\x85b", "a\u2028b", "a\u2029b", "exe.\u202egpj", "\u2066a", "\u200ea", "\u061ca", "\ufeffa",
        "\ud800", "x" * 256, "x" * 1_000_000, "\u200b", "\u200d\u2060", "a/\u200b", "\u00ad", "\u3164", "\u2800",
        "\u0301", "\ufe0f",
    ],
)  # fmt: skip
def test_names_that_are_refused(name: str) -> None:
    """Nothing is left of them, too much is, or what is left does not show what it is."""
    with pytest.raises(Invalid) as told:
        kept_name(name)
    assert ["bad_file_name"] == [fault.code for fault in told.value.faults]


@pytest.mark.parametrize(
    ("name", "english", "spanish"),
    [
        ("a\nb", "U+000A is a control character", "U+000A es un carácter de control"),
        ("exe.\u202egpj", "U+202E turns the direction of writing", "U+202E cambia la dirección de la escritura"),
        ("\ufeffa", "U+FEFF is not seen", "U+FEFF no se ve"),
        ("..", "nothing of it is seen", "de este no se ve nada"),
        ("x" * 256, "this one has 256", "este tiene 256"),
    ],
)
def test_why_a_name_is_refused(name: str, english: str, spanish: str) -> None:
    """The message says which character is the cause, or what else."""
    with pytest.raises(Invalid) as told:
        kept_name(name)
    (fault,) = told.value.faults
    assert fault.text() == f"A file has a name of 1 to 255 visible characters; {english}."
    assert fault.text("es") == f"Un archivo tiene un nombre de 1 a 255 caracteres visibles; {spanish}."


@given(NAMES)
def test_what_is_kept_of_a_name(name: str) -> None:
    """It is part of the name, has no path, nothing unseen, is not too long, and is kept as it is from then on."""
    try:
        kept = kept_name(name)
    except Invalid:
        return
    assert kept
    assert kept in name
    assert kept == kept_name(kept) == kept_name(f"any/{kept}") == kept_name(f"any\\{kept}. ")
    assert len(kept) <= 255
    assert kept not in (".", "..")
    assert not set(kept) & {"/", "\\"}
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(c) in TURNING
                   for c in kept)  # fmt: skip


TURNING = {"LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PNG", "image/png"),
        ("a.txt", "text/plain"),
        ("a.html", "text/html"),
        ("a.jpg.exe", ANY_TYPE),
        ("a.tar.gz", "application/gzip"),
        ("a.docx", MORE_TYPES[".docx"]),
        ("README", ANY_TYPE),
        ("pdf", ANY_TYPE),
        ("a.", ANY_TYPE),
        ("data:text/html,x", ANY_TYPE),
        ("a.pdf ", ANY_TYPE),
    ],
)
def test_types(name: str, expected: str) -> None:
    """After the end of the name, in capitals or not; of others nothing is known."""
    assert expected == media_type(name)


def test_types_are_those_of_the_library(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine or the process adds to the table of types changes nothing."""
    import mimetypes

    monkeypatch.setattr(mimetypes, "types_map", {".pdf": "text/x-other"})
    mimetypes.add_type("text/x-other", ".none-such")
    assert ANY_TYPE == media_type("a.none-such")
    assert "application/pdf" == media_type("a.pdf")


@given(name=NAMES, type=NASTY | st.sampled_from(["text/html", "a/b\r\nSet-Cookie: x", "text/html; charset=utf-8"]))
def test_headers_hold_nothing_else(name: str, type: str) -> None:
    """ASCII without controls; a name between quotes that ends there, and all of it again, encoded."""
    headers = dict(attachment_headers(name=name, type=type, size=7))
    assert set(headers) == {
        "Content-Disposition", "Content-Type", "Content-Length", "X-Content-Type-Options", "Content-Security-Policy",
    }  # fmt: skip
    assert all(re.fullmatch("[ -~]+", value) for value in headers.values())
    found = re.fullmatch(
        r"""attachment; filename="([^"\\%;]*)"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]*)""",
        headers["Content-Disposition"],
    )
    assert found is not None
    assert name.encode(errors="replace").decode() == unquote(found[2])
    assert re.fullmatch("[^/; ]+/[^/; ]+", headers["Content-Type"])
    assert "7" == headers["Content-Length"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "sandbox" == headers["Content-Security-Policy"]


def test_a_plain_name_is_told_plainly() -> None:
    """As it is, for readers of either spelling."""
    (disposition, *_) = attachment_headers(name="informe (2).pdf", type="application/pdf", size=1)
    told = "attachment; filename=\"informe (2).pdf\"; filename*=UTF-8''informe%20%282%29.pdf"
    assert ("Content-Disposition", told) == disposition
