"""Notices by e-mail: the message, and what becomes of it at servers that are sound, refuse, hang and die."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportcore import FrozenClock, Invalid
from supportcore.notices import NotSent, SmtpNotifier, email_message
from supportcore.notices.mail import line
from tests.notices.outside import HOST, PASSWORD, USER, Inbox, mail_server, scripted
from tests.notices.samples import AT, TOLD, told

FROM = "Support <no-reply@desk.example>"


def parsed(message: EmailMessage) -> EmailMessage:
    """What a reader makes of a message."""
    found = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def body_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content.replace("\r\n", "\n")


def sender(port: int, **options: Any) -> SmtpNotifier:
    return SmtpNotifier(HOST, port, **{"sender": FROM, "security": "none", "clock": FrozenClock(AT), **options})


def refusal(notifier: SmtpNotifier, notice: Any = TOLD) -> str:
    """Why a notice is not sent."""
    with pytest.raises(NotSent) as found:
        notifier(notice)
    assert PASSWORD not in str(found.value)
    assert found.value.__cause__ is None
    return str(found.value.params.get("why", found.value.code))


# -- the message


def test_the_headers_of_a_message() -> None:
    """It names itself by the notice and its thread by the ticket, and says that a program wrote it."""
    message = parsed(email_message(TOLD, sender=FROM, reply_to="desk@desk.example", at=AT))
    thread = message["References"]
    assert {
        "From": FROM,
        "To": "ana@acme.example",
        "Reply-To": "desk@desk.example",
        "Subject": "Caso 7: Respondido",
        "Date": "Fri, 27 Mar 2026 16:30:00 +0000",
        "Message-ID": f"<{TOLD.id}@desk.example>",
        "In-Reply-To": thread,
        "References": thread,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "es",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    } == {name: str(value) for name, value in message.items()}
    assert "¿Está enchufada?\nSí.\n" == body_of(message)


def test_messages_of_one_ticket_stand_in_one_thread() -> None:
    """The thread is that of the ticket, the id that of the notice, however often and to whomever it is sent."""
    first = email_message(TOLD, sender=FROM, at=AT)
    again = email_message(told(emails=("bo@acme.example",)), sender=FROM, at=AT + timedelta(days=1))
    other = email_message(told(id="n-2"), sender=FROM, at=AT)
    apart = email_message(told(id="n-3", ticket="t-2"), sender=FROM, at=AT)
    assert first["Message-ID"] == again["Message-ID"]
    assert 3 == len({message["Message-ID"] for message in (first, other, apart)})
    assert first["References"] == other["References"] != apart["References"]


@settings(max_examples=60)
@given(subject=st.text(max_size=300), body=st.text(max_size=600), name=st.text(min_size=1, max_size=64))
@example(subject="Hi\r\nBcc: eve@x.example\r\n\r\nbody", body=".\r\n.\r\nQUIT", name="a\r\nb: c")
@example(subject="0000 0000000000000¡¡¡¡¡¡¡¡¡¡\U00010000\ud7fc¡", body="", name="n")
@example(subject="=?utf-8?b?SG9sYQ==?=", body="=?x?=", name="n")
@example(subject="ñ" * 255, body="x" * 5000, name="n")
@example(subject="a " * 120 + "é", body="=41\rend ", name="n")
def test_no_text_makes_a_header_or_is_lost(subject: str, body: str, name: str) -> None:
    """Whatever the texts hold, there are the same headers; the subject comes out in one line, the body as it is."""
    notice = told(subject=encodable(subject), body=encodable(body), id=encodable(name), locale=encodable(name))
    written = email_message(notice, sender=FROM, at=AT).as_bytes()
    assert written.isascii()
    message = parsed(email_message(notice, sender=FROM, at=AT))
    assert {*email_message(TOLD, sender=FROM, at=AT).keys()} >= {*message.keys()}
    assert line(notice.subject) == message["Subject"]
    lines = notice.body.replace("\r\n", "\n").replace("\r", "\n")
    assert lines.removesuffix("\n") == body_of(message).removesuffix("\n")
    assert not message.defects
    assert all(len(one) <= 78 for one in written.split(b"\r\n"))


def encodable(text: str) -> str:
    return text.encode(errors="replace").decode()


@pytest.mark.parametrize(
    ("email", "to"),
    [
        ("josé@acme.example", "josé@acme.example"),
        ("ana@ñandú.example", "ana@xn--and-6ma2c.example"),
        ("a,b@acme.example", '"a,b"@acme.example'),
        ("a<b>@acme.example", '"a<b>"@acme.example'),
        ("ana@[10.0.0.1]", "ana@[10.0.0.1]"),
    ],
)
def test_addresses_that_are_seldom_seen(email: str, to: str) -> None:
    """Other letters and signs of an address stand in the header as they must."""
    message = email_message(told(emails=(email,)), sender=FROM, at=AT)
    assert [to] == [address.addr_spec for address in message["To"].addresses]


@pytest.mark.parametrize("email", ["", "ana", "ana@x>,<eve@y", "a\u0001b@x.example", "ana@x y", "ana@ñ..example"])
def test_what_is_no_address_is_not_written_to(email: str) -> None:
    """It is left out; if no other is left, the notice is not sent."""
    both = email_message(told(emails=(email, "ana@acme.example")), sender=FROM, at=AT)
    assert "ana@acme.example" == both["To"]
    with pytest.raises(NotSent, match="no e-mail address"):
        email_message(told(emails=(email,)), sender=FROM, at=AT)


# -- servers


def test_a_server_that_takes_it() -> None:
    """The message arrives as it was written, dots and other letters too, from the sender to the recipient."""
    inbox = Inbox()
    notice = told(body=".\n..\nñandú\n")
    with mail_server(inbox) as port:
        sender(port)(notice)
    (envelope,) = inbox.envelopes
    assert ("no-reply@desk.example", ["ana@acme.example"]) == (envelope.mail_from, envelope.rcpt_tos)
    arrived = message_from_bytes(envelope.content, policy=default)
    assert isinstance(arrived, EmailMessage)
    assert (notice.subject, notice.body) == (arrived["Subject"], body_of(arrived))


def test_an_address_in_other_letters_needs_a_server_that_knows_them() -> None:
    """It is sent with SMTPUTF8, or not at all."""
    inbox, notice = Inbox(), told(emails=("josé@acme.example",))
    with mail_server(inbox, utf8=False) as port:
        assert "SMTPUTF8" in refusal(sender(port), notice)
    with mail_server(inbox) as port:
        sender(port)(notice)
    assert [["josé@acme.example"]] == [envelope.rcpt_tos for envelope in inbox.envelopes]


@pytest.mark.parametrize("direct", [False, True])
def test_encrypted_and_signed_in(direct: bool, server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """With STARTTLS, or TLS from the first byte, a server whose certificate is trusted takes the message."""
    inbox = Inbox()
    options: dict[str, Any] = {"security": "tls"} if direct else {"user": USER, "password": PASSWORD}
    with mail_server(inbox, tls=server_tls, direct=direct) as port:
        notifier = sender(port, **{"security": "starttls", "context": trusting, **options})
        notifier(TOLD)
    assert 1 == len(inbox.envelopes)
    assert direct or inbox.signed_in
    assert PASSWORD not in repr(notifier)


@pytest.mark.parametrize("direct", [False, True])
def test_a_certificate_that_nobody_vouches_for(direct: bool, server_tls: ssl.SSLContext) -> None:
    """Certificates are judged unless somebody says how else: nothing is sent."""
    inbox = Inbox()
    with mail_server(inbox, tls=server_tls, direct=direct) as port:
        notifier = sender(port, security="tls" if direct else "starttls", user=USER, password=PASSWORD)
        assert "certificate was not accepted" in refusal(notifier)
    assert ([], []) == (inbox.envelopes, inbox.signed_in)


def test_a_wrong_password_is_told_without_it(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """The error says that user or password were refused, and holds neither; other letters are told likewise."""
    inbox = Inbox()
    with mail_server(inbox, tls=server_tls) as port:
        for password in (PASSWORD + "x", "contraseña"):
            notifier = sender(port, security="starttls", context=trusting, user=USER, password=password)
            told_why = refusal(notifier)
            assert "password" in told_why
            assert password not in told_why
    assert [] == inbox.envelopes


def test_a_server_that_does_not_encrypt_is_told_nothing() -> None:
    """Where STARTTLS is not offered, nobody signs in and nothing is sent."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        assert "STARTTLS" in refusal(sender(port, security="starttls", user=USER, password=PASSWORD))
    assert [] == inbox.envelopes


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "451 4.7.1 Greylisted, try later"])
def test_refused_recipients_and_messages(answer: str) -> None:
    """What the server answers is kept as the reason, whether it refuses for good or for now."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        inbox.refuses = {"ana@acme.example": answer}
        assert answer == refusal(sender(port))
        inbox.refuses, inbox.answer = {}, answer
        assert answer == refusal(sender(port))
        inbox.answer = "250 OK"
        sender(port)(TOLD)
    assert 1 == len(inbox.envelopes)


def test_one_of_several_recipients_is_refused() -> None:
    """For good: the others have it, like where a mail bounces later. For now: it is sent once more."""
    inbox, both = Inbox(), told(emails=("ana@acme.example", "bo@acme.example"))
    with mail_server(inbox) as port:
        inbox.refuses = {"bo@acme.example": "550 Gone"}
        sender(port)(both)
        inbox.refuses = {"bo@acme.example": "450 Later"}
        assert "450 Later" == refusal(sender(port), both)
    assert [["ana@acme.example"]] * 2 == [envelope.rcpt_tos for envelope in inbox.envelopes]


def talk(*answers: str | None, taken: list[bytes] | None = None) -> Any:
    """A server that gives these answers one after the other, and ends the connection where one is None."""

    def script(found: socket.socket) -> None:
        lines = found.makefile("rb")
        with lines:
            for place, answer in enumerate(answers):
                if answer is None:
                    return
                if place and answer.startswith("250 taken"):
                    while lines.readline().rstrip() != b".":
                        pass
                elif place:
                    lines.readline()
                found.sendall(answer.encode() + b"\r\n")
                if taken is not None:
                    taken.append(answer.encode())
            lines.read()

    return script


UNTIL_DATA = ("220 hello", "250 hello", "250 sender", "250 recipient", "354 go on")


def test_a_server_that_takes_it_and_is_gone_has_taken_it() -> None:
    """Accepted is sent, though the connection ends before anybody says goodbye."""
    with scripted(talk(*UNTIL_DATA, "250 taken", None)) as port:
        sender(port)(TOLD)


def test_a_server_that_takes_it_and_does_not_say_goodbye_has_taken_it() -> None:
    """Accepted is sent, though the answer to QUIT never comes."""
    with scripted(talk(*UNTIL_DATA, "250 taken")) as port:
        sender(port, timeout=0.3)(TOLD)


@pytest.mark.parametrize("answers", [(), ("220 hello",), UNTIL_DATA[:4], UNTIL_DATA], ids=len)
def test_a_server_that_dies_has_taken_nothing(answers: tuple[str, ...]) -> None:
    """At once, after its greeting, before the message, in the middle of it."""
    with scripted(talk(*answers, None)) as port:
        assert refusal(sender(port))


@pytest.mark.parametrize("answers", [(), ("220 hello",), UNTIL_DATA], ids=len)
def test_a_server_that_hangs_is_left(answers: tuple[str, ...]) -> None:
    """After the time limit the notice has failed."""
    with scripted(talk(*answers)) as port:
        assert "no answer in time" == refusal(sender(port, timeout=0.2))


def test_a_server_that_goes_on_for_ever_is_left() -> None:
    """The limit is for all of it: a line now and then does not prolong it."""
    stop = threading.Event()

    def drip(found: socket.socket) -> None:
        while not stop.wait(0.02):
            found.sendall(b"220-still here\r\n")

    try:
        with scripted(drip) as port:
            assert "no answer in time" == refusal(sender(port, timeout=0.3))
            stop.set()
    finally:
        stop.set()


def test_nobody_listens() -> None:
    """A closed port and an unknown name are told as such."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert "refused" in refusal(sender(port))
    assert "name" in refusal(SmtpNotifier("nowhere.invalid", sender=FROM, security="none"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"security": "ssl"}, "not_an_option"),
        ({"security": "none", "user": "u", "password": "p"}, "password_in_clear"),
        ({"sender": "nobody"}, "bad_email"),
        ({"sender": "a@x.example, b@x.example"}, "bad_email"),
        ({"sender": "A\r\nBcc: b@x.example <a@x.example>"}, "bad_email"),
        ({"sender": None}, "bad_email"),
        ({"reply_to": "nobody"}, "bad_email"),
        ({"timeout": 0}, "out_of_range"),
        ({"timeout": 301}, "out_of_range"),
        ({"timeout": "5"}, "out_of_range"),
        ({"port": 0}, "out_of_range"),
        ({"host": ""}, "bad_text"),
        ({"host": "a\nb"}, "bad_text"),
    ],
)
def test_a_notifier_that_cannot_work_is_refused(options: dict[str, Any], code: str) -> None:
    """Bad arguments are told when it is made, not when mail is to be sent."""
    given = {"host": HOST, "sender": FROM, **options}
    with pytest.raises(Invalid) as found:
        SmtpNotifier(**given)
    assert code == found.value.code
