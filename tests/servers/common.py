"""
What the servers have in common: a process in a folder and on a port, started, killed, started again, ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

START_SECONDS = 60.0
"""How long a server may take until it accepts work; each needs one or two seconds on an idle machine."""

STOP_SECONDS = 10.0
"""How long a server may take to end by itself."""

USER = "supportcore"
PASSWORD = "secret-word"
"""The user and password of the SQL servers; tests look for the word where no password may ever be seen."""

DATABASE = "supportcore"

MAX_CONNECTIONS = 200

AnyServer = TypeVar("AnyServer", bound="Server")


class StoreUnavailable(Exception):
    """
    A store cannot be tested here; *reason* says why in words fit for a test report.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class Server:
    """
    A server of our own; made by `running`, which ends it.

    Attributes:
        url: Where it is, with the user's password; the same after a restart.
        process: The one process that was started; None until then. It may have children of its own.
    """

    name: ClassVar[str]
    scheme: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"

    def kill(self) -> None:
        """
        End the server and all its children at once by SIGKILL; it has no time to write anything more.
        """
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGSTOP)  # so that it makes no child while we look
        children = children_of(self.process.pid)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        end = time.monotonic() + STOP_SECONDS
        while any(map(_runs, children)) and time.monotonic() < end:
            time.sleep(0.01)

    def restart(self) -> None:
        """
        Start the killed or stopped server again, on the same data and port, and wait until it takes writes.
        """
        self.stop()
        self._launch()

    def stop(self) -> None:
        """
        End the server as quickly as it can be without leaving anything outside of its folder.
        """
        self.kill()

    # --- what each server does in its own way ---------------------------------------------------------------

    def prepare(self) -> None:
        """Make the data folder, before the first start."""

    def command(self) -> Sequence[str | Path]:
        """Return the command line that starts it in the foreground on `port`."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Return whether it takes writes."""
        raise NotImplementedError

    def equip(self) -> None:
        """Make what is needed once, after the first start and before `ready`."""

    # --- starting -------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """
        Start for the first time, on a port that is free.

        Raises:
            StoreUnavailable: It does not start.
        """
        self.prepare()
        for _attempt in range(3):
            self.port = free_port()
            try:
                self._launch(self.equip)
            except StoreUnavailable:
                self.kill()
                if not self._port_was_taken():
                    raise
            else:
                return
        raise StoreUnavailable(self.name, "found no free port in three attempts")

    def _launch(self, equip: Callable[[], object] = lambda: None) -> None:
        self.process = spawn(self.name, self.command(), self.folder)
        self.wait_until(lambda: accepts(self.port))
        equip()
        self.wait_until(self.ready)

    def wait_until(self, reached: Callable[[], object]) -> None:
        """
        Wait for *reached*, as long as the process is alive.

        Raises:
            StoreUnavailable: The process ended, or it takes too long.
        """
        end = time.monotonic() + START_SECONDS
        while not reached():
            code = None if self.process is None else self.process.poll()
            if code is not None:
                raise StoreUnavailable(self.name, f"the server ended with code {code}: {last_words(self.folder)}")
            if time.monotonic() > end:
                raise StoreUnavailable(self.name, f"the server is not ready after {START_SECONDS:.0f} s")
            time.sleep(0.01)

    def _port_was_taken(self) -> bool:
        return any("ddress already in use" in text for text in _outputs(self.folder))


@contextlib.contextmanager
def running(make: Callable[[Path], AnyServer]) -> Iterator[AnyServer]:
    """
    Start the server that *make* returns for a folder, and yield it; it is gone afterwards, with its folder.
    """
    with tempfile.TemporaryDirectory(prefix="supportcore-", ignore_cleanup_errors=True) as folder:
        server = make(Path(folder))
        try:
            server.begin()
            yield server
        finally:
            server.stop()


# --- processes ----------------------------------------------------------------------------------------------


def run(name: str, command: Sequence[str | Path], folder: Path) -> None:
    """
    Run a command of server *name* to its end.

    Raises:
        StoreUnavailable: It fails.
    """
    process = spawn(name, command, folder)
    try:
        code = process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise StoreUnavailable(name, f"{command[0]} takes longer than {START_SECONDS:.0f} s") from None
    if code:
        raise StoreUnavailable(name, f"{command[0]} ended with code {code}: {last_words(folder)}")


def spawn(name: str, command: Sequence[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    """
    Start *command* in *folder*: as `nobody` when this is root and `nobody` can reach it, otherwise as who we are.
    """
    # A child dies with the thread that made it (see _end_with_parent), so it must be one that stays.
    if threading.current_thread() is not threading.main_thread():
        return _starter(os.getpid()).submit(_spawn, name, command, folder).result()
    return _spawn(name, command, folder)


@cache
def _starter(pid: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix=f"servers-{pid}")


def _spawn(name: str, command: Sequence[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    try:
        if os.geteuid() != 0:
            return _popen(command, folder)
        import pwd

        nobody = pwd.getpwnam("nobody")
        try:
            _give(folder, nobody.pw_uid, nobody.pw_gid)
            return _popen(command, folder, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        except PermissionError:
            # The environment lies below a folder that only root may enter, /root for one.
            _give(folder, os.geteuid(), os.getegid())
            return _popen(command, folder)
    except OSError as error:
        raise StoreUnavailable(name, f"{command[0]} does not run: {error}") from error


def _give(folder: Path, user: int, group: int) -> None:
    for path in (folder, *folder.glob("*")):
        os.chown(path, user, group)


def _popen(command: Sequence[str | Path], folder: Path, **identity: Any) -> subprocess.Popen[bytes]:
    with (folder / "output").open("ab") as output, warnings.catch_warnings():
        # Python 3.12 warns of preexec_fn beside threads; ours makes one system call and takes no lock.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then end the server themselves
            preexec_fn=_end_with_parent(),
            **identity,
        )


def _end_with_parent() -> Callable[[], object] | None:
    """
    Return what makes a child die with the tests, even killed ones (Linux: prctl(2), PR_SET_PDEATHSIG).
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, int(signal.SIGKILL))


