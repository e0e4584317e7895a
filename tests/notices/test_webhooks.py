"""Notices to other programs: what is sent, who can tell that it is genuine, where it never goes, and what fails."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from supportcore import FrozenClock, Invalid
from supportcore.clock import system_clock
from supportcore.notices import NotSent, WebhookNotifier
from supportcore.notices.addresses import connected, is_public
from supportcore.notices.webhooks import payload, signature
from tests.notices.outside import HOST, Hook, hook_server, scripted
from tests.notices.samples import AT, TOLD, told

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NEXT = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()


def hook(port: int, secret: Any = SECRET, path: str = "/hook?k=in-the-path", **options: Any) -> WebhookNotifier:
    return WebhookNotifier(f"http://{HOST}:{port}{path}", secret, **{"allow_private": True, "timeout": 5, **options})


def refusal(notifier: WebhookNotifier, notice: Any = TOLD) -> str:
    """Why a notice is not sent."""
    with pytest.raises(NotSent) as found:
        notifier(notice)
    shown = str(found.value) + repr(found.value.params) + repr(notifier)
    assert "in-the-path" not in shown
    assert SECRET.removeprefix("whsec_") not in shown
    return str(found.value.params.get("why", found.value.code))


# -- what is sent


def test_a_request_that_standard_webhooks_verifies() -> None:
    """The package of the standard takes signature, id and timestamp, and reads the facts."""
    server = Hook()
    with hook_server(server) as port:
        hook(port)(TOLD)
    ((path, headers, body),) = server.requests
    assert {
        "type": "ticket.replied",
        "timestamp": "2026-03-27T16:30:00.000Z",
        "data": {"desk": "small", "number": 7, "waiting_on": None},
    } == Webhook(SECRET).verify(body, headers)
    assert (TOLD.id, "application/json", "/hook?k=in-the-path") == (
        headers["webhook-id"],
        headers["content-type"],
        path,
    )
    assert abs(int(headers["webhook-timestamp"]) - system_clock().timestamp()) < 60


def test_what_was_changed_on_the_way_is_seen() -> None:
    """Another body, another id, another secret or an old request do not pass."""
    server = Hook()
    with hook_server(server) as port:
        hook(port)(TOLD)
        hook(port, clock=FrozenClock(system_clock() - timedelta(hours=1)))(TOLD)
    (_, headers, body), (_, old, _) = server.requests
    for given_headers, given_body, secret in [
        (headers, body.replace(b"7", b"8"), SECRET),
        ({**headers, "webhook-id": "other"}, body, SECRET),
        (headers, body, NEXT),
        (old, body, SECRET),
    ]:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(given_body, given_headers)


def test_while_a_secret_is_replaced_both_verify() -> None:
    """A request that is signed with several secrets passes with each of them."""
    server = Hook()
    with hook_server(server) as port:
        hook(port, [SECRET, NEXT])(TOLD)
    ((_, headers, body),) = server.requests
    assert 2 == len(headers["webhook-signature"].split(" "))
    assert Webhook(SECRET).verify(body, headers) == Webhook(NEXT).verify(body, headers)


def test_the_same_notice_has_the_same_id() -> None:
    """However often it is sent; an id that no header may hold becomes another, always the same one."""
    server = Hook()
    with hook_server(server) as port:
        for notice in (TOLD, TOLD, told(id="a\r\nb"), told(id="a\r\nb"), told(id="a.b")):
            hook(port)(notice)
    ids = [headers["webhook-id"] for _, headers, _ in server.requests]
    assert ids[0] == ids[1] == TOLD.id
    assert ids[2] == ids[3]
    assert 3 == len(set(ids))
    assert all("." not in one for one in ids)


def test_a_request_holds_no_word_that_people_wrote() -> None:
    """Neither subject nor body nor an address is part of it."""
    sent = payload(told(subject="secret-1", body="secret-2", emails=("secret-3@x.example",)))
    assert b"secret" not in sent
    assert {"type", "timestamp", "data"} == set(json.loads(sent))


@settings(max_examples=40)
@given(
    secret=st.binary(min_size=24, max_size=64),
    body=st.binary(max_size=200),
    key=st.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True),
)
def test_signatures_are_those_of_the_standard(secret: bytes, body: bytes, key: str) -> None:
    """For any secret, id and body that is text, the package of the standard signs the same."""
    text = body.decode("latin-1")
    at = datetime(2026, 3, 27, tzinfo=UTC)
    expected = Webhook("whsec_" + base64.b64encode(secret).decode()).sign(key, at, text)
    stamp = str(int(at.timestamp()))
    assert expected == signature(secret, id=key, timestamp=stamp, body=text.encode())


# -- how it is answered


@pytest.mark.parametrize("status", [200, 202, 299])
def test_any_answer_of_success_is_one(status: int) -> None:
    """2xx, whatever the body is."""
    server = Hook()
    server.status, server.body = status, b"x" * 100_000
    with hook_server(server) as port:
        hook(port)(TOLD)
    assert 1 == len(server.requests)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_any_other_answer_is_a_failure(status: int) -> None:
    """Told by its number; a redirect is never followed, wherever it leads."""
    server, elsewhere = Hook(), Hook()
    with hook_server(elsewhere) as other, hook_server(server) as port:
        server.status, server.headers = status, {"Location": f"http://{HOST}:{other}/"}
        assert f"it answered {status}" == refusal(hook(port))
    assert (1, 0) == (len(server.requests), len(elsewhere.requests))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "broke off"),
        (b"SMTP ready\r\n\r\n", "BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000, "broke"),
    ],
)
def test_an_answer_that_is_none(answer: bytes, why: str) -> None:
    """No answer, one in another language and one without an end are failures."""

    def script(found: socket.socket) -> None:
        found.recv(100_000)
        found.sendall(answer)

    with scripted(script) as port:
        assert why in refusal(hook(port))


@pytest.mark.parametrize("each", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"H"], ids=["silence", "continue", "drip"])
def test_an_answer_that_does_not_end_is_left(each: bytes) -> None:
    """The time limit is for all of it, however much comes meanwhile."""
    stop = threading.Event()

    def script(found: socket.socket) -> None:
        found.recv(100_000)
        while not stop.wait(0.02):
            if each:
                found.sendall(each)

    try:
        with scripted(script) as port:
            assert "no answer in time" == refusal(hook(port, timeout=0.3))
            stop.set()
    finally:
        stop.set()


def test_the_status_counts_though_the_body_does_not_end() -> None:
    """An endless body after 2xx is not read to its end."""
    stop = threading.Event()

    def script(found: socket.socket) -> None:
        found.recv(100_000)
        found.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stop.wait(0.02):
            found.sendall(b"x")

    try:
        with scripted(script) as port:
            hook(port, timeout=0.3)(TOLD)
            stop.set()
    finally:
        stop.set()


def test_nobody_listens() -> None:
    """A closed port is told as such, and an unknown name."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert "refused" in refusal(hook(port))
    assert "name" in refusal(WebhookNotifier("https://nowhere.invalid/", SECRET))


