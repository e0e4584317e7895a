"""The desk: what a host talks to."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.desk.aio import AsyncActing, AsyncDesk
    from supportcore.desk.desk import Acting, Desk
    from supportcore.desk.offers import Offer
    from supportcore.desk.reports import DeliveryReport, DueReport, Finding, Verification
    from supportcore.desk.timeline import Entry
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("AsyncActing", "AsyncDesk"), "supportcore.desk.aio"),
            **dict.fromkeys(("Acting", "Desk"), "supportcore.desk.desk"),
            **dict.fromkeys(("Offer",), "supportcore.desk.offers"),
            **dict.fromkeys(("DeliveryReport", "DueReport", "Finding", "Verification"), "supportcore.desk.reports"),
            **dict.fromkeys(("Entry",), "supportcore.desk.timeline"),
        },
    )

__all__ = [
    "Acting",
    "AsyncActing",
    "AsyncDesk",
    "DeliveryReport",
    "Desk",
    "DueReport",
    "Entry",
    "Finding",
    "Offer",
    "Verification",
]
