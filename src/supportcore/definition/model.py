"""
A desk as data: everything a portal's rules say, and beside it what its people read.

The rules have a hash, under which they are stored and to which a ticket holds on. Labels are not hashed: they are
always today's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import attrs

from supportcore.definition.accounts import AccountPolicy
from supportcore.definition.parts import ApprovalRule, HoldRule, NoticeRule, Routing, Survey
from supportcore.definition.screens import Screens
from supportcore.forms.fields import FILE_LIMIT, FILES_AT_ONCE, Form, Slot
from supportcore.knowledge.lifecycle import KnowledgePolicy
from supportcore.people.access import Role
from supportcore.workflow.definition import WaitingOn, Workflow

if TYPE_CHECKING:
    from supportcore.sla.policy import ServiceLevels
    from supportcore.workflow.engine import Engine

FORMAT = 1
"""Of the definition document; part of the hash."""
LEVELS = ("calendars", "ladders", "policies", "levels")
"""The sections of a definition that say what the desk promises; they are hashed and stored apart from the rules."""
SCREENS = ("files", "lists", "boards", "menu", "page", "questions", "knowledge", "accounts")
"""The sections that say what a front end is given."""
TODAYS = (*SCREENS, "moves")
"""The sections that are always today's, as labels are: neither hashed nor stored."""

Guard = Callable[[Any, Any], bool]
"""A host's own rule: takes a ticket and an actor, returns whether the action is allowed."""


@attrs.frozen(kw_only=True)
class FilePolicy:
    """
    What a desk takes of files.

    Attributes:
        size: Bytes of one file at most.
        count: Files in one slot at most.
        types: Media types it takes, such as ``application/pdf`` or ``image/*``; empty means any.
        keep: How long a draft is kept that no command takes.
    """

    size: int = FILE_LIMIT
    count: int = FILES_AT_ONCE
    types: tuple[str, ...] = ()
    keep: timedelta = timedelta(days=1)

    def slot(self, key: str) -> Slot:
        """Return a slot that takes what the desk takes."""
        return Slot(key=key, count=self.count, size=self.size, types=self.types)


@attrs.frozen
class Labels:
    """
    What people read, by section and key, in every language of the desk.

    Attributes:
        entries: Maps ``(section, key, language)`` to label and help.
    """

    languages: tuple[str, ...]
    entries: Mapping[tuple[str, str, str], tuple[str, str]] = attrs.field(factory=dict, eq=False, repr=False)

    def language(self, locale: str) -> str:
        """Return the language of the desk that fits *locale*; its first if none does."""
        short = locale.split("-")[0].split("_")[0].lower()
        return short if short in self.languages else self.languages[0]

    def label(self, section: str, key: str, locale: str = "") -> str:
        """Return the label; the key itself where today's labels have none."""
        return self.entries.get((section, key, self.language(locale)), (key, ""))[0]

    def help(self, section: str, key: str, locale: str = "") -> str:
        """Return the help text; empty where there is none."""
        return self.entries.get((section, key, self.language(locale)), (key, ""))[1]


@attrs.frozen(kw_only=True, slots=False)
class Definition:
    """
    One desk.

    Attributes:
        key: The desk's key; part of every stored key.
        zone: Name of the time zone the desk lives in.
        rules_hash: sha256 of `document`.
        document: The canonical rules as authored, as JSON text; what is stored.
        customer: Who must name a customer: ``required``, or ``none`` where tickets have no customer.
        forms: What is asked when a ticket is opened; the default form first.
        files: What it takes of files; None if it takes none.
        screens: Lists, boards, menu and the like.
        knowledge: Who keeps the knowledge base.
        accounts: What it asks of the accounts of its people.
        levels: What the desk promises; None if it promises nothing. Hashed and stored apart from the rules.
        replies: Pairs of side and party: whom the ticket waits for once that side has replied.
        approvals: Which tickets a committee has to agree to.
        survey: How resolutions are rated; None if they are not.
        hold: What becomes of tickets whose agreement does not hold; None leaves that to people.
        merge: Key of the final state of a ticket that was merged into another; None if there is no merging.
        moves: Pairs of a state of earlier rules and the one of these to which its tickets are moved.
    """

    key: str
    zone: str
    languages: tuple[str, ...]
    customer: Literal["required", "none"]
    roles: tuple[Role, ...]
    workflow: Workflow
    forms: tuple[Form, ...]
    triage: Form
    vocabularies: Mapping[str, tuple[str, ...]] = attrs.field(eq=False)
    routing: Routing
    replies: tuple[tuple[str, WaitingOn], ...]
    notices: tuple[NoticeRule, ...]
    approvals: tuple[ApprovalRule, ...] = ()
    survey: Survey | None = None
    hold: HoldRule | None = None
    merge: str | None = None
    moves: tuple[tuple[str, str], ...] = ()
    labels: Labels = attrs.field(eq=False)
    levels: ServiceLevels | None = None
    files: FilePolicy | None = None
    screens: Screens = Screens()
    knowledge: KnowledgePolicy = KnowledgePolicy()
    accounts: AccountPolicy = AccountPolicy()
    guards: Mapping[str, Guard] = attrs.field(eq=False, factory=dict)
    rules_hash: str
    document: str = attrs.field(repr=False)

    @property
    def form(self) -> Form:
        """The default intake form."""
        return self.forms[0]

    @cached_property
    def forms_by_key(self) -> Mapping[str, Form]:
        """The intake forms by key."""
        return MappingProxyType({form.key: form for form in self.forms})

    @cached_property
    def engine(self) -> Engine:
        """The engine that steps through `workflow`; made at the first step, as it loads `transitions`."""
        from supportcore.workflow.engine import Engine

        return Engine(self)

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Pairs of digest and canonical text of all that tickets hold on to, and that is stored therefore."""
        rules = (self.rules_hash, self.document)
        return (rules,) if self.levels is None else (rules, (self.levels.digest, self.levels.document))

    @cached_property
    def notices_on(self) -> Mapping[str, tuple[NoticeRule, ...]]:
        """The notice rules by the event they wait for."""
        names = dict.fromkeys(rule.on for rule in self.notices)
        return MappingProxyType({name: tuple(rule for rule in self.notices if rule.on == name) for name in names})

    @cached_property
    def roles_by_key(self) -> Mapping[str, Role]:
        """The roles by key."""
        return MappingProxyType({role.key: role for role in self.roles})

    def rank(self, vocabulary: str, key: str | None) -> int:
        """Return the place of *key* in its vocabulary, from 1; 0 for none, so that lists sort by it."""
        options = self.vocabularies.get(vocabulary, ())
        return options.index(key) + 1 if key in options else 0
