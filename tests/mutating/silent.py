"""What of a module is no rule, so that changing it makes no mutant: types, imports, words for people."""

from __future__ import annotations

import ast

WORDS = frozenset({"_WORDS", "_THE_DESK"})
"""Module-level names whose values are words for people."""
WORDED_CALLS = {"Field": 2, "facts": 0}
"""Calls whose arguments are words for people, and how many of them are not."""


def is_put(node: ast.stmt) -> bool:
    """Return whether a statement is left out as a mutant: a call, or something put into a mapping or an attribute."""
    match node:
        case ast.Expr(value=ast.Call() | ast.YieldFrom() | ast.Yield()):
            return True
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]) | ast.AugAssign():
            return True
    return False


def is_silent(node: ast.stmt) -> bool:
    """Return whether nothing of a statement is a rule: imports, docstrings, aliases of types, words, assertions."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in WORDS or name in ("__all__", "__slots__") or _is_type(node.value)
    return False


def _is_type(node: ast.expr | None) -> bool:
    """Return whether an assigned value is an alias of types: ``A | B``, ``Literal["a"]``, ``Callable[[A], B]``."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_type(left) and _is_type(right)
        case ast.Subscript(value=ast.Name(id=name)):
            return name[:1].isupper()
    return isinstance(node, ast.Name) or node is None
