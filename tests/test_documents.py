"""
What README.md, docs/ and the examples' pages show in blocks is executed or checked, all of it.

A page is one test: its blocks build on one another, in their order, in a folder of the page's own.

- ``python`` runs, with warnings as errors; a ``text`` block right after it shows what it printed.
- ``console`` runs, and shows what was printed; ``sh`` cannot run in a test and is looked at (`tests.documents.shell`).
- ``toml``, ``json``, ``ini``, ``diff`` and ``mermaid`` are checked to be what they say (`tests.documents.fragments`).
- ``jsx`` is compiled, by another test, as it needs Node.
- A block in another language, in none, or only indented, fails the page. Directives of Sphinx, as ``{toctree}``, are
  what the site's own test builds.

In what is shown "…" stands for anything that was left out.
"""

from __future__ import annotations

import configparser
import io
import re
import subprocess
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from tests.documents import fragments
from tests.documents.shell import Terminal, check
from tests.documents.shown import compare
from tests.node.installing import node_modules

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if "/_" not in page.as_posix()),
    *sorted((ROOT / "examples").rglob("README.md")),
]
LANGUAGES = ("python", "text", "console", "sh", "toml", "json", "ini", "diff", "mermaid", "jsx")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^`\n]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
MARKER = re.compile(r"<!--- file: (\S+) --->\n*\Z")


def _let_go(namespace: dict[str, Any]) -> None:
    """Close what the examples of a document opened, which a host would keep for as long as it runs."""
    for value in list(namespace.values()):
        for name in ("close", "dispose"):
            close = getattr(value, name, None)
            if callable(close) and not isinstance(value, (type, ModuleType)):
                close()


def _run_python(example: Example, evaluate: Any) -> None:
    """Run a Python block, and compare what it printed with the text block that follows it, if one does."""
    with redirect_stdout(io.StringIO()) as printed:
        evaluate(example)
    after = re.match(r"(?:```)?\n\n```text\n(.*?)\n```\n", example.document.text[example.end :], re.DOTALL)
    if after is not None:
        compare(after[1], printed.getvalue())


def _python() -> Any:
    """Return a parser of Python blocks that looks at what they print."""
    parse = PythonCodeBlockParser()

    def regions(document: Document) -> Any:
        for region in parse(document):
            evaluate = region.evaluator
            region.evaluator = lambda example, evaluate=evaluate: _run_python(example, evaluate)
            yield region

    return regions


def _run_console(example: Example) -> None:
    """Run the commands of a console block."""
    example.document.namespace.setdefault("__terminal__", Terminal()).run(example.parsed)


def _check(example: Example) -> None:
    """Check a block that is not run."""
    document, language, block = example.document, example.region.lexemes["arguments"], example.parsed
    before = document.text[: example.start]
    marker = MARKER.search(before)
    match language:
        case "sh":
            check(block)
        case "toml":
            fragments.check_toml(block, marker[1] if marker else None)
        case "json":
            fragments.check_json(block)
        case "ini":
            fragments.check_ini(block)
        case "diff":
            fragments.check_diff(block, before)
        case "mermaid":
            fragments.check_mermaid(block, Path(document.path))


_CHECKED = ("sh", "toml", "json", "ini", "diff", "mermaid")
_SYBIL = Sybil(
    parsers=[
        _python(),
        CodeBlockParser("console", _run_console),
        *(CodeBlockParser(language, _check) for language in _CHECKED),
    ],
    pattern="*.md",
    path=str(ROOT),
)


def _executed(page: Path) -> dict[str, int]:
    """Execute and check the blocks of a document, and return how many there are of each language."""
    document = _SYBIL.parse(page)
    count: dict[str, int] = {}
    try:
        for example in document.examples():
            example.evaluate()
            if not document.text.startswith("<!---", example.start):  # what is not shown does not count
                language = example.region.lexemes.get("arguments", "python")
                count[language] = count.get(language, 0) + 1
    finally:
        _let_go(document.namespace)
    return count


