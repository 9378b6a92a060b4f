"""The row below the field: filters that are on, and how much was found."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from folioscope.domain.protocols import PageCount
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.gui.parts import Button, Label, painted
from folioscope.gui.scope import Chip, chips_of
from folioscope.gui.search_bar.filter_menu import filter_menu
from folioscope.gui.search_bar.second_look_row import SecondLookRow
from folioscope.gui.theme import font, scaled, size_px
from folioscope.gui.words import tr
from folioscope.jobs.progress import Progress


class ChipButton(Button):
    """A filter that is on; a click, Delete or Backspace lifts it."""

    lifted = Signal(object)

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip.text, icon_name="x", kind="chip")
        self._chip = chip
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross comes last
        self.setText(chip.text.replace("&", "&&") + " ")
        self.setToolTip(tr("Remove the filter {name}").format(name=chip.text))
        self.setAccessibleName(tr("Filter {name}, Delete removes").format(name=chip.text))
        self.clicked.connect(lambda: self.lifted.emit(chip.without))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lift the filter with Delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)


def count_sentence(found: SearchResults, *, shows_weaker: bool) -> str:
    """Say how many pages in how many documents are shown."""
    shown = (*found.results, *(found.weaker if shows_weaker else ()))
    documents = len({result.ref.document_id for result in shown})
    pages = tr("%Ln pages", n=len(shown))
    inside = tr("in %Ln documents", n=documents)
    return tr("{pages} {in_documents}").format(pages=pages, in_documents=inside)


class ChipRow(QFrame):
    """Sends changed filters, and the wish to see weaker pages."""

    scope_changed = Signal(object)
    weaker_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        painted("content", self)
        self._scope = PageFilter()
        self._folders: list[PageCount] = []
        self._shows_weaker = False
        self._chips: list[ChipButton] = []
        self._add = Button(tr("Filter"), icon_name="plus", kind="addchip")
        self._add.clicked.connect(self._open_menu)
        self.count = Label("", "small", tone="muted")
        self.weaker = Button(kind="link")
        self.weaker.setFont(font("small"))
        self.weaker.clicked.connect(lambda: self.weaker_wanted.emit(not self._shows_weaker))
        self.second = SecondLookRow()
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(16, 0, 12, 8)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._add)
        self._layout.addStretch(1)
        self._layout.addWidget(self.count)
        self._layout.addWidget(self.weaker)
        self._layout.addWidget(self.second)
        self.setFixedHeight(scaled(size_px("chip")) + 14)
        self.weaker.hide()

    def set_folders(self, folders: list[PageCount]) -> None:
        """Offer these folders in the menu."""
        self._folders = list(folders)

    def set_scope(self, scope: PageFilter) -> None:
        """Show a chip for each filter that is on."""
        self._scope = scope
        had_focus = any(chip.hasFocus() for chip in self._chips)
        for chip in self._chips:
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [ChipButton(chip) for chip in chips_of(scope)]
        for place, made in enumerate(self._chips):
            made.lifted.connect(self.scope_changed)
            self._layout.insertWidget(place, made)
        if had_focus:
            (self._chips[-1] if self._chips else self._add).setFocus()

    def chips(self) -> list[ChipButton]:
        """Return the chips shown."""
        return list(self._chips)

    def show_waiting(self) -> None:
        """Say that an answer takes its time."""
        self.count.setText(tr("Searching…"))
        self.weaker.hide()

    def show_second_look(self, progress: Progress) -> None:
        """Say how far a second look is in place of the counts: there is not room for both."""
        self.count.hide()
        self.weaker.hide()
        self.second.show_progress(progress)

    def show_counts(self, found: SearchResults, *, shows_weaker: bool, is_asked: bool) -> None:
        """Say how much was found; a library without question only tells its filtered size."""
        self._shows_weaker = shows_weaker
        self.count.show()
        is_told = bool(found.results) and (is_asked or not self._scope.is_empty)
        self.count.setText(count_sentence(found, shows_weaker=shows_weaker) if is_told else "")
        has_weaker = bool(found.results and found.weaker)
        self.weaker.setVisible(has_weaker)
        if has_weaker:
            more = tr("Show %Ln weaker", n=len(found.weaker))
            self.weaker.say(tr("Hide weaker") if shows_weaker else more)

    def _open_menu(self) -> None:
        below = self._add.mapToGlobal(self._add.rect().bottomLeft())
        menu = filter_menu(self, self._scope, self._folders, self.scope_changed.emit)
        menu.exec(below)
