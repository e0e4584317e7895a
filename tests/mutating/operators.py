"""
The mutants of a module: small changes of its text, each of which leaves a module that compiles.

What is changed, an *operator* each:

- ``comparison``: ``<`` becomes ``<=`` or ``>=``, ``==`` ``!=``, ``is`` ``is not``, ``in`` ``not in``, and back;
- ``boolean``: ``and`` becomes ``or`` and back; an operand is left out; ``not`` is left out;
- ``condition``: that of an ``if``, a conditional expression or a comprehension is always, or never, true;
- ``arithmetic``: ``+`` becomes ``-``, ``*`` ``//``, ``//`` and ``%`` ``*``, ``&`` ``|``, and back; a minus is left out;
- ``constant``: a number is one more or one less, a word another word, true false;
- ``default``: a parameter that is None by default is 0;
- ``returned``: None is returned;
- ``removed``: a statement is (a call, a raise, what is put into a mapping or an attribute, break, continue, return);
- ``call``: two arguments are swapped, one given by name is left out, ``min`` becomes ``max`` and ``any`` ``all`` and
  back, ``sorted`` does not sort;
- ``loop``: it goes over nothing.

No mutants are: docstrings, imports, annotations and aliases of types, what stands under ``TYPE_CHECKING``, assertions
and the ``strict=`` of a zip, decorators, ``__all__``, ``__slots__``, and the words of messages: the facts of a fault,
texts with a space, and what stands in a literal with placeholders or in a table of words (`tests.mutating.silent`).
"""

from __future__ import annotations

import ast
import re

from tests.mutating.mutants import Mutant
from tests.mutating.silent import WORDED_CALLS, is_put, is_silent

