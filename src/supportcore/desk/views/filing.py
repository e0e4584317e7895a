"""Files as a front end is shown them: those of tickets, and drafts."""

from __future__ import annotations

from collections.abc import Sequence

from supportcore.desk.views.records import DraftList, FileView
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import NotFound
from supportcore.tickets.events import Content
from supportcore.tickets.files import File, of_content


def file_of_content(viewer: Viewer, content: Content) -> FileView:
    """
    Return a file of a ticket; *content* is one of kind ``file``.

    Raises:
        NotFound: It is internal, and the viewer is not staff.
    """
    if content.audience == "internal" and not viewer.is_staff:
        raise NotFound(kind="file", id=content.id)
    said = of_content(content.body)
    return FileView(
        id=content.id,
        name=said["name"],
        caption=said["description"],
        type=said["type"],
        size=said["size"],
        slot=said["slot"],
        audience=content.audience,
    )


def file_of_draft(viewer: Viewer, file: File) -> FileView:
    """Return a file that no ticket took yet."""
    return FileView(
        id=file.id,
        name=file.name,
        caption=file.description,
        type=file.type,
        size=file.size,
        slot=file.slot,
        expires=None if file.expires_at is None else viewer.when(file.expires_at),
    )


def draft_list(viewer: Viewer, files: Sequence[File]) -> DraftList:
    """Return drafts, in the order given."""
    title = viewer.label("fields", "drafts", ("Files not sent yet", "Archivos sin enviar"))
    return DraftList(title=title, items=tuple(file_of_draft(viewer, file) for file in files), count=len(files))
