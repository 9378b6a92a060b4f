"""The window's program: dressed, shown at once, the library opened behind it."""

import logging
import signal
import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from folioscope.domain.errors import FolioscopeError
from folioscope.gui.first_paint import AfterFirstPaint
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession, sentence_of
from folioscope.gui.main_window import MainWindow
from folioscope.gui.resources import resource
from folioscope.gui.start import WindowStart, hand_over
from folioscope.gui.theme import SystemTheme
from folioscope.gui.update_controller import MakeUpdates
from folioscope.gui.window_memory import WindowMemory
from folioscope.gui.words import install_language, tr
from folioscope.jobs.apart import leave_at_work
from folioscope.services.api import Services
from folioscope.settings.store import SettingsStore
from folioscope.system.paths import config_dir

_logger = logging.getLogger(__name__)
# a thread of Python may hold the lock for 5 ms by default; many of them make the window stutter
_SWITCH_INTERVAL_S = 0.001
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run(
    open_services: Callable[[], Services],
    *,
    library_name: str,
    argv: Sequence[str],
    open_for_repair: Callable[[], Services] | None = None,
    leave_server: Callable[[], None] | None = None,
    give_secret: Callable[[str], None] | None = None,
    settings: SettingsStore | None = None,
    updates: MakeUpdates,
    start: WindowStart,
) -> int:
    """Show the window, open the library in the background, and return the exit code.

    Where a window is open on the same library, that one gets the paths of ``start`` instead.

    ``open_for_repair`` opens a library that ``open_services`` refuses as damaged or made
    otherwise; with it the window offers to mend it. ``leave_server`` has the library opened from
    its own folder the next time, for when its server is away; ``give_secret`` keeps another key or
    password for that server. Closing the services is the caller's.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    app = _application(argv)
    if hand_over(start):
        return 0
    store = settings or SettingsStore(config_dir() / "settings.json")
    store.load()
    theme = SystemTheme(app)
    theme.choose(store.current.theme)
    store.subscribe(lambda changed: theme.choose(changed.theme))
    language = install_language(app, store.current.language)
    runner = JobRunner()
    session = LibrarySession(
        open_services,
        runner,
        open_for_repair=open_for_repair,
        leave_server=leave_server,
        give_secret=give_secret,
    )
    window = MainWindow(
        session,
        library_name=library_name,
        settings=store,
        memory=WindowMemory(),
        updates=updates,
        language=language,
    )
    AfterFirstPaint(window, lambda: _finish(window, start))
    window.show()
    code = app.exec()
    if not runner.shutdown():
        _logger.warning("Some work did not end in time")
        leave_at_work(runner)
    return code


def tell_trouble(error: FolioscopeError, *, settings: SettingsStore, argv: Sequence[str]) -> None:
    """Say in a dialog, in the user's language, why the window cannot open."""
    app = _application(argv)
    settings.load()
    theme = SystemTheme(app)
    theme.choose(settings.current.theme)
    install_language(app, settings.current.language)
    box = QMessageBox(QMessageBox.Icon.Critical, tr("Folioscope cannot start"), sentence_of(error))
    box.exec()


def _finish(window: MainWindow, start: WindowStart) -> None:
    window.complete()
    window.outside.begin(start)
    window.session.open()


def _application(argv: Sequence[str]) -> QApplication:
    qInstallMessageHandler(_log_qt)
    app = QApplication(list(argv) or ["folioscope"])
    app.setApplicationName("Folioscope")
    app.setApplicationDisplayName("Folioscope")
    app.setDesktopFileName("folioscope")
    icon_file = resource("icons", "folioscope.svg")
    if icon_file.is_file():
        app.setWindowIcon(QIcon(str(icon_file)))
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    return app


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), "%s", text)
