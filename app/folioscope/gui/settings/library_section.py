"""Settings → Library: where it lies, how large it is, and its upkeep."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QMessageBox

from folioscope.domain.protocols import Health, VerifyReport
from folioscope.gui.library_facts import Facts
from folioscope.gui.library_session import LibrarySession, sentence_of
from folioscope.gui.page_actions import PageActions
from folioscope.gui.parts import Button, ElidedLabel, Label, row
from folioscope.gui.settings.section_parts import Section, card, fact
from folioscope.gui.settings.store_card import StoreCard
from folioscope.gui.words import number, tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

Work = Callable[[Services, JobContext], Any]


class LibrarySection(Section):
    """Shows figures and offers compacting, verifying, repairing and reading anew."""

    def __init__(
        self, session: LibrarySession, actions: PageActions, *, rebuild: Callable[[], None]
    ) -> None:
        super().__init__(tr("Library"))
        self._session = session
        self._rebuild = rebuild
        self._place = ElidedLabel("")
        self._holds = Label("")
        self._size = Label("")
        show = Button(tr("Show in folder"), icon_name="folder-open", kind="quiet")
        show.clicked.connect(lambda: actions.reveal_path(self._place.full_text()))
        self.put(
            card(
                row((fact(tr("Place"), self._place), 1), show),
                fact(tr("Holds"), self._holds),
                fact(tr("Size on disk"), self._size),
            )
        )
        self.store = StoreCard(session)
        self.put(self.store)
        self._add_upkeep()

    def shown(self) -> None:
        """Ask anew where pages are kept."""
        self.store.shown()

    def _add_upkeep(self) -> None:
        self.compact = Button(tr("Compact"))
        self.verify = Button(tr("Check the library"))
        self.repair = Button(tr("Repair"), kind="primary")
        self.again = Button(tr("Read everything again…"))
        self.outcome = Label("", wrap=True)
        self.compact.clicked.connect(self._compact)
        self.verify.clicked.connect(self._verify)
        self.repair.clicked.connect(self.start_repair)
        self.again.clicked.connect(self._ask_rebuild)
        self.repair.hide()
        about = tr("Compacting gives back room on the disk. It also happens by itself.")
        self.put(
            card(
                Label(tr("Upkeep"), "body_strong"),
                Label(about, "small", tone="muted", wrap=True),
                row(self.compact, self.verify, self.repair, self.again, None),
                self.outcome,
            )
        )
        self.outcome.hide()
        self._buttons = (self.compact, self.verify, self.repair, self.again)
        self.store.quiet_wanted.connect(lambda: self._enable(is_on=False))
        self.store.quiet_over.connect(self._end)

    def show_facts(self, facts: Facts) -> None:
        """Show the library's figures."""
        self._place.show_text(facts.directory)
        stats = facts.stats
        if stats is None:
            return
        pages = tr("%Ln pages", n=stats.pages)
        documents = tr("in %Ln documents", n=stats.documents)
        holds = tr("{pages} {in_documents}").format(pages=pages, in_documents=documents)
        if stats.other_machines:
            shared = tr("shared with %Ln other computers", n=stats.other_machines)
            holds = f"{holds} · {shared}"
        self._holds.setText(holds)
        sizes, si = QLocale(), QLocale.DataSizeFormat.DataSizeSIFormat
        size = sizes.formattedDataSize(stats.disk_bytes, 1, si)
        spare = max(0, stats.disk_bytes - stats.live_bytes)
        more = tr("{size}, of which compacting gives back {spare}")
        text = (
            more.format(size=size, spare=sizes.formattedDataSize(spare, 1, si)) if spare else size
        )
        self._size.setText(text)

    # --- upkeep ----------------------------------------------------------------------------

    def _start(self, work: Work, busy: str, then: Callable[[Any], None]) -> None:
        self._enable(is_on=False)
        self._tell(busy)
        handle = self._session.submit(
            work, then=then, otherwise=lambda error: self._tell(sentence_of(error), tone="bad")
        )
        if handle is None:
            self._tell(tr("The library is not open yet."))
            self._end()
        else:
            handle.finished.connect(self._end)

    def _end(self) -> None:
        self._enable(is_on=True)

    def _enable(self, *, is_on: bool) -> None:
        for button in self._buttons:
            button.setEnabled(is_on)

    def _tell(self, text: str, *, tone: str = "muted") -> None:
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self.outcome.set_tone(tone)

    def _compact(self) -> None:
        self._start(
            lambda services, ctx: services.library.compact(ctx),
            tr("Compacting…"),
            lambda _none: self._tell(tr("Compacted."), tone="good"),
        )

    def _verify(self) -> None:
        self._start(
            lambda services, ctx: services.library.verify(ctx),
            tr("Checking every page…"),
            self._show_report,
        )

    def start_repair(self) -> None:
        """Drop what cannot be read, so that it is read again."""
        self._start(
            lambda services, ctx: services.library.repair(ctx), tr("Repairing…"), self._show_report
        )

    def _show_report(self, report: VerifyReport) -> None:
        is_sound = report.health is Health.SOUND
        self.repair.setVisible(not is_sound)
        if is_sound:
            text = tr("The library is sound. {count} pages were checked.")
            self._tell(text.format(count=number(report.checked_pages)), tone="good")
        else:
            first = tr("Part of the library cannot be read. Repair reads it again.")
            self._tell("\n".join((first, *report.messages[:5])), tone="bad")

    def _ask_rebuild(self) -> None:
        answer = QMessageBox.question(
            self,
            tr("Read everything again"),
            tr("Every file is read again. This can take long; you can search meanwhile."),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self._rebuild()

    def tell_rebuilding(self) -> None:
        """Say that everything is read again."""
        self._tell(tr("Reading begins anew."))
