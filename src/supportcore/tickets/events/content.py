"""What people wrote, kept apart from the facts."""

from __future__ import annotations

import attrs

from supportcore import text
from supportcore.workflow.definition import Audience


@attrs.frozen(kw_only=True)
class ContentRef:
    """Points to a content record: its id, and the sha256 of salt and text."""

    id: str = text.host_id()
    digest: str = text.host_id()


@attrs.frozen(kw_only=True)
class Content:
    """
    What a person wrote, apart from the facts, so that it can be erased with the history still folding.

    Attributes:
        kind: ``description``, ``answers`` (JSON of the desk's own fields), ``message``, ``note``, ``comment``, or
            ``file`` (JSON of what a file is called; its id is that of the file).
        position: Position of the event that refers to it.
        salt: Goes with the text into the digest, and with it when it is erased.
    """

    id: str = text.host_id()
    ticket: str = text.host_id()
    position: int = text.integer()
    kind: str = text.key()
    audience: Audience = text.one_of(("public", "internal"))
    author: str = text.host_id()
    body: str = text.body()
    salt: str = text.host_id()
