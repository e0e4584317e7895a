"""``supportcore deliver``: what it sends, prints and refuses, and its exit code."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supportcore import Desk, FrozenClock, open_store
from supportcore.cli import deliver as command
from supportcore.cli.commands import supportcore
from supportcore.clock import system_clock
from supportcore.desk.delivering import TRIES
from supportcore.errors import Busy
from tests.notices.desks import ANA, LUIS, PEOPLE, chatty, rule
from tests.notices.outside import HOST, Hook, Inbox, hook_server, mail_server

pytestmark = pytest.mark.store("sqlite")
SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
MAIL = ["--from", "no-reply@desk.example", "--smtp"]


def run(*args: object, **environment: str) -> Result:
    result = CliRunner().invoke(supportcore, ["deliver", *map(str, args)], env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """The options that name a desk, and a store in which a customer was answered."""
    definition = chatty(
        tmp_path,
        rule("replied", ["contact"], "email"),
        rule("replied", ["subscriber"], "webhook"),
        rule("opened", ["team"], "in_app"),
    )
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    with closing(open_store(url)) as store:
        store.migrate()
        desk = Desk(definition, store, clock=FrozenClock(system_clock() - timedelta(days=1)))
        desk.install(**PEOPLE)
        case = desk.acting_as(ANA).open({"subject": "No prints", "product": "erp"}).id
        desk.acting_as(LUIS).reply(case, "Is it on?")
    return ["--desk", str(tmp_path / "chatty.toml"), "--store", url]


@pytest.fixture
def outside() -> Iterator[tuple[Inbox, Hook, list[str]]]:
    """A mail server, a server for webhooks, and the options that lead there."""
    inbox, hook = Inbox(), Hook()
    with mail_server(inbox) as mail, hook_server(hook) as web:
        leading = [*MAIL, f"smtp+plain://{HOST}:{mail}", "--webhook", f"http://{HOST}:{web}/", "--allow-private"]
        yield inbox, hook, leading


def test_notices_are_sent_through_their_channels(place: list[str], outside: Any) -> None:
    """A mail, a webhook, and one for the portal that needs no sending; the second time there is nothing to do."""
    inbox, hook, leading = outside
    result = run(*place, *leading, SUPPORTCORE_WEBHOOK_SECRET=SECRET)
    assert (0, "3 notices sent, 0 skipped, 0 to be tried again, 0 given up.\n") == (result.exit_code, result.output)
    assert (1, 1) == (len(inbox.envelopes), len(hook.requests))
    again = run(*place, *leading, "--json", SUPPORTCORE_WEBHOOK_SECRET=SECRET)
    assert {"desk": "small", "sent": 0, "skipped": 0, "retried": [], "dead": []} == json.loads(again.stdout)


def test_what_is_given_up_is_told_by_the_exit_code(place: list[str], outside: Any) -> None:
    """As long as it is tried again the code is 0, with the reason on stderr; once it is given up, 1."""
    _, hook, leading = outside
    hook.status = 500
    codes = []
    clock = FrozenClock(system_clock())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "Desk", lambda definition, store: Desk(definition, store, clock=clock))
        for _ in range(TRIES):
            result = run(*place, *leading, SUPPORTCORE_WEBHOOK_SECRET=SECRET)
            codes.append(result.exit_code)
            assert "it answered 500" in result.stderr
            clock.move(timedelta(days=2))
    assert [0] * (TRIES - 1) + [1] == codes
    assert "was given up: NotSent" in result.stderr
    assert "0 notices sent, 0 skipped, 0 to be tried again, 1 given up.\n" == result.stdout


def test_a_channel_that_no_option_serves_is_told_first(place: list[str], outside: Any) -> None:
    """Nothing is claimed, so no try is lost."""
    inbox, _, leading = outside
    result = run(*place, *leading[:4])
    assert 2 == result.exit_code
    assert "webhook needs --webhook" in result.stderr
    assert [] == inbox.envelopes
    assert "3 notices sent" in run(*place, *leading, SUPPORTCORE_WEBHOOK_SECRET=SECRET).stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--smtp", "smtp://h"], "--from"),
        ([*MAIL, "http://h"], "smtps://"),
        ([*MAIL, "smtp://"], "smtps://"),
        ([*MAIL, "smtp://h:x"], "smtps://"),
        ([*MAIL, "smtp://u:p4ss@h"], "SUPPORTCORE_SMTP_PASSWORD"),
        (["--webhook", "https://h"], "SUPPORTCORE_WEBHOOK_SECRET"),
        (["--watch", "1", "--json"], "--watch"),
        (["--watch", "0"], "--watch"),
    ],
)
def test_options_that_do_not_go_together(place: list[str], options: list[str], told: str) -> None:
    """They are told as such, and a password on the command line is not repeated."""
    result = run(*place, *options)
    assert 2 == result.exit_code
    assert told in result.stderr
    assert "p4ss" not in result.output


def test_a_secret_that_is_none_is_told_without_it(place: list[str]) -> None:
    """The reason stands on stderr; the exit code is 1."""
    result = run(*place, "--webhook", "https://h/", SUPPORTCORE_WEBHOOK_SECRET="hunter2")
    assert 1 == result.exit_code
    assert "A secret is whsec_" in result.stderr
    assert "hunter2" not in result.output


def test_watching_goes_on_until_it_is_stopped(place: list[str], outside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends what is due, waits, looks again, and says only what it did; a busy store is waited for."""
    _, _, leading = outside
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    real = Desk.deliver

    def deliver(self: Desk, notifier: Any, *, limit: int) -> Any:
        if len(slept) == 1:
            raise Busy
        return real(self, notifier, limit=limit)

    monkeypatch.setattr(command, "sleep", sleep)
    monkeypatch.setattr(Desk, "deliver", deliver)
    result = run(*place, *leading, "--watch", 5, "--limit", 2, SUPPORTCORE_WEBHOOK_SECRET=SECRET)
    assert (0, [5.0] * 3) == (result.exit_code, slept)
    assert ["2 notices sent", "1 notice sent"] == [line.split(",")[0] for line in result.stdout.splitlines()]
    assert result.stderr.startswith("Error: ")
