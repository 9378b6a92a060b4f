"""How much of the library can be found, and by what."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from folioscope.gui.parts import Button, Label, Meter, row
from folioscope.gui.strip.wording import pace_details
from folioscope.gui.words import number, tr
from folioscope.services.api import IndexPhase, IndexState, Pace


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


class Coverage(QFrame):
    """The left part of Activity: meters, pause and stop."""

    hold_wanted = Signal(bool)
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_held = False
        self.text_layer = CoverageMeter(tr("Text layer"))
        self.pictures = CoverageMeter(tr("Text in pictures"))
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
        layout.addWidget(self.idle)
        layout.addStretch(1)
        layout.addWidget(row(self.hold, self.stop, None))

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
        self.idle.setVisible(not works and not self._is_held)
        self.hold.setVisible(works or self._is_held)
        self.hold.say(tr("Resume") if self._is_held else tr("Pause"))
        self.hold.show_icon("play" if self._is_held else "pause")
        self.stop.setVisible(works)
