"""Opening files in the system's own programs. Nothing goes through a shell."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from folioscope.domain.errors import FolioscopeError

# viewers that take a page, in the order in which they are tried
_LINUX_VIEWERS: tuple[tuple[str, Callable[[str, int], list[str]]], ...] = (
    ("okular", lambda path, page: ["--page", str(page), path]),
    ("evince", lambda path, page: [f"--page-label={page}", path]),
    ("papers", lambda path, page: [f"--page-label={page}", path]),
    ("atril", lambda path, page: [f"--page-label={page}", path]),
    ("xreader", lambda path, page: [f"--page-label={page}", path]),
    ("zathura", lambda path, page: ["-P", str(page), path]),
    ("qpdfview", lambda path, page: ["--unique", f"{path}#{page}"]),
    ("mupdf", lambda path, page: [path, str(page)]),
)
_WINDOWS_VIEWERS: tuple[tuple[str, Callable[[str, int], list[str]]], ...] = (
    ("SumatraPDF", lambda path, page: ["-page", str(page), path]),
    ("AcroRd32", lambda path, page: ["/A", f"page={page}", path]),
    ("Acrobat", lambda path, page: ["/A", f"page={page}", path]),
)


def open_at_page(path: str, page_number: int) -> None:
    """Open a file at a page (from 1) where a viewer takes one, else at its beginning.

    Raises FolioscopeError when the file is gone or nothing opens it.
    """
    if not Path(path).exists():
        raise FolioscopeError(f"{Path(path).name} is not there any more.")
    command = viewer_command(path, page_number)
    if command is None:
        raise FolioscopeError(
            f"No program was found that opens {Path(path).name}.", hint="Install a PDF viewer."
        )
    _start(command)


def viewer_command(path: str, page_number: int) -> list[str] | None:
    """Return the command that opens ``path`` at a page, or None. ``path`` is absolute."""
    is_pdf = _is_pdf(path)
    if sys.platform == "darwin":
        return ["open", path]
    viewers = _WINDOWS_VIEWERS if sys.platform == "win32" else _LINUX_VIEWERS
    for name, arguments in viewers if is_pdf else ():
        program = shutil.which(name)
        if program:
            return [program, *arguments(path, page_number)]
    if sys.platform == "win32":
        return ["explorer", path]
    opener = shutil.which("xdg-open")
    return [opener, path] if opener else None


def reveal_in_folder(path: str) -> None:
    """Show a file in the system's file manager; raise FolioscopeError when none is there."""
    if sys.platform == "darwin":
        _start(["open", "-R", path])
    elif sys.platform == "win32":
        _start(["explorer", f"/select,{path}"])
    elif manager := shutil.which("nautilus") or shutil.which("dolphin"):
        _start([manager, "--select", path])
    elif opener := shutil.which("xdg-open"):
        _start([opener, str(Path(path).parent)])
    else:
        raise FolioscopeError("No file manager was found.", hint=f"The file is {path}.")


def _is_pdf(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return b"%PDF-" in file.read(1024)
    except OSError:
        return False


def _start(command: list[str]) -> None:
    try:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise FolioscopeError(f"{Path(command[0]).name} did not start.") from error
