"""What a page shows of an output, compared with the output: "…" stands for anything that was left out."""

from __future__ import annotations

import re


def compare(shown: str, printed: str) -> None:
    """
    Compare what a page shows with what was printed.

    A line that is only "…" stands for any lines or none, a "…" inside a line for any part of that line. Spaces at the
    end of a line are not compared.
    """
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "…" else r".*".join(map(re.escape, line.split("…"))) + "\n" for line in lines
    )
    text = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    if not re.fullmatch(pattern, text):
        raise AssertionError(f"shown:\n{shown}\n\nprinted:\n{printed}")
