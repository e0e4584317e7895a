"""
The suite that every store has to pass; what it asks is what `supportcore.storage.ports` promises.

For a store of your own, in a test module:

    import pytest
    from supportcore.testing.conformance import StoreConformance

    class TestMyStore(StoreConformance):
        @pytest.fixture
        def store(self, tmp_path):
            store = MyStore(tmp_path)
            store.migrate()
            yield store
            store.close()

There is a class for each port, for stores that grow, and `StoreConformance` is all of them. A store in which writers of
different tickets never wait for one another adds `ManyWritersConformance`; one in which nobody ever waits adds
`OverlapsConformance` too. An asynchronous store goes behind
`supportcore.testing.blocking.BlockingStore`. Every example takes a fresh desk of the store, so a fixture that gives the
same store to all tests of a class is fine where a fresh one is dear.

What is read is not judged by what was written alone: lists, counts and pages are compared with filters written out
here, and tickets with `stored_columns`, the back door to what truly lies there.
"""

from supportcore.lazy import needing

with needing("testing", "supportcore.testing.conformance"):
    import pytest

_PARTS = (
    "blobs", "catalogue", "claims", "credentials", "driving", "feed", "files", "histories", "inbox", "index",
    "knowledge", "lists", "outbox", "overlaps", "pages", "plain_lists", "portable", "questions", "receipts",
    "rewriting", "samples", "tickets", "transactions", "used_blobs",
)  # fmt: skip
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from supportcore.testing.conformance.blobs import BlobsConformance  # noqa: E402  # after the registration
from supportcore.testing.conformance.catalogue import CatalogueConformance  # noqa: E402
from supportcore.testing.conformance.claims import OpenClaimsConformance  # noqa: E402
from supportcore.testing.conformance.credentials import CredentialsConformance  # noqa: E402
from supportcore.testing.conformance.feed import LateCommitsConformance  # noqa: E402
from supportcore.testing.conformance.files import FilesConformance  # noqa: E402
from supportcore.testing.conformance.histories import HistoriesConformance  # noqa: E402
from supportcore.testing.conformance.inbox import InboxConformance  # noqa: E402
from supportcore.testing.conformance.index import IndexConformance  # noqa: E402
from supportcore.testing.conformance.knowledge import KnowledgeConformance  # noqa: E402
from supportcore.testing.conformance.lists import ListsConformance  # noqa: E402
from supportcore.testing.conformance.outbox import OutboxConformance  # noqa: E402
from supportcore.testing.conformance.overlaps import OverlapsConformance  # noqa: E402
from supportcore.testing.conformance.pages import PagesConformance  # noqa: E402
from supportcore.testing.conformance.portable import PortableConformance  # noqa: E402
from supportcore.testing.conformance.questions import QuestionsConformance  # noqa: E402
from supportcore.testing.conformance.rewriting import RewritingConformance  # noqa: E402
from supportcore.testing.conformance.tickets import TicketsConformance  # noqa: E402
from supportcore.testing.conformance.transactions import TransactionsConformance  # noqa: E402
from supportcore.testing.conformance.used_blobs import UsedBlobsConformance  # noqa: E402


class StoreConformance(
    TicketsConformance,
    ListsConformance,
    PagesConformance,
    HistoriesConformance,
    CatalogueConformance,
    CredentialsConformance,
    OutboxConformance,
    InboxConformance,
    FilesConformance,
    BlobsConformance,
    UsedBlobsConformance,
    IndexConformance,
    KnowledgeConformance,
    QuestionsConformance,
    PortableConformance,
    RewritingConformance,
    TransactionsConformance,
):
    """Everything a store promises."""


class ManyWritersConformance(LateCommitsConformance, OpenClaimsConformance):
    """What a store promises whose transactions never wait for one another while they write to different tickets."""


__all__ = [
    "BlobsConformance",
    "CatalogueConformance",
    "CredentialsConformance",
    "FilesConformance",
    "HistoriesConformance",
    "InboxConformance",
    "IndexConformance",
    "KnowledgeConformance",
    "ListsConformance",
    "ManyWritersConformance",
    "OutboxConformance",
    "OverlapsConformance",
    "PagesConformance",
    "PortableConformance",
    "QuestionsConformance",
    "RewritingConformance",
    "StoreConformance",
    "TicketsConformance",
    "TransactionsConformance",
    "UsedBlobsConformance",
]
