"""
A connection that breaks: a proxy between client and server that can cut, swallow an answer, or say nothing any more.

    with Proxy(port) as proxy:
        proxy.breaks = Break(COMMITS["mariadb"], "after")    the server commits, the client never hears of it
        proxy.cut()                                          all connections, at once
        proxy.hung = True                                    nothing comes through until it is False again
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Literal

import attrs

_SQL = re.compile(rb"COMMIT(?!TED)")
COMMITS = {"postgresql": _SQL, "mariadb": _SQL, "mongodb": re.compile(rb"commitTransaction")}
"""What the bytes of a commit contain, and not those of READ COMMITTED."""
AT_WORK = re.compile(rb"receipts|commitTransaction")
"""What shows that a connection is at work; commits before do not count, for SQL drivers commit on connecting, too."""


@attrs.define
class Break:
    """
    What is cut when certain bytes come by.

    Attributes:
        at: Bytes on their way to the server, over a connection that was at work before.
        when: ``before`` they reach it, or ``after`` it answered, whose answer is swallowed.
        times: How many times yet.
        done: How many times it has happened.
    """

    at: re.Pattern[bytes]
    when: Literal["before", "after"]
    times: int = 1
    done: int = 0


class Proxy:
    """
    Passes on what comes to a port of its own.

    Attributes:
        breaks: What is to be cut, or None.
        hung: Whether bytes are kept back.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.breaks: Break | None = None
        self.hung = False
        self._turn = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._closed = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed, self.hung = True, False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in list(self._threads):
            thread.join(10)

    def cut(self) -> None:
        """Cut all connections."""
        with self._turn:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _end(*pair)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._turn:
                self._pairs.append((client, server))
            swallowing = threading.Event()
            for thread in (
                threading.Thread(target=self._pump_out, args=(client, server, swallowing), daemon=True),
                threading.Thread(target=self._pump_back, args=(client, server, swallowing), daemon=True),
            ):
                self._threads.append(thread)
                thread.start()

    def _pump_out(self, client: socket.socket, server: socket.socket, swallowing: threading.Event) -> None:
        at_work = False
        for data in self._received(client):
            at_work = at_work or AT_WORK.search(data) is not None
            cut = self._due(data) if at_work else None
            if cut is not None and cut.when == "before":
                break
            if cut is not None:
                swallowing.set()
            try:
                server.sendall(data)
            except OSError:
                break
            if cut is not None:
                return  # whoever reads the answer ends it
        _end(client, server)

    def _pump_back(self, client: socket.socket, server: socket.socket, swallowing: threading.Event) -> None:
        for data in self._received(server):
            if swallowing.is_set():
                break
            try:
                client.sendall(data)
            except OSError:
                break
        _end(client, server)

    def _received(self, source: socket.socket) -> Iterator[bytes]:
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                return
            while self.hung:
                time.sleep(0.005)
            if not data:
                return
            yield data

    def _due(self, data: bytes) -> Break | None:
        with self._turn:
            cut = self.breaks
            if cut is None or cut.done >= cut.times or cut.at.search(data) is None:
                return None
            cut.done += 1
            return cut


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
