"""What a person chose for itself. A record of the catalogue, beside that of the contact or agent."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

from supportcore import text

ReadingDirection = Literal["system", "ltr", "rtl"]
VisualMode = Literal["system", "light", "dark"]
READING_DIRECTIONS: tuple[ReadingDirection, ...] = get_args(ReadingDirection)
VISUAL_MODES: tuple[VisualMode, ...] = get_args(VisualMode)


@attrs.frozen(kw_only=True)
class Preferences:
    """
    Choices of one person, who need not be known to the catalogue otherwise.

    Attributes:
        id: The person's id; that of the actor.
        avatar: Id of a file, or None.
        locale: Language, such as ``es``; empty leaves it to the actor and the desk.
        zone: Name of a time zone, for views in that language; empty leaves it to the actor and the desk.
        email_notices: Whether notices come by e-mail too, where the desk sends any.
    """

    id: str = text.host_id()
    first_name: str = text.title("")
    last_name: str = text.title("")
    position: str = text.title("")
    phone: str = text.title("")
    avatar: str | None = text.host_id(None)
    locale: str = text.title("")
    zone: str = text.zone("")
    email_notices: bool = True
    reading_direction: ReadingDirection = text.one_of(READING_DIRECTIONS, "system")
    visual_mode: VisualMode = text.one_of(VISUAL_MODES, "system")
    active: bool = True