_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: (r"is\s+not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: (r"not\s+in", ("in",)),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: (r"\*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: (r"\|", "&"),
}
_RENAMED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_UNSWAPPED = frozenset({"isinstance", "getattr", "min", "max"})
"""Calls whose arguments are not swapped: that fails at once, or changes nothing."""
_SIMPLE = (ast.Name, ast.Attribute, ast.Call, ast.Constant, ast.Subscript)
_DROPPED = (ast.Raise, ast.Break, ast.Continue)
_Placed = ast.stmt | ast.expr | ast.keyword
"""What has a place in the text."""


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its text, each once."""
    tree = ast.parse(source)
    finder = _Finder(source, tree)
    raw, found = source.encode(), list[Mutant]()
    for start, end in finder.pieces(tree):
        piece = raw[start:end]
        known = {ast.dump(ast.parse(piece))}
        for mutant in sorted(one for one in finder.found if start <= one.start < end):
            changed = piece[: mutant.start - start] + mutant.text.encode() + piece[mutant.end - start :]
            try:
                shape = ast.dump(ast.parse(changed))
            except SyntaxError:
                continue
            if shape not in known:
                known.add(shape)
                found.append(mutant)
    return found


class _Finder:
    """Walks a module and writes down what may be changed in it."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        self.raw = source.encode()
        self.found: list[Mutant] = []
        self._starts = [0]
        for line in self.raw.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = (1, len(self._starts))
        self._head = self._lines
        self._wide, self._body = True, self._lines
        self._block(tree.body)

    # -- places --------------------------------------------------------------------------------------------------------

    def _start(self, node: _Placed) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: _Placed) -> int:
        return self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def _said(self, node: _Placed) -> str:
        return self.raw[self._start(node) : self._end(node)].decode()

    def _put(self, operator: str, start: int, end: int, text: str) -> None:
        line = self.raw.count(b"\n", 0, start) + 1
        first, last = self._head
        self.found.append(Mutant(start, end, text, operator, line, first, last, self._wide, self._body))

    def _replace(self, operator: str, node: _Placed, text: str) -> None:
        self._put(operator, self._start(node), self._end(node), text)

    def _operand(self, node: ast.expr) -> str:
        return self._said(node) if isinstance(node, _SIMPLE) else f"({self._said(node)})"

    def pieces(self, tree: ast.Module) -> list[tuple[int, int]]:
        """Return where each statement of the module begins and ends, which is parsed more quickly than all of it."""
        return [(self._start(node), self._end(node)) for node in tree.body]

    # -- statements ----------------------------------------------------------------------------------------------------

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if not is_silent(statement):
                self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        before = self._head, self._wide, self._body
        inner = getattr(node, "body", None) or getattr(node, "cases", None)
        first_inner = inner[0].pattern if inner and isinstance(inner[0], ast.match_case) else inner and inner[0]
        last = max(node.lineno, first_inner.lineno - 1) if first_inner else node.end_lineno or node.lineno
        self._head = (node.lineno, last)
        match node:
            case ast.FunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._block(node.body)
            case ast.If() | ast.While():
                self._condition(node.test)
                self._block(node.body)
                self._block(node.orelse)
            case ast.For():
                self._replace("loop", node.iter, "()")
                self._expression(node.iter)
                self._block(node.body)
            case ast.Match():
                self._expression(node.subject)
                for case in node.cases:
                    for literal in ast.walk(case.pattern):
                        if isinstance(literal, ast.Constant):
                            self._constant(literal)
                    self._block(case.body)
            case ast.Try():
                for block in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                    self._block(block)
            case ast.With():
                self._block(node.body)
            case _:
                self._simple(node)
        self._head, self._wide, self._body = before

    def _function(self, node: ast.FunctionDef) -> None:
        lines = (node.lineno, node.end_lineno or node.lineno)
        self._wide, self._body = True, lines
        for value in (*node.args.defaults, *node.args.kw_defaults):
            if value is None:  # of a parameter by name that has no default
                continue
            if isinstance(value, ast.Constant) and value.value is None:
                self._replace("default", value, "0")
            else:
                self._expression(value)
        self._wide = False
        self._block(node.body)

    def _simple(self, node: ast.stmt) -> None:
        if isinstance(node, _DROPPED) or is_put(node):
            self._replace("removed", node, "pass")
        if isinstance(node, ast.Return):
            if node.value is None:
                self._replace("removed", node, "pass")
            elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
                self._replace("returned", node.value, "None")
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and child is not getattr(node, "annotation", None):
                self._expression(child)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def _condition(self, test: ast.expr) -> None:
        self._replace("condition", test, "True")
        self._replace("condition", test, "False")
        self._expression(test)

    def _expression(self, node: ast.expr) -> None:
        match node:
            case ast.JoinedStr():
                return
            case ast.Constant():
                self._constant(node)
                return
            case ast.Lambda():
                self._expression(node.body)
                return
            case ast.Call():
                self._call(node)
                return
            case ast.IfExp():
                self._condition(node.test)
                self._expression(node.body)
                self._expression(node.orelse)
                return
            case ast.Compare():
                self._compare(node)
            case ast.BoolOp():
                self._boolean(node)
            case ast.BinOp():
                self._arithmetic(node)
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                operator = "boolean" if isinstance(node.op, ast.Not) else "arithmetic"
                self._replace(operator, node, self._operand(node.operand))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for part in node.generators:
                    self._replace("loop", part.iter, "()")
                    self._expression(part.iter)
                    for test in part.ifs:
                        self._condition(test)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expression(child)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._replace("constant", node, str(not value))
        elif isinstance(value, int):
            self._replace("constant", node, str(value + 1))
            if value > 0:
                self._replace("constant", node, str(value - 1))
        elif isinstance(value, str) and not re.search(r"\s", value):
            self._replace("constant", node, repr(f"{value}_"))

    def _between(self, operator: str, left: ast.expr, right: ast.expr, pattern: str, text: str) -> None:
        start, end = self._end(left), self._start(right)
        gap = self.raw[start:end].decode()
        self._put(operator, start, end, re.sub(pattern, lambda _: text, gap, count=1))

    def _compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for left, right, operator in zip(operands, operands[1:], node.ops, strict=False):
            pattern, others = _COMPARISONS[type(operator)]
            for other in others:
                self._between("comparison", left, right, pattern, other)

    def _boolean(self, node: ast.BoolOp) -> None:
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between("boolean", left, right, rf"\b{word}\b", other)
        for gone in node.values:
            kept = f" {word} ".join(self._operand(value) for value in node.values if value is not gone)
            self._replace("boolean", node, kept if len(node.values) == 2 else f"({kept})")

    def _arithmetic(self, node: ast.BinOp) -> None:
        texts = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right))
        if type(node.op) in _ARITHMETIC and not texts:
            pattern, other = _ARITHMETIC[type(node.op)]
            self._between("arithmetic", node.left, node.right, pattern, other)

    def _call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _RENAMED:
            self._replace("call", node.func, _RENAMED[name])
        else:
            self._expression(node.func)
        worded = name in WORDED_CALLS
        plain = WORDED_CALLS.get(name, len(node.args))
        if not worded and len(node.args) > 1 and name not in _UNSWAPPED:
            first, second = node.args[:2]
            if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                gap = self.raw[self._end(first) : self._start(second)].decode()
                self._put("call", self._start(first), self._end(second), self._said(second) + gap + self._said(first))
        written: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        given = sorted(written, key=self._start)
        for place, one in enumerate(given):
            if isinstance(one, ast.keyword) and one.arg not in (None, "strict") and not worded:
                if place + 1 < len(given):
                    self._put("call", self._start(one), self._start(given[place + 1]), "")
                else:
                    self._put("call", self._end(given[place - 1]) if place else self._start(one), self._end(one), "")
        for one in node.args[:plain]:
            self._expression(one)
        for one in () if worded else node.keywords:
            if one.arg not in ("why", "strict"):
                self._expression(one.value)
