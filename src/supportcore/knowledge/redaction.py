"""
Text without what tells whom it is about: for an article that is made of a ticket.

By rule, these become `HIDDEN`: addresses of mail, of bank accounts, of networks and of devices; phone numbers and other
runs of six digits or more, but no dates and no codes such as E-1042 and 0x80070005; the words of the names of those
concerned, and whole names of others. Of the address of a page that holds digits, parameters or credentials scheme and
host are left. Words are compared without case, accents and tilde, wherever they stand: within *ana's*, *ana_2* and
*AnaArias*, too.

The text is read as it stands and once more without Markdown's marks, both times with entities as the characters that
they stand for and without invisible characters: **A**na and A&#110;a are Ana.

A rule does not know all names, so what comes of it has to be read by a person; it rather takes too much.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from supportcore.analysis import fold, without_tilde
from supportcore.analysis.stopwords import STOP_WORDS

HIDDEN = "\N{HORIZONTAL ELLIPSIS}"
SHORTEST = 3
"""Letters of a word of a name, at least, that is taken by itself."""
LOCAL = 7
"""Digits of a phone number, at least, that are taken for it without what goes before them."""
Span = tuple[int, int]
_COMMON = frozenset(without_tilde(word) for words in STOP_WORDS.values() for word in words)
_LETTER = r"[^\W\d_]"
_ACCENTS = "\u0300-\u036f"
_WORD = re.compile(f"{_LETTER}(?:{_LETTER}|[{_ACCENTS}])*")
_RUN = re.compile(r"\S+")
_AROUND = ".,;:!?()[]<>{}\"'*_`"
_MAIL = re.compile(r"[^\s@]@[^\s@]").search
_PAGE = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,20}://([^\s/?#<>\"()\[\]]*)((?:[^\s<>\"()]|\([^\s<>\"()]*\))*)"
)
_TELLS = re.compile(r"[\d?#@=;]").search
_ACCOUNT = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?(?![^\W_])")
_DIGITS = re.compile(r"[+(]{0,3}\d(?:(?:[^\S\n]|[().\-/\u2010-\u2015]){0,3}\d){5,}")
_NO_DIGIT = re.compile(r"\D")
_NETWORK = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[^\s\d]{0,39}\d)[\dA-Fa-f:]{3,39}[\d.]{0,15})(?![\w:]|\.\d)"
)
_DEVICE = re.compile(
    r"(?<![^\W_])(?:[\dA-Fa-f]{2}([:-])(?:[\dA-Fa-f]{2}\1){4}[\dA-Fa-f]{2}|[\dA-Fa-f]{4}(?:\.[\dA-Fa-f]{4}){2})(?![^\W_])"
)
_MONTH, _DAY, _YEAR = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])", "(?:19|20)[0-9]{2}"
_STAYS = re.compile(
    r"(?<![^\W_])(?:0[xX][0-9A-Fa-f]{1,16}|[A-Z]{1,6}-?[0-9]{1,7}(?:\.[0-9]{1,2})?"
    rf"|{_YEAR}([-/.]){_MONTH}\1{_DAY}|{_DAY}([-/.]){_MONTH}\2{_YEAR}|{_MONTH}([-/.]){_DAY}\3{_YEAR})(?![^\W_])"
)
"""Codes and dates, whose digits are no numbers of somebody."""
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_MARKS = r"[*`~]+|\\(?=[!-/:-@\[-`{-~])|</?[A-Za-z!][^<>]{0,200}>|\]\([^()\s]{0,200}\)|!?\["
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_TOGETHER = re.compile(f"{HIDDEN}(?:[^\\S\\n]*{HIDDEN})+")


def redacted(
    text: str,
    *,
    words: Iterable[str],
    names: Iterable[str] = (),
    literally: Iterable[str] = (),
    by_rule: bool = True,
) -> str:
    """
    Return *text* without what tells of somebody; it is never longer than before.

    Args:
        words: Names of those concerned: each of their words of `SHORTEST` letters or more is taken, but no stop words.
        names: Names of others, taken as a whole only.
        literally: What is taken as it stands, such as a phone number or an id.
        by_rule: Whether addresses and numbers are taken whosesoever they are. If not, only what is given is; a phone
            number however it is grouped, with or without its country.

    >>> redacted("ACME's Núñez wrote from a@b.example: E-1042", words=["Acme Ltd", "Eva Nunez"])
    "…'s … wrote from …: E-1042"
    >>> redacted("Call +57 301 555 0101, Banco del Sur", words=[], names=["Banco del Sur"])
    'Call …, …'
    >>> redacted("Ana: 301-555-0101, serial 4711000", words=["Ana"], literally=["+57 301 5550101"], by_rule=False)
    '…: …, serial 4711000'
    """
    words, names = tuple(words), tuple(names)
    told = {_words(name) for name in (*words, *names)}
    whole = {name for name in told if len("".join(name)) >= SHORTEST and not _COMMON.issuperset(name)}
    own = [_words(name) for name in words]
    taken = {word for name in own for word in (*name, "".join(name)) if len(word) >= SHORTEST and word not in _COMMON}
    said = (*literally, *filter(_has_no_words, (*words, *names)))
    spans: list[Span] = []
    for plain, places in _readings(text):
        found = _telling(plain, taken, whole, said, by_rule=by_rule)
        spans += ((places[start][0], places[end - 1][1]) for start, end in found)
    return _TOGETHER.sub(HIDDEN, _without(text, spans))


def _readings(text: str) -> Iterator[tuple[str, list[Span]]]:
    """Yield *text* as it is read, with and without marks, and where in it each character comes from."""
    unseen = {char for char in set(text) if char in _UNSEEN or unicodedata.category(char) == "Cf" or _selects(char)}
    gone = "|".join([_ENTITY, *map(re.escape, sorted(unseen))])
    first = _read(text, gone)
    yield first
    second = _read(text, f"{gone}|{_MARKS}")
    if second[0] != first[0]:
        yield second


def _read(text: str, gone: str) -> tuple[str, list[Span]]:
    chars: list[str] = []
    places: list[Span] = []
    end = 0
    for found in re.finditer(gone, text):
        chars += text[end : found.start()]
        places += ((at, at + 1) for at in range(end, found.start()))
        end = found.end()
        meant = html.unescape(found[0]) if found[0].startswith("&") else ""
        for char in meant:
            if unicodedata.category(char) != "Cf" and char not in _UNSEEN:
                chars.append(char)
                places.append(found.span())
    chars += text[end:]
    places += ((at, at + 1) for at in range(end, len(text)))
    return "".join(chars), places


def _selects(char: str) -> bool:
    """Whether a character only tells how the one before it is drawn."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _without(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    end = 0
    for start, after in sorted(spans):
        if start >= end:
            parts += [text[end:start], HIDDEN]
        end = max(end, after)
    return "".join(parts) + text[end:]


