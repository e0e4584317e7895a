"""Codes of copies of a store."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

COPIES = {
    "copy_refused": Code(409, "{why}.", "{why}."),
    "copy_unreadable": Code(422, "{path}, line {line}: {why}.", "{path}, línea {line}: {why}."),
}
