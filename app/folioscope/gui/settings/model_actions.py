"""What can be done with a model where it stands: install, use, remove, or wait for it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.gui.parts import Button, Label, Meter, row
from folioscope.gui.settings.model_desk import NOT_CHECKED, CheckState, ModelWork
from folioscope.gui.settings.model_words import progress_words
from folioscope.gui.words import tr


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands. Empty words are not shown; ``install`` is what its button says."""

    in_use: str = ""
    install: str = ""
    note: str = ""
    refusal: str = ""
    can_use: bool = False
    can_stop_using: bool = False
    can_remove: bool = False
    has_leftovers: bool = False
    work: ModelWork | None = None
    check: CheckState = NOT_CHECKED


class ModelActions(QWidget):
    """Shows one standing at a time; the focus stays with it when buttons come and go."""

    install_asked = Signal()
    use_asked = Signal()
    stop_using_asked = Signal()
    remove_asked = Signal()
    check_asked = Signal()
    pause_asked = Signal()
    cancel_asked = Signal()
    retry_asked = Signal()
    dismiss_asked = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.status = Label("", "body_strong", tone="good")
        self.install = self._button("", self.install_asked, icon_name="download")
        self.use = self._button(tr("Use"), self.use_asked)
        self.use.setAccessibleName(tr("Use {name}").format(name=title))
        self.note = Label("", "small", tone="muted", wrap=True)
        self.refusal = Label("", "small", tone="warn", wrap=True)
        self.error = Label("", "small", tone="bad", wrap=True)
        self.retry = self._button(tr("Try again"), self.retry_asked, icon_name="refresh-cw")
        self.stop = self._button(tr("Stop using"), self.stop_using_asked, kind="link")
        self.remove = self._button(tr("Remove…"), self.remove_asked, kind="link")
        self.check = self._button(tr("Check files"), self.check_asked, kind="link")
        self.checked = Label("", "small", tone="muted", wrap=True)
        self.dismiss = self._button(tr("Not now"), self.dismiss_asked, kind="link")
        self.progress = Label("", "small", wrap=True)
        self._meter = Meter(name=tr("Installing {name}").format(name=title))
        self.pause = self._button(tr("Pause"), self.pause_asked, icon_name="pause", kind="quiet")
        self.cancel = self._button(tr("Cancel"), self.cancel_asked, icon_name="x", kind="quiet")
        self._running = self._progress()
        self._lay_out()

    @staticmethod
    def _button(text: str, signal: object, *, icon_name: str = "", kind: str = "") -> Button:
        made = Button(text, icon_name=icon_name, kind=kind)
        emit: Callable[[], None] = signal.emit  # type: ignore[attr-defined]
        made.clicked.connect(lambda: emit())
        return made

    def _progress(self) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.progress)
        layout.addWidget(self._meter)
        layout.addWidget(row(self.pause, self.cancel, None, gap=2))
        return holder

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.status)
        layout.addWidget(self.refusal)
        layout.addWidget(self._running)
        layout.addWidget(self.error)
        layout.addWidget(self.checked)
        layout.addWidget(row(self.install, self.use, self.retry, None))
        layout.addWidget(self.note)
        layout.addWidget(row(self.dismiss, self.stop, self.check, self.remove, None, gap=12))
        layout.addStretch(1)

    def show_standing(self, standing: Standing) -> None:
        """Show how the model stands now."""
        focused = self.focusWidget()
        had_focus = focused is not None and focused.hasFocus()
        work = standing.work
        is_running = work is not None and not work.error
        failed = work.error if work is not None else ""
        rests = not is_running and not failed
        _say(self.status, standing.in_use)
        _say(self.refusal, standing.refusal if rests else "")
        _say(self.error, failed)
        _say(self.note, standing.note if rests else "")
        self._running.setVisible(is_running)
        self.install.say(standing.install)
        self.install.setAccessibleName(f"{standing.install} {self._title}")
        self.remove.setAccessibleName(f"{self.remove.text()} {self._title}")
        self.install.setVisible(bool(standing.install) and rests)
        self.use.setVisible(standing.can_use and rests)
        self.retry.setVisible(bool(failed))
        self.dismiss.setVisible(bool(failed))
        self.stop.setVisible(standing.can_stop_using and rests)
        self.remove.say(tr("Discard what is here") if standing.has_leftovers else tr("Remove…"))
        self.remove.setVisible(standing.can_remove and not is_running)
        self._show_check(standing, is_offered=standing.can_remove and rests)
        if work is not None and is_running:
            self._show_progress(work)
        if had_focus and focused is not None and focused.isHidden():
            self._focus_first()

    def _show_check(self, standing: Standing, *, is_offered: bool) -> None:
        check = standing.check
        is_here = is_offered and not standing.has_leftovers
        self.check.setVisible(is_here and not check.is_running)
        self.check.setAccessibleName(tr("Check files of {name}").format(name=self._title))
        told = tr("Checking the files…") if check.is_running else ""
        if not check.is_running and check.faults is not None:
            told = "\n".join(check.faults) or tr("All files are as they were installed.")
        _say(self.checked, told if is_here else "")
        self.checked.set_tone("bad" if check.faults and not check.is_running else "muted")

    def _show_progress(self, work: ModelWork) -> None:
        amount, left = progress_words(work.progress)
        more = tr("paused") if work.is_paused else left
        self.progress.setText(f"{amount} · {more}" if more else amount)
        progress = work.progress
        share = progress.done / progress.total if progress and progress.total else 0.0
        self._meter.set_share(share)
        self.pause.say(tr("Resume") if work.is_paused else tr("Pause"))
        self.pause.show_icon("play" if work.is_paused else "pause")

    def buttons(self) -> list[Button]:
        """Return the buttons in sight."""
        everything = (
            self.install, self.use, self.retry, self.pause, self.cancel, self.dismiss, self.stop,
            self.check, self.remove,
        )  # fmt: skip
        return [each for each in everything if each.isVisibleTo(self)]

    def _focus_first(self) -> None:
        for button in self.buttons()[:1]:
            button.setFocus()


def _say(label: Label, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
