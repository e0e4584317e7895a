"""The workers of the demonstration, as a host has them run by a cron job: what comes due, and notices."""

from __future__ import annotations

from collections import Counter
from random import Random

from supportcore.desk import Desk
from supportcore.errors import SupportError
from supportcore.notices.render import Notice

_LINE_DOWN = 0.005
"""Share of notices that fail at first."""


class Workers:
    """
    The workers of a desk, and what they did so far.

    Attributes:
        events: That happened because time had passed.
        notices: Delivered, by channel.
        skipped: Notices that were settled without sending.
        retried: How often a notice failed and was put back.
    """

    def __init__(self, desk: Desk, line: Random) -> None:
        self._desk = desk
        self._line = line
        self.notices: Counter[str] = Counter()
        self.events = self.skipped = self.retried = 0

    def run(self) -> None:
        """
        Do all that is due now.

        Raises:
            SupportError: A ticket could not be advanced.
        """
        while True:
            due = self._desk.run_due(limit=100)
            self.events += due.events
            if due.parked:
                raise SupportError("; ".join(why for _, why in due.parked))
            if not due.tickets:
                break
        while True:
            report = self._desk.deliver(self._notify, limit=200)
            self.retried += len(report.retried)
            self.skipped += report.skipped
            if not (report.sent or report.skipped):
                break

    def _notify(self, notice: Notice) -> None:
        """Take a notice, as a host's mail or chat would; now and then the line is down."""
        if self._line.random() < _LINE_DOWN:
            raise ConnectionError("the line is down")
        self.notices[notice.channel] += 1
