"""A copy in a process of its own, in batches so small that it can be killed in the middle: FROM.db TO."""

from __future__ import annotations

import sys
import time

import supportcore.copying.copy
import supportcore.copying.ends
import supportcore.copying.files
from supportcore import open_store
from supportcore.copying import NdjsonFile, Progress, copy_store


def main(source: str, target: str) -> int:
    supportcore.copying.copy.WRITTEN_AT_ONCE = 20
    supportcore.copying.ends.READ_AT_ONCE = 20
    supportcore.copying.files.MEMBER = 5000
    here = open_store(f"sqlite:///{source}")
    there = open_store(target) if "://" in target else NdjsonFile(target)
    if not isinstance(there, NdjsonFile):
        there.migrate()

    def tell(progress: Progress) -> None:
        if progress.stage == "copy":
            time.sleep(0.003)

    sys.stdout.write("begins\n")
    sys.stdout.flush()
    report = copy_store(here, there, progress=tell)
    return 1 if report.differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
