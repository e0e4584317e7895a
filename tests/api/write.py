"""
Write what front ends rely on anew: ``python -m tests.api.write``.

The files beside this one are the schemas that ``supportcore schema`` writes. Whoever changes one changes what programs
elsewhere were written against, and says so in a fragment for the changelog.
"""

from __future__ import annotations

from pathlib import Path

from supportcore.cli.schema import schema_files

FOLDER = Path(__file__).parent


def kept(folder: Path = FOLDER) -> dict[str, str]:
    """Return the text of every kept schema by its path, such as ``views/home.json``."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.json"))}


def write(folder: Path = FOLDER) -> list[str]:
    """Write what has changed, remove what is gone, and return their paths."""
    before, now = kept(folder), schema_files()
    changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
    for path in changed:
        if path in now:
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(now[path], encoding="utf-8", newline="\n")
        else:
            (folder / path).unlink()
    return changed


if __name__ == "__main__":
    print("\n".join(write()) or "nothing has changed")
