"""Opening another library: in a window of its own, by a process of its own."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QFileDialog, QWidget

from folioscope.gui.words import tr


def command_for(directory: str) -> tuple[str, list[str]]:
    """Return program and arguments that open a library in its own window."""
    arguments = ["--library", directory, "gui"]
    if getattr(sys, "frozen", False):
        return sys.executable, arguments
    return sys.executable, ["-m", "folioscope", *arguments]


def open_library(directory: str) -> bool:
    """Start a window for a library."""
    program, arguments = command_for(directory)
    started = QProcess.startDetached(program, arguments)
    return bool(started[0] if isinstance(started, tuple) else started)


def ask_for_library(parent: QWidget) -> str:
    """Ask for the folder of a library; empty when nothing was chosen."""
    return QFileDialog.getExistingDirectory(parent, tr("Open a library"))


def ask_for_new_library(parent: QWidget) -> str:
    """Ask where a new library is to lie; empty when nothing was chosen."""
    chosen, _kind = QFileDialog.getSaveFileName(
        parent, tr("New library"), str(Path.home() / tr("Library"))
    )
    return chosen
