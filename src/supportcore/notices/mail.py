"""
Notices by e-mail: a message for each, handed to an SMTP server.

A message says that a program sent it, so that no other program answers (RFC 3834). The same notice has the same
``Message-ID`` however often it is sent; all of one ticket stand in one thread. Text from outside never makes a header:
what is not printable becomes a space.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Literal

from supportcore.clock import Clock, system_clock
from supportcore.errors import Fault, Invalid, facts
from supportcore.ids import derived
from supportcore.notices import wire
from supportcore.notices.faults import NotSent
from supportcore.notices.render import Notice
from supportcore.text import email_fault, whole_fault

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
"""Where a server listens unless another port is told: RFC 6409 and 8314."""
_QUIT = 2.0
"""Seconds a server that has taken the message is given to say goodbye."""
_DOMAIN = re.compile(r"[A-Za-z0-9.-]+|\[[A-Za-z0-9.:]+\]").fullmatch
_WORD = 39
"""Bytes in one encoded word: 52 letters of base64, its marks and the name of the header are a line (RFC 2047)."""
_LINE = 66
"""Letters of a subject that stand as they are: with the name of the header a line of 75."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*").fullmatch


class _Mail(EmailPolicy):
    """How messages are written: as ever, but for subjects, in which the standard library loses or adds some blanks."""

    def fold(self, name: str, value: str) -> str:
        """Return a header in lines."""
        if name.lower() != "subject":
            return str(super().fold(name, value))
        return f"{name}: {f'{self.linesep} '.join(_words(str(value)))}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the same as bytes."""
        return self.fold(name, value).encode("ascii") if name.lower() == "subject" else super().fold_binary(name, value)


_POLICY = _Mail(linesep="\r\n")


def _words(text: str) -> list[str]:
    """Return a subject as it is, or in encoded words where it is long or holds other letters."""
    if text.isascii() and len(text) <= _LINE and "=?" not in text:
        return [text]
    parts, size = [""], 0
    for letter in text:
        length = len(letter.encode())
        if size + length > _WORD:
            parts.append("")
            size = 0
        parts[-1] += letter
        size += length
    return [f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in parts]


def email_message(notice: Notice, *, sender: str, reply_to: str = "", at: datetime) -> EmailMessage:
    """
    Return a notice as a message to all its addresses, for any transport.

    Args:
        sender: Whom it comes from, such as ``Support <no-reply@example.org>``.
        at: What it is dated with.

    Raises:
        NotSent: ``no_address``.
        Invalid: *sender* or *reply_to* is no address.
    """
    author = _named(sender, "sender")
    to = [address for address in map(_address, notice.emails) if address is not None]
    if not to:
        raise NotSent("no_address")
    message = EmailMessage(policy=_POLICY)
    message["From"] = author
    message["To"] = to
    if reply_to:
        message["Reply-To"] = _named(reply_to, "reply_to")
    message["Subject"] = " ".join(_words(line(notice.subject)))  # encoded, or "=?" in it would be read as such
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{notice.key}@{author.domain}>"
    thread = f"<{derived('thread', notice.desk, notice.ticket)}@{author.domain}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content("\n".join(notice.body.replace("\r\n", "\n").split("\r")), cte="quoted-printable")
    language = notice.locale.replace("_", "-")
    if _LANGUAGE(language):
        message["Content-Language"] = language
    return message


