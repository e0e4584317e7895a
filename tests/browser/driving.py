"""
Forms drawn by react-jsonschema-form in headless Chromium, by one long-lived process.

    with Browser() as browser:
        seen = browser.drawn(form).filled({"type": "problem"})
        seen.fields["steps"].label

`form` is the dump of a `FormView`. Whatever React or the library says on the console is a failure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.node.installing import node, node_modules

HERE = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Where a browser is looked for, in this order."""


class BrowserUnavailable(Exception):
    """Why there is no browser."""


class Noise(AssertionError):
    """What the console of the browser said."""


class Drawn(NamedTuple):
    """
    A field as it is drawn.

    Attributes:
        control: ``text``, ``textarea``, ``select``, ``checkbox``, ``number``, ``datetime-local``.
        options: What a select offers, by title; None for another control.
        unchosen: What stands in it where nothing is chosen or written.
        shown: What is chosen, by title, or written; None where there is nothing.
        locked: It cannot be changed.
        twice: There was one of that key already.
    """

    label: str
    help: str
    control: str
    options: list[str] | None
    unchosen: str
    shown: str | bool | None
    required: bool
    locked: bool
    errors: list[str]
    twice: bool


class Seen(NamedTuple):
    """
    A form as it is drawn.

    Attributes:
        order: The fields from top to bottom.
        document: What stands in the form.
        sent: What was sent by the last press of the button; None where there are errors.
    """

    title: str
    order: list[str]
    fields: dict[str, Drawn]
    button: str
    document: dict[str, Any]
    sent: dict[str, Any] | None

    @property
    def errors(self) -> dict[str, list[str]]:
        """The fields with errors."""
        return {key: field.errors for key, field in self.fields.items() if field.errors}


class Browser:
    """
    The process; it ends with `close`.

    Raises:
        BrowserUnavailable: There is none, or it cannot be started.
    """

    def __init__(self, stylesheet: Path | None = None) -> None:
        found = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if found is None:
            raise BrowserUnavailable(f"there is none of {', '.join(PROGRAMS)} here; apt install chromium")
        command = [node(), str(HERE / "drive.mjs"), str(node_modules()), found]
        command += [] if stylesheet is None else [str(stylesheet)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.version = str(self._answer()["told"])
        except BaseException as error:
            self.close()
            raise BrowserUnavailable(f"{found} cannot be started: {error}") from error

    def drawn(
        self,
        form: Mapping[str, Any],
        *,
        fill: Sequence[tuple[str, Any]] = (),
        send: bool = False,
        data: Mapping[str, Any] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> Seen:
        """
        Draw a form anew, and return what is seen after all that was done.

        Args:
            form: The dump of a `FormView`.
            fill: What a person does in one control after the other; None empties one.
            send: Press the button at last.
            data: What stands in it at first, instead of what the view says.
            errors: Faults as the dump of an `ErrorView` has them.
        """
        told = {**form, "data": form["data"] if data is None else data, "submit": form["submit"]["label"]}
        calls: list[list[Any]] = [["draw", {**told, "errors": list(errors)}], ["fill", [list(step) for step in fill]]]
        return self.told([*calls, ["send"]] if send else calls)[-1]

    def steps(self, form: Mapping[str, Any], *fills: Sequence[tuple[str, Any]]) -> list[Seen]:
        """Draw a form, and return what is seen at first and after each of *fills*."""
        told = {**form, "submit": form["submit"]["label"], "errors": []}
        return self.told([["draw", told], *(["fill", [list(step) for step in fill]] for fill in fills)])

    def told(self, calls: Sequence[Sequence[Any]]) -> list[Seen]:
        """Call functions of the page, and return what each of them tells."""
        self._say({"calls": calls})
        answer = self._answer()
        if answer["console"]:
            raise Noise("\n".join(answer["console"]))
        return [_seen(told) for told in answer["told"]]

    def picture(self, path: Path, *, width: int = 560, fields: tuple[str, str] | None = None) -> Path:
        """Write a picture of what is drawn, as PNG, or of the part from one field to another; return its path."""
        self._say({"picture": str(path), "width": width, "fields": fields or ()})
        return Path(self._answer()["told"])

    def close(self) -> None:
        """End the process, and the browser with it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _say(self, asked: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said: dict[str, Any] = json.loads(line or '{"error": "the process has ended"}')
        if "error" in said:
            raise Noise("\n".join([said["error"], *said.get("console", ())]))
        return said


def _seen(told: Mapping[str, Any]) -> Seen:
    fields = {key: Drawn(**field) for key, field in told["fields"].items()}
    return Seen(**{**told, "fields": fields})
