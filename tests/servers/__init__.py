"""
Throw-away database servers for the tests.

    with postgresql_server() as server:
        open_store(server.url)
        server.kill()       # as when the machine's memory runs out: SIGKILL to all of it
        server.restart()    # on the same data and port

A server lives in a temporary folder, listens on a free port of 127.0.0.1 only, and is ended by the process id
it was started with; its data goes with it. Started as root it runs as `nobody`. It keeps what it has
acknowledged even when it is killed, so crash tests may rely on it.
"""

from __future__ import annotations

from tests.servers.common import Server, StoreUnavailable, free_port
from tests.servers.mariadb import check_mariadb, mariadb_server
from tests.servers.mongodb import check_mongodb, mongodb_server
from tests.servers.postgresql import check_postgresql, postgresql_server

__all__ = [
    "Server",
    "StoreUnavailable",
    "check_mariadb",
    "check_mongodb",
    "check_postgresql",
    "free_port",
    "mariadb_server",
    "mongodb_server",
    "postgresql_server",
]
