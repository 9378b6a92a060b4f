"""Opening files in the system's own programs. Nothing goes through a shell."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from folioscope.domain.errors import FolioscopeError

Arguments = Callable[[str, int], list[str]]


def _index(path: str, page: int) -> list[str]:
    return [f"--page-index={page}", path]  # by place; a page's label may be another number


def _fragment(path: str, page: int) -> list[str]:
    return [f"{Path(path).as_uri()}#page={page}"]


# viewers that take a page, in the order in which they are tried; browsers come last
_LINUX_VIEWERS: tuple[tuple[str, Arguments], ...] = (
    ("okular", lambda path, page: ["--page", str(page), path]),
    ("evince", _index),
    ("papers", _index),
    ("atril", _index),
    ("xreader", _index),
    ("zathura", lambda path, page: ["-P", str(page), path]),
    ("qpdfview", lambda path, page: ["--unique", f"{path}#{page}"]),
    ("mupdf", lambda path, page: [path, str(page)]),
    ("firefox", _fragment),
    ("chromium", _fragment),
    ("google-chrome", _fragment),
)
_WINDOWS_VIEWERS: tuple[tuple[str, Arguments], ...] = (
    ("SumatraPDF", lambda path, page: ["-page", str(page), path]),
    ("AcroRd32", lambda path, page: ["/A", f"page={page}", path]),
    ("Acrobat", lambda path, page: ["/A", f"page={page}", path]),
    ("msedge", _fragment),
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
        _start(f'explorer /select,"{path}"')  # Explorer reads its arguments by its own rules
    elif manager := shutil.which("nautilus") or shutil.which("dolphin"):
        _start([manager, "--select", path])
    elif opener := shutil.which("xdg-open"):
        _start([opener, str(Path(path).parent)])
    else:
        raise FolioscopeError("No file manager was found.", hint=f"The file is {path}.")


def _is_pdf(path: str) -> bool:
    try:
        if not Path(path).is_file():  # a pipe would block for ever
            return False
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
        name = Path(command[0] if isinstance(command, list) else command.split()[0]).name
        raise FolioscopeError(f"{name} did not start.") from error
