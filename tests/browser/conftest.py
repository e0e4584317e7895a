"""The browser of this test process, and that the last lines of a run say whether there was one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.driving import Browser, BrowserUnavailable
from tests.conftest import REPORTED, left_out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with the page of `page.mjs`, started on first use."""
    try:
        started = Browser()
    except BrowserUnavailable as error:
        unavailable = str(error)
    else:
        with started:
            yield started
        return
    left_out(f"browser: {unavailable}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note on each test that needs the browser that it does."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.user_properties.append((REPORTED, "browser"))