def test_certificates_are_judged(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that nobody vouches for is refused, and one of another name; nothing is sent then."""
    server = Hook()
    with hook_server(server, tls=server_tls) as port:
        options: dict[str, Any] = {"allow_private": True, "timeout": 5}
        assert "certificate was not accepted" in refusal(WebhookNotifier(f"https://{HOST}:{port}/", SECRET, **options))
        WebhookNotifier(f"https://localhost:{port}/", SECRET, context=trusting, **options)(TOLD)
        leads_to(monkeypatch, port, [HOST])
        other = WebhookNotifier(f"https://other.example:{port}/", SECRET, context=trusting, **options)
        assert "certificate was not accepted" in refusal(other)
    assert 1 == len(server.requests)


# -- where it never goes


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:7f00:1::",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local, multicast, reserved, and all of those inside IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are_public(address: str) -> None:
    """Those of the internet, in either family."""
    assert is_public(address)


@settings(max_examples=100)
@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_likewise(address: Any) -> None:
    """An IPv4 address is as public mapped into IPv6 or behind a translator as alone."""
    assert is_public(str(address)) == is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize("name", [HOST, "localhost", "0", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_never_connected_to(name: str) -> None:
    """However it is written; nothing arrives there."""
    server = Hook()
    with hook_server(server) as port:
        notifier = WebhookNotifier(f"http://{name}:{port}/", SECRET)
        why = refusal(notifier)  # some systems do not take every spelling for an address
        assert why == "address_not_public" or "name is not known" in why
    assert [] == server.requests


def leads_to(monkeypatch: pytest.MonkeyPatch, port: int, *answers: list[str]) -> list[str]:
    """Let names lead to these addresses, one answer after the other, the last one for ever; return what was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, *args: Any, **named: Any) -> Any:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it leads to a moment later is never reached: the address that was judged is the one connected to."""
    server = Hook()
    with hook_server(server) as port, socket.socket() as plain:
        plain.bind((HOST, 0))  # nobody listens there: what was judged, and is connected to
        monkeypatch.setattr("supportcore.notices.addresses.is_public", lambda text: text == "127.0.0.2")
        asked = leads_to(monkeypatch, port, ["127.0.0.2"], [HOST])
        assert "refused" in refusal(WebhookNotifier(f"http://rebound.example:{port}/", SECRET))
    assert ["rebound.example"] == asked
    assert [] == server.requests


def test_of_several_addresses_only_public_ones_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A private one among them is passed over; if all are, nothing is connected to."""
    server = Hook()
    with hook_server(server) as port:
        leads_to(monkeypatch, port, ["10.0.0.1", HOST])
        assert "address_not_public" == refusal(WebhookNotifier("http://inside.example/", SECRET))
        monkeypatch.setattr("supportcore.notices.addresses.is_public", lambda text: text == HOST)
        WebhookNotifier(f"http://both.example:{port}/", SECRET)(TOLD)
    assert ["both.example:" + str(port)] == [headers["host"] for _, headers, _ in server.requests]


