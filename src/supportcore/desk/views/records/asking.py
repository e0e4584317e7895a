"""Forms and actions: what somebody is asked, and may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from supportcore.desk.views.records.plain import Plain, ReasonView


@attrs.frozen(kw_only=True)
class SlotView:
    """
    A place for files.

    Attributes:
        field: Key of the field it stands beside; empty for none in particular.
        count: Files at most.
        size: Bytes of one file at most.
        types: Media types it takes; empty means any.
    """

    key: str
    label: str
    help: str = ""
    field: str = ""
    count: int
    size: int
    types: tuple[str, ...] = ()
    required: bool = False


@attrs.frozen(kw_only=True)
class Submit:
    """
    How a form is sent.

    Attributes:
        command: The method of the library: ``open``, ``reply``, ``note``, ``assign``, ``triage``, ``set_deadline``,
            ``retarget``, ``move``, ``cite``, ``act``, ``write_article``, ``revise_article`` or ``act_on_article``.
        form: Key of the intake form, for ``open``; else empty.
        contact: Actor id of whom it is opened for, for ``open``, which only staff may name; else empty.
        action: Name of the action, for ``act`` and ``act_on_article``; else empty.
        ticket: Id of the ticket, unless one is opened; for ``write_article`` the one that the article is made of, if
            any; else empty.
        article: Id of the article that is revised or acted on; of a new one, empty lets it be made up.
        suggestion: ``id`` of what was suggested before, for ``open``; forms leave it empty.
        seen_version: The version of the ticket or article that was seen; None if there is none yet.
        label: What the button says.
    """

    command: str
    form: str = ""
    contact: str = ""
    action: str = ""
    ticket: str = ""
    article: str = ""
    suggestion: str = ""
    seen_version: int | None = None
    label: str


@attrs.frozen(kw_only=True)
class FormView:
    """
    A form as data.

    Attributes:
        schema: JSON Schema, draft-07, of the documents it takes.
        ui: Order of the fields and widgets, as react-jsonschema-form reads them.
        data: What stands in it at first: declared defaults, what is known of the actor, what there is already.
        help: Help text by field.
        slots: Where files are handed in.
        any_of: Keys of fields and slots of which one is enough, and one is needed; empty where there is no such choice.
    """

    key: str
    title: str
    help_text: str = ""
    schema: Mapping[str, Any] = attrs.field(eq=False)
    ui: Mapping[str, Any] = attrs.field(eq=False)
    data: Mapping[str, Plain | tuple[str, ...]] = attrs.field(eq=False)
    help: Mapping[str, str] = attrs.field(eq=False)
    slots: tuple[SlotView, ...] = ()
    any_of: tuple[str, ...] = ()
    submit: Submit


@attrs.frozen(kw_only=True)
class FormLink:
    """A form that the actor may open a ticket with."""

    key: str
    label: str
    help: str = ""
    area: str | None = None
    service: str | None = None
    variant: str = ""


@attrs.frozen(kw_only=True)
class ActionView:
    """
    A command or action on a ticket or article.

    Attributes:
        reasons: Why not; empty if and only if it is allowed.
        form: What it asks for, if it is allowed; for ``revise`` of an article, `article_form` returns it.
    """

    name: str
    label: str
    allowed: bool
    reasons: tuple[ReasonView, ...] = ()
    form: FormView | None = None
