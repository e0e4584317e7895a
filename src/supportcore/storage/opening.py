"""``open_store``: a backend by URL or by what the host already has, found by entry point."""

from __future__ import annotations

from typing import Any

from supportcore.errors import BackendMissing
from supportcore.storage.ports import AsyncStore, Store

GROUP = "supportcore.backends"
ASYNC_GROUP = "supportcore.async_backends"
_EXTRAS = {"sqlite": "sql", "mongodb": "mongo", "mongodb+srv": "mongo"}


def open_store(target: Any, *, prefix: str = "sc_", schema: str | None = None) -> Store:
    """
    Return the store behind *target*.

    Args:
        target: A URL such as ``sqlite:///desk.db`` or ``memory://``, or a SQLAlchemy engine.
        prefix: Begins the name of every table, so that two can live side by side.
        schema: Database schema the tables live in, where the engine has schemas.

    Raises:
        BackendMissing: No backend for this scheme, or a library it needs is not installed; says what to install.
    """
    store: Store = _factory(target, GROUP)(target, prefix=prefix, schema=schema)
    return store


def open_async_store(target: Any, *, prefix: str = "sc_", schema: str | None = None) -> AsyncStore:
    """
    Return the store behind *target* for an `AsyncDesk`; see `open_store`.

    Args:
        target: A URL such as ``sqlite:///desk.db`` (aiosqlite is meant) or ``memory://``, or an asynchronous engine.
    """
    if isinstance(target, str):
        target = target.replace("sqlite://", "sqlite+aiosqlite://", 1) if target.startswith("sqlite://") else target
    store: AsyncStore = _factory(target, ASYNC_GROUP)(target, prefix=prefix, schema=schema)
    return store


def _factory(target: Any, group: str) -> Any:
    from importlib.metadata import entry_points  # 11 ms, which hosts that bring their own store need not spend

    url = target if isinstance(target, str) else str(getattr(target, "url", ""))
    scheme = url.partition("://")[0]
    if not url or "://" not in url:
        raise BackendMissing(why=f"{target!r} is no store; give a URL such as sqlite:///desk.db, or an engine")
    name = scheme if scheme.startswith("mongodb") else scheme.partition("+")[0]
    found = entry_points(group=group, name=name)
    if not found:
        known = ", ".join(sorted({point.name for point in entry_points(group=group)}))
        raise BackendMissing(why=f"no backend for {name}://; there are: {known}")
    try:
        return next(iter(found)).load()
    except ImportError as error:
        extra = _EXTRAS.get(name, name) + ("-async" if group == ASYNC_GROUP else "")
        raise BackendMissing(why=f"{name}:// needs: pip install 'supportcore[{extra}]' ({error})") from error
