"""
What a front end is given: frozen records of plain values, in the actor's language and zone.

Every string that a screen shows is in them; no rule is left to the reader. `dump` makes JSON-safe data of one, whose
JSON Schema `supportcore schema` writes. A record holds nothing that its actor may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from supportcore.desk.views.records.asking import ActionView as ActionView
from supportcore.desk.views.records.asking import FormLink as FormLink
from supportcore.desk.views.records.asking import FormView as FormView
from supportcore.desk.views.records.asking import SlotView as SlotView
from supportcore.desk.views.records.asking import Submit as Submit
from supportcore.desk.views.records.bonds import ApprovalView as ApprovalView
from supportcore.desk.views.records.bonds import BallotView as BallotView
from supportcore.desk.views.records.bonds import LinkView as LinkView
from supportcore.desk.views.records.knowledge import ArticleLink as ArticleLink
from supportcore.desk.views.records.knowledge import ArticleList as ArticleList
from supportcore.desk.views.records.knowledge import ArticlePage as ArticlePage
from supportcore.desk.views.records.knowledge import CategoryView as CategoryView
from supportcore.desk.views.records.knowledge import DifferenceView as DifferenceView
from supportcore.desk.views.records.knowledge import FieldChange as FieldChange
from supportcore.desk.views.records.knowledge import LineChange as LineChange
from supportcore.desk.views.records.knowledge import Part as Part
from supportcore.desk.views.records.knowledge import Respelling as Respelling
from supportcore.desk.views.records.knowledge import RevisionList as RevisionList
from supportcore.desk.views.records.knowledge import RevisionView as RevisionView
from supportcore.desk.views.records.knowledge import SearchHit as SearchHit
from supportcore.desk.views.records.knowledge import SearchView as SearchView
from supportcore.desk.views.records.knowledge import SuggestionView as SuggestionView
from supportcore.desk.views.records.knowledge import TicketHit as TicketHit
from supportcore.desk.views.records.knowledge import TicketHits as TicketHits
from supportcore.desk.views.records.knowledge import TicketLink as TicketLink
from supportcore.desk.views.records.knowledge import VoteView as VoteView
from supportcore.desk.views.records.plain import ColumnKind as ColumnKind
from supportcore.desk.views.records.plain import Light as Light
from supportcore.desk.views.records.plain import OptionView as OptionView
from supportcore.desk.views.records.plain import Plain as Plain
from supportcore.desk.views.records.plain import ReasonView as ReasonView
from supportcore.desk.views.records.plain import Side as Side
from supportcore.desk.views.records.plain import When as When
from supportcore.desk.views.records.reading import CalendarEntry as CalendarEntry
from supportcore.desk.views.records.reading import CalendarView as CalendarView
from supportcore.desk.views.records.reading import DraftList as DraftList
from supportcore.desk.views.records.reading import FileList as FileList
from supportcore.desk.views.records.reading import NoticeList as NoticeList
from supportcore.desk.views.records.reading import NoticeView as NoticeView
from supportcore.desk.views.records.reading import Profile as Profile
from supportcore.desk.views.records.reading import QuestionList as QuestionList
from supportcore.desk.views.records.reading import TicketFile as TicketFile
from supportcore.desk.views.records.screens import Account as Account
from supportcore.desk.views.records.screens import BoardView as BoardView
from supportcore.desk.views.records.screens import CellView as CellView
from supportcore.desk.views.records.screens import Column as Column
from supportcore.desk.views.records.screens import Filter as Filter
from supportcore.desk.views.records.screens import Home as Home
from supportcore.desk.views.records.screens import ListView as ListView
from supportcore.desk.views.records.screens import MenuItem as MenuItem
from supportcore.desk.views.records.screens import Position as Position
from supportcore.desk.views.records.screens import QuestionView as QuestionView
from supportcore.desk.views.records.screens import Row as Row
from supportcore.desk.views.records.screens import RowAction as RowAction
from supportcore.desk.views.records.screens import Value as Value
from supportcore.desk.views.records.tickets import Author as Author
from supportcore.desk.views.records.tickets import ClockView as ClockView
from supportcore.desk.views.records.tickets import FileView as FileView
from supportcore.desk.views.records.tickets import HeaderField as HeaderField
from supportcore.desk.views.records.tickets import StateView as StateView
from supportcore.desk.views.records.tickets import ThreadEntry as ThreadEntry
from supportcore.desk.views.records.tickets import TicketPage as TicketPage

VIEWS: tuple[type[Any], ...] = (
    Home, ListView, FormView, TicketPage, ActionView, ArticleList, ArticlePage, NoticeList, Profile, QuestionList,
    DraftList, FileList, CalendarView, SearchView, SuggestionView, TicketHits, RevisionList, DifferenceView,
)  # fmt: skip
"""What the methods return, in the order the schemas are written in."""


def dump(view: Any) -> Any:
    """
    Return a view as what `json.dumps` takes: objects, lists and plain values.

    >>> dump(When(at="2026-03-02T14:00:00.000Z", local="2026-03-02T09:00:00-05:00", text="2 Mar 2026, 09:00:00"))["at"]
    '2026-03-02T14:00:00.000Z'
    """
    if attrs.has(type(view)):
        return {field.name: dump(getattr(view, field.name)) for field in attrs.fields(type(view))}
    if isinstance(view, Mapping):
        return {str(key): dump(value) for key, value in view.items()}
    if isinstance(view, (list, tuple)):
        return [dump(value) for value in view]
    return view
