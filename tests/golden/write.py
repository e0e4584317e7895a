"""
Write the golden files that are missing: ``python -m tests.golden.write``.

A file that exists is never touched: what was stored once has to load for ever. After a change of meaning, give the
event a new version with an upcaster, and a sample; its file is then new.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.samples import FOLDER, samples


def write(folder: Path = FOLDER) -> list[str]:
    """Write what is missing and return the names."""
    written = []
    for name, (_, form) in samples().items():
        path = folder / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(form, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            written.append(name)
    return written


if __name__ == "__main__":
    print("\n".join(write()) or "nothing is missing")
