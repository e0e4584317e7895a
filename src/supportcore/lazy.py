"""
Names of a package that are imported when they are first asked for, and what is told where an import needs an extra.

``from supportcore import Desk, load_definition`` is what every host does at its start, and must not cost more than the
libraries underneath: records, commands and events are loaded by the first command instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class Later:
    """
    A module that is imported when something in it is first asked for.

    >>> Later("string").digits
    '0123456789'
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        """Return *name* of the module, and keep it."""
        found = getattr(import_module(self._module), name)
        self.__dict__[name] = found
        return found


def lazily(package: str, where: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Return a module's ``__getattr__`` (PEP 562).

    Args:
        package: ``__name__`` of the package.
        where: The module each name is defined in.
    """

    def load(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(where[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return load


@contextmanager
def needing(extra: str, package: str) -> Iterator[None]:
    """
    Around the imports of a package that need what an extra brings: without it, say which.

    >>> with needing("sql", "supportcore_sql"):
    ...     import sqlalchemist
    Traceback (most recent call last):
    ...
    ModuleNotFoundError: supportcore_sql needs sqlalchemist: pip install 'supportcore[sql]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        told = f"{package} needs {error.name}: pip install 'supportcore[{extra}]'"
        raise ModuleNotFoundError(told, name=error.name) from error
