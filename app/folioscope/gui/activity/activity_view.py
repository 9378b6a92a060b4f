"""Activity: coverage at the left; what failed, was left out and was done at the right."""

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout

from folioscope.gui.activity.coverage import Coverage
from folioscope.gui.activity.file_list import FileList
from folioscope.gui.activity.file_rows import FileAction, FileRow, FileRows, row_of_run, rows_of
from folioscope.gui.activity.unlock_prompt import UnlockPrompt
from folioscope.gui.parts import Button, Label, Segment, painted, row, rule
from folioscope.gui.words import tr
from folioscope.services.api import FileReport, IndexReport

_MOST_RUNS = 50


class ActivityView(QFrame):
    """Sends what the user wants done; shows what it is given."""

    retry_wanted = Signal(list)
    unlock_wanted = Signal(str, str)
    show_wanted = Signal(str)
    close_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        painted("activity", self)
        self.coverage = Coverage()
        self.coverage.setFixedWidth(336)
        self.failed, self.left_out, self.done = FileRows(self), FileRows(self), FileRows(self)
        self.tabs = Segment([("", ""), ("", ""), ("", "")], name=tr("Files"))
        self.prompt = UnlockPrompt()
        self.prompt.unlock.connect(self.unlock_wanted)
        self._retry_all = Button(tr("Try all again"), icon_name="refresh-cw", kind="quiet")
        self._close = Button(icon_name="chevron-down", kind="icon", tip=tr("Close (Ctrl+J)"))
        self._stack = QStackedWidget()
        self.lists = [FileList(model) for model in (self.failed, self.left_out, self.done)]
        self._empty = Label("", tone="muted")
        for files in self.lists:
            files.acted.connect(self._act)
            self._stack.addWidget(files)
        self.tabs.chosen.connect(self._show_tab)
        self._retry_all.clicked.connect(self._send_retry_all)
        self._close.clicked.connect(self.close_wanted)
        self._lay_out()
        self.set_files([], [])

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(16, 10, 8, 8)
        right.setSpacing(6)
        right.addWidget(row(self.tabs, None, self._retry_all, self._close))
        right.addWidget(self.prompt)
        right.addWidget(self._empty)
        right.addWidget(self._stack, 1)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.coverage)
        across.addWidget(rule(upright=True))
        across.addLayout(right, 1)

    def set_files(self, failed: list[FileReport], left_out: list[FileReport]) -> None:
        """Show files that failed, and files that are no documents."""
        self.failed.set_rows(rows_of(failed))
        self.left_out.set_rows(rows_of(left_out))
        self._name_tabs()

    def add_run(self, report: IndexReport) -> None:
        """List what a run did."""
        at = QLocale().toString(QDateTime.currentDateTime().time(), QLocale.FormatType.ShortFormat)
        rows = [row_of_run(report, at), *self.done.rows()]
        self.done.set_rows(rows[:_MOST_RUNS])
        self._name_tabs()

    def failed_count(self) -> int:
        """Return how many failures are listed."""
        return self.failed.rowCount()

    def _name_tabs(self) -> None:
        self.tabs.rename(0, tr("%Ln failed", n=self.failed.rowCount()))
        self.tabs.rename(1, tr("%Ln left out", n=self.left_out.rowCount()))
        self.tabs.rename(2, tr("Done"))
        self._show_tab(self.tabs.choice())

    def _show_tab(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        rows = (self.failed, self.left_out, self.done)[index].rows()
        empty = (
            tr("Every file could be read."),
            tr("No file was left out."),
            tr("Nothing was read since the window was opened."),
        )[index]
        self._empty.setText(empty)
        self._empty.setVisible(not rows)
        self._retry_all.setVisible(index == 0 and any(self._can_retry(r) for r in rows))

    @staticmethod
    def _can_retry(file: FileRow) -> bool:
        return file.action is FileAction.RETRY

    def _send_retry_all(self) -> None:
        paths = {file.path for file in self.failed.rows() if self._can_retry(file)}
        self.retry_wanted.emit(sorted(paths))

    def _act(self, action: FileAction, path: str) -> None:
        match action:
            case FileAction.RETRY:
                self.retry_wanted.emit([path])
            case FileAction.UNLOCK:
                self.ask_password(path)
            case FileAction.SHOW:
                self.show_wanted.emit(path)
            case _:
                pass

    def ask_password(self, path: str) -> None:
        """Ask for the password of a locked file."""
        self.prompt.ask(path)

    def tell_unlocked(self, path: str, *, is_open: bool) -> None:
        """Say how an attempt to unlock went."""
        if not self.prompt.is_asking_for(path):
            return
        if is_open:
            self.prompt.close_prompt()
        else:
            self.prompt.tell_wrong()
