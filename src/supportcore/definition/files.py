"""Reading what a desk takes of files, and the places for them in its forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from supportcore.definition.model import FilePolicy
from supportcore.definition.reading import Node, meant
from supportcore.forms.fields import Field, Slot

FILES = "files"
"""Key of the slot that a form has where it names none and the desk takes files."""
MOST_FILES = 100
"""Files in one slot at most, whatever a desk says."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/(?:[*]|[a-z0-9][a-z0-9!#$&^_.+-]*)").fullmatch  # RFC 6838, 4.2


def read_files(root: Node) -> FilePolicy | None:
    """Return what the desk takes of files; None if it takes none."""
    node = root.at("files")
    if node.value is None or not node.table("size", "count", "types", "keep"):
        return None
    policy = FilePolicy()
    keep = node.at("keep")
    return FilePolicy(
        size=node.at("size").number(policy.size) or policy.size,
        count=_count(node.at("count"), policy.count),
        types=_types(node.at("types")),
        keep=policy.keep if keep.value is None else keep.span(),
    )


def read_slots(root: Node, form: Node, fields: Sequence[Field], policy: FilePolicy | None) -> tuple[Slot, ...]:
    """
    Return the places for files of a form: those it names, or one if the desk takes files at all.

    Args:
        root: The whole document.
        form: Where ``slots`` stands.
    """
    given = form.at("slots")
    if given.value is None:
        return () if policy is None else (policy.slot(FILES),)
    if policy is None:
        given.fault("missing_section", "a desk that takes files says so: [files]")
        return ()
    keys = [field.key for field in fields]
    slots: list[Slot] = []
    for node in given.each():
        if not node.table("key", "field", "count", "size", "types", "required"):
            continue
        key = node.at("key").key() or "files"
        if any(slot.key == key for slot in slots):
            node.at("key").fault("duplicate", f"slot {key!r} stands here twice; leave one out")
        if key in keys:
            node.at("key").fault("duplicate", f"{key!r} is a field of the form; call the place for files otherwise")
        field = node.at("field").given()
        if field is not None and field not in keys:
            node.at("field").fault("unknown_field", f"the form has no field {field!r}{meant(field, keys)}")
        size = node.at("size").number(policy.size) or policy.size
        if size > policy.size and root.at("files").value is not None:  # stored rules hold no [files]
            node.at("size").fault("out_of_range", f"at most the {policy.size} bytes that [files] allows")
        types = node.at("types")
        slots.append(
            Slot(
                key=key,
                field=field or "",
                count=_count(node.at("count"), policy.count),
                size=min(size, policy.size),
                types=policy.types if types.value is None else _types(types),
                required=node.at("required").flag(),
            )
        )
    return tuple(slots)


def _count(node: Node, default: int) -> int:
    found = node.number(default) or default
    if found > MOST_FILES:
        node.fault("out_of_range", f"at most {MOST_FILES} files at once")
    return min(found, MOST_FILES)


def _types(node: Node) -> tuple[str, ...]:
    found = node.names(what="media type")
    for place, name in zip(node.each(), found, strict=False):
        if _MEDIA_TYPE(name) is None:
            place.fault("bad_media_type", f"{name!r} is none; write one such as application/pdf or image/*")
    return found
