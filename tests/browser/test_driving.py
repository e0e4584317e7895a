"""The browser of the tests sees what is wrong: selectors, fields that stand twice, what is said on the console."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser import driving
from tests.browser.driving import Browser, BrowserUnavailable, Noise
from tests.browser.pictures import IMAGES, LIMIT, write


def form(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A form as the dump of a view has it."""
    schema = {"type": "object", "title": "Form", "properties": properties, **more}
    return {"schema": schema, "ui": {}, "data": {}, "submit": {"label": "Send"}}


def test_what_is_drawn_and_sent(browser: Browser) -> None:
    """Labels, options, defaults, errors at their field, and the document that is sent."""
    options = {
        "type": "string",
        "title": "Size",
        "oneOf": [{"const": "s", "title": "Small"}, {"const": "l", "title": "Large"}],
    }
    view = form({"name": {"type": "string", "title": "Name", "minLength": 2}, "size": options}, required=["size"])
    seen = browser.drawn(view, fill=[("name", "x")], send=True)
    assert ["name", "size"] == seen.order
    assert ("Name", "x", ["must NOT have fewer than 2 characters"]) == (
        seen.fields["name"].label, seen.fields["name"].shown, seen.fields["name"].errors
    )  # fmt: skip
    assert (["Small", "Large"], None, True) == (
        seen.fields["size"].options, seen.fields["size"].shown, seen.fields["size"].required
    )  # fmt: skip
    assert {"name", "size"} == set(seen.errors)
    assert seen.sent is None
    assert {"name": "xy", "size": "l"} == browser.drawn(view, fill=[("name", "xy"), ("size", "l")], send=True).sent


def test_a_selector_is_seen(browser: Browser) -> None:
    """A union that the library makes a person choose from shows as a control that is no field."""
    union = {"title": "At", "oneOf": [{"type": "null", "title": "None"}, {"type": "string", "title": "Some"}]}
    assert ["at"] != browser.drawn(form({"at": union})).order


def test_what_the_console_says_is_a_failure(browser: Browser) -> None:
    """Parts of a schema that cannot be merged are told on the console, and so is a widget that there is not."""
    parts = [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "number"}}}]
    with pytest.raises(Noise, match="could not merge subschemas"):
        browser.drawn(form({}, allOf=parts))
    with pytest.raises(Noise, match="size is drawn"):
        browser.drawn(form({}), fill=[("size", "l")])
    assert ["a"] == browser.drawn(form({"a": {"type": "string"}})).order


def test_faults_of_the_library_stand_at_their_fields(browser: Browser) -> None:
    """What an error view says of a field is shown there."""
    view = form({"name": {"type": "string", "title": "Name"}})
    seen = browser.drawn(view, errors=[{"path": "name", "text": "Too short."}])
    assert {"name": ["Too short."]} == seen.errors


def test_a_browser_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says what was looked for, and how to get it."""
    monkeypatch.setattr(driving, "PROGRAMS", ("no-such-browser",))
    with pytest.raises(BrowserUnavailable, match="none of no-such-browser here; apt install chromium"):
        Browser()
    monkeypatch.setattr(driving, "PROGRAMS", (sys.executable,))  # is there, and is none
    with pytest.raises(BrowserUnavailable, match="cannot be started"):
        Browser()


@pytest.mark.usefixtures("browser")
def test_the_pictures_of_the_documents_are_drawn(tmp_path: Path) -> None:
    """Four pictures, small ones, of the names that the documents have."""
    assert {path.name for path in write(tmp_path)} == {path.name for path in IMAGES.glob("form-*.png")}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in IMAGES.glob("form-*.png"))
    assert all(path.stat().st_size < LIMIT for path in IMAGES.iterdir())
