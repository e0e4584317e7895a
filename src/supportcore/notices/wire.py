"""What a conversation with a server outside is held to: a time limit for all of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from supportcore.errors import Fault, Invalid, facts

_AGAIN = 0.2
"""Seconds until the connection is cut once more, where it was just being replaced by an encrypted one."""
LONGEST = 300.0
"""Seconds one notice may take at most; a claimed notice is left to its worker for as long."""


def check_timeout(timeout: object) -> float:
    """
    Return a time limit in seconds.

    Raises:
        Invalid: It is no number above zero and up to `LONGEST`.
    """
    if isinstance(timeout, (int, float)) and not isinstance(timeout, bool) and 0 < timeout <= LONGEST:
        return float(timeout)
    raise Invalid(Fault("timeout", "out_of_range", facts(minimum=0, maximum=int(LONGEST))))


@contextmanager
def cut_after(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """
    Cut a connection that is still in use after *seconds*.

    A timeout of a socket is for each read and write; a server that sends a byte now and then would hold us for ever.

    Args:
        connection: Returns the socket in use, or None while there is none.

    Raises:
        TimeoutError: The body failed after the connection was cut.
    """
    done, late = Event(), Event()

    def watch() -> None:
        pause = seconds
        while not done.wait(max(pause, 0.0)):
            late.set()
            found, pause = connection(), _AGAIN
            with suppress(OSError):
                if found is not None:
                    socket.socket.shutdown(found, socket.SHUT_RDWR)  # not that of an SSLSocket, which another uses

    watcher = Thread(target=watch, daemon=True, name="supportcore-timeout")
    watcher.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        done.set()
        watcher.join()


def why(error: Exception) -> str:
    """Return in a few words why a server could not be talked to; never what was sent to it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate was not accepted ({error.verify_message})"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return f"its name is not known ({error.strerror})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"the conversation broke off ({type(error).__name__})"
