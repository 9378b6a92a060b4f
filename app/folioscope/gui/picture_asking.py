"""Searching by picture: chosen, dropped on the field, pasted, or drawn as a box on a page."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from folioscope.domain.geometry import Box
from folioscope.domain.results import SearchResult
from folioscope.gui.asked_picture import (
    PICTURE_ENDINGS,
    AskedPicture,
    picture_file,
    picture_page,
    picture_part,
    picture_pixels,
)
from folioscope.gui.image_bridge import png_of
from folioscope.gui.notes.note_area import NoteAction
from folioscope.gui.words import tr
from folioscope.services.look_api import LookPhase

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow


class PictureAsking(QObject):
    """Asks with a picture where a visual model is in use, and says what is needed where none is."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        field = window.bar.field
        field.picture_wanted.connect(self.choose)
        field.picture_dropped.connect(lambda path: self.ask(picture_file(path)))
        field.picture_lifted.connect(self.lift)
        window.searches.picture_changed.connect(self._show)
        window.pages.box_asked.connect(self.ask_part)
        window.pages.like_asked.connect(self.ask_page)

    def choose(self) -> None:
        """Ask which file to search with."""
        endings = " ".join(f"*{ending}" for ending in PICTURE_ENDINGS)
        kinds = f"{tr('Pictures')} ({endings})"
        path, _kind = QFileDialog.getOpenFileName(
            self._window, tr("Find pages that look like a picture"), "", kinds
        )
        if path:
            self.ask(picture_file(path))

    def paste(self, image: QImage) -> None:
        """Ask with a picture of the clipboard; the first one of an empty library is added."""
        window = self._window
        if window.centre.is_first_run:
            window.indexing.add_picture(png_of(image))
            return
        png = png_of(image)
        add = NoteAction(tr("Add it to the library"), lambda: self._add(png))
        self.ask(picture_pixels(image), instead=[add])

    def _add(self, png: bytes) -> None:
        self._window.asking.withdraw_missing()
        self._window.indexing.add_picture(png)

    def ask_part(self, result: SearchResult, box: Box) -> None:
        """Ask with a part of a page."""
        if self.ask(picture_part(result, box)):
            self._window.pages.close_large()

    def ask_page(self, result: SearchResult) -> None:
        """Ask for pages that look like a page."""
        if self.ask(picture_page(result)):
            self._window.pages.close_large()

    def ask(self, picture: AskedPicture, *, instead: list[NoteAction] | None = None) -> bool:
        """Ask for pages that look like it; ``instead`` is offered where no model is in use."""
        window = self._window
        services = window.session.services()
        if services is None:
            return False
        if services.look.state().phase is LookPhase.OFF:
            window.pages.close_large()
            sentence = tr("Searching by picture needs a visual model.")
            window.asking.tell_missing(sentence, more=instead or [])
            return False
        window.searches.set_picture(picture)
        window.bar.field.clear()
        window.bar.field.setFocus()
        return True

    def lift(self) -> bool:
        """Ask with words again; False where no picture was searched with."""
        if self._window.searches.picture is None:
            return False
        self._window.searches.set_picture(None)
        self._window.bar.field.setFocus()
        return True

    def _show(self) -> None:
        window, picture = self._window, self._window.searches.picture
        window.bar.field.show_picture(picture.name if picture else "")
        window.pages.set_asked(is_asked=picture is not None or bool(window.searches.text))
