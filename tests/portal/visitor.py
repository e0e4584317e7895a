"""A visitor of the portal: a browser of a few lines that knows links and forms, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import attrs


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(application: Any) -> Iterator[int]:
    """Serve a WSGI application; hand out its port."""
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@attrs.define
class Control:
    """A field of an HTML form: the values it may have, and the one it has."""

    name: str
    value: str = ""
    options: list[str] | None = None
    longest: int | None = None
    kind: str = ""
    least: str = ""
    hint: str = ""


class Seen(HTMLParser):
    """What a page shows: links, text, and the controls of the form that is posted."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text: list[str] = []
        self.controls: dict[str, Control] = {}
        self.slots: list[str] = []
        self.faults: list[str] = []
        self._posts = self._quiet = self._fault = False
        self._area: Control | None = None
        self._select: Control | None = None
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        name = said.get("name", "")
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self._posts = said.get("method") == "post"
        elif tag in ("script", "style"):
            self._quiet = True
        elif tag == "span" and said.get("class") == "fault":
            self._fault = True
        elif tag == "label" and "data-slot" in said:
            self.slots.append(said["data-slot"])
        elif tag == "option" and self._select is not None:
            assert self._select.options is not None
            self._select.options.append(said["value"])
            if "selected" in said:
                self._select.value = said["value"]
        elif self._posts and name and tag == "input":
            longest = int(said["maxlength"]) if "maxlength" in said else None
            more = {"kind": said.get("type", ""), "least": said.get("min", ""), "hint": said.get("placeholder", "")}
            self.controls[name] = Control(name, said.get("value", ""), longest=longest, **more)
        elif self._posts and tag == "textarea":
            self._area = self.controls[name] = Control(name)
        elif self._posts and tag == "select":
            self._select = self.controls[name] = Control(name, options=[])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._quiet = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "span":
            self._fault = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif self._fault and data.strip():
            self.faults.append(data.strip())
        if not self._quiet:
            self.text.append(data)


@attrs.define
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def page(self) -> Seen:
        return Seen(self.body.decode())


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.cookie = port, ""
        signed = self.post("/", {"secret": secret})
        assert 303 == signed.status, signed.body
        self.cookie = signed.headers["Set-Cookie"].partition(";")[0]

    def get(self, address: str) -> Answer:
        return self.ask("GET", address)

    def post(self, address: str, fields: Mapping[str, Any]) -> Answer:
        body = urlencode(fields, doseq=True).encode()
        return self.ask("POST", address, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def draft(self, address: str, data: bytes, token: str) -> Answer:
        return self.ask("POST", address, data, {"X-Token": token})

    def ask(self, method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, address, body, {**headers, "Cookie": self.cookie})
            found = connection.getresponse()
            return Answer(found.status, dict(found.getheaders()), found.read())
        finally:
            connection.close()
