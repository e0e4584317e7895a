"""
What a file is called: the part of a given name that is kept, the media type that goes with it, the header it leaves by.

Browsers and people send paths, and whoever means ill sends names that reach elsewhere or look like something else. Only
the part behind the last ``/`` or ``\\`` counts; what cannot be seen, or turns the direction of writing, is refused. The
type follows from the end of the name alone, after a table that no file of the machine changes; nobody is believed who
says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from mimetypes import MimeTypes
from types import MappingProxyType
from urllib.parse import quote

from supportcore.errors import Fault, Invalid, facts
from supportcore.text import TITLE_LIMIT

ANY_TYPE = "application/octet-stream"
"""The type of a file whose name tells nothing, RFC 2046 section 4.5.1."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
MORE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".docx": _OFFICE + "wordprocessingml.document",
        ".xlsx": _OFFICE + "spreadsheetml.sheet",
        ".pptx": _OFFICE + "presentationml.presentation",
        ".odt": _OPEN + "text",
        ".ods": _OPEN + "spreadsheet",
        ".odp": _OPEN + "presentation",
        ".msg": "application/vnd.ms-outlook",
        ".rtf": "application/rtf",
        ".md": "text/markdown",
        ".log": "text/plain",
        ".yaml": "application/yaml",
        ".yml": "application/yaml",
        ".ics": "text/calendar",
        ".js": "text/javascript",
        ".heic": "image/heic",
        ".heif": "image/heif",
        ".avif": "image/avif",
        ".webp": "image/webp",
        ".7z": "application/x-7z-compressed",
        ".rar": "application/vnd.rar",
        ".gz": "application/gzip",
        ".tgz": "application/gzip",
        ".bz2": "application/x-bzip2",
        ".xz": "application/x-xz",
        ".zst": "application/zstd",
    }
)
"""Types after the registry of media types that Python's own table lacks, or has not in every release."""

_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Characters that turn the direction of writing: ``exe.gpj`` behind one of them looks like ``jpg.exe``."""
_UNSEEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{_TURNING}]")
_NOT_SHOWN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
"""Letters, marks and signs without a shape: fillers (Unicode, Default_Ignorable_Code_Point) and blank Braille."""
_PLAIN = re.compile(r"[^A-Za-z0-9 ()+,=@_.-]")
_ATTRIBUTE = "!#$&+-.^_`|~"  # besides letters and digits: attr-char of RFC 8187, section 3.2.1
_IS_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}").fullmatch


def kept_name(given: object, path: str = "name") -> str:
    """
    Return what a file is called, of what was given as its name.

    Raises:
        Invalid: Nothing is left of it, more than 255 characters are, or it holds one that cannot be seen.

    >>> kept_name("../../C:\\\\Mis documentos\\\\informe.pdf. ")
    'informe.pdf'
    """
    if not isinstance(given, str):
        raise Invalid(Fault(path, "wrong_type", facts(expected="text", expected_es="texto")))
    name = re.split(r"[/\\]", given)[-1].lstrip(" ").rstrip(" .")
    if (why := _why_not(name)) is not None:
        raise Invalid(Fault(path, "bad_file_name", facts(why=why[0], why_es=why[1])))
    return name


def _why_not(name: str) -> tuple[str, str] | None:
    """Return in English and Spanish why nothing is called so, or None."""
    if (unseen := _UNSEEN.search(name)) is not None:
        code = f"U+{ord(unseen[0]):04X}"
        if re.match(f"[{_TURNING}]", unseen[0]):
            return f"{code} turns the direction of writing", f"{code} cambia la dirección de la escritura"
        if unicodedata.category(unseen[0]) == "Cc":
            return f"{code} is a control character", f"{code} es un carácter de control"
        return f"{code} is not seen", f"{code} no se ve"
    if not any(map(_is_shown, name)):
        return "nothing of it is seen", "de este no se ve nada"
    if len(name) > TITLE_LIMIT:
        return f"this one has {len(name)}", f"este tiene {len(name)}"
    return None


def _is_shown(character: str) -> bool:
    """Whether a character has a shape of its own; those that Unicode will only give one have."""
    category = unicodedata.category(character)
    return category[0] not in "ZM" and category not in ("Cc", "Cf", "Cs") and not _NOT_SHOWN.match(character)


def media_type(name: str) -> str:
    """
    Return the type that goes with the end of a name.

    >>> media_type("photo.JPG"), media_type("tickets.tar.gz"), media_type("README")
    ('image/jpeg', 'application/gzip', 'application/octet-stream')
    """
    _, dot, end = name.rpartition(".")
    return _types().get(dot + end.lower(), ANY_TYPE) if dot else ANY_TYPE


def name_that(takes: Callable[[str], bool]) -> str:
    """
    Return some name whose type is taken.

    >>> name_that(lambda type: type == "application/pdf")
    'x.pdf'
    """
    return next((f"x{end}" for end, type in _types().items() if takes(type)), "x")


@cache
def _types() -> Mapping[str, str]:
    """The table that Python brings, without what the machine adds to it; and ours above it."""
    usual, seldom = MimeTypes(filenames=()).types_map[1], MimeTypes(filenames=()).types_map[0]
    return MappingProxyType({**seldom, **usual, **MORE_TYPES})


def attachment_headers(*, name: str, type: str, size: int) -> tuple[tuple[str, str], ...]:
    """
    Return the HTTP headers a file is sent with: to be kept, never to be shown or run, whatever it is.

    They hold ASCII without controls, whatever *name* and *type* are.

    Source: RFC 6266 and RFC 8187 for the name, which stands there twice.

    >>> attachment_headers(name='acta "ñ".pdf', type="application/pdf", size=3)[0][1]
    'attachment; filename="acta _n_.pdf"; filename*=UTF-8\\'\\'acta%20%22%C3%B1%22.pdf'
    """
    ascii_letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = _PLAIN.sub("_", ascii_letters)
    whole = quote(name, safe=_ATTRIBUTE, errors="replace")
    return (
        ("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"),
        ("Content-Type", type if _IS_TYPE(type) else ANY_TYPE),
        ("Content-Length", str(int(size))),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "sandbox"),
    )
