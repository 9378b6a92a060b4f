"""Handing files to the system: its viewer, its file manager."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def show_in_folder(path: str) -> bool:
    """Open the file manager at a file, marked where the system can; False if it cannot.

    A file that is gone opens the nearest folder above it that is still there.
    """
    place = Path(path)
    if place.exists() and sys.platform == "win32":
        return _start("explorer.exe", f"/select,{place}")
    if place.exists() and sys.platform == "darwin":
        return _start("open", "-R", str(place))
    folder = place if place.is_dir() else place.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _start(program: str, *arguments: str) -> bool:
    started = QProcess.startDetached(program, list(arguments))
    return bool(started[0] if isinstance(started, tuple) else started)
