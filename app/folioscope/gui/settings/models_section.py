"""Settings → Models: what finds the pages, and what it costs here."""

import os
from pathlib import Path

from PySide6.QtCore import QLocale

from folioscope.gui.library_facts import Facts
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.parts import Label, painted, row
from folioscope.gui.settings.section_parts import Section, card, fact
from folioscope.gui.strip.wording import speed
from folioscope.gui.words import number, tr
from folioscope.services.api import IndexState
from folioscope.system.paths import models_dir

UNKNOWN = "—"


class ModelsSection(Section):
    """The Starter's card; the last two lines are measured while pages are read."""

    def __init__(self, session: LibrarySession) -> None:
        intro = tr("Starter finds pages from the first minute, by their words and what they mean.")
        super().__init__(tr("Models"), intro)
        self._session = session
        self._page_count = 0
        self._per_second: float | None = None
        self._on_disk = Label(UNKNOWN, "label")
        self._pace = Label(UNKNOWN, "label")
        self._whole = Label(UNKNOWN, "label")
        self._whole_name = Label("", tone="muted")
        self._whole_name.setMinimumWidth(170)
        about = tr("Words and their meaning, in about 100 languages. Reads text in pictures.")
        made = card(
            Label("Starter", "title"),
            Label(about, "small", tone="muted", wrap=True),
            fact(tr("Download"), Label(tr("Comes with Folioscope"), "label")),
            fact(tr("On disk"), self._on_disk),
            fact(tr("Pages, on this computer"), self._pace),
            row(self._whole_name, (self._whole, 1), gap=16),
            fact(tr("Model and licence"), Label("multilingual-e5-small, RapidOCR", "label")),
            fact("", Label("MIT, Apache 2.0", tone="muted")),
            Label(tr("In use"), "body_strong", tone="good"),
        )
        painted("cardon", made)
        made.setMaximumWidth(520)
        self.put(made)

    def shown(self) -> None:
        """Measure how much room the model takes."""
        self._session.submit(
            lambda _services, _ctx: folder_bytes(models_dir()), then=self._show_size
        )

    def _show_size(self, size_bytes: int) -> None:
        text = UNKNOWN
        if size_bytes:
            si = QLocale.DataSizeFormat.DataSizeSIFormat
            text = QLocale().formattedDataSize(size_bytes, 1, si)
        self._on_disk.setText(text)

    def show_facts(self, facts: Facts) -> None:
        """Take the number of pages."""
        self._page_count = facts.stats.pages if facts.stats else 0
        self._show_whole()

    def show_state(self, state: IndexState) -> None:
        """Take the speed while pages are read."""
        if state.reading.per_second:
            self._per_second = state.reading.per_second
            self._pace.setText(speed(self._per_second))
            self._show_whole()

    def _show_whole(self) -> None:
        name = tr("For your {count} pages").format(count=number(self._page_count))
        self._whole_name.setText(name)
        if self._per_second:
            minutes = max(1, round(self._page_count / self._per_second / 60))
            self._whole.setText(tr("%Ln minutes", n=minutes))


def folder_bytes(folder: Path) -> int:
    """Add up the sizes of all files below a folder."""
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).stat().st_size
            except OSError:  # gone meanwhile: it takes no room
                continue
    return total
