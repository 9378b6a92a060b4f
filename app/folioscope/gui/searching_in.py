"""Searching in files and folders that somebody named when starting: from a file manager, say."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from folioscope.domain.queries import PageFilter
from folioscope.gui.library_session import sentence_of
from folioscope.gui.notes.note_area import Note, NoteAction
from folioscope.gui.sidebar.rows import folder_name
from folioscope.gui.words import tr
from folioscope.services.api import Services
from folioscope.services.query_scope import lies_in

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow

NOT_ADDED = "not added"  # the note about a folder that is not in the library


@dataclass(frozen=True, slots=True)
class _Named:
    """What was named. ``unknown``: folders that lie in no folder of the library."""

    files: tuple[str, ...]
    unreadable: tuple[str, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]


class SearchingIn(QObject):
    """Files are added at once: whoever opens one wants it read. Of folders it asks first."""

    def __init__(self, window: "MainWindow", paths: Sequence[str] = ()) -> None:
        super().__init__(window)
        self._window = window
        self._waiting = tuple(paths)
        window.library_opened.connect(self._go_on)

    def ask(self, paths: Sequence[str]) -> None:
        """Search in these, now or once the library is open; none changes nothing."""
        self._waiting = tuple(dict.fromkeys((*self._waiting, *paths)))
        if self._window.session.services() is not None:
            self._go_on()

    def _go_on(self) -> None:
        paths, self._waiting = self._waiting, ()
        if paths:
            self._window.session.submit(
                lambda services, _ctx: _sorted_out(services, paths),
                then=self._search,
                otherwise=lambda error: self._window.tell(sentence_of(error)),
            )

    def _search(self, named: _Named) -> None:
        window = self._window
        window.close_settings()
        window.pages.close_large()
        window.notes.withdraw(NOT_ADDED)
        window.bar.field.setFocus()
        if named.files or named.known:
            window.set_scope(PageFilter(folders=(*named.files, *named.known)))
        if named.files:
            window.indexing.add(named.files)
        if named.unknown:
            window.notes.tell(self._offer(named))
        if named.unreadable:
            told = tr("Folioscope cannot read these %Ln files", n=len(named.unreadable))
            window.tell(f"{told}: {', '.join(map(folder_name, named.unreadable))}")

    def _offer(self, named: _Named) -> Note:
        def add() -> None:
            self._window.notes.withdraw(NOT_ADDED)
            self._window.indexing.add(named.unknown)
            everything = (*named.files, *named.known, *named.unknown)
            self._window.set_scope(PageFilter(folders=everything))

        told = tr("{name} is not in this library yet.")
        names = ", ".join(map(folder_name, named.unknown))
        action = NoteAction(tr("Add it and search in it"), add)
        return Note(NOT_ADDED, told.format(name=names), [action])


def _sorted_out(services: Services, paths: Sequence[str]) -> _Named:
    folders = tuple(path for path in paths if os.path.isdir(path))  # noqa: PTH112  (any bytes)
    files = tuple(path for path in paths if path not in folders)
    readable = tuple(path for path in files if services.indexing.summarise([path]).files)
    ours = [count.folder for count in services.library.folders()]
    known = tuple(path for path in folders if any(lies_in(path, folder) for folder in ours))
    return _Named(
        files=readable,
        unreadable=tuple(path for path in files if path not in readable),
        known=known,
        unknown=tuple(path for path in folders if path not in known),
    )
