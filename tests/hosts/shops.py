"""
The shops of examples/, each behind the same few methods, so that one test judges all.

    with open_shop("flask", "sqlite:////tmp/shop.db") as shop:
        order = shop.order("ana", "Teapot")
        status, answer = shop.post(f"/orders/{order}/complaint", "ana", text="Broken")
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from supportcore.desk import AsyncDesk
from supportcore.testing.blocking import BlockingDesk
from tests.hosts.sites import EXAMPLES, django_site

Answer = tuple[int, Any]


class Shop:
    """
    One shop, on a fresh database.

    Attributes:
        module: Where its function ``mark`` stands, which is called after the ticket was opened.
        desk: Its desk, behind the synchronous methods.
    """

    module: ModuleType
    desk: Any

    def post(self, path: str, who: str | None, **said: Any) -> Answer:
        """Send a document and return status and answer."""
        raise NotImplementedError

    def get(self, path: str, who: str | None) -> Answer:
        """Return status and answer."""
        raise NotImplementedError

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send a body as it is, and return status and answer."""
        raise NotImplementedError

    def order(self, who: str, item: str) -> int:
        """Let a customer, new if need be, order something; return the order's number."""
        raise NotImplementedError

    def ticket_of(self, order: int) -> str:
        """Return the ticket an order is marked with, or an empty text."""
        raise NotImplementedError

    def command(self, name: str) -> str:
        """Run a command of the shop's and return what it printed."""
        raise NotImplementedError

    def work(self) -> str:
        """Run the worker's command and return what it printed."""
        return self.command("work")


@contextmanager
def open_shop(framework: str, url: str, monkeypatch: Any) -> Iterator[Shop]:
    """Open the shop of a framework on an empty database."""
    opened: Callable[[str, Any], Any] = {"django": _django, "flask": _flask, "fastapi": _fastapi}[framework]
    with opened(url, monkeypatch) as shop:
        yield shop


def _example(framework: str) -> ModuleType:
    name = f"example_{framework}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / framework / "shop.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _driven(url: str, **drivers: str) -> str:
    parsed = sa.make_url(url)
    driver = drivers.get(parsed.get_backend_name())
    return parsed.set(drivername=driver).render_as_string(hide_password=False) if driver else url


# --- Django ---------------------------------------------------------------------------------------------------


class DjangoShop(Shop):
    def __init__(self) -> None:
        import shop.views
        from django.test import Client
        from shop.support import desk

        self._client = Client(raise_request_exception=False)
        self.module, self.desk = shop.views, desk()

    def post(self, path: str, who: str | None, **said: Any) -> Answer:
        headers = {} if who is None else {"X-Customer": who}
        return self._told(self._client.post(path, said, "application/json", headers=headers))

    def get(self, path: str, who: str | None) -> Answer:
        return self._told(self._client.get(path, headers={} if who is None else {"X-Customer": who}))

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        kind = headers.get("Content-Type", "application/x-www-form-urlencoded")  # which curl would send
        return self._told(self._client.generic(method, path, body, kind, headers=headers))

    def _told(self, answer: Any) -> Answer:
        import threading

        from django.db import connections

        if threading.current_thread() is not threading.main_thread():
            connections.close_all()
        return answer.status_code, answer.json() if "json" in answer["Content-Type"] else None

    def order(self, who: str, item: str) -> int:
        from shop.models import Customer, Order

        Customer.objects.get_or_create(id=who, defaults={"name": who.title(), "email": f"{who}@example.com"})
        return int(Order.objects.create(customer_id=who, item=item).pk)

    def ticket_of(self, order: int) -> str:
        from shop.models import Order

        return str(Order.objects.get(pk=order).ticket)

    def command(self, name: str) -> str:
        from django.core.management import call_command

        said = StringIO()
        call_command(name, stdout=said)
        return said.getvalue()


@contextmanager
def _django(url: str, monkeypatch: Any) -> Iterator[Shop]:
    with django_site(url):
        from django.core.management import call_command
        from shop.support import desk

        desk.cache_clear()
        call_command("migrate", verbosity=0)
        shop = DjangoShop()
        yield shop
        shop.desk.store.close()
        desk.cache_clear()


# --- Flask ----------------------------------------------------------------------------------------------------


