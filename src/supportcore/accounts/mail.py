"""The mail that invites somebody: in the person's language, with a link and never a password."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Fault, Invalid
from supportcore.notices.render import EMAIL, Notice

TOKEN = "{token}"
_LINK = re.compile(r"https?://[!-~]{1,2000}").fullmatch
_SUBJECT = {
    "en": ("Your account at {desk}", "A new password at {desk}"),
    "es": ("Su cuenta en {desk}", "Una contraseña nueva en {desk}"),
}
_BODY = {
    "en": (
        """Hello {name},

you have been given an account at {desk}. Choose your user name and password here; the link works once, until {until}
({zone}):

{link}

If you did not expect this, do nothing: without the link nobody gets in. Please do not answer this mail.
""",
        """Hello {name},

here you set a new password at {desk} for the user name {user_name}; the link works once, until {until} ({zone}). Your
present password holds until then:

{link}

If you did not ask for this, do nothing: nothing changes. Please do not answer this mail.
""",
    ),
    "es": (
        """Hola, {name}:

Tiene una cuenta en {desk}. Elija aquí su usuario y su contraseña; el enlace sirve una sola vez, hasta el {until}
({zone}):

{link}

Si no esperaba este mensaje, no haga nada: sin el enlace no entra nadie. Por favor, no responda.
""",
        """Hola, {name}:

Aquí fija una contraseña nueva en {desk} para el usuario {user_name}; el enlace sirve una sola vez, hasta el {until}
({zone}). Mientras tanto vale la actual:

{link}

Si no lo ha pedido, no haga nada: nada cambia. Por favor, no responda.
""",
    ),
}
"""What is written the first time, and to whoever has a password already."""
_WORDS = {
    "visit": {"en": "", "es": ""},
    "accept": {"en": "Save", "es": "Guardar"},
}
"""What the link and the button of its form are called where a desk's labels say nothing."""


@attrs.frozen(kw_only=True)
class InvitationMail(Notice):
    """What a notifier sends to somebody who is invited; about no ticket. Its text holds the link, its repr does not."""

    body: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Invitee:
    """
    Who is invited.

    Attributes:
        language: ``en`` or ``es``.
        zone: Name of the time zone that instants are told in.
        user_name: The one there is already; empty for a first invitation, or one that the desk chose.
        again: Whether there is a password already.
    """

    person: str
    name: str
    email: str
    language: str
    zone: str
    user_name: str
    again: bool


def check_link(link: object) -> str:
    """Return a link with a place for the token, or raise `Invalid`."""
    if not isinstance(link, str) or not _LINK(link) or link.count(TOKEN) != 1:
        raise Invalid(Fault("link", "bad_link"))
    return link


def word(desk: Definition, key: str, language: str) -> str:
    """Return what *desk* calls the link of an invitation (``visit``; empty for nothing) or its button (``accept``)."""
    return desk.labels.entries.get(("accounts", key, language), (_WORDS[key][language], ""))[0]


def invitation_mail(
    desk: Definition, invitee: Invitee, *, id: str, link: str, token: str, expires_at: datetime, at: datetime
) -> InvitationMail:
    """Return the mail to *invitee*; *link* is as `check_link` wants it."""
    language = invitee.language
    called, address = word(desk, "visit", language), link.replace(TOKEN, token)
    words = {
        "name": " ".join(invitee.name.split()) or invitee.person,
        "desk": desk.labels.label("desk", "name", language),
        "until": f"{expires_at.astimezone(ZoneInfo(invitee.zone)):%Y-%m-%d %H:%M}",
        "zone": invitee.zone,
        "link": f"{called}:\n{address}" if called else address,
        "user_name": invitee.user_name,
    }
    return InvitationMail(
        id=id,
        desk=desk.key,
        ticket="",
        number=0,
        channel=EMAIL,
        role="invited",
        recipient=invitee.person,
        emails=(invitee.email,),
        locale=language,
        subject=_SUBJECT[language][invitee.again].format(**words),
        body=_BODY[language][invitee.again].format(**words),
        at=at,
        event="invited",
    )
