"""
Notices to other programs: an HTTP request for each, signed as Standard Webhooks says.

A request holds facts, never a word that people wrote: who wants to read those asks for the ticket, as somebody who may.
The same notice has the same ``webhook-id`` however often it is sent. Source: https://www.standardwebhooks.com
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from binascii import Error as NoBase64
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from supportcore.clock import Clock, stopwatch, system_clock
from supportcore.errors import Fault, Invalid, facts
from supportcore.notices import wire
from supportcore.notices.addresses import connected
from supportcore.notices.faults import NotSent
from supportcore.notices.render import Notice
from supportcore.text import instant_text

PREFIX = "whsec_"
_LENGTHS = range(24, 65)
"""Bytes of a secret."""
_READ = 1024
"""Bytes of an answer that are read; nothing in it matters."""


def payload(notice: Notice) -> bytes:
    """Return the body of a request: what happened, when, and the facts."""
    told = {"type": f"ticket.{notice.event}", "timestamp": instant_text(notice.at), "data": dict(notice.data)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, *, id: str, timestamp: str, body: bytes) -> str:
    """Return what the header ``webhook-signature`` says for one secret."""
    signed = hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


class WebhookNotifier:
    """
    Sends notices to a URL; called with each. One connection a notice, so it may be used from several threads.

    Only an answer of 2xx is success; a redirect is none, and never followed.

    Args:
        url: Where to, ``https://``; ``http://`` is not encrypted.
        secret: ``whsec_`` and 24 to 64 random bytes in base64. Several sign each request, for as long as one secret is
            being replaced by another.
        timeout: Seconds one notice may take in all, up to 300.
        allow_private: Send to addresses as well that are not public, such as those of an own network.
        context: How certificates are judged; by default as the system does.
        clock: Tells the instant of a request.

    Raises:
        Invalid: An argument is none of these.
    """

    def __init__(
        self,
        url: str,
        secret: str | Iterable[str],
        *,
        timeout: float = 15.0,
        allow_private: bool = False,
        context: ssl.SSLContext | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._scheme, self._host, self._port, self._shown, self._target = _parts(url)
        secrets = (secret,) if isinstance(secret, str) else tuple(secret)
        self._secrets = tuple(_bytes(one) for one in secrets)
        if not self._secrets:
            raise Invalid(Fault("secret", "bad_secret"))
        self._timeout, self._allow_private = wire.check_timeout(timeout), bool(allow_private)
        self._context, self._clock = context, clock

    def __repr__(self) -> str:
        """Return where it sends to; neither the path, which may be a secret, nor the secrets."""
        return f"WebhookNotifier({self._shown!r})"

    def __call__(self, notice: Notice) -> None:
        """
        Send a notice.

        Raises:
            NotSent: The answer is none of 2xx, comes too late or not at all, or the URL leads to no public address.
        """
        body, key, timestamp = payload(notice), notice.key, str(int(self._clock().timestamp()))
        signatures = [signature(secret, id=key, timestamp=timestamp, body=body) for secret in self._secrets]
        headers = {
            "Host": self._shown.partition("://")[2],
            "User-Agent": "supportcore",
            "Content-Type": "application/json",
            "Connection": "close",
            "webhook-id": key,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signatures),
        }
        try:
            status = self._post(body, headers)
        except (OSError, HTTPException, UnicodeError) as error:
            raise self._not_sent(wire.why(error)) from None
        if not 200 <= status < 300:
            raise self._not_sent(f"it answered {status}")

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer."""
        passed = stopwatch()

        def left() -> float:
            return self._timeout - passed()

        connection = HTTPConnection(self._host, self._port)
        sock = connected(self._host, self._port, allow_private=self._allow_private, left=left)
        try:
            with wire.cut_after(left(), lambda: sock):
                sock.settimeout(max(left(), 0.001))
                if self._scheme == "https":
                    context = self._context or ssl.create_default_context()
                    sock = context.wrap_socket(sock, server_hostname=self._host, do_handshake_on_connect=False)
                    sock.do_handshake()
                connection.sock = sock
                connection.request("POST", self._target, body, headers)
                with connection.getresponse() as answer:
                    with suppress(OSError, HTTPException):
                        answer.read(_READ)
                    return answer.status
        finally:
            connection.close()
            sock.close()

    def _not_sent(self, why: str) -> NotSent:
        return NotSent("not_sent", server=self._shown, why=why)


def _bytes(secret: object) -> bytes:
    """Return the bytes of a secret."""
    if isinstance(secret, str) and secret.startswith(PREFIX):
        with suppress(NoBase64, ValueError):
            found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
            if len(found) in _LENGTHS:
                return found
    raise Invalid(Fault("secret", "bad_secret")) from None


def _parts(url: object) -> tuple[str, str, int, str, str]:
    """Return scheme, host, port, what may be shown of a URL, and what is asked for."""

    def refused(why: str, why_es: str) -> Invalid:
        return Invalid(Fault("url", "bad_url", facts(why=why, why_es=why_es)))

    if not (isinstance(url, str) and url.isascii() and url.isprintable() and " " not in url):
        raise refused("it holds other letters than a URL has", "tiene letras que una URL no tiene")
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        raise refused("host or port cannot be read", "no se pueden leer el servidor o el puerto") from None
    if found.scheme not in ("http", "https") or not found.hostname:
        raise refused("it does not begin with https:// and a host", "no empieza por https:// y un servidor")
    if "@" in found.netloc:
        raise refused("it holds a user or a password", "contiene un usuario o una contraseña")
    target = (found.path or "/") + (f"?{found.query}" if found.query else "")
    default = 443 if found.scheme == "https" else 80
    return found.scheme, found.hostname, port or default, f"{found.scheme}://{found.netloc}", target
