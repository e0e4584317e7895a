"""Each notice through the notifier of its channel."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import threading

import pytest

from supportcore import Invalid
from supportcore.notices import Channels, Notice, NotSent, asynchronous
from tests.notices.samples import TOLD, told


def test_each_channel_has_its_notifier() -> None:
    """A notice is handed to the one of its channel, and to no other."""
    mails: list[Notice] = []
    hooks: list[Notice] = []
    send = Channels({"email": mails.append, "webhook": hooks.append})
    send(TOLD)
    send(told(channel="webhook"))
    assert ([TOLD], [told(channel="webhook")]) == (mails, hooks)


def test_what_is_read_in_the_portal_needs_no_sending() -> None:
    """Unless somebody serves it all the same."""
    shown: list[Notice] = []
    Channels({})(told(channel="in_app"))
    Channels({"in_app": shown.append})(told(channel="in_app"))
    assert 1 == len(shown)


def test_a_channel_that_nobody_serves_is_an_error() -> None:
    """It names the channel and those that are served, so that nothing is lost without a word."""
    with pytest.raises(NotSent) as found:
        Channels({"email": print})(told(channel="sms"))
    assert ("no_channel", "Nobody serves the channel sms; served: email, in_app.") == (
        found.value.code,
        str(found.value),
    )
    assert "Nadie sirve el canal sms; hay: email, in_app." == found.value.text("es")


def test_what_is_no_channel_is_refused() -> None:
    """A name that no rule can have, and what cannot be called."""
    for channels, code in (({"E-Mail!": print}, "bad_key"), ({"email": "smtp"}, "wrong_type")):
        with pytest.raises(Invalid) as found:
            Channels(channels)  # type: ignore[arg-type]
        assert code == found.value.code


def test_a_plain_notifier_works_in_a_thread() -> None:
    """Others need not wait; what it raises is raised, and one that is asynchronous after all is awaited."""
    where: list[int] = []

    def plain(notice: Notice) -> None:
        where.append(threading.get_ident())
        if notice.number != TOLD.number:
            raise ConnectionError("no mail today")

    async def waiting(notice: Notice) -> None:
        where.append(threading.get_ident())

    async def run() -> None:
        await asynchronous(plain)(TOLD)
        await asynchronous(Channels({"email": waiting}))(TOLD)
        with pytest.raises(ConnectionError):
            await asynchronous(plain)(told(number=8))

    asyncio.run(run())
    here = threading.get_ident()
    assert [False, True, False] == [one == here for one in where]


def test_a_notice_can_be_kept_and_compared() -> None:
    """A host may put it into a queue: it is hashed, compared and pickled."""
    assert TOLD == pickle.loads(pickle.dumps(TOLD))
    assert 1 == len({TOLD, told()})
    assert ("ana@acme.example", "") == (TOLD.email, told(emails=()).email)


def test_senders_are_loaded_when_they_are_asked_for() -> None:
    """Who sends no mail imports no library for mail."""
    code = "import sys, supportcore.desk, supportcore.notices as n; n.Notice; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"smtplib", "http.client", "email.message"} & set(found.stdout.split())
