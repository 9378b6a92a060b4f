"""The window's keys: where they lead."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from folioscope.domain.results import SearchResult
from folioscope.gui.first_run.drop_watch import local_paths, pasted_picture
from folioscope.gui.shortcuts import bind, show_key_list
from folioscope.gui.words import tr

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow


class WindowKeys(QObject):
    """Keys that work wherever the focus is, except where a field takes them for typing."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._key_list: QDialog | None = None
        self.shortcuts = bind(
            window,
            {
                "Ctrl+F": self.to_field,
                "/": self.to_field,
                "Ctrl+D": self._switch_mode,
                "Ctrl+B": window.frame.toggle_sidebar,
                "Ctrl+J": window.foot.toggle_activity,
                "Ctrl+O": window.add_folder,
                "Ctrl+,": window.show_settings,
                "F1": self._show_keys,
                "Escape": self.step_back,
                "Ctrl+V": self.paste,
                "Ctrl+C": self._copy_text,
                "Ctrl+Shift+C": self._copy_place,
            },
        )
        window.bar.field.escaped.connect(self.step_back)
        window.bar.field.picture_pasted.connect(self.paste)

    def to_field(self) -> None:
        """Go to the search field, from wherever."""
        window = self._window
        window.close_settings()
        window.pages.close_large()
        window.bar.field.setFocus()
        window.bar.field.selectAll()

    def _switch_mode(self) -> None:
        self._window.show_documents(is_on=not self._window.shows_documents)

    def _show_keys(self) -> None:
        self._key_list = show_key_list(self._window)

    def step_back(self) -> None:
        """Close what was opened last: settings, large page, drawer, second look, panel, query."""
        window = self._window
        if window.close_settings() or window.pages.close_large() or window.frame.close_drawer():
            return
        if window.asking.second.cancel() or window.pages.close_panel():
            return
        if window.foot.is_activity_open:
            window.foot.toggle_activity()
        elif not window.asking.pictures.lift():
            window.bar.field.clear()
            window.bar.field.setFocus()

    def paste(self) -> None:
        """Search with the picture on the clipboard, or add its files to the library."""
        window = self._window
        if paths := local_paths(QGuiApplication.clipboard().mimeData()):
            window.add_paths(paths)
            return
        picture = pasted_picture()
        if picture is None:
            window.tell(tr("There is no picture on the clipboard."))
        else:
            window.asking.pictures.paste(picture.toImage())

    def _chosen(self) -> SearchResult | None:
        return self._window.centre.answers.view.current()

    def _copy_text(self) -> None:
        if chosen := self._chosen():
            self._window.page_actions.copy_text(chosen)

    def _copy_place(self) -> None:
        if chosen := self._chosen():
            self._window.page_actions.copy_place(chosen)