class FlaskShop(Shop):
    def __init__(self, module: ModuleType, app: Any) -> None:
        self.module, self._app = module, app
        self.engine, self.desk = app.extensions["engine"], app.extensions["desk"]

    def post(self, path: str, who: str | None, **said: Any) -> Answer:
        headers = {} if who is None else {"X-Customer": who}
        answer = self._app.test_client().post(path, json=said, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        answer = self._app.test_client().open(path, method=method, data=body, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    def get(self, path: str, who: str | None) -> Answer:
        answer = self._app.test_client().get(path, headers={} if who is None else {"X-Customer": who})
        return answer.status_code, answer.get_json(silent=True)

    def order(self, who: str, item: str) -> int:
        from sqlalchemy.orm import Session

        with Session(self.engine) as session, session.begin():
            if session.get(self.module.Person, who) is None:
                session.add(self.module.Person(id=who, name=who.title(), email=f"{who}@example.com"))
                session.flush()
            order = self.module.Order(customer=who, item=item)
            session.add(order)
            session.flush()
            return int(order.id)

    def ticket_of(self, order: int) -> str:
        from sqlalchemy.orm import Session

        with Session(self.engine) as session:
            return session.get_one(self.module.Order, order).ticket or ""

    def command(self, name: str) -> str:
        result = self._app.test_cli_runner().invoke(args=[name], catch_exceptions=False)
        assert 0 == result.exit_code
        return str(result.output)


@contextmanager
def _flask(url: str, monkeypatch: Any) -> Iterator[Shop]:
    module = _example("flask")
    shop = FlaskShop(module, module.create_app(_driven(url, mariadb="mariadb+pymysql")))
    shop.command("prepare")
    yield shop
    shop.desk.store.close()
    shop.engine.dispose()


# --- FastAPI --------------------------------------------------------------------------------------------------


class FastapiShop(Shop):
    def __init__(self, module: ModuleType, app: Any, client: Any, environment: Callable[[], object]) -> None:
        self.module, self._client, self._environment = module, client, environment
        self.engine = app.state.engine
        self.desk = BlockingDesk(app.state.desk, self)  # type: ignore[arg-type]  # all it asks for is `run`

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine in the application's loop."""

        async def awaited() -> Any:
            return await coroutine

        return self._client.portal.call(awaited)

    def post(self, path: str, who: str | None, **said: Any) -> Answer:
        answer = self._client.post(path, json=said, headers={} if who is None else {"X-Customer": who})
        return answer.status_code, answer.json() if "json" in answer.headers["Content-Type"] else None

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        answer = self._client.request(method, path, content=body, headers=headers)
        return answer.status_code, answer.json() if "json" in answer.headers["Content-Type"] else None

    def get(self, path: str, who: str | None) -> Answer:
        answer = self._client.get(path, headers={} if who is None else {"X-Customer": who})
        return answer.status_code, answer.json()

    def order(self, who: str, item: str) -> int:
        from sqlalchemy.ext.asyncio import AsyncSession

        async def ordering() -> int:
            async with AsyncSession(self.engine) as session, session.begin():
                if await session.get(self.module.Person, who) is None:
                    session.add(self.module.Person(id=who, name=who.title(), email=f"{who}@example.com"))
                    await session.flush()
                order = self.module.Order(customer=who, item=item)
                session.add(order)
                await session.flush()
                return int(order.id)

        return int(self.run(ordering()))

    def ticket_of(self, order: int) -> str:
        from sqlalchemy.ext.asyncio import AsyncSession

        async def looking() -> str:
            async with AsyncSession(self.engine) as session:
                return (await session.get_one(self.module.Order, order)).ticket or ""

        return str(self.run(looking()))

    def command(self, name: str) -> str:
        from contextlib import redirect_stdout

        self._environment()
        said = StringIO()
        with redirect_stdout(said):
            asyncio.run(getattr(self.module, name)())
        return said.getvalue()


@contextmanager
def _fastapi(url: str, monkeypatch: Any) -> Iterator[Shop]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newest Starlette would rather be tested by another client
        from fastapi.testclient import TestClient

    module = _example("fastapi")
    driven = _driven(url, sqlite="sqlite+aiosqlite", postgresql="postgresql+asyncpg")
    app = module.create_app(driven)
    assert isinstance(app.state.desk, AsyncDesk)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield FastapiShop(module, app, client, lambda: monkeypatch.setenv("SHOP_DATABASE", driven))