def _telling(
    text: str, taken: set[str], whole: set[tuple[str, ...]], said: Sequence[str], *, by_rule: bool
) -> Iterator[Span]:
    """Yield where *text* tells of somebody."""
    yield from _said(text, said)
    yield from _ruled(text) if by_rule else _numbers(text, said)
    yield from _taken(text, taken)
    yield from _whole(text, whole)


def _ruled(text: str) -> Iterator[Span]:
    """Yield addresses and numbers, whosesoever they are."""
    yield from _addresses(text)
    for pattern in (_ACCOUNT, _DEVICE):
        yield from (found.span() for found in pattern.finditer(text))
    yield from (found.span() for found in _NETWORK.finditer(text) if _is_network(found[0]))
    others = _STAYS.sub(lambda found: "\0" * len(found[0]), text)
    yield from (found.span() for found in _DIGITS.finditer(others))


def _numbers(text: str, said: Iterable[str]) -> Iterator[Span]:
    """Yield runs of digits that are those of a phone number that is said, or end as it does."""
    phones = [_NO_DIGIT.sub("", one) for one in said if _DIGITS.search(one) and not _WORD.search(one)]
    for found in _DIGITS.finditer(text) if phones else ():
        digits = _NO_DIGIT.sub("", found[0])
        if any(digits.endswith(phone) or (len(digits) >= LOCAL and phone.endswith(digits)) for phone in phones):
            yield found.span()


def _word(letters: str) -> str:
    return without_tilde(fold(letters))


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared."""
    return tuple(_word(found[0]) for found in _WORD.finditer(name))


def _has_no_words(name: str) -> bool:
    """Whether a name has digits, or letters that are written without spaces between words."""
    return any(char.isdigit() or unicodedata.category(char) == "Lo" for char in name)


def _said(text: str, said: Iterable[str]) -> Iterator[Span]:
    """Yield what stands in *text* as it is said, and is no part of a longer word of letters and digits."""
    lower = text.lower()
    found = sorted({one for each in said if len(one := each.strip()) > 1 and one.lower() in lower}, key=len)
    if found:
        pattern = re.compile("|".join(map(_literally, reversed(found))), re.IGNORECASE)
        yield from (one.span() for one in pattern.finditer(text))


def _literally(told: str) -> str:
    bounded = told.isascii()
    before = r"(?<![^\W_])" if bounded and told[0].isalnum() else ""
    after = r"(?![^\W_])" if bounded and told[-1].isalnum() else ""
    return f"{before}{re.escape(told)}{after}"


def _addresses(text: str) -> Iterator[Span]:
    """Yield addresses of mail, and of addresses of pages what tells more than scheme and host."""
    for found in _PAGE.finditer(text):
        host, rest = found[1], found[2].rstrip(_AROUND)
        if "@" in host:
            yield found.start(1), found.start(1) + host.rindex("@") + 1
        if _TELLS(rest):
            begins = found.start(2) + rest.startswith("/")
            yield begins, found.start(2) + len(rest)
    others = _PAGE.sub(lambda found: " " * len(found[0]), text)
    for run in _RUN.finditer(others):
        core = run[0].strip(_AROUND)
        if _MAIL(core) or "=" in core.partition("?")[2]:
            start = run.start() + run[0].index(core)
            yield start, start + len(core)


def _is_network(found: str) -> bool:
    try:
        ip_address(found)
    except ValueError:
        return False
    return True


def _taken(text: str, taken: set[str]) -> Iterator[Span]:
    """Yield words of *text* that are in *taken*, and such parts of words as begin with a capital."""
    for found in _WORD.finditer(text):
        letters = found[0]
        if _word(letters) in taken:
            yield found.span()
            continue
        humps = [0, *(at for at in range(1, len(letters)) if letters[at].isupper() and letters[at - 1].islower())]
        for start, end in zip(humps, [*humps[1:], len(letters)], strict=True):
            if len(humps) > 1 and _word(letters[start:end]) in taken:
                yield found.start() + start, found.start() + end


def _whole(text: str, names: set[tuple[str, ...]]) -> Iterator[Span]:
    """Yield names that stand in *text* word by word, whatever is between the words."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        by_first.setdefault(name[0], []).append(name)
    found = [(match.span(), _word(match[0])) for match in _WORD.finditer(text)]
    place = 0
    while place < len(found):
        longest = 0
        for name in by_first.get(found[place][1], ()):
            if len(name) > longest and tuple(one for _, one in found[place : place + len(name)]) == name:
                longest = len(name)
        if longest:
            yield found[place][0][0], found[place + longest - 1][0][1]
        place += longest or 1
