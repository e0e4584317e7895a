"""``supportcore deliver``: what a cron job calls, or a service runs, so that notices reach their people."""

from __future__ import annotations

import os
import sys
from time import sleep
from urllib.parse import unquote, urlsplit

import click

from supportcore.cli.options import desk_named, json_option, opened, store_options
from supportcore.cli.printing import counted, print_json
from supportcore.definition import Definition
from supportcore.desk import DeliveryReport, Desk
from supportcore.desk.delivering import channels_of
from supportcore.errors import Busy, StoreUnreachable
from supportcore.notices import Channels, SmtpNotifier, WebhookNotifier
from supportcore.notices.channels import Notifier
from supportcore.notices.mail import Security
from supportcore.notices.render import EMAIL, IN_APP, WEBHOOK

PASSWORD = "SUPPORTCORE_SMTP_PASSWORD"
SECRET = "SUPPORTCORE_WEBHOOK_SECRET"
SECURITY: dict[str, Security] = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
"""How a connection is encrypted, by the scheme of the URL."""
_SMTP = "Mail server for the channel email, such as smtp://user@host:587."
_WEBHOOK = "Where the channel webhook goes, such as https://example.org/tickets."
_WATCH = "Go on until stopped, looking again after so many seconds."


@click.command()
@click.option("--desk", "name", required=True, metavar="DESK", help="A shipped desk or a TOML file.")
@store_options()
@click.option("--smtp", metavar="URL", help=_SMTP)
@click.option("--from", "sender", metavar="ADDRESS", help="Whom mail comes from, such as no-reply@example.org.")
@click.option("--webhook", metavar="URL", help=_WEBHOOK)
@click.option("--allow-private", is_flag=True, help="The webhook may lead into a private network.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Notices at a time, at most.")
@click.option("--resend", is_flag=True, help="Try again, from the beginning, what was given up.")
@click.option("--watch", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True), help=_WATCH)
@json_option
def deliver(
    name: str,
    url: str,
    prefix: str,
    schema: str | None,
    smtp: str | None,
    sender: str | None,
    webhook: str | None,
    allow_private: bool,
    limit: int,
    resend: bool,
    watch: float | None,
    as_json: bool,
) -> None:
    """
    Send the notices that are due; those that are read in the portal need no sending.

    smtp:// encrypts with STARTTLS, smtps:// from the first byte, smtp+plain:// not at all. The password is read from
    SUPPORTCORE_SMTP_PASSWORD; the secret that signs webhooks, or several with a blank between, from
    SUPPORTCORE_WEBHOOK_SECRET. A channel that the desk names and no option serves is told before anything is sent.

    What fails is tried again later, and given up after twelve times; if any was given up, the exit code is 1.
    """
    if watch is not None and as_json:
        raise click.UsageError("--json prints one object, --watch never ends")
    definition = desk_named(name)
    notifiers: dict[str, Notifier] = {}
    if smtp is not None:
        notifiers[EMAIL] = _mail(smtp, sender)
    if webhook is not None:
        secrets = os.environ.get(SECRET, "").split()
        if not secrets:
            raise click.UsageError(f"--webhook needs a secret in {SECRET}")
        notifiers[WEBHOOK] = WebhookNotifier(webhook, secrets, allow_private=allow_private)
    _require(definition, {IN_APP, *notifiers})
    with opened(url, prefix, schema) as store:
        desk = Desk(definition, store)
        if resend:
            desk.resend()
        dead = _run(desk, Channels(notifiers), limit=limit, watch=watch, as_json=as_json)
    if dead:
        sys.exit(1)


def _mail(url: str, sender: str | None) -> SmtpNotifier:
    """Return the notifier of ``--smtp`` and ``--from``."""
    if sender is None:
        raise click.UsageError("--smtp needs --from, whom mail comes from")
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        found, port = urlsplit(""), None
    if found.scheme not in SECURITY or not found.hostname:
        raise click.UsageError(f"--smtp takes {', '.join(f'{scheme}://' for scheme in SECURITY)} and a host")
    if found.password is not None:
        raise click.UsageError(f"a password does not belong on the command line; it is read from {PASSWORD}")
    user = unquote(found.username or "")
    password = os.environ.get(PASSWORD, "") if user else ""
    security = SECURITY[found.scheme]
    return SmtpNotifier(found.hostname, port, sender=sender, security=security, user=user, password=password)


def _require(definition: Definition, served: set[str]) -> None:
    """Refuse to begin where notices of the desk would fail, one by one, until they are given up."""
    missing = sorted(channels_of(definition) - served)
    if missing:
        told = "; ".join(
            {EMAIL: "email needs --smtp", WEBHOOK: "webhook needs --webhook"}.get(one, one) for one in missing
        )
        raise click.UsageError(f"{definition.key} tells of things through channels that nothing serves: {told}")


def _run(desk: Desk, notifier: Channels, *, limit: int, watch: float | None, as_json: bool) -> int:
    """Deliver once, or again and again, and return how many were given up."""
    dead = 0
    try:
        while True:
            try:
                report = desk.deliver(notifier, limit=limit)
            except (Busy, StoreUnreachable) as error:
                if watch is None:
                    raise
                click.echo(f"Error: {' '.join(str(error).split())}", err=True)
            else:
                dead += len(report.dead)
                _show(desk.definition.key, report, as_json=as_json, quiet=watch is not None)
                if watch is not None and _moved(report) == limit:
                    continue  # there may be more
            if watch is None:
                return dead
            sleep(watch)
    except KeyboardInterrupt:
        return dead


def _moved(report: DeliveryReport) -> int:
    return report.sent + report.skipped + len(report.retried) + len(report.dead)


def _show(key: str, report: DeliveryReport, *, as_json: bool, quiet: bool) -> None:
    """Print a report; with *quiet*, only if there was anything to do."""
    if as_json:
        failed = {
            what: [{"notice": one, "error": error} for one, error in found]
            for what, found in (("retried", report.retried), ("dead", report.dead))
        }
        print_json({"desk": key, "sent": report.sent, "skipped": report.skipped, **failed})
    elif _moved(report) or not quiet:
        told = f"{report.skipped} skipped, {len(report.retried)} to be tried again, {len(report.dead)} given up"
        click.echo(f"{counted(report.sent, 'notice')} sent, {told}.")
    for what, found in (("will be tried again", report.retried), ("was given up", report.dead)):
        for one, error in found:
            click.echo(f"notice {one} {what}: {error}", err=True)
