"""
The one table of what each code of an error means: an HTTP status, and its sentence in English and Spanish.

A sentence holds facts in braces; the Spanish one may be told a fact of its own, named ``…_es``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from supportcore.errors.codes.accounts import ACCOUNTS
from supportcore.errors.codes.code import Code
from supportcore.errors.codes.copies import COPIES
from supportcore.errors.codes.faults import FAULTS
from supportcore.errors.codes.imports import IMPORTS
from supportcore.errors.codes.notices import NOTICES
from supportcore.errors.codes.refusals import REFUSALS
from supportcore.errors.codes.stores import STORES

__all__ = ["CODES", "KINDS", "Code", "worded"]

CODES: Mapping[str, Code] = MappingProxyType(
    {**REFUSALS, **FAULTS, **STORES, **IMPORTS, **NOTICES, **ACCOUNTS, **COPIES}
)
"""Every code there is, and what it means."""


KINDS: Mapping[str, str] = MappingProxyType(
    {
        "account": "cuenta",
        "agent": "técnico",
        "agreement": "contrato",
        "article": "artículo",
        "blob": "contenido",
        "board": "tablero",
        "category": "categoría",
        "cell": "casilla",
        "contact": "contacto",
        "customer": "cliente",
        "file": "archivo",
        "form": "formulario",
        "list": "lista",
        "module": "módulo",
        "notice": "aviso",
        "preferences": "preferencias",
        "product": "producto",
        "project": "proyecto",
        "revision": "revisión",
        "service": "servicio",
        "team": "equipo",
        "version": "versión",
    }
)
"""What the fact ``kind`` is in Spanish, where it is another word."""


def worded(code: str, params: Mapping[str, Any], locale: str) -> str:
    """
    Return the sentence of a code with its facts, in Spanish for ``es*`` and in English otherwise.

    A fact ``x_es`` stands for ``x`` in Spanish.

    >>> worded("not_found", {"kind": "product"}, "es-CO")
    'Aquí no se encuentra: producto.'
    """
    entry = CODES[code]
    if not locale.lower().startswith("es"):
        return entry.en.format_map(params)
    told = {**params, **{name[:-3]: value for name, value in params.items() if name.endswith("_es")}}
    if "kind" in told and "kind_es" not in told:
        told["kind"] = KINDS.get(str(told["kind"]), told["kind"])
    return entry.es.format_map(told)
