"""
Stores as they lie in a database, taken out of it and put back without a word of the library.

A file of SQLite is kept as it is; of PostgreSQL and MariaDB the statements that made the tables, and their rows; of
MongoDB the collections with their indexes. Each is compressed by LZMA. What is put back is therefore what an earlier
release left, whatever today's code would make.
"""

from __future__ import annotations

import json
import lzma
import sqlite3
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STORES = ("sqlite", "postgresql", "mariadb", "mongodb")


def versions() -> list[str]:
    """Return the releases of which stores are kept, oldest first."""
    found = [path.name for path in HERE.iterdir() if (path / "told.json").is_file()]
    return sorted(found, key=lambda version: [int(part) for part in version.split(".")])


def prefix_of(version: str) -> str:
    """
    Return how the names of tables begin, so that the stores of several releases may lie side by side.

    >>> prefix_of("0.1.0")
    'v0_1_0_'
    """
    return f"v{version.replace('.', '_')}_"


def told_of(version: str) -> Any:
    """Return what that release told of its store."""
    return json.loads((HERE / version / "told.json").read_text("utf-8"))


def file_of(version: str, store: str) -> Path:
    """Return where the store of a release is kept."""
    return HERE / version / (f"{store}.db.xz" if store == "sqlite" else f"{store}.json.xz")


def keep(store: str, url: str, prefix: str, path: Path) -> None:
    """Write to *path* what lies in the database behind *url* under *prefix*."""
    if store == "sqlite":
        file = Path(url.removeprefix("sqlite:///"))
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")
        connection.close()
        content = file.read_bytes()
    else:
        taken = _take_collections(url, prefix) if store == "mongodb" else _take_tables(url, prefix)
        content = json.dumps(taken, ensure_ascii=False, indent=0).encode()
    path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


def put_back(store: str, path: Path, place: str, prefix: str) -> str:
    """
    Put a store back, in the place of what lies there under *prefix*, and return its URL.

    Args:
        place: A folder for SQLite, the URL of a server for the others.
    """
    content = lzma.decompress(path.read_bytes())
    if store == "sqlite":
        file = Path(place) / f"{prefix}desk.db"
        file.write_bytes(content)
        return f"sqlite:///{file}"
    (_put_collections if store == "mongodb" else _put_tables)(place, prefix, json.loads(content))
    return place


def remove(store: str, place: str, prefix: str) -> None:
    """Remove from a server what was put back there."""
    if store == "mongodb":
        _put_collections(place, prefix, {})
    elif store != "sqlite":
        _put_tables(place, prefix, {"ddl": "", "tables": {}, "counters": {}})


# --- PostgreSQL and MariaDB -------------------------------------------------------------------------------------


def _engine(url: str) -> Any:
    import sqlalchemy as sa

    known = sa.make_url(url)
    driver = "postgresql+psycopg" if known.get_backend_name() == "postgresql" else "mariadb+pymysql"
    return sa.create_engine(known.set(drivername=driver))


def _names(connection: Any, prefix: str) -> list[str]:
    """Return the tables under a prefix, each behind those that it refers to."""
    import sqlalchemy as sa

    sorted_names = (name for name, _ in sa.inspect(connection).get_sorted_table_and_fkc_names())
    return [name for name in sorted_names if name is not None and name.startswith(prefix)]


def _take_tables(url: str, prefix: str) -> dict[str, Any]:
    from supportcore import open_store

    store = open_store(url, prefix=prefix)
    ddl = store.migration_sql()  # type: ignore[attr-defined]  # stores on SQL have it
    store.close()
    engine = _engine(url)
    with engine.connect() as connection:
        tables: dict[str, Any] = {}
        for name in _names(connection, prefix):
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}")
            columns = list(rows.keys())
            tables[name] = {"columns": columns, "rows": sorted([[_plain(v) for v in row] for row in rows], key=repr)}
        counters = {}
        if engine.dialect.name == "postgresql":
            for table, column in _counted(connection, prefix):
                asked = f"SELECT last_value, is_called FROM {_sequence(connection, table, column)}"
                counters[f"{table}.{column}"] = list(connection.exec_driver_sql(asked).one())
    engine.dispose()
    return {"ddl": ddl, "tables": tables, "counters": counters}


