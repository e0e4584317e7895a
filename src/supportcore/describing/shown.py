"""What a desk shows: the menu, lists, boards, the head of a ticket's page, questions."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.screens import Board, ListRule, MenuEntry
from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, heading, table
from supportcore.describing.teller import Teller
from supportcore.desk.views.viewer import VIEW_LABELS
from supportcore.predicate import ALWAYS


def shown(t: Teller) -> Lines:
    """Yield everything that a front end is given to show."""
    screens = t.desk.screens
    yield from heading(2, t.say("What is shown", "Qué se muestra"))
    yield from _menu(t)
    yield from heading(3, t.say("Lists", "Listas"))
    for rule in screens.lists:
        yield f"{t.name('lists', rule.key, strong=True)} ({code(rule.key)})"
        yield from bullets(_list(t, rule))
    if screens.boards:
        yield from heading(3, t.say("Boards", "Tableros"))
    for board in screens.boards:
        yield f"{t.name('boards', board.key, strong=True)} ({code(board.key)}): {_board(t, board)}"
        yield from table(
            (
                t.say("box", "casilla"),
                t.say("key", "clave"),
                t.say("colour", "color"),
                t.say("tickets where", "tickets donde"),
            ),
            (
                (t.name(f"cells.{board.key}", cell.key), code(cell.key), cell.color, t.condition(cell.where))
                for cell in board.cells
            ),
        )
    yield from heading(3, t.say("A ticket's page", "La página de un ticket"))
    header = t.labels("fields", screens.header)
    yield t.say(f"At its head: {header}.", f"En su cabecera: {header}.")
    if screens.questions:
        yield from heading(3, t.say("Questions put to people", "Preguntas a las personas"))
        yield from bullets(
            f"{t.name('questions', rule.key, strong=True)} ({code(rule.key)}), "
            + t.say("where ", "donde ")
            + f"{t.condition(rule.where)}: {t.labels('actions', rule.answers)}"
            for rule in screens.questions
        )


def _menu(t: Teller) -> Lines:
    yield from heading(3, t.say("Menu", "Menú"))
    menu = t.desk.screens.menu
    if menu is None:
        yield t.say("An entry for each list, form and view.", "Una entrada por cada lista, formulario y vista.")
        return
    yield from table(
        (t.say("entry", "entrada"), t.say("key", "clave"), t.say("leads to", "lleva a"), t.say("for", "para")),
        ((t.name("menu", entry.key), code(entry.key), _leads(t, entry), t.roles(entry.roles)) for entry in menu),
    )


def _leads(t: Teller, entry: MenuEntry) -> str:
    if entry.to == "view":
        name = t.say(*VIEW_LABELS[entry.name])
    else:
        sections = {"list": "lists", "form": "forms", "board": "boards"}
        name = t.label(sections[entry.to], entry.name) if entry.to in sections else ""
    return t.word(words.LEADS, entry.to, name=name)


def _list(t: Teller, rule: ListRule) -> Iterator[str]:
    """Yield what there is to say of a list."""
    where = t.say("all that one sees", "todos los que se ven") if rule.where == ALWAYS else t.condition(rule.where)
    yield f"{t.say('For', 'Para')}: {t.roles(rule.roles)}; {t.say('tickets', 'tickets')}: {where}"
    yield f"{t.say('Columns', 'Columnas')}: {t.labels('fields', rule.columns)}"
    if rule.filters:
        yield f"{t.say('Filters', 'Filtros')}: {t.labels('fields', rule.filters)}"
    falling = rule.sort.startswith("-")
    by = t.label("fields", rule.sort.removeprefix("-"))
    order = t.say("descending", "de mayor a menor") if falling else t.say("ascending", "de menor a mayor")
    yield t.say(f"Sorted by {by}, {order}; {rule.limit} a page", f"Por {by}, {order}; {rule.limit} por página")


def _board(t: Teller, board: Board) -> str:
    parts = [t.say("for ", "para ") + t.roles(board.roles)]
    if board.where != ALWAYS:
        parts.append(t.say("tickets where ", "tickets donde ") + t.condition(board.where))
    name = t.label("lists", board.list)
    parts.append(t.say(f"a box opens the list {name}", f"una casilla abre la lista {name}"))
    if board.partition:
        parts.append(t.say("every ticket is in one box", "cada ticket está en una casilla"))
    return "; ".join(parts)
