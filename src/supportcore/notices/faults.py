"""Why a notice did not get through."""

from __future__ import annotations

from supportcore.errors import SupportError


class NotSent(SupportError):
    """
    A notice that was not sent; the outbox keeps why, and tries it again.

    Attributes:
        code: ``not_sent`` (a server did not take it), ``address_not_public``, ``no_address``, ``no_channel`` or
            ``notice_unreadable``.
        params: The facts behind the message, by name; never a password, a secret, or the path of a webhook.
    """

    code = "not_sent"

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        super().__init__(None, **{name: str(value) for name, value in params.items()})
