"""The head over the results: field, pages or documents, size of the tiles."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QVBoxLayout

from folioscope.domain.results import SearchResults
from folioscope.gui.parts import Button, Segment, painted
from folioscope.gui.search_bar.chip_row import ChipRow
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_bar.problem_notes import ProblemNotes
from folioscope.gui.search_bar.search_field import SearchField
from folioscope.gui.theme import scaled, size_px
from folioscope.gui.words import tr


class SearchBar(QFrame):
    """Field, segment and slider; below them problems of the query, then chips and counts."""

    text_changed = Signal(str)
    documents_wanted = Signal(bool)
    tile_width_changed = Signal(int)
    sidebar_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, earlier: EarlierQueries) -> None:
        super().__init__()
        painted("content", self)
        self.field = SearchField(earlier)
        self.chips = ChipRow()
        self.problems = ProblemNotes()
        self.mode = Segment(
            [(tr("Pages"), "layout-grid"), (tr("Documents"), "rows-3")],
            bare=True,
            name=tr("Pages or documents"),
        )
        self.tile_size = _tile_slider()
        self._sidebar = Button(icon_name="panel-left", kind="icon", tip=tr("Sidebar (Ctrl+B)"))
        self._settings = Button(icon_name="settings", kind="icon", tip=tr("Settings"))
        self._connect()
        self._lay_out()
        self.set_narrow(is_narrow=False)

    def _connect(self) -> None:
        self.field.textChanged.connect(self.text_changed)
        self.problems.corrected.connect(self.field.setText)
        self.mode.chosen.connect(lambda index: self.documents_wanted.emit(index == 1))
        self.tile_size.valueChanged.connect(self.tile_width_changed)
        self._sidebar.clicked.connect(self.sidebar_wanted)
        self._settings.clicked.connect(self.settings_wanted)

    def _lay_out(self) -> None:
        head = QFrame()
        head.setFixedHeight(max(size_px("toolbar"), scaled(size_px("search")) + 20))
        across = QHBoxLayout(head)
        across.setContentsMargins(16, 10, 16, 10)
        across.setSpacing(8)
        across.addWidget(self._sidebar)
        across.addWidget(self.field, 1)
        across.addWidget(self.mode)
        across.addSpacing(4)
        across.addWidget(self.tile_size)
        across.addWidget(self._settings)
        down = QVBoxLayout(self)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addWidget(head)
        down.addWidget(self.problems)
        down.addWidget(self.chips)

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Where the sidebar is a drawer, offer it and the settings here."""
        self._sidebar.setVisible(is_narrow)
        self._settings.setVisible(is_narrow)
        self.tile_size.setVisible(not is_narrow)

    def set_documents(self, *, is_on: bool) -> None:
        """Mark pages or documents without telling anybody."""
        self.mode.choose(1 if is_on else 0)

    def show_answer(self, found: SearchResults, *, shows_weaker: bool) -> None:
        """Show counts, and what of the query was not understood."""
        problems = found.query.problems
        self.problems.show_problems(found.query.raw, problems)
        if self.field.text() == found.query.raw or not problems:
            self.field.show_problems([(p.start, p.end) for p in problems])
        self.chips.show_counts(
            found, shows_weaker=shows_weaker, is_asked=bool(found.query.raw.strip())
        )


def _tile_slider() -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(size_px("tile_min"), size_px("tile_max"))
    slider.setPageStep(20)
    slider.setValue(172)
    slider.setFixedWidth(84)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setAccessibleName(tr("Size of the pages"))
    slider.setToolTip(tr("Size of the pages"))
    return slider
