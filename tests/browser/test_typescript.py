"""What `supportcore schema` writes becomes TypeScript that compiles, and under which a wrong use does not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from supportcore.cli.commands import supportcore
from supportcore.desk.views import dump
from supportcore.desk.views.errors import error_view
from supportcore.desk.views.schemas import snake
from supportcore.errors import NotFound
from tests.browser.forms import DESKS, House
from tests.node.installing import node, node_modules

HERE = Path(__file__).parent
OPTIONS = [
    "--strict", "--noEmit", "--target", "es2022", "--module", "esnext",
    "--moduleResolution", "bundler", "--pretty", "false",
]  # fmt: skip
_ERROR = re.compile(r"^(\S+?)\((\d+),\d+\): error (TS\d+): .*$", re.MULTILINE)


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types, made from what the command line wrote."""
    folder = tmp_path_factory.mktemp("types")
    done = CliRunner().invoke(supportcore, ["schema", str(folder / "schemas")])
    assert 0 == done.exit_code, done.output
    program = node_modules() / "json-schema-to-typescript" / "dist" / "src" / "cli.js"
    run([str(program), "-i", str(folder / "schemas"), "-o", str(folder)])
    return folder


def run(command: list[str]) -> str:
    """Run a program in Node, and return what it says."""
    done = subprocess.run([node(), *command], capture_output=True, text=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def compiled(folder: Path, *files: str) -> set[tuple[str, int, str]]:
    """Compile files, and return file, line and number of each error."""
    command = [node(), str(node_modules() / "typescript" / "bin" / "tsc"), *OPTIONS, *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    found = {(file, int(line), code) for file, line, code in _ERROR.findall(done.stdout)}
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found


def test_a_front_end_compiles_and_a_wrong_use_does_not(types: Path) -> None:
    """The consumer has no error; each line of the other that says which error it is has that one, and no other has."""
    for name in ("consumer.ts", "misuse.ts"):
        shutil.copy(HERE / name, types / name)
    lines = (HERE / "misuse.ts").read_text("utf-8").splitlines()
    marked = {("misuse.ts", number, line.rpartition(" ")[2]) for number, line in enumerate(lines, 1) if "// TS" in line}
    assert len(marked) == 10
    assert marked == compiled(types, "consumer.ts", "misuse.ts")


def test_views_of_desks_have_the_types(types: Path) -> None:
    """What every desk shows each of its people compiles as a value of the type of its schema, and nothing more."""
    told: list[tuple[str, Any]] = []
    for definition in DESKS.values():
        told += samples(House(definition, "es"))
    told.append(("ErrorView", dump(error_view(NotFound(kind="ticket", id="t"), "es"))))
    folder = {"ErrorView": "errors"}
    names = sorted({name for name, _ in told})
    text = [f'import type {{ {name} }} from "./{folder.get(name, "views")}/{snake(name)}";' for name in names]
    text += [f"export const v{place}: {name} = {json.dumps(view)};" for place, (name, view) in enumerate(told)]
    text.append(f"export const wrong: {told[0][0]} = {json.dumps({**told[0][1], 'more': 1})};")
    (types / "samples.ts").write_text("\n".join(text), "utf-8")
    assert {("samples.ts", len(text), "TS2353")} == compiled(types, "samples.ts")


def samples(at: House) -> list[tuple[str, Any]]:
    """Return the views of a desk, by type: the home of everybody, and what staff sees of tickets."""
    views = [at.desk.acting_as(actor).home() for actor in at.people]
    staff = at.desk.acting_as(next(actor for actor in at.people if not actor.customers))
    views += [staff.listing(), staff.profile(), staff.questions(), staff.notices(), staff.articles(), staff.drafts()]
    views += [staff.files(), staff.calendar(), staff.profile_form()]
    views += [staff.page(ticket) for ticket in at.tickets.values()]
    views += [action.form for view in views[-len(at.tickets) :] for action in view.actions if action.form]
    return [(type(view).__name__, dump(view)) for view in views]
