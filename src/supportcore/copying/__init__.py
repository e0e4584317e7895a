"""
Whole desks from any store to any other, to NDJSON and back.

    report = copy_store(open_store("sqlite:///desk.db"), open_store("postgresql://…"))
    copy_store(store, NdjsonFile("desk.ndjson.gz"))

A copy that was stopped is gone on with by making it again. See docs/copy.md.
"""

from supportcore.copying.copy import acopy_store, copy_store
from supportcore.copying.files import NdjsonFile
from supportcore.copying.reports import CopyError, CopyReport, Difference, Progress
from supportcore.copying.sources import check_source
from supportcore.copying.streams import NdjsonStream, kept

__all__ = [
    "CopyError",
    "CopyReport",
    "Difference",
    "NdjsonFile",
    "NdjsonStream",
    "Progress",
    "acopy_store",
    "check_source",
    "copy_store",
    "kept",
]