def children_of(pid: int) -> list[int]:
    """
    Return the processes that *pid* has made and that still run, where /proc tells.
    """
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == pid]


def _parent(process: Path) -> int | None:
    try:
        status = (process / "stat").read_text()
    except OSError:
        return None
    state, parent = status.rpartition(")")[2].split()[:2]
    return None if state == "Z" else int(parent)


def _runs(pid: int) -> bool:
    return _parent(Path("/proc", str(pid))) is not None


def _outputs(folder: Path) -> Iterator[str]:
    for name in ("output", "log"):
        path = folder / name
        if path.exists():
            yield path.read_text(errors="replace").strip()


def last_words(folder: Path) -> str:
    """
    Return the last line that a process in *folder* wrote.
    """
    return next((text.splitlines()[-1][:300] for text in _outputs(folder) if text), "it said nothing")


# --- ports --------------------------------------------------------------------------------------------------


def free_port() -> int:
    """
    Return a port of 127.0.0.1 on which nobody listens, and that no client is given by chance.

    From the ports the system itself hands out, a client that tries to reach a killed server could be given the
    server's own, and it could not be started again.
    """
    dice = random.SystemRandom()  # Hypothesis seeds the others, alike in every test process
    for _attempt in range(100):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port = dice.randrange(20000, 32000)  # Linux hands out from 32768, others from 49152
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("none of 100 ports between 20000 and 32000 is free")


def accepts(port: int) -> bool:
    """
    Return whether somebody listens on *port*.
    """
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    return True


# --- servers given by URL -----------------------------------------------------------------------------------


def check_sql(name: str, driver: str, url: str) -> None:
    """
    Find out in a few seconds whether *url* leads to a server that answers.

    Args:
        driver: SQLAlchemy's name of dialect and driver.

    Raises:
        StoreUnavailable: It does not; the message does not repeat the URL, which may hold a password.
    """
    import sqlalchemy as sa

    try:
        address = sa.make_url(url).set(drivername=driver)
        engine = sa.create_engine(address, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except ImportError as error:
        raise StoreUnavailable(name, f"{error.name} is not installed: pip install 'supportcore[{name}]'") from error
    except sa.exc.SQLAlchemyError as error:
        raise StoreUnavailable(name, f"no answer from the given URL ({type(error).__name__})") from None
