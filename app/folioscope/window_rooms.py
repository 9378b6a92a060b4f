"""Running the window: what it needs before there is one; part of the composition root."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.domain.errors import FolioscopeError
from folioscope.settings.store import SettingsStore
from folioscope.system import paths

if TYPE_CHECKING:
    from folioscope.wiring import OpenLibrary

_NO_DISPLAY = (
    "There is no display to open a window on. Use the command line: folioscope search 'words'."
)


def check_display() -> None:
    """Raise FolioscopeError where no window can be shown."""
    if sys.platform != "linux":
        return
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not any(os.environ.get(name) for name in names):
        raise FolioscopeError(_NO_DISPLAY)


@contextlib.contextmanager
def telling(settings: SettingsStore) -> Iterator[None]:
    """Show a FolioscopeError in a dialog too: started from a menu, nobody sees what is written."""
    try:
        yield
    except FolioscopeError as error:
        from folioscope.gui import app

        app.tell_trouble(error, settings=settings, argv=sys.argv[:1])
        raise


def run_window(
    library: "OpenLibrary",
    settings: SettingsStore,
    directory: Path,
    searched_in: Sequence[str],
    *,
    leave_server: Callable[[], None] | None,
    give_secret: Callable[[str], None],
) -> int:
    """Open a window on a library, or have the one that is open come to the front."""
    from folioscope.gui import app
    from folioscope.gui.start import WindowStart
    from folioscope.update_rooms import updates_of

    return app.run(
        lambda: library.open(creates=True, warms_up=True),
        library_name=directory.name,
        argv=sys.argv[:1],
        open_for_repair=lambda: library.open(creates=True, for_repair=True),
        leave_server=leave_server,
        give_secret=give_secret,
        settings=settings,
        updates=lambda: updates_of(settings),
        start=WindowStart(directory, paths.data_dir(), tuple(searched_in)),
    )
