"""What a front end is given: frozen records, and `dump`, which makes JSON-safe data of one."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.desk.views.records import VIEWS, dump
else:
    __getattr__ = lazily(__name__, dict.fromkeys(("VIEWS", "dump"), "supportcore.desk.views.records"))

__all__ = ["VIEWS", "dump"]
