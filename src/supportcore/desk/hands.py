"""What is done with the bytes of files, told apart from who waits and who awaits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from supportcore.storage.blobs import Spool, afill, fill

if TYPE_CHECKING:
    from supportcore.desk.aio import AsyncDesk
    from supportcore.desk.desk import Desk


@attrs.frozen(kw_only=True)
class Fill:
    """Read a stream into a spool, until there are more than *limit* bytes."""

    stream: Any
    spool: Spool
    limit: int


@attrs.frozen(kw_only=True)
class Keep:
    """Write the bytes of a spool; answered with their key."""

    file_id: str
    spool: Spool


@attrs.frozen
class Remove:
    """Remove the bytes under a key."""

    key: str


class Hands:
    """Does what a use case yields, for a `Desk`."""

    def __init__(self, desk: Desk) -> None:
        self._run, self._desk, self._files = desk._run, desk.definition.key, desk._files

    def do(self, wanted: Any) -> Any:
        """Do one thing and return what came of it."""
        match wanted:
            case Fill():
                return fill(wanted.spool, wanted.stream, limit=wanted.limit)
            case Keep():
                return self._files.write(self._desk, wanted.file_id, wanted.spool)
            case Remove():
                return self._files.drop(self._desk, wanted.key)
        return self._run(wanted)


class AsyncHands:
    """Does what a use case yields, for an `AsyncDesk`."""

    def __init__(self, desk: AsyncDesk) -> None:
        self._run, self._desk, self._files = desk._run, desk.definition.key, desk._files

    async def do(self, wanted: Any) -> Any:
        """Do one thing and return what came of it."""
        match wanted:
            case Fill():
                return await afill(wanted.spool, wanted.stream, limit=wanted.limit)
            case Keep():
                return await self._files.write(self._desk, wanted.file_id, wanted.spool)
            case Remove():
                return await self._files.drop(self._desk, wanted.key)
        return await self._run(wanted)