def test_an_address_that_does_not_answer_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that answers is taken."""
    server = Hook()
    with hook_server(server) as port:
        leads_to(monkeypatch, port, ["127.0.0.2", HOST])
        with connected("x.example", port, allow_private=True, left=lambda: 5.0) as found:
            assert HOST == found.getpeername()[0]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/", "x.example", "https://", "https:///path", "https://user:pass@x.example/", "https://x:99999/",
        "https://x.example/\r\nHost: y", "https://x.example/a b", "https://x.example/ñ", "https://[::1", "", None, 7,
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused(url: Any) -> None:
    """Other schemes, credentials, blanks and what cannot be read are told when the notifier is made."""
    with pytest.raises(Invalid) as found:
        WebhookNotifier(url, SECRET)
    assert [("url", "bad_url")] == [(fault.path, fault.code) for fault in found.value.faults]


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_!!", "whsec_" + "QUJD", [], [SECRET, "x"]])
def test_what_is_no_secret_is_refused(secret: Any) -> None:
    """Without its prefix, no base64, too short, or none at all; the error does not tell it."""
    with pytest.raises(Invalid) as found:
        WebhookNotifier("https://x.example/", secret)
    assert "bad_secret" == found.value.code
    assert "QUJD" not in str(found.value)


def test_the_host_is_asked_for_by_its_name() -> None:
    """The header says host and port as the URL does, and the timestamp is that of the clock."""
    server = Hook()
    with hook_server(server) as port:
        hook(port, clock=FrozenClock(AT))(TOLD)
    ((_, headers, _),) = server.requests
    assert (f"{HOST}:{port}", str(int(AT.timestamp()))) == (headers["host"], headers["webhook-timestamp"])
