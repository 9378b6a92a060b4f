"""Keys of the window, and the list of all keys."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from folioscope.gui.parts import Label
from folioscope.gui.words import tr


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """A line of the list of keys."""

    keys: str
    does: str


def key_list() -> list[KeyHelp]:
    """Return every key that does something, in the order of use."""
    lines = [
        (tr("Ctrl+F or /"), tr("To the search field")),
        (tr("Down in the field"), tr("Into the pages found")),
        (tr("Up in the field"), tr("Earlier queries")),
        (tr("Arrows, Page up, Page down, Home, End, letters"), tr("Move among the pages")),
        (tr("Ctrl+Enter in the field"), tr("Read the best pages again: a second look")),
        (tr("Space"), tr("Show or hide the page beside")),
        (tr("Enter"), tr("The page large")),
        (tr("Ctrl+Enter"), tr("Open in the system's viewer")),
        (tr("F3, Shift+F3"), tr("Next and previous match")),
        (tr("N, P"), tr("Next and previous page of the document")),
        ("+  −  0", tr("Zoom in, zoom out, fit")),
        ("R", tr("Turn the page")),
        ("B", tr("Draw a box on the large page to find it elsewhere")),
        (tr("H, held"), tr("Hide all marks")),
        (tr("Esc"), tr("One step back")),
        ("Ctrl+D", tr("Pages or documents")),
        ("Ctrl+B", tr("Sidebar")),
        ("Ctrl+J", tr("Activity")),
        ("Ctrl+V", tr("Search with the picture on the clipboard, or add its files")),
        ("Ctrl+C", tr("Copy the page's text")),
        ("Ctrl+Shift+C", tr("Copy the place: file and page")),
        ("Ctrl+O", tr("Add a folder")),
        (tr("Ctrl+comma"), tr("Settings")),
        ("F1", tr("This list")),
    ]
    return [KeyHelp(keys, does) for keys, does in lines]


def key_table() -> QWidget:
    """Lay out the list of keys."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(32)
    grid.setVerticalSpacing(7)
    for line, key in enumerate(key_list()):
        grid.addWidget(Label(key.keys, "label"), line, 0)
        grid.addWidget(Label(key.does, tone="muted"), line, 1)
    grid.setColumnStretch(1, 1)
    return holder


def show_key_list(parent: QWidget) -> QDialog:
    """Open the list of keys beside the window's work."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Keyboard"))
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.addWidget(key_table())
    dialog.open()
    return dialog


def bind(parent: QWidget, keys: dict[str, Callable[[], object]]) -> list[QShortcut]:
    """Make keys work anywhere in a window, except where a field needs them for typing."""
    made = []
    for sequence, act in keys.items():
        shortcut = QShortcut(QKeySequence(sequence), parent)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)
        made.append(shortcut)
    return made
