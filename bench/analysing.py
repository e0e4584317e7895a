"""
The analyser, with PyStemmer and without it: words a second, and whether all stems are equal.

Each is measured in fresh processes in turn; in one of two PyStemmer cannot be imported, as if it were not installed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.measuring import Samples
from bench.report import Line, Measurement

LANGUAGES = ("es", "en")
HIDDEN = "hidden"


def child(how: str, count: int) -> dict[str, Any]:
    """Analyse *count* articles, and each of their words on its own; return what that took."""
    if how == HIDDEN:
        sys.modules["Stemmer"] = None  # type: ignore[assignment]
    from bench.articles import articles, vocabulary
    from bench.faq import read
    from supportcore.analysis import stem, terms, tokens

    sets = [faq for language in LANGUAGES if (faq := read(language)) is not None]
    texts = [entry.text for faq in sets for entry in faq.entries] + [one.asked for faq in sets for one in faq.questions]
    texts += [f"{one.title} {one.body}" for one in islice(articles(count), count)]
    words = sorted({word for text in texts for token in tokens(text) for word in token.words} | set(vocabulary()[0]))
    started = perf_counter()
    stems = {language: [stem(word, language) for word in words] for language in LANGUAGES}
    stemmed = perf_counter() - started
    started = perf_counter()
    found = sum(len(terms(text, language)) for text in texts for language in LANGUAGES)
    analysed = perf_counter() - started
    return {
        "words": len(words),
        "terms": found,
        "stem": stemmed / len(words) / len(LANGUAGES),
        "analyse": analysed / found,
        "stems": hashlib.sha256(json.dumps(stems).encode()).hexdigest(),
        "pystemmer": sys.modules.get("Stemmer") is not None,
    }


def measure(*, quick: bool) -> Measurement:
    """Measure the analyser."""
    rounds, count = (1, 20) if quick else (5, 2_000)
    runs: dict[str, list[dict[str, Any]]] = {"installed": [], HIDDEN: []}
    order = list(runs)
    for _ in range(rounds):
        order.append(order.pop(0))
        for how in order:
            runs[how].append(_run(how, count))
    installed = runs["installed"][0]["pystemmer"]
    assert not runs[HIDDEN][0]["pystemmer"], "PyStemmer could not be hidden"
    stems = {run["stems"] for some in runs.values() for run in some}
    assert len(stems) == 1, "PyStemmer has other stems"
    return Measurement(
        title="analyser: words a second, Spanish and English",
        how="Ratio: how many times as long it takes without PyStemmer. Stemming is told for distinct words, each of "
        "them for the first time; of whole texts most words were stemmed before, as in a process that goes on.",
        lines=tuple(_lines(runs)),
        facts={
            "distinct_words": runs["installed"][0]["words"],
            "pystemmer": "installed" if installed else "not installed",
            "stems": "equal" if installed else "not compared",
        },
    )


def _run(how: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.analysing", how, str(count)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _lines(runs: dict[str, list[dict[str, Any]]]) -> Iterator[Line]:
    for key, what in (("stem", "stemming distinct words"), ("analyse", "terms of texts")):
        samples = Samples({how: [run[key] for run in some] for how, some in runs.items()})
        yield Line(key=key, what=f"{what}, PyStemmer", value=1e6 / samples.micros("installed"), unit="words/s")
        yield Line(
            key=f"{key}_without", what="  without it", value=1e6 / samples.micros(HIDDEN), unit="words/s",
            ratio=samples.ratio(HIDDEN, "installed"),
        )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], int(sys.argv[2]))))
