"""
Asynchronous stores and desks behind the synchronous methods, so that one suite judges both.

    with Background() as background:
        store = BlockingStore(AsyncMemoryStore(), background)
        desk = BlockingDesk(AsyncDesk(definition, AsyncMemoryStore()), background)

The event loop runs in a thread of its own; any number of threads may call. A transaction is one task from its begin to
its end, as it would be in an application, and the operations are handed to it one by one.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from types import TracebackType
from typing import Any, TypeVar

import attrs

from supportcore.storage.ports import AsyncStore, Execute, Ledger, Steps

__all__ = ["Background", "BlockingDesk", "BlockingDownload", "BlockingStore"]

T = TypeVar("T")


class Background:
    """An event loop in a thread; leaving the block ends both."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="supportcore-testing", daemon=True)

    def __enter__(self) -> Background:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Let the loop run *coroutine*; for every thread but the loop's own."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run *coroutine* to its end and return what it returns."""
        return self.start(coroutine).result()

    def post(self, queue: asyncio.Queue[T], item: T) -> None:
        """Put an item into a queue of the loop."""
        self._loop.call_soon_threadsafe(queue.put_nowait, item)


@attrs.frozen
class _Order:
    """An operation and where its result goes; without one, the end of the transaction, failed or not."""

    operation: Any = None
    answer: Future[Any] | None = None
    failed: bool = False


class _Failed(Exception):
    """The block inside a transaction failed; leaves the transaction undone and goes no further."""


class BlockingStore:
    """
    An asynchronous store behind `supportcore.storage.ports.Store`.

    Attributes:
        behind: The asynchronous store.
        background: The loop that runs it.
    """

    def __init__(self, store: AsyncStore, background: Background) -> None:
        self.behind, self.background = store, background
        self.url: str = store.url
        self.joined: bool = store.joined

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk."""
        return self.behind.ledger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        return self.behind.desks()

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction and hand out its executor."""
        orders: asyncio.Queue[_Order] = asyncio.Queue()
        begun: Future[None] = Future()
        transaction = self.background.start(self._transaction(write, begun, orders))
        transaction.add_done_callback(lambda _: _let_go_on(begun))
        begun.result()
        if transaction.done():
            transaction.result()

        def execute(operation: Any) -> Any:
            answer: Future[Any] = Future()
            self.background.post(orders, _Order(operation, answer))
            return answer.result()

        try:
            yield execute
        except BaseException:
            self.background.post(orders, _Order(failed=True))
            _left(transaction)
            raise
        self.background.post(orders, _Order())
        transaction.result()

    async def _transaction(self, write: bool, begun: Future[None], orders: asyncio.Queue[_Order]) -> None:
        async with self.behind.begin(write=write) as execute:
            _let_go_on(begun)
            while (order := await orders.get()).answer is not None:
                try:
                    result = await execute(order.operation)
                except BaseException as error:
                    order.answer.set_exception(error)
                else:
                    order.answer.set_result(result)
            if order.failed:
                raise _Failed

    def migrate(self) -> None:
        """Make or upgrade the tables."""
        self.background.run(self.behind.migrate())

    def close(self) -> None:
        """Let go of connections."""
        self.background.run(self.behind.close())

    def join(self, host: Any) -> BlockingStore:
        """Return this store inside the transaction of a host."""
        return BlockingStore(self.behind.join(host), self.background)


def _let_go_on(begun: Future[None]) -> None:
    if not begun.done():
        begun.set_result(None)


def _left(transaction: Future[None]) -> None:
    """Wait for a transaction that was told to fail; only what it failed of besides is an error."""
    try:
        transaction.result()
    except _Failed:
        return


class BlockingDesk:
    """
    An `AsyncDesk` behind the methods of `Desk`.

    What is awaited there is waited for here, what is iterated asynchronously is iterated, and what leads on
    (``acting_as``, ``joined``, ``catalogue``) is wrapped likewise. ``deliver`` takes an ordinary function.
    """

    def __init__(self, desk: Any, background: Background) -> None:
        self._desk, self._background = desk, background

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._desk, name)
        background = self._background
        if name == "store":
            return BlockingStore(found, background)
        if name == "deliver":
            return lambda notifier, **options: background.run(found(_awaited(notifier), **options))
        if inspect.iscoroutinefunction(found):
            return lambda *args, **options: _wrapped(background.run(found(*args, **options)), background)
        if inspect.isasyncgenfunction(found):
            return lambda *args, **options: _iterated(found(*args, **options), background)
        if name in ("acting_as", "joined"):
            return lambda *args, **options: BlockingDesk(found(*args, **options), background)
        return BlockingDesk(found, background) if name == "catalogue" else found


class BlockingDownload:
    """An `AsyncDownload` that is iterated as a `Download` is."""

    def __init__(self, download: Any, background: Background) -> None:
        self._download, self._background = download, background

    def __getattr__(self, name: str) -> Any:
        return getattr(self._download, name)

    def __iter__(self) -> Iterator[Any]:
        return _iterated(aiter(self._download), self._background)


def _wrapped(found: T, background: Background) -> T | BlockingDownload:
    return BlockingDownload(found, background) if hasattr(found, "__aiter__") else found


def _awaited(notifier: Callable[[Any], object]) -> Callable[[Any], Coroutine[Any, Any, object]]:
    async def notify(notice: Any) -> object:
        return notifier(notice)

    return notify


def _iterated(generator: Any, background: Background) -> Iterator[Any]:
    end = object()

    async def following() -> Any:
        return await anext(generator, end)

    while (item := background.run(following())) is not end:
        yield item
