"""The table of codes: every one is used, every one used is in it, in both languages with the same facts."""

from __future__ import annotations

import ast
import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from supportcore import errors
from supportcore.copying import CopyError
from supportcore.errors import (
    CODES,
    KINDS,
    Fault,
    Invalid,
    NotFound,
    Reason,
    Refused,
    StaleVersion,
    StoreError,
    SupportError,
    facts,
)
from supportcore.notices import NotSent
from supportcore.replay.faults import LogError
from supportcore.sla.daysoff import HolidaysError
from supportcore.storage.ports import RECORD_KINDS
from supportcore.text import instant_of_text

SOURCE = Path(__file__).parents[2] / "src"
TABLES = SOURCE / "supportcore" / "errors" / "codes"
MAKERS = {"Reason": 0, "Fault": 1, "LogError": 0, "CopyError": 0, "HolidaysError": 0, "NotSent": 0}
"""Which argument of each call is a code."""


def facts_of(text: str) -> set[str]:
    """Return the facts that a text needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module of the source, without the tables themselves."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.parent == TABLES:
            tree.body = [part for part in tree.body if not isinstance(part, ast.Assign)]
        yield path, tree


def strings(node: ast.AST) -> set[str]:
    """Return the texts that stand in *node*."""
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


class Made(NamedTuple):
    """A code that stands somewhere in the source: where, in a class or in a call, and the facts written with it."""

    place: str
    code: str
    alone: bool
    said: ast.expr | None


def made() -> Iterator[Made]:
    """Yield every code that a class of errors has, or that a reason, fault or error is made with."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "code":
                        yield Made(f"{path.name}:{part.lineno}", str(ast.literal_eval(part.value)), False, None)
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MAKERS:
                continue
            if len(node.args) <= MAKERS[node.func.id]:
                continue
            _, code, *said = [None, None, *node.args][MAKERS[node.func.id] + 1 :]
            for option in [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]:
                if isinstance(option, ast.Constant) and isinstance(option.value, str):
                    alone = node.func.id in ("Reason", "Fault")
                    yield Made(f"{path.name}:{node.lineno}", option.value, alone, said[0] if said else None)


def test_every_code_that_is_raised_is_in_the_table() -> None:
    """A reason, fault or error made anywhere in the source has a code of the table."""
    found = list(made())
    assert len(found) > 100
    assert [] == [(one.place, one.code) for one in found if one.code not in CODES]


def test_no_code_stands_in_two_tables() -> None:
    """The table of all codes is as long as its parts together."""
    parts = [ast.parse(path.read_text(encoding="utf-8")) for path in TABLES.glob("*.py")]
    tables = [node.value for part in parts for node in part.body if isinstance(node, ast.Assign)]
    assert len(CODES) == sum(len(table.keys) for table in tables if isinstance(table, ast.Dict))


def test_every_code_of_the_table_is_used() -> None:
    """Each code stands somewhere in the source beside the table."""
    used = set().union(*(strings(tree) for _, tree in modules()))
    assert set() == set(CODES) - used


def test_both_texts_use_the_same_facts() -> None:
    """The English and the Spanish text of a code need the same facts."""
    assert {} == {
        code: (en, es)
        for code, (_, en, es) in CODES.items()
        if facts_of(en) != {fact.removesuffix("_es") for fact in facts_of(es)}
    }


def test_a_code_is_made_with_the_facts_of_its_texts() -> None:
    """Wherever facts are written out, they are those that the texts of the code need."""
    checked = 0
    for one in made():
        written = isinstance(one.said, ast.Call) and ast.unparse(one.said.func) == "facts"
        names = [keyword.arg for keyword in one.said.keywords] if written else []
        if not one.alone or (one.said is not None and not written) or None in names:
            continue  # of a class, whose facts come later, or made elsewhere
        checked += 1
        assert facts_of(CODES[one.code].en) <= {str(name).removesuffix("_es") for name in names}, one.place
    assert checked > 60


def test_words_among_the_facts_are_in_both_languages() -> None:
    """Wherever a fact is a word for people, another one beside it is Spanish."""
    words, checked = {"expected", "unit", "why", "roles"}, 0
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "facts":
                names = {str(keyword.arg) for keyword in node.keywords}
                checked += bool(names & words)
                assert {f"{name}_es" for name in names & words} <= names, f"{path.name}:{node.lineno}"
    assert checked > 30


