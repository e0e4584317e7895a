"""
Keep the stores of this release, for the tests of all later ones.

    python -m tests.upgrade.write

makes tests/upgrade/VERSION anew, VERSION being that of pyproject.toml. It needs PostgreSQL, MariaDB and mongod, as the
tests do. What is kept for a version that was published is never written again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.servers import mariadb_server, mongodb_server, postgresql_server
from tests.upgrade.kept import HERE, STORES, file_of, keep, prefix_of
from tests.upgrade.lives import write

SERVERS = {"postgresql": postgresql_server, "mariadb": mariadb_server, "mongodb": mongodb_server}


def main() -> int:
    """Write the stores, and say how large they are."""
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    version: str = project["version"]
    prefix = prefix_of(version)
    (HERE / version).mkdir(exist_ok=True)
    heard = {}
    for store in STORES:
        if store == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite:///{Path(folder) / 'desk.db'}"
                heard[store] = write(url, prefix)
                keep(store, url, prefix, file_of(version, store))
        else:
            with SERVERS[store]() as server:
                heard[store] = write(server.url, prefix)
                keep(store, server.url, prefix, file_of(version, store))
        print(f"{store}: {file_of(version, store).stat().st_size} bytes")
    plain = {store: json.dumps(said, ensure_ascii=False, indent=1) for store, said in heard.items()}
    if len(set(plain.values())) != 1:
        print("the stores do not tell the same; nothing is to be kept", file=sys.stderr)
        return 1
    (HERE / version / "told.json").write_text(plain["sqlite"] + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