def _put_tables(url: str, prefix: str, kept: dict[str, Any]) -> None:
    import sqlalchemy as sa

    engine = _engine(url)
    with engine.begin() as connection:
        for name in reversed(_names(connection, prefix)):
            connection.execute(sa.DDL("DROP TABLE %(table)s", context={"table": name}))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _statements(kept["ddl"]):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        for name, table in kept["tables"].items():
            connection.exec_driver_sql(f"DELETE FROM {name}")  # the statements write the version themselves
            places = ", ".join(["%s"] * len(table["columns"]))
            into = ", ".join(_quoted(engine.dialect.name, column) for column in table["columns"])
            rows = [tuple(_value(v) for v in row) for row in table["rows"]]
            if rows:
                connection.exec_driver_sql(f"INSERT INTO {name} ({into}) VALUES ({places})", rows)
        for counter, (last, called) in kept["counters"].items():
            sequence = _sequence(connection, *counter.split("."))
            connection.exec_driver_sql("SELECT setval(%s, %s, %s)", (sequence, last, called))
    engine.dispose()


def _quoted(dialect: str, column: str) -> str:
    return f'"{column}"' if dialect == "postgresql" else f"`{column}`"


def _counted(connection: Any, prefix: str) -> list[tuple[str, str]]:
    """Return table and column of every key that PostgreSQL counts up."""
    asked = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND (column_default LIKE 'nextval%%' OR is_identity = 'YES') ORDER BY 1, 2"
    )
    return [(table, column) for table, column in connection.exec_driver_sql(asked) if table.startswith(prefix)]


def _sequence(connection: Any, table: str, column: str) -> str:
    name: str = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", (table, column)).scalar()
    return name


def _statements(script: str) -> list[str]:
    """Return the statements of a script of `migration_sql`, without those that begin and end a transaction."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    found = [part.strip() for part in "\n".join(lines).split(";\n")]
    return [part.rstrip(";") for part in found if part and part.rstrip(";") not in ("BEGIN", "COMMIT")]


def _plain(value: Any) -> Any:
    """Return a value of a row as JSON has it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, dict | list):
        return {"json": value}
    return value


def _value(value: Any) -> Any:
    """Return what `_plain` made JSON of."""
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "json":
        from psycopg.types.json import Jsonb  # MariaDB has JSON as text

        return Jsonb(content)
    return {"bytes": bytes.fromhex, "instant": datetime.fromisoformat, "number": Decimal}[kind](content)


# --- MongoDB ----------------------------------------------------------------------------------------------------


def _take_collections(url: str, prefix: str) -> dict[str, Any]:
    import pymongo
    from bson import json_util

    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        taken = {}
        for name in sorted(database.list_collection_names()):
            if name.startswith(prefix):
                indexes = [dict(index) for index in database[name].list_indexes()]
                found = {"indexes": indexes, "documents": list(database[name].find())}
                taken[name] = json.loads(json_util.dumps(found, json_options=json_util.CANONICAL_JSON_OPTIONS))
    return taken


def _put_collections(url: str, prefix: str, kept: dict[str, Any]) -> None:
    import pymongo
    from bson import json_util

    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            if name.startswith(prefix):
                database.drop_collection(name)
        for name, collection in kept.items():
            found = json_util.loads(json.dumps(collection), json_options=json_util.CANONICAL_JSON_OPTIONS)
            database.create_collection(name)
            if found["documents"]:
                database[name].insert_many(found["documents"])
            for index in found["indexes"]:
                options = {key: value for key, value in index.items() if key not in ("v", "key", "ns")}
                if options["name"] != "_id_":
                    database[name].create_index(list(index["key"].items()), **options)
