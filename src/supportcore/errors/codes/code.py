"""What one code is told with."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """What one code means: the HTTP status a host would answer with, and its text in two languages."""

    status: int
    en: str
    es: str
