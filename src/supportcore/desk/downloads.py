"""Files on their way out: what an HTTP answer tells of them, and their bytes, read part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from supportcore.errors import StoreError
from supportcore.tickets.filenames import attachment_headers

if TYPE_CHECKING:
    from supportcore.storage.filing import AsyncFileStore, FileStore


@attrs.frozen(kw_only=True)
class Fetched:
    """
    A file that the actor may fetch.

    Attributes:
        name: What it is called, without a path.
        type: Media type.
        size: Bytes.
        sha256: Of its bytes, in lower hexadecimal digits.
        headers: What an HTTP answer carries; by these a browser keeps the file and never shows or runs it.
    """

    id: str
    name: str
    type: str
    size: int
    sha256: str
    blob: str = attrs.field(repr=False)
    desk: str = attrs.field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Names and values, ASCII without controls."""
        return dict(attachment_headers(name=self.name, type=self.type, size=self.size))

    def missing(self, found: int) -> StoreError:
        """Return the error of a file of which *found* bytes are there, and not `size`."""
        return StoreError(why=f"file {self.id} has {found} bytes, where {self.size} were stored")


@attrs.frozen(kw_only=True)
class Download(Fetched):
    """
    A file that the actor may fetch: iterating it yields its bytes in parts, each read when it is asked for.

    Raises:
        NotFound: At the first part: the bytes were removed meanwhile.
        StoreError: The store failed, or has other bytes than were stored.
    """

    source: FileStore = attrs.field(repr=False, eq=False)

    def __iter__(self) -> Iterator[bytes]:
        found = 0
        for data in self.source.read(self.desk, self.blob):
            found += len(data)
            yield data
        if found != self.size:
            raise self.missing(found)


@attrs.frozen(kw_only=True)
class AsyncDownload(Fetched):
    """A file that the actor may fetch: iterating it asynchronously yields its bytes; see `Download`."""

    source: AsyncFileStore = attrs.field(repr=False, eq=False)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        found = 0
        async for data in self.source.read(self.desk, self.blob):
            found += len(data)
            yield data
        if found != self.size:
            raise self.missing(found)
