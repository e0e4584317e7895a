"""
Notices: what a person is told, in whose words, and the senders that take them out of the house.

The senders are loaded when they are first asked for, with the libraries they need.
"""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily
from supportcore.notices.render import PLACEHOLDERS, Notice, Words, render

if TYPE_CHECKING:
    from supportcore.notices.channels import Channels, asynchronous
    from supportcore.notices.faults import NotSent
    from supportcore.notices.mail import SmtpNotifier, email_message
    from supportcore.notices.webhooks import WebhookNotifier
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("Channels", "asynchronous"), "supportcore.notices.channels"),
            **dict.fromkeys(("NotSent",), "supportcore.notices.faults"),
            **dict.fromkeys(("SmtpNotifier", "email_message"), "supportcore.notices.mail"),
            **dict.fromkeys(("WebhookNotifier",), "supportcore.notices.webhooks"),
        },
    )

__all__ = [
    "PLACEHOLDERS",
    "Channels",
    "NotSent",
    "Notice",
    "SmtpNotifier",
    "WebhookNotifier",
    "Words",
    "asynchronous",
    "email_message",
    "render",
]
