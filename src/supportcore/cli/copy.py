"""``supportcore copy``: whole desks from any store to any other, to NDJSON and back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import attrs
import click

from supportcore.cli.commands import Failure, told
from supportcore.cli.options import json_option
from supportcore.cli.printing import counted, print_json
from supportcore.clock import stopwatch
from supportcore.copying import CopyReport, NdjsonFile, NdjsonStream, Progress, check_source, copy_store, kept
from supportcore.errors import Busy, SchemaMissing, StoreUnreachable
from supportcore.storage.attempts import run
from supportcore.storage.opening import open_store
from supportcore.storage.ports import Store

_TELL_EVERY = 10.0  # seconds between lines, where there is no terminal
_AGAIN = "the same command goes on where this one stopped"
_STAGES = {"check": "Checking", "copy": "Copying", "verify": "Comparing"}


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--desk", "desks", multiple=True, metavar="KEY", help="Only this desk; may be repeated.")
@click.option("--prefix", default="sc_", show_default=True, help="Begins the name of every table of FROM.")
@click.option("--to-prefix", default=None, help="The same for TO.  [default: that of FROM]")
@click.option("--schema", default=None, help="Database schema of the tables of FROM.")
@click.option("--to-schema", default=None, help="The same for TO.")
@click.option("--verify-only", is_flag=True, help="Write nothing, only compare TO with FROM.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def copy(
    source: str,
    target: str,
    desks: tuple[str, ...],
    prefix: str,
    to_prefix: str | None,
    schema: str | None,
    to_schema: str | None,
    verify_only: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """
    Copy whole desks FROM one place TO another, then compare both sides entry by entry.

    FROM and TO are URLs of stores, or paths that end in .ndjson or .ndjson.gz, or - for standard input and output.
    Missing tables are made in TO. A copy that was stopped goes on when the same command is run again; let nobody write
    to either side meanwhile. Exit code 1 if anything differs.
    """
    to_prefix = prefix if to_prefix is None else to_prefix
    if source != "-" and (source, prefix, schema) == (target, to_prefix, to_schema):
        raise click.UsageError("FROM and TO are the same")
    if verify_only and target == "-":
        raise click.UsageError("--verify-only needs a TO that can be read")
    for place, name in ((source, "FROM"), (target, "TO")):
        if not _is_file(place) and "://" not in place:
            raise click.UsageError(
                f"{name}: {place!r} is neither a URL such as sqlite:///desk.db nor a path that ends in .ndjson or "
                ".ndjson.gz, nor -"
            )
    with ExitStack() as stack:
        there: Any
        if source == "-":
            here: Any = stack.enter_context(kept(sys.stdin.buffer))
        else:
            here = NdjsonFile(source) if _is_file(source) else _opened(stack, source, prefix, schema)
        if target == "-":
            there = NdjsonStream(sys.stdout.buffer)
        elif _is_file(target):
            there = NdjsonFile(target)
        else:
            there = _opened(stack, target, to_prefix, to_schema)
            if not verify_only:
                _make_tables(there, here, desks, quiet=quiet or as_json)
        if not verify_only and target != "-":
            stack.enter_context(_going_on())
        tell = stack.enter_context(_telling(quiet=quiet or as_json))
        report = copy_store(here, there, desks=desks or None, verify_only=verify_only, progress=tell)
    if as_json:
        _print_data(report, to_stderr=target == "-")
    else:
        _show(report, verify_only=verify_only, to_stderr=target == "-")
    if report.differing:
        sys.exit(1)


def _is_file(place: str) -> bool:
    return place == "-" or ("://" not in place and place.endswith((".ndjson", ".ndjson.gz")))


def _opened(stack: ExitStack, url: str, prefix: str, schema: str | None) -> Store:
    store = open_store(url, prefix=prefix, schema=schema)
    stack.callback(store.close)
    return store


def _make_tables(store: Store, source: Store | NdjsonFile, desks: tuple[str, ...], *, quiet: bool) -> None:
    """Make the tables that are missing, if there is something sound to copy into them."""
    try:
        run(store, store.desks, write=False)
    except SchemaMissing:
        check_source(source, desks=desks or None)
        store.migrate()
        if not quiet:
            click.echo(f"Made the tables in {store.url}.", err=True)


@contextmanager
def _going_on() -> Iterator[None]:
    """Say how to go on with a copy that was stopped, or whose store is gone."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"Stopped; {_AGAIN}.", err=True)
        raise
    except (Busy, StoreUnreachable) as error:
        raise Failure(f"{told(error)}\nIf the server is down, start it again; {_AGAIN}.") from error


# -- progress and result, on stderr and stdout


@contextmanager
def _telling(*, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show on stderr how far it is: a bar on a terminal, a line now and then elsewhere."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield _Lines().tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Checking", total=None)
        elapsed = partial(_since_stage, {})

        def tell(progress: Progress) -> None:
            text = f"{_told(progress)}, {progress.done / elapsed(progress.stage):,.0f} a second"
            bars.update(task, description=text, completed=progress.done, total=progress.total)

        yield tell


def _since_stage(watches: dict[str, Callable[[], float]], stage: str) -> float:
    """Return the seconds since *stage* was first asked for, never none."""
    return watches.setdefault(stage, stopwatch())() + 1e-3


class _Lines:
    """Progress where there is no terminal: a line when another stage begins, and every `_TELL_EVERY` seconds."""

    def __init__(self) -> None:
        self._stage = ""
        self._elapsed = stopwatch()

    def tell(self, progress: Progress) -> None:
        """Tell it, unless the last line is too fresh."""
        if progress.stage != self._stage or self._elapsed() > _TELL_EVERY:
            self._stage, self._elapsed = progress.stage, stopwatch()
            click.echo(_told(progress), err=True)


def _told(progress: Progress) -> str:
    of = "" if progress.total is None else f" of {progress.total:,}"
    return f"{_STAGES[progress.stage]} {progress.desk} {progress.kind}: {progress.done:,}{of} entries"


def _print_data(report: CopyReport, *, to_stderr: bool) -> None:
    data: dict[str, Any] = {
        "from": report.source,
        "to": report.target,
        "desks": report.counts,
        "copied": report.copied,
        "already": report.already,
        "compared": report.compared,
        "differing": report.differing,
        "differences": [attrs.asdict(difference) for difference in report.differences],
        "seconds": round(report.seconds, 3),
        "entries_per_second": round(report.rate),
    }
    if to_stderr:
        import json

        click.echo(json.dumps(data, ensure_ascii=False), err=True)
    else:
        print_json(data)


def _show(report: CopyReport, *, verify_only: bool, to_stderr: bool) -> None:
    """Print what came of it."""
    say = partial(click.echo, err=to_stderr)
    for difference in report.differences:
        say(str(difference))
    if report.differing > len(report.differences):
        say(f"{report.differing - len(report.differences):,} more differences")
    for desk, kinds in report.counts.items():
        told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        say(f"{desk}: {sum(kinds.values()):,} entries ({told})")
    if not report.counts:
        say(f"No desk has anything stored in {report.source}.")
    elif not verify_only:
        already = f", {report.already:,} were there already" if report.already else ""
        say(f"{report.copied:,} copied ({report.rate:,.0f} a second){already}.")
    found = "no difference" if not report.differing else counted(report.differing, "difference")
    say(f"{report.compared:,} compared, {found}: {report.target}")
