"""
Column types: how a value stands in a column of each engine.

SQLite keeps instants as text of fixed width, which sorts as it should and which no driver converts behind our back;
other engines have a type for it. Text compares by bytes everywhere. On SQLite a type hands its plain conversion to the
statement, without the layers that other engines need, because every row passes through it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from supportcore.text import ID_LIMIT, NEVER, instant_text

KEY = 40
"""Characters of a key (`supportcore.text`)."""

_MARIADB = ("mysql", "mariadb")
_BYTEWISE = {"charset": "utf8mb4", "collation": "utf8mb4_nopad_bin"}
_NEVER_TEXT = instant_text(NEVER)
_PLAIN_NEVER = NEVER.replace(tzinfo=None)
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

Processor = Callable[[Any], Any]


def key_text(length: int) -> TypeEngine[str]:
    """Return the type of a text of at most *length* characters that is compared by bytes."""
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, **_BYTEWISE), *_MARIADB)
    )


def text(name: str, length: int = ID_LIMIT, nullable: bool = False) -> sa.Column[str]:
    """Return a column of text compared by bytes."""
    return sa.Column(name, key_text(length), nullable=nullable)


def long_text() -> TypeEngine[str]:
    """Return the type of a text up to `supportcore.text.BODY_LIMIT`."""
    return sa.Text().with_variant(mysql.MEDIUMTEXT(**_BYTEWISE), *_MARIADB)


def mariadb_table() -> dict[str, Any]:
    """Return the options of a table on MariaDB, whatever the server's defaults are."""
    options = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_nopad_bin"}
    return {f"{name}_{option}": value for name in _MARIADB for option, value in options.items()}


def chunk_bytes() -> TypeEngine[bytes]:
    """Return the type of a chunk of a blob, `supportcore.storage.ports.CHUNK` bytes at most."""
    return sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), *_MARIADB)


def sequence_number() -> TypeEngine[int]:
    """Return the type of a key the database counts up; SQLite counts only what is declared INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to_text(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value if value.tzinfo is UTC else value.astimezone(UTC))


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _to_text_or_never(value: datetime | None) -> str:
    return _NEVER_TEXT if value is None else instant_text(value)


def _from_text_or_never(value: str) -> datetime | None:
    return None if value == _NEVER_TEXT else datetime.fromisoformat(value)


def _to_plain(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None)


def _from_plain(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _to_plain_or_never(value: datetime | None) -> datetime:
    return _to_plain(value) or _PLAIN_NEVER


def _from_plain_or_never(value: datetime) -> datetime | None:
    return None if value == _PLAIN_NEVER else value.replace(tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """
    A UTC instant to the millisecond.

    Servers keep it as a plain date and time, which is UTC: a type that knows of zones is read in the zone of the
    session, which is the host's, and `supportcore.text.NEVER` has no place in one that lies east.
    """

    impl = sa.DateTime
    cache_ok = True
    on_sqlite: tuple[Processor, Processor] = (_to_text, _from_text)
    on_servers: tuple[Processor, Processor] = (_to_plain, _from_plain)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is on *dialect*."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(24))
        if dialect.name in _MARIADB:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime())

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        """Return the conversion into the column."""
        return (self.on_sqlite if dialect.name == "sqlite" else self.on_servers)[0]

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Return the conversion out of the column."""
        return (self.on_sqlite if dialect.name == "sqlite" else self.on_servers)[1]


class InstantOrNever(Instant):
    """A UTC instant in a column that is never null: no instant stands as `supportcore.text.NEVER`, and sorts last."""

    cache_ok = True
    on_sqlite = (_to_text_or_never, _from_text_or_never)
    on_servers = (_to_plain_or_never, _from_plain_or_never)


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, (str, bytes)) else value


class Json(TypeDecorator[Any]):
    """
    A document; its top level is an object or a list.

    Text that is read can therefore only be a document that nobody decoded yet: some hosts switch the driver's own
    decoding off.
    """

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is on *dialect*."""
        kind = postgresql.JSONB() if dialect.name == "postgresql" else sa.JSON()
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        """Return the conversion into the column."""
        return _encode if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Return the conversion out of the column."""
        return _from_json if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the document, decoding it if the driver did not."""
        return _from_json(value)
