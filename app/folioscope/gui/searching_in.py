"""Searching in files and folders that somebody named when starting: from a file manager, say."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from folioscope.domain.queries import PageFilter
from folioscope.gui.library_session import sentence_of
from folioscope.gui.notes.note_area import Note, NoteAction
from folioscope.gui.sidebar.rows import folder_name
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow

NOT_ADDED = "not added"  # the note about a folder that is not in the library


class SearchingIn(QObject):
    """Files are added at once: whoever opens one wants it read. Of folders it asks first."""

    def __init__(self, window: "MainWindow", paths: Sequence[str] = ()) -> None:
        super().__init__(window)
        self._window = window
        self._waiting = tuple(paths)
        window.library_opened.connect(self._go_on)

    def ask(self, paths: Sequence[str]) -> None:
        """Search in these, now or once the library is open; none change nothing."""
        self._waiting = tuple(paths)
        if self._window.session.services() is not None:
            self._go_on()

    def _go_on(self) -> None:
        paths, self._waiting = self._waiting, ()
        if paths:
            self._window.session.submit(
                lambda services, ctx: _sorted_out(services, paths, ctx),
                then=lambda found: self._search(paths, *found),
                otherwise=lambda error: self._window.tell(sentence_of(error)),
            )

    def _search(self, paths: Sequence[str], files: list[str], unknown: list[str]) -> None:
        window = self._window
        window.close_settings()
        window.pages.close_large()
        if known := tuple(path for path in paths if path not in unknown):
            window.set_scope(PageFilter(folders=known))
        window.bar.field.setFocus()
        window.notes.withdraw(NOT_ADDED)
        if files:
            window.indexing.add(files)
        if unknown:
            window.notes.tell(self._offer(paths, unknown))

    def _offer(self, paths: Sequence[str], unknown: list[str]) -> Note:
        def add() -> None:
            self._window.notes.withdraw(NOT_ADDED)
            self._window.indexing.add(unknown)
            self._window.set_scope(PageFilter(folders=tuple(paths)))

        names = ", ".join(folder_name(path) for path in unknown)
        told = tr("{name} is not in this library yet.").format(name=names)
        return Note(NOT_ADDED, told, [NoteAction(tr("Add it and search in it"), add)])


def _sorted_out(
    services: Services, paths: Sequence[str], _ctx: JobContext
) -> tuple[list[str], list[str]]:
    """Return the files among the paths, and the folders that are in no folder of the library."""
    files = [path for path in paths if not os.path.isdir(path)]  # noqa: PTH112  (any bytes)
    known = [count.folder for count in services.library.folders()]
    unknown = [
        path
        for path in paths
        if path not in files and not any(_lies_in(path, folder) for folder in known)
    ]
    return files, unknown


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
