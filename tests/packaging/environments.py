"""The wheel, built once, and clean environments that hold it with some extras and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TRYING = Path(__file__).with_name("trying.py")
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: tuple[str, ...] = tuple(PROJECT["optional-dependencies"])


def run(*command: str | Path, **more: Any) -> str:
    """Run a command and return what it printed; what it complains of is the message where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def uv(*arguments: str | Path) -> str:
    """Run uv, which makes an environment in a second where pip takes ten."""
    return run(sys.executable, "-m", "uv", "--quiet", *arguments)


def build(into: Path, source: Path = ROOT) -> tuple[Path, Path]:
    """Build the wheel and the sdist of a source tree, the wheel out of the sdist."""
    uv("build", "--out-dir", into, source)
    (wheel,), (sdist,) = into.glob("*.whl"), into.glob("*.tar.gz")
    return wheel, sdist


def pythons() -> dict[str, str]:
    """Return the Pythons found here that the library supports, by their minor version."""
    supported = [line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if " :: 3." in line]
    found = {}
    for minor in supported:
        folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        kept = sorted(folder.glob(f"{minor}.*/bin/python3"), key=lambda path: [*map(int, path.parts[-3].split("."))])
        if sys.version_info[:2] == tuple(map(int, minor.split("."))):
            found[minor] = sys.executable
        elif kept:
            found[minor] = str(kept[-1])
    return found


def environment(folder: Path, wheel: Path, extras: Collection[str], python: str = sys.executable) -> Path:
    """Make an environment that holds the wheel with some extras, and return its Python."""
    uv("venv", "--python", python, folder)
    chosen = f"[{','.join(extras)}]" if extras else ""
    uv("pip", "install", "--python", folder / "bin" / "python", f"supportcore{chosen} @ {wheel.as_uri()}")
    return folder / "bin" / "python"


def tried(python: Path, extras: Collection[str]) -> dict[str, str | None]:
    """Try everything in an environment; returns what was wrong with each thing, or None."""
    printed = run(python, TRYING, ",".join(extras), cwd=python.parent)
    return dict(json.loads(line) for line in printed.splitlines())