@pytest.mark.parametrize(
    ("code", "english", "spanish"),
    [
        ("bad_file_name", "visible", "visibles"),
        ("bad_text", "NUL or a lone surrogate", "NUL o un sustituto suelto"),
        ("bad_cursor", "query or release", "consulta o versión"),
        ("file_taken", "hand it in again", "entréguelo de nuevo"),
        ("naive_instant", "UTC", "UTC"),
    ],
)
def test_the_spanish_text_says_as_much(code: str, english: str, spanish: str) -> None:
    """What the English text says to do, or names as the cause, the Spanish one says."""
    assert english in CODES[code].en
    assert spanish in CODES[code].es


def test_an_instant_is_shown_in_both_languages() -> None:
    """Both name an instant as it is written."""
    with pytest.raises(Invalid) as told:
        instant_of_text("tomorrow", "at")
    assert all("2026-03-02T09:00:00Z" in told.value.text(locale) for locale in ("en", "es"))


def test_a_fault_of_a_greater_whole_begins_with_its_place() -> None:
    """The place stands before the path, alone where the path is empty."""
    assert ["1.subject", "1"] == [Fault(path, "required").below(1).path for path in ("subject", "")]


def test_every_status_is_one_of_http() -> None:
    """Who may not, what is not there, what cannot be now, what cannot be at all, and what failed."""
    assert {403, 404, 409, 422, 500, 503} == {code.status for code in CODES.values()}


def test_no_text_is_left_out_or_untranslated() -> None:
    """Every code has an English and a Spanish text, which differ wherever there are words in them."""
    for code, (_, en, es) in CODES.items():
        assert en, code
        assert es, code
        words = "".join(part for part, *_ in Formatter().parse(en)).strip(" .,:;")
        assert en != es or not words, code


def test_every_kind_has_a_spanish_word() -> None:
    """What can be missing is called by its Spanish name."""
    assert set() == {*RECORD_KINDS} - {*KINDS}
    assert "Aquí no se encuentra: versión." == NotFound(kind="version").text("es-CO")
    assert "Aquí no existe servicio s1." == Fault("service", "unknown_record", facts(kind="service", id="s1")).text(
        "es"
    )
    assert "There is no service s1 here." == Fault("service", "unknown_record", facts(kind="service", id="s1")).text()


def test_the_tree_of_the_page_is_the_tree_of_the_classes() -> None:
    """The docstring of the module draws every class, each below the one it is a kind of."""
    drawn: dict[str, str] = {}
    way: list[str] = []
    for line in (inspect.getdoc(errors) or "").splitlines():
        name = line.strip(" │├└─").split(" ")[0]
        depth = (len(line) - len(line.lstrip(" │├└─"))) // 4
        if depth:
            way[depth - 1 :] = [name]
            drawn[name] = way[depth - 2] if depth > 1 else "Exception"
    kinds = [SupportError, CopyError, LogError, HolidaysError, NotSent]
    kinds += [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, SupportError)]
    assert {kind.__name__: kind.__bases__[0].__name__ for kind in kinds} == drawn


# -- in words ----------------------------------------------------------------------------------------------------------


def test_an_error_tells_itself_in_both_languages() -> None:
    """The message of an error is English; in Spanish its code tells it, with the facts in Spanish where they differ."""
    stale = StaleVersion(seen=1, current=3)
    assert str(stale) == stale.text() == stale.text("en-GB")
    assert "Cambió desde que lo vio (versión 1, ahora 3)." == stale.text("es")
    role = Refused(Reason("role_required", facts(roles="agent", roles_es="agente")), Reason("ticket_closed"))
    assert "Only agent may do this. The ticket is closed." == role.text()
    assert "Solo agente puede hacer esto. El ticket está cerrado." == role.text("es")


def test_faults_are_told_with_their_places() -> None:
    """Bad input tells every fault with its path, and a fault of the whole without one."""
    invalid = Invalid(Fault("subject", "required"), Fault("", "no_files"))
    assert "subject: This field is required.; No files are taken here." == str(invalid) == invalid.text()
    assert "subject: Este campo es obligatorio.; Aquí no se aceptan archivos." == invalid.text("ES")


def test_a_message_of_its_own_is_told_as_it_is() -> None:
    """An error raised with a message and without the facts of its code has no other words."""
    assert "It is full." == StoreError("It is full.").text("es")
    assert "El almacén falló: lleno." == StoreError(why="lleno").text("es")


@pytest.mark.parametrize("locale", ["en", "es"])
def test_an_error_is_told_alike_after_a_journey(locale: str) -> None:
    """An error that went through another process says the same."""
    for error in (Invalid(Fault("a", "empty")), NotFound(kind="ticket", id="t"), StaleVersion(seen=1, current=2)):
        assert error.text(locale) == pickle.loads(pickle.dumps(error)).text(locale)
