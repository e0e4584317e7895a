"""What the workers and the verification report."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class DueReport:
    """
    What `run_due` did.

    Attributes:
        tickets: How many tickets had something come due.
        events: How many events that made.
        parked: Ticket id and error of each that failed and was put back for later.
        files: How many drafts of files were removed that nobody sent in time.
    """

    tickets: int = 0
    events: int = 0
    parked: tuple[tuple[str, str], ...] = ()
    files: int = 0


@attrs.frozen(kw_only=True)
class DeliveryReport:
    """
    What `deliver` did.

    Attributes:
        sent: Notices handed over.
        skipped: Notices that need no sending: nobody wants them, or may see the ticket now, or there is no address.
        retried: Notice id and error of each that will be tried again.
        dead: Notice id and error of each that was given up.
    """

    sent: int = 0
    skipped: int = 0
    retried: tuple[tuple[str, str], ...] = ()
    dead: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class DeadNotice:
    """
    A notice that was given up.

    Attributes:
        id: That of the notice; `Desk.resend` takes it.
        rule: Key of the notice rule.
        role: What the recipient is to the ticket.
        recipient: Id of a person or team.
        error: What the last try failed for.
    """

    id: str
    ticket: str
    rule: str
    channel: str
    role: str
    recipient: str
    tries: int
    error: str


@attrs.frozen(kw_only=True)
class Finding:
    """
    Something stored that does not follow from the history.

    Attributes:
        ticket: Id of the ticket it is about, ``?`` where it is about none that is known; empty for that of an article.
        article: Id of the article it is about.
    """

    ticket: str = ""
    article: str = ""
    what: str

    def __str__(self) -> str:
        return f"article {self.article}: {self.what}" if self.article else f"ticket {self.ticket}: {self.what}"


@attrs.frozen(kw_only=True)
class Verification:
    """
    What `verify` looked at and found.

    Attributes:
        findings: Empty if every stored column follows from the histories, every article from its revisions, and the
            index from both.
    """

    tickets: int = 0
    events: int = 0
    columns: int = 0
    articles: int = 0
    findings: tuple[Finding, ...] = ()