def line(text: str) -> str:
    """
    Return *text* in one line of printable letters.

    >>> line("Paid\\r\\nBcc: everybody@example.org")
    'Paid Bcc: everybody@example.org'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _address(text: str) -> Address | None:
    """Return an address as headers and servers take it, or None if it is none; a domain in other letters as in DNS."""
    name, _, domain = text.rpartition("@")
    with suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if email_fault(text, "") or not name.isprintable() or not _DOMAIN(domain):
        return None
    return Address(username=name, domain=domain)


def _named(text: object, path: str) -> Address:
    """Return the one address in *text*, with the name before it."""
    if isinstance(text, str) and text.isprintable():
        found = _POLICY.header_factory("From", text)
        address = _address(found.addresses[0].addr_spec) if len(found.addresses) == 1 else None
        if address is not None and not found.defects:
            return Address(found.addresses[0].display_name, address.username, address.domain)
    raise Invalid(Fault(path, "bad_email"))


class _Smtp(smtplib.SMTP):
    """A connection that is known before it says hello."""

    def __init__(self, begun: list[smtplib.SMTP], host: str, port: int, *, timeout: float) -> None:
        begun.append(self)
        super().__init__(host, port, timeout=timeout)


class _SmtpTls(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(
        self, begun: list[smtplib.SMTP], host: str, port: int, *, timeout: float, context: ssl.SSLContext
    ) -> None:
        begun.append(self)
        super().__init__(host, port, timeout=timeout, context=context)


class SmtpNotifier:
    """
    Sends notices by e-mail; called with each. One connection a notice, so it may be used from several threads.

    Args:
        host: Name or address of the server.
        port: By default that of *security* in `PORTS`.
        sender: Whom mail comes from, such as ``Support <no-reply@example.org>``.
        security: ``starttls`` encrypts before anything is told, ``tls`` from the first byte; neither goes on without.
            ``none`` does not encrypt, and takes no password.
        user: Name to sign in with; empty signs nobody in.
        password: Goes with *user*.
        timeout: Seconds one notice may take in all, up to 300.
        reply_to: Where answers go, if they go anywhere.
        context: How certificates are judged; by default as the system does.
        clock: Tells the instant a message is dated with.

    Raises:
        Invalid: An argument is none of these.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        sender: str,
        security: Security = "starttls",
        user: str = "",
        password: str = "",
        timeout: float = 20.0,
        reply_to: str = "",
        context: ssl.SSLContext | None = None,
        clock: Clock = system_clock,
    ) -> None:
        if security not in PORTS:
            raise Invalid(Fault("security", "not_an_option", facts(options=", ".join(PORTS))))
        if (user or password) and security == "none":
            raise Invalid(Fault("password", "password_in_clear"))
        if not host or line(host) != host:
            raise Invalid(Fault("host", "bad_text"))
        found = PORTS[security] if port is None else port
        fault = whole_fault(found, "port", minimum=1, maximum=65_535)
        if fault is not None:
            raise Invalid(fault)
        self._host, self._port, self._security = host, found, security
        self._sender, self._reply_to = sender, reply_to
        self._envelope = _named(sender, "sender").addr_spec
        if reply_to:
            _named(reply_to, "reply_to")
        self._user, self._password, self._context = user, password, context
        self._timeout, self._clock = wire.check_timeout(timeout), clock

    def __repr__(self) -> str:
        """Return where it sends to; never the password."""
        return f"SmtpNotifier({self._host!r}, {self._port}, sender={self._sender!r}, security={self._security!r})"

    def __call__(self, notice: Notice) -> None:
        """
        Send a notice to all its addresses.

        Raises:
            NotSent: It has no address, or the server did not take it. Of several addresses, one that is refused for
                good is left out, like one that bounces later; one that is refused for now has it sent to all again.
        """
        message = email_message(notice, sender=self._sender, reply_to=self._reply_to, at=self._clock())
        to = [address.addr_spec for address in message["To"].addresses]
        with self._faults(), self._talking() as smtp:
            if self._security == "starttls":
                smtp.starttls(context=self._trusted())
            if self._user or self._password:
                smtp.login(self._user, self._password)
            refused = smtp.send_message(message, self._envelope, to)
        for code, said in refused.values():
            if code < 500:
                raise self._not_sent(_answer(code, said))

    def _trusted(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    @contextmanager
    def _talking(self) -> Iterator[smtplib.SMTP]:
        """Connect, and say goodbye: what was taken by then is sent, whatever becomes of the connection."""
        begun: list[smtplib.SMTP] = []
        with wire.cut_after(self._timeout, lambda: begun[0].sock if begun else None):
            smtp: smtplib.SMTP
            if self._security == "tls":
                context = self._trusted()
                smtp = _SmtpTls(begun, self._host, self._port, timeout=self._timeout, context=context)
            else:
                smtp = _Smtp(begun, self._host, self._port, timeout=self._timeout)
            try:
                yield smtp
                with suppress(smtplib.SMTPException, OSError):
                    if smtp.sock is not None:
                        smtp.sock.settimeout(min(_QUIT, self._timeout))
                        smtp.quit()
            finally:
                smtp.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Tell what goes wrong as `NotSent`, without what was sent to the server."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            raise self._not_sent(f"{error.smtp_code}: user or password refused") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._not_sent(_answer(*next(iter(error.recipients.values())))) from None
        except smtplib.SMTPResponseException as error:
            raise self._not_sent(_answer(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPNotSupportedError as error:
            raise self._not_sent(line(str(error))) from None
        except UnicodeError:
            raise self._not_sent("its name, the user or the password has letters that SMTP has not") from None
        except (smtplib.SMTPException, OSError) as error:
            raise self._not_sent(wire.why(error)) from None

    def _not_sent(self, why: str) -> NotSent:
        return NotSent("not_sent", server=f"{self._host}:{self._port}", why=why)


def _answer(code: int, said: bytes | str) -> str:
    """Return what a server answered, in one line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return line(f"{code} {text}")[:200]
