"""The strip at the window's foot."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from folioscope.gui.parts import Button, ElidedLabel, Label, Meter, painted
from folioscope.gui.strip.wording import look_words, share_done, strip_sentence
from folioscope.gui.theme import font, scaled, size_px
from folioscope.gui.words import number, tr
from folioscope.services.api import IndexPhase, IndexState
from folioscope.services.look_api import LookPhase, LookState

_LOOKING_PHASES = (
    LookPhase.LOOKING,
    LookPhase.YIELDING,
    LookPhase.ON_BATTERY,
    LookPhase.PAUSED,
)


class Strip(QFrame):
    """Says in one line what goes on; pause, resume, stop, and Activity."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_wanted = Signal()
    look_pause_wanted = Signal()
    look_resume_wanted = Signal()
    go_on_wanted = Signal()
    activity_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        painted("strip", self)
        self.setFixedHeight(scaled(size_px("strip")))
        self._is_paused = False
        self._holds_look = False
        self._is_short = False
        self.meter = Meter(name=tr("Reading"), width_px=120)
        self.sentence = ElidedLabel("", "small", where=Qt.TextElideMode.ElideRight)
        self.words = Label("", "small", tone="muted")
        self.words_meter = Meter(name=tr("Words"), width_px=44, tint="control")
        self.look = Label("", "small", tone="muted")
        self.look_meter = Meter(name=tr("Look"), width_px=44, tint="control")
        self.go_on = Button(tr("Go on now"), kind="link")
        self.go_on.setFont(font("small"))
        self.go_on.clicked.connect(self.go_on_wanted)
        self.hold = Button(icon_name="pause", kind="icon", tip=tr("Pause"))
        self.stop = Button(icon_name="x", kind="icon", tip=tr("Stop reading"))
        self.activity = Button(tr("Activity"), icon_name="chevron-up", kind="quiet")
        self.activity.setToolTip(tr("Activity (Ctrl+J)"))
        self.hold.clicked.connect(self._hold)
        self.stop.clicked.connect(self.stop_wanted)
        self.activity.clicked.connect(self.activity_wanted)
        self._lay_out()
        self.show_state(IndexState(), is_running=False, is_stopped=False, has_pages=False)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self.meter)
        layout.addWidget(self.sentence, 1)
        layout.addWidget(self.go_on)
        for part in (self.words, self.words_meter, self.look, self.look_meter):
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addWidget(self.hold)
        layout.addWidget(self.stop)
        layout.addWidget(self.activity)

    def _hold(self) -> None:
        if self._holds_look:
            (self.look_resume_wanted if self._is_paused else self.look_pause_wanted).emit()
        else:
            (self.resume_wanted if self._is_paused else self.pause_wanted).emit()

    def show_opening(self) -> None:
        """Say that the library is being opened."""
        self.sentence.show_text(tr("Opening the library"))

    def show_state(
        self,
        state: IndexState,
        *,
        is_running: bool,
        is_stopped: bool,
        has_pages: bool,
        look: LookState | None = None,
    ) -> None:
        """Show how far indexing is, and behind it looking at pages."""
        look = look or LookState()
        text = strip_sentence(
            state, is_stopped=is_stopped, has_pages=has_pages, is_short=self._is_short, look=look
        )
        if text != self.sentence.full_text():
            self.sentence.show_text(text)
        share = share_done(state)
        self.meter.setVisible(share is not None)
        if share is not None:
            self.meter.set_share(share)
        self._show_coverage(state, look)
        self._show_buttons(state, look, is_running=is_running, is_stopped=is_stopped)

    def _show_coverage(self, state: IndexState, look: LookState) -> None:
        is_reading = state.phase is not IndexPhase.IDLE and state.reading.total > 0
        is_looking = look.phase is not LookPhase.OFF and look.done < look.total
        covered = state.reading.done / state.reading.total if is_reading else 1.0
        for part in (self.words, self.words_meter):
            part.setVisible(is_reading or is_looking)
        for part in (self.look, self.look_meter):
            part.setVisible(is_looking)
        self.words.setText(tr("Words {percent} %").format(percent=int(covered * 100)))
        self.words_meter.set_share(covered)
        if is_looking:
            seen = look.done / look.total
            self.look.setText(tr("Look {percent} %").format(percent=int(seen * 100)))
            self.look_meter.set_share(seen)
            told = tr("{done} of {total} pages").format(
                done=number(look.done), total=number(look.total)
            )
            more = look_words(look)
            self.look.setToolTip(f"{told} · {more}" if more else told)

    def _show_buttons(
        self, state: IndexState, look: LookState, *, is_running: bool, is_stopped: bool
    ) -> None:
        reads = is_running and state.phase is not IndexPhase.IDLE
        is_reading_held = state.is_paused or (is_stopped and not is_running)
        looks = look.phase in _LOOKING_PHASES
        self._holds_look = looks and not reads and not is_reading_held
        is_look_held = self._holds_look and look.phase is LookPhase.PAUSED
        self._is_paused = is_reading_held or is_look_held
        self.hold.setVisible(reads or is_reading_held or self._holds_look)
        self.stop.setVisible(reads)
        self.go_on.setVisible(self._holds_look and look.phase is LookPhase.ON_BATTERY)
        if self._is_paused:
            self.hold.show_icon("play", tip=tr("Resume"))
        else:
            self.hold.show_icon("pause", tip=tr("Pause"))

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Say less where there is little room."""
        self._is_short = is_narrow

    def set_failures(self, count: int) -> None:
        """Say on the button how many files failed."""
        failed = tr("%Ln failed", n=count)
        self.activity.say(f"{tr('Activity')} · {failed}" if count else tr("Activity"))
