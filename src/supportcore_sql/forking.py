"""
What a fork must not take along: open connections to a SQLite file.

SQLite notes in the memory of a process which locks it has on a file. A forked process inherits the note without the
locks, even for connections it opens itself: it would wait for ever for a lock that seems to be its own, or write into
a log that its parent, who believed to be the last to close the file, has thrown away, and what it had acknowledged
would be gone. So a store of a file lets go of its connections before a fork, when those at work are done, and keeps
others waiting until it is over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Condition
from weakref import WeakMethod, WeakSet

_gates: WeakSet[Gate] = WeakSet()


class Gate:
    """What everybody passes who uses a connection; shut during a fork."""

    def __init__(self, let_go: WeakMethod[Callable[[], None]], *, patience: float) -> None:
        """
        Watch over one store.

        Args:
            let_go: Of the store: closes its idle connections.
            patience: Seconds a fork waits for those inside; a thread that forks inside waits in vain.
        """
        self._let_go, self._patience = let_go, patience
        self.renew()
        _gates.add(self)

    def enter(self) -> None:
        """Go in, after a fork that is going on."""
        with self._changed:
            while self._shut:
                self._changed.wait()
            self._inside += 1

    def leave(self) -> None:
        """Go out."""
        with self._changed:
            self._inside -= 1
            if self._shut:
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more, wait until all are out, and let go of connections."""
        with self._changed:
            self._shut = True
            self._changed.wait_for(lambda: not self._inside, self._patience)
        let_go = self._let_go()
        if let_go is not None:
            let_go()

    def open(self) -> None:
        """Let everybody in again."""
        with self._changed:
            self._shut = False
            self._changed.notify_all()

    def renew(self) -> None:
        """Be open, with nobody inside: in a forked process the threads that were are not there."""
        self._changed, self._inside, self._shut = Condition(), 0, False


def _before() -> None:
    for gate in list(_gates):
        gate.shut()


def _in_parent() -> None:
    for gate in list(_gates):
        gate.open()


def _in_child() -> None:
    for gate in list(_gates):
        gate.renew()


if hasattr(os, "register_at_fork"):  # where there is a fork
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
