"""
The pictures of forms in the documents: ``python -m tests.browser.pictures`` writes them anew into docs/images.

They are drawn from what the views of shipped desks say, and from the faults that the library finds; nothing in them is
made up by hand but what a person writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from supportcore import Invalid
from supportcore.desk.views import dump
from supportcore.desk.views.errors import error_view
from tests.browser.driving import Browser
from tests.browser.forms import DESKS, House, Shown

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "docs" / "images"
LIMIT = 60_000
"""Bytes of a picture at most."""


def write(folder: Path = IMAGES) -> list[Path]:
    """Write the pictures into *folder*, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    noova, portal = House(DESKS["noova"], "es"), House(DESKS["portal"], "en")
    spanish, english = _form(noova, "default", "ana"), _form(portal, "systems", "ana")
    whole = _form(portal, "premises", "ana")
    with Browser(HERE / "form.css") as browser:
        browser.drawn(spanish.view, fill=[("subject", "No puedo emitir facturas"), ("priority", "alta")])
        told = [browser.picture(folder / "form-es.png")]
        browser.drawn(english.view, fill=[("product", "erp")])
        told.append(browser.picture(folder / "form-en.png"))
        chosen = [("subject", "Prices"), ("type", "problem"), ("priority", "urgent"), ("affected", 20)]
        browser.drawn(_form(portal, "default", "ana").view, fill=chosen)
        told.append(browser.picture(folder / "form-condition.png", fields=("type", "blocking")))
        seen = browser.drawn(whole.view, fill=[("subject", "The door is stuck"), ("seats", 0)])
        browser.drawn(whole.view, data=seen.document, errors=_faults(portal, whole, seen.document))
        told.append(browser.picture(folder / "form-faults.png"))
    assert all(path.stat().st_size < LIMIT for path in told)
    return told


def _form(at: House, key: str, person: str) -> Shown:
    return next(shown for shown in at.shown() if (shown.view["key"], shown.actor.id) == (key, person))


def _faults(at: House, shown: Shown, document: dict[str, Any]) -> list[dict[str, str]]:
    """Return the faults of a document in words, as a host sends them to its front end."""
    try:
        at.sent(shown, document)
    except Invalid as error:
        faults: list[dict[str, str]] = dump(error_view(error, shown.actor.locale))["faults"]
        return faults
    raise AssertionError("there is no fault to be shown")


if __name__ == "__main__":
    for path in write():
        print(f"{path} {path.stat().st_size} bytes")
