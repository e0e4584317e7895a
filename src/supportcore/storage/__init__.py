"""What a store is: the ports, the stored forms, paging, and the reference store in memory."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.storage.filing import (
        AsyncDirectoryBlobs,
        AsyncFileStore,
        AsyncStoreBlobs,
        DirectoryBlobs,
        FileStore,
        StoreBlobs,
    )
    from supportcore.storage.opening import open_async_store, open_store
    from supportcore.storage.ports import AsyncStore, Conflict, Ledger, Page, Query, Record, Steps, Store
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(
                (
                    "AsyncDirectoryBlobs",
                    "AsyncFileStore",
                    "AsyncStoreBlobs",
                    "DirectoryBlobs",
                    "FileStore",
                    "StoreBlobs",
                ),
                "supportcore.storage.filing",
            ),
            **dict.fromkeys(("open_async_store", "open_store"), "supportcore.storage.opening"),
            **dict.fromkeys(
                ("AsyncStore", "Conflict", "Ledger", "Page", "Query", "Record", "Steps", "Store"),
                "supportcore.storage.ports",
            ),
        },
    )

__all__ = [
    "AsyncDirectoryBlobs",
    "AsyncFileStore",
    "AsyncStore",
    "AsyncStoreBlobs",
    "Conflict",
    "DirectoryBlobs",
    "FileStore",
    "Ledger",
    "Page",
    "Query",
    "Record",
    "Steps",
    "Store",
    "StoreBlobs",
    "open_async_store",
    "open_store",
]
