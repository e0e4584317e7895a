"""
MariaDB: a data folder of its own, from what is installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from tests.servers.common import (
    DATABASE,
    MAX_CONNECTIONS,
    PASSWORD,
    USER,
    Server,
    StoreUnavailable,
    check_sql,
    run,
    running,
)

_LOG_SIZE = "--innodb-log-file-size=16M"

_FIRST_WORDS = f"""
CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO '{USER}'@'127.0.0.1' WITH GRANT OPTION;
CREATE DATABASE {DATABASE};
"""


def mariadb_server(*, options: Sequence[str] = ()) -> AbstractContextManager[MariadbServer]:
    """
    Start a MariaDB and yield it; it is gone afterwards.

    Its user may do everything and has to give the password.

    Args:
        options: Further ones of ``mariadbd``, such as ``--version=8.0.36``, by which it calls itself something else.

    Raises:
        StoreUnavailable: There is no MariaDB here, or it does not start.
    """
    return running(partial(MariadbServer, options=options))


class MariadbServer(Server):
    name = scheme = "mariadb"

    def __init__(self, folder: Path, *, options: Sequence[str] = ()) -> None:
        super().__init__(folder)
        self._options = options
        self._mariadbd = _program("mariadbd")
        self._install = _program("mariadb-install-db")
        self._pymysql = _pymysql()
        self._first_words: Path | None = folder / "first-words.sql"

    def prepare(self) -> None:
        (self.folder / "first-words.sql").write_text(_FIRST_WORDS)
        command = [
            *(self._install, "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", _LOG_SIZE),
        ]
        try:
            run(self.name, command, self.folder)
        except StoreUnavailable:  # on a busy machine it sometimes gives up on the server that it starts for a moment
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            run(self.name, command, self.folder)

    def command(self) -> Sequence[str | Path]:
        return [
            *(self._mariadbd, "--no-defaults", f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder}"),
            *("--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve"),
            # Relative to the data folder: the path of a socket may not be longer than about a hundred characters.
            *("--socket=socket", "--pid-file=pid"),
            *(f"--max-connections={MAX_CONNECTIONS}", "--character-set-server=utf8mb4"),
            # A commit is acknowledged when its log has been written with write(2). From then on the operating system
            # has it, whatever happens to the process: only a crash of the system itself would need more. Pages
            # that a kill left half written are mended from the doublewrite buffer, which is on by default.
            *("--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync"),
            *(_LOG_SIZE, "--innodb-buffer-pool-size=64M", "--innodb-use-native-aio=0"),
            *((f"--init-file={self._first_words}",) if self._first_words else ()),
            *self._options,
        ]

    def equip(self) -> None:
        self.wait_until(self.ready)
        self._first_words = None

    def ready(self) -> bool:
        try:
            self._pymysql.connect(
                host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, database=DATABASE, connect_timeout=5
            ).close()
        except self._pymysql.OperationalError:  # recovering
            return False
        return True


def check_mariadb(url: str) -> None:
    """
    Find out in a few seconds whether *url* leads to a MariaDB that answers.

    Raises:
        StoreUnavailable: It does not.
    """
    check_sql("mariadb", "mariadb+pymysql", url)


def _program(name: str) -> str:
    # Distributions keep servers in sbin, which is not on everyone's path.
    if found := shutil.which(name) or shutil.which(name, path=os.pathsep.join(("/usr/sbin", "/usr/local/sbin"))):
        return found
    reason = (
        f"no {name} here: apt install mariadb-server-core mariadb-client-core, or give SUPPORTCORE_TEST_MARIADB_URL"
    )
    raise StoreUnavailable("mariadb", reason)


def _pymysql() -> Any:
    try:
        import pymysql
    except ImportError as error:
        reason = "pymysql is not installed: pip install 'supportcore[mariadb]'"
        raise StoreUnavailable("mariadb", reason) from error
    return pymysql
