"""Servers outside, real ones on free ports: mail servers, and those that take webhooks, sound and faulty."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

HOST = "127.0.0.1"
USER, PASSWORD = "desk", "s3cret-Passw0rd"


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of this machine that nobody signed, and return it with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    made, key = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=localhost", "-addext", names]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made, key


class Inbox:
    """Takes mail, and refuses what it is told to."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refuses: dict[str, str] = {}
        """Answers to recipients."""
        self.answer = "250 OK"
        self.signed_in: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        if isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode()):
            self.signed_in.append(mechanism)
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)


@contextmanager
def mail_server(
    inbox: Inbox, *, tls: ssl.SSLContext | None = None, direct: bool = False, utf8: bool = True
) -> Iterator[int]:
    """Run a mail server, with STARTTLS or (*direct*) encrypted from the first byte, and yield its port."""
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8}
    if tls is not None and not direct:
        options |= {"tls_context": tls, "authenticator": inbox.authenticate, "auth_required": True}
    port = free_port()
    server = Controller(inbox, hostname=HOST, port=port, ssl_context=tls if direct else None, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@contextmanager
def scripted(script: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that does with one connection after the other what *script* says, and yield its port."""
    listening = socket.create_server((HOST, 0))
    listening.settimeout(0.1)
    stopped: list[bool] = []

    def serve() -> None:
        while not stopped:
            try:
                found, _ = listening.accept()
            except TimeoutError:
                continue
            with found:
                found.settimeout(5)
                with suppress(OSError):
                    script(found)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stopped.append(True)
        thread.join()
        listening.close()


class Hook:
    """Takes webhooks."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.body = b""


@contextmanager
def hook_server(hook: Hook, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run an HTTP server that takes webhooks, and yield its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(hook.body)

        def log_message(self, *args: object) -> None:
            pass

    class Server(HTTPServer):
        def handle_error(self, *args: object) -> None:
            pass

    server = Server((HOST, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
