"""The desk: what a host talks to."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.desk.acting import Acting
    from supportcore.desk.aio import AsyncDesk
    from supportcore.desk.aio_acting import AsyncActing
    from supportcore.desk.desk import Desk
    from supportcore.desk.downloads import AsyncDownload, Download
    from supportcore.desk.exporting import AsyncExport, Export
    from supportcore.desk.offers import Offer
    from supportcore.desk.persons.reports import Erasure, Remainder
    from supportcore.desk.promises import Promise
    from supportcore.desk.reports import DeliveryReport, DueReport, Finding, Verification
    from supportcore.desk.timeline import Entry
    from supportcore.tickets.measures import Measures
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("AsyncActing",), "supportcore.desk.aio_acting"),
            **dict.fromkeys(("AsyncDesk",), "supportcore.desk.aio"),
            **dict.fromkeys(("Acting",), "supportcore.desk.acting"),
            **dict.fromkeys(("Desk",), "supportcore.desk.desk"),
            **dict.fromkeys(("AsyncDownload", "Download"), "supportcore.desk.downloads"),
            **dict.fromkeys(("AsyncExport", "Export"), "supportcore.desk.exporting"),
            **dict.fromkeys(("Offer",), "supportcore.desk.offers"),
            **dict.fromkeys(("Erasure", "Remainder"), "supportcore.desk.persons.reports"),
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
    "AsyncDownload",
    "AsyncExport",
    "DeliveryReport",
    "Desk",
    "Download",
    "DueReport",
    "Entry",
    "Erasure",
    "Export",
    "Finding",
    "Measures",
    "Offer",
    "Promise",
    "Remainder",
    "Verification",
]
