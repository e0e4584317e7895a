"""The desk: what a host talks to."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.desk.aio import AsyncActing, AsyncDesk
    from supportcore.desk.desk import Acting, Desk
    from supportcore.desk.offers import Offer
    from supportcore.desk.promises import Promise
    from supportcore.desk.reports import DeliveryReport, DueReport, Finding, Verification
    from supportcore.desk.timeline import Entry
    from supportcore.tickets.measures import Measures
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("AsyncActing", "AsyncDesk"), "supportcore.desk.aio"),
            **dict.fromkeys(("Acting", "Desk"), "supportcore.desk.desk"),
            **dict.fromkeys(("Offer",), "supportcore.desk.offers"),
            **dict.fromkeys(("Promise",), "supportcore.desk.promises"),
            **dict.fromkeys(("DeliveryReport", "DueReport", "Finding", "Verification"), "supportcore.desk.reports"),
            **dict.fromkeys(("Entry",), "supportcore.desk.timeline"),
            **dict.fromkeys(("Measures",), "supportcore.tickets.measures"),
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
    "Measures",
    "Offer",
    "Promise",
    "Verification",
]
