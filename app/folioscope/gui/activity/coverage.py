"""How much of the library can be found, and by what."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from folioscope.gui.parts import Button, Label, Meter, row
from folioscope.gui.sentences import translated
from folioscope.gui.strip.wording import look_words, pace_details
from folioscope.gui.words import number, tr
from folioscope.services.api import IndexPhase, IndexState, Pace
from folioscope.services.look_api import LookPhase, LookState


class CoverageMeter(QFrame):
    """A kind of reading: name, count, bar, pace."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.count = Label("", "small", tone="muted")
        self.meter = Meter(name=name)
        self.pace = Label("", "small", tone="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(5)
        layout.addWidget(row(Label(name, "label"), None, self.count))
        layout.addWidget(self.meter)
        layout.addWidget(self.pace)

    def show_pace(self, pace: Pace, *, counted: str) -> None:
        """Show how far it is; ``counted`` has places for done and total."""
        self.count.setText(counted.format(done=number(pace.done), total=number(pace.total)))
        self.meter.set_share(pace.done / pace.total if pace.total else 0.0)
        self.pace.setText(pace_details(pace))

    def show_look(self, look: LookState) -> None:
        """Show how far looking at pages is."""
        told = tr("{done} of {total} pages")
        self.count.setText(told.format(done=number(look.done), total=number(look.total)))
        self.meter.set_share(look.done / look.total if look.total else 0.0)
        parts = [look_words(look)]
        if look.failed:
            parts.append(tr("%Ln pages could not be drawn", n=look.failed))
        self.pace.setText(" · ".join(filter(None, parts)))


class Coverage(QFrame):
    """The left part of Activity: meters, pause and stop."""

    hold_wanted = Signal(bool)
    stop_wanted = Signal()
    look_hold_wanted = Signal(bool)
    go_on_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_held = False
        self._is_look_held = False
        self._is_reading = False
        self.text_layer = CoverageMeter(tr("Text layer"))
        self.pictures = CoverageMeter(tr("Text in pictures"))
        self.look = CoverageMeter(tr("Look"))
        self.look_hold = Button(tr("Pause"), kind="link")
        self.look_hold.clicked.connect(lambda: self.look_hold_wanted.emit(not self._is_look_held))
        self.go_on = Button(tr("Go on now"), kind="link")
        self.go_on.clicked.connect(self.go_on_wanted)
        self._look_row = row(self.look_hold, self.go_on, None, gap=12)
        self.hold = Button(tr("Pause"), icon_name="pause")
        self.stop = Button(tr("Stop"), icon_name="x")
        self.hold.clicked.connect(lambda: self.hold_wanted.emit(not self._is_held))
        self.stop.clicked.connect(self.stop_wanted)
        self.idle = Label(tr("Nothing is being read."), tone="muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(4)
        layout.addWidget(Label(tr("Coverage"), "body_strong"))
        layout.addSpacing(6)
        layout.addWidget(self.text_layer)
        layout.addWidget(self.pictures)
        layout.addWidget(self.look)
        layout.addWidget(self._look_row)
        layout.addWidget(self.idle)
        layout.addStretch(1)
        layout.addWidget(row(self.hold, self.stop, None))
        self.show_look(LookState())

    def show_state(self, state: IndexState, *, pages: int, waiting: int, is_running: bool) -> None:
        """Show coverage while reading goes on, and afterwards from the library's figures."""
        reading = state.reading
        if not reading.total:
            reading = Pace(pages, pages)
        self.text_layer.show_pace(reading, counted=tr("{done} of {total} pages"))
        recognising = state.recognising
        if not recognising.total and waiting:
            recognising = Pace(0, waiting)
        self.pictures.setVisible(bool(recognising.total))
        self.pictures.show_pace(recognising, counted=tr("{done} of {total} scanned pages"))
        self._is_held = state.is_paused
        works = is_running and state.phase is not IndexPhase.IDLE
        self._is_reading = works or self._is_held
        self._show_idle()
        self.hold.setVisible(works or self._is_held)
        self.hold.say(tr("Resume") if self._is_held else tr("Pause"))
        self.hold.show_icon("play" if self._is_held else "pause")
        self.stop.setVisible(works)

    def show_look(self, look: LookState) -> None:
        """Show how far looking at pages is; nothing where no visual model is chosen."""
        is_on = look.phase is not LookPhase.OFF and look.total > 0
        self.look.setVisible(is_on)
        self.look.show_look(look)
        goes_on = is_on and look.phase not in (LookPhase.IDLE, LookPhase.BLOCKED)
        self._is_look_held = look.phase is LookPhase.PAUSED
        self._look_row.setVisible(goes_on)
        self.look_hold.say(tr("Resume") if self._is_look_held else tr("Pause"))
        self.look_hold.setAccessibleName(
            tr("Resume looking at pages") if self._is_look_held else tr("Pause looking at pages")
        )
        self.go_on.setVisible(look.phase is LookPhase.ON_BATTERY)
        told = "\n".join(filter(None, (look.model, translated(look.device))))
        self.look.setToolTip(told if is_on else "")
        self._show_idle()

    def _show_idle(self) -> None:
        self.idle.setVisible(not self._is_reading and not self._look_row.isVisibleTo(self))
