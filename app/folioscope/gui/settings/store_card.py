"""Settings → Library: where pages are kept, tested, copied and switched."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMessageBox, QVBoxLayout

from folioscope.domain.store_places import ElasticFacts, ElasticSecret, StorePlace
from folioscope.gui.job_runner import JobHandle
from folioscope.gui.library_session import LibrarySession, Work, sentence_of
from folioscope.gui.parts import Button, ElidedLabel, Label, Meter, Segment, column, painted, row
from folioscope.gui.settings.section_parts import fact
from folioscope.gui.settings.store_form import StoreForm
from folioscope.gui.settings.store_words import (
    can_be_used,
    copy_words,
    place_words,
    report_words,
    server_words,
)
from folioscope.gui.words import tr
from folioscope.jobs.progress import Progress
from folioscope.services.store_api import CopyReport

_LOCAL, _SERVER = range(2)


class StoreCard(QFrame):
    """One test, copy or switch at a time; nothing is switched without being asked.

    ``quiet_wanted``: nobody may write to the library until ``quiet_over``; whoever hears it calls
    ``start_copy`` when that is so. ``reopen_wanted``: the library is somewhere else from now on.
    """

    quiet_wanted = Signal()
    quiet_over = Signal()
    reopen_wanted = Signal()

    def __init__(self, session: LibrarySession) -> None:
        super().__init__()
        painted("card", self)
        self._session = session
        self._now = StorePlace()
        self._is_known = False
        self._handle: JobHandle | None = None
        self.place = ElidedLabel("")
        self.kind = Segment(
            [(tr("In the library's folder"), ""), (tr("On an Elasticsearch server"), "")],
            name=tr("Where pages are kept"),
        )
        self.kind.chosen.connect(lambda _index: self._show_actions())
        self.form = StoreForm()
        self.test = Button(tr("Test"))
        self.copy = Button(tr("Copy there…"))
        self.switch = Button(tr("Keep pages there"))
        self.again = Button(tr("Open the library again"), kind="primary")
        self.cancel = Button(tr("Cancel"), kind="quiet")
        self.meter = Meter(name=tr("Copying"))
        self.outcome = Label("", wrap=True)
        self.test.clicked.connect(self._test)
        self.copy.clicked.connect(self._ask_copy)
        self.switch.clicked.connect(self._switch)
        self.again.clicked.connect(self.reopen_wanted)
        self.cancel.clicked.connect(self._cancel)
        self._lay_out()
        self._show_actions()

    def _lay_out(self) -> None:
        about = tr(
            "Several people can share one server: a page that one of them has read is read for "
            "all, and everybody keeps their own folders."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            column(
                Label(tr("Where pages are kept"), "body_strong"),
                Label(about, "small", tone="muted", wrap=True),
                fact(tr("Now"), self.place),
                row(self.kind, None),
                self.form,
                row(self.test, self.copy, self.switch, self.again, None, self.cancel),
                self.meter,
                self.outcome,
                gap=10,
                margins=(16, 14, 16, 14),
            )
        )
        for hidden in (self.again, self.cancel, self.meter, self.outcome):
            hidden.hide()

    # --- what is shown ---------------------------------------------------------------------

    def shown(self) -> None:
        """Ask where pages are kept; what is being filled in stays as it is."""
        if self._handle is None:
            self._session.submit(
                lambda services, _ctx: services.store.place, then=self._take, otherwise=self._fail
            )

    def _take(self, place: StorePlace) -> None:
        self.place.show_text(place_words(place))
        if not self._is_known or place != self._now:
            self._now, self._is_known = place, True
            self.kind.choose(_LOCAL if place.elastic is None else _SERVER)
            self.form.show_place(place)
        self._show_actions()

    @property
    def is_busy(self) -> bool:
        """Whether something is being tested, copied or switched."""
        return self._handle is not None

    @property
    def is_switched(self) -> bool:
        """Whether the library is somewhere else once it is opened again."""
        return not self.again.isHidden()

    def wanted(self) -> StorePlace:
        """Return the place that is filled in."""
        return StorePlace() if self.kind.choice() == _LOCAL else self.form.place()

    def _show_actions(self) -> None:
        is_server, is_busy = self.kind.choice() == _SERVER, self.is_busy
        self.form.setVisible(is_server)
        self.form.setDisabled(is_busy)
        self.kind.setDisabled(is_busy)
        self.test.setVisible(is_server)
        is_elsewhere = self.wanted() != self._now or bool(self.form.secret.text())
        self.copy.setVisible(is_server or self._now.elastic is not None)
        self.switch.setVisible(is_server or is_elsewhere)
        for button in (self.test, self.copy, self.switch):
            button.setDisabled(is_busy)

    def _tell(self, text: str, *, tone: str = "muted") -> None:
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self.outcome.set_tone(tone)

    # --- what is done ----------------------------------------------------------------------

    def _start(self, work: Work, busy: str, then: Any) -> None:
        self._tell(busy)
        handle = self._session.submit(work, then=then, otherwise=self._fail)
        if handle is None:
            self._tell(tr("The library is not open yet."))
            return
        self._handle = handle
        handle.finished.connect(lambda: self._end(handle))
        self.cancel.show()
        self._show_actions()

    def _end(self, handle: JobHandle | None) -> None:
        if handle is not self._handle:  # something else has begun since
            return
        self._handle = None
        self.cancel.hide()
        self.meter.hide()
        self._show_actions()

    def _fail(self, error: Exception) -> None:
        self._tell(sentence_of(error), tone="bad")

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _asked(self) -> tuple[StorePlace, ElasticSecret]:
        place = self.wanted()
        return place, ElasticSecret() if place.elastic is None else self.form.typed_secret()

    def _test(self) -> None:
        place, secret = self._asked()

        def show(facts: ElasticFacts) -> None:
            is_fit = can_be_used(facts, is_read_only=place.is_read_only)
            words = server_words(facts, is_read_only=place.is_read_only)
            self._tell(words, tone="good" if is_fit else "warn")

        self._start(
            lambda services, ctx: services.store.test(place, secret, ctx),
            tr("Asking the server…"),
            show,
        )

    def _ask_copy(self) -> None:
        text = tr(
            "All pages are copied with their vectors and compared. You can search meanwhile; "
            "reading of files rests. Nothing is switched before you are asked."
        )
        if self._is_answered(tr("Copy the library"), text):
            self.copy.setDisabled(True)
            self._tell(tr("Waiting for reading to rest…"))
            self.quiet_wanted.emit()

    def start_copy(self) -> None:
        """Copy, now that nobody writes."""
        place, secret = self._asked()
        self._start(
            lambda services, ctx: services.store.copy(place, secret, ctx),
            tr("Getting ready to copy…"),
            lambda report: self._show_copied(report, place, secret),
        )
        handle = self._handle
        if handle is None:
            self.quiet_over.emit()
            return
        self.meter.set_share(0.0)
        self.meter.show()
        handle.progressed.connect(self._show_progress)
        stopped = tr("Stopped. What was copied stays there; the next copy goes on.")
        handle.cancelled.connect(lambda: self._tell(stopped))
        handle.finished.connect(self.quiet_over)

    def _show_progress(self, now: Progress) -> None:
        self._tell(copy_words(now))
        if now.total:
            self.meter.set_share(now.done / now.total)

    def _show_copied(self, report: CopyReport, place: StorePlace, secret: ElasticSecret) -> None:
        words = report_words(report)
        self._tell(words, tone="good")
        question = tr("{copied}\n\nKeep pages there from now on?").format(copied=words)
        if self._is_answered(tr("Keep pages there"), question):
            self._end(self._handle)
            self._switch_to(place, secret)

    def _switch(self) -> None:
        place, secret = self._asked()
        text = tr(
            "From the next opening on the library shows what is kept there: {place}. What is kept "
            "here stays. To take it along, copy it first."
        )
        if self._is_answered(tr("Keep pages there"), text.format(place=place_words(place))):
            self._switch_to(place, secret)

    def _switch_to(self, place: StorePlace, secret: ElasticSecret) -> None:
        def show(_none: object) -> None:
            self._now = place
            self.form.forget_secret()
            self.place.show_text(place_words(place))
            self.again.show()
            self._tell(
                tr("Pages are kept there. Open the library again to go on with it."), tone="good"
            )

        self._start(
            lambda services, ctx: services.store.use(place, secret, ctx),
            tr("Asking the server…") if place.elastic else tr("Switching…"),
            show,
        )

    def _is_answered(self, title: str, text: str) -> bool:
        """Ask; whether the answer is yes."""
        return QMessageBox.question(self, title, text) == QMessageBox.StandardButton.Yes