def languages(text: str) -> list[str]:
    """Return the languages of the blocks of a page; one of another language, of none, or only indented, is an error."""
    found = [fence["language"] for fence in FENCE.finditer(text)]
    rest = re.sub(r"<!--.*?-->", "", FENCE.sub("", text), flags=re.DOTALL)
    unknown = [language for language in found if language not in LANGUAGES and not language.startswith("{")]
    indented = re.findall(r"(?:\A|\n)[ \t]*\n {4}(.*)", rest)
    if unknown or indented:
        raise AssertionError(f"blocks that nothing checks: {unknown} {indented}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_document_do_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of a document runs or is checked, in order, in a folder of its own; none is in a language unknown."""
    monkeypatch.chdir(tmp_path)
    found = _executed(page)
    fences = languages(page.read_text(encoding="utf-8"))
    left = {language: fences.count(language) - found.get(language, 0) for language in ("python", "console", *_CHECKED)}
    assert [] == [language for language, count in left.items() if count > 0]


WRONG = {
    "a failing example": "```python\nassert 1 == 2\n```\n",
    "another output": "```python\nprint('one')\n```\n\n```text\ntwo\n```\n",
    "no output at all": "```python\none = 1\n```\n\n```text\ntwo\n```\n",
    "another output of a command": "```console\n$ supportcore new one\ntwo.desk.toml\n```\n",
    "a line too few of it": "```console\n$ supportcore new one\none.desk.toml\n```\n",
    "a silent command that prints": "```console\n$ supportcore new one\n$ ls one.desk.toml\none.desk.toml\n```\n",
    "a command that fails": "```console\n$ supportcore check missing.toml\n```\n",
    "another exit code": "```console\n$ false\n…\n$ echo $?\n0\n```\n",
    "a command after a pipe": "```console\n$ supportcore new one | grep two\none.desk.toml\n```\n",
    "a verb that is not there": "```sh\nsupportcore chek desk.toml\n```\n",
    "an option that is not there": "```sh\n$ X=1 supportcore check --colour desk.toml | cat\n```\n",
    "an option without its value": "```sh\nsupportcore verify --store\n```\n",
    "an extra that is not there": "```sh\npip install 'supportcore[sql,oracle]'\n```\n",
    "a target that is not there": "```sh\nmake love\n```\n",
    "a module that is not there": "```sh\npython -m benches open\n```\n",
    "no shell": "```sh\nif true\n```\n",
    "no TOML": "```toml\n[[states]\n```\n",
    "a key no desk has": '```toml\n[[states]]\nkey = "new"\ncategory = "new"\ncolour = "red"\n```\n',
    "no JSON": "```json\n{'a': 1}\n```\n",
    "no keys": "```ini\n[Service]\nExecStart\n```\n",
    "a unit with a verb that is not there": "```ini\n[Service]\nExecStart=supportcore run-do --desk noova\n```\n",
    "a line for cron that cannot be": "```ini\n*/5 * * * * supportcore deliver --to ana\n```\n",
    "a diff of something else": "`predicate/tree.py:1`\n\n```diff\n- nothing like it\n+ something\n```\n",
    "a drawing of nothing": "```mermaid\nstateDiagram-v2\n    [*] --> nowhere\n```\n",
}
"""Pages with one fault each."""
RIGHT = """```python
print('one\\ntwo\\nthree')
```

```text
one
…
three
```

```console
$ supportcore new one --language en
one.desk.toml
…
$ supportcore check one.desk.toml | grep -o "nothing to complain"
nothing to complain
$ supportcore new \\
    one
Error: one.desk.toml is there already; choose …
$ echo $?
1
$ supportcore check one.desk.toml > said.txt  # kept
$ grep -c complain said.txt
1
```

```sh
$ supportcore migrate --store 'postgresql://db/shop' --sql | psql shop
make test && .venv/bin/pip install 'supportcore[sql,cli]'
```

```ini
[Service]
ExecStart=/srv/.venv/bin/supportcore deliver --desk desk.toml --store sqlite:///desk.db
```
"""


def test_a_page_that_is_right_is_found_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs may leave out, commands be joined, go on in the next line, and fail as it is shown."""
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(RIGHT, "utf-8")
    assert {"python": 1, "console": 1, "sh": 1, "ini": 1} == _executed(page)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_page_that_is_wrong_is_seen(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that does not do what it says fails its page."""
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    with pytest.raises((AssertionError, ValueError, configparser.Error)):
        _executed(page)


@pytest.mark.parametrize("block", ["```\nls\n```", "```bash\nls\n```", "    ls"])
def test_a_block_that_nothing_checks_is_seen(block: str) -> None:
    """A block of another language, of none, or only indented, is no part of a page."""
    with pytest.raises(AssertionError, match="nothing checks"):
        languages(f"# Page\n\n{block}\n")


def test_the_first_example_is_short() -> None:
    """The example that README.md opens with has 25 lines at most, and the page 250."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = next(fence["body"] for fence in FENCE.finditer(text) if fence["language"] == "python")
    assert len(first.splitlines()) <= 25
    assert len(text.splitlines()) <= 250


def test_what_is_shown_in_jsx_compiles(tmp_path: Path) -> None:
    """Every block of JSX in a document is read by esbuild."""
    blocks = [
        fence["body"]
        for page in PAGES
        for fence in FENCE.finditer(page.read_text("utf-8"))
        if fence["language"] == "jsx"
    ]
    assert blocks
    esbuild = node_modules() / ".bin" / "esbuild"
    for block in blocks:
        subprocess.run([esbuild, "--loader=jsx"], input=block.encode(), capture_output=True, check=True, timeout=60)
