"""Profiles side by side with the names of their rows; in narrow windows below each other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from folioscope.domain.models import ModelInfo
from folioscope.gui.parts import Label
from folioscope.gui.settings.profile_column import ProfileColumn, row_names
from folioscope.services.look_api import Profile

_LEAST_COLUMN_PX = 206
_NAMES_PX = 168
_GAP_PX = 12


class ProfileTable(QWidget):
    """A grid of bands, each with the rows' names at the left and as many columns as fit."""

    def __init__(self, licence_asked: Callable[[ModelInfo], None]) -> None:
        super().__init__()
        self._licence_asked = licence_asked
        self.columns: list[ProfileColumn] = []
        self._names: list[Label] = []
        self._whole = ""
        self._per_band = 0
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._inner = QWidget()
        self._outer.addWidget(self._inner)

    def show_profiles(self, profiles: Sequence[Profile]) -> bool:
        """Make columns for these profiles; False where they are there already."""
        if [column.id for column in self.columns] == [profile.id for profile in profiles]:
            return False
        for column in self.columns:
            for part in (column.frame, *column.cells):
                part.deleteLater()
        self.columns = [ProfileColumn(profile, self._licence_asked) for profile in profiles]
        self._per_band = 0
        self._arrange()
        return True

    def column(self, profile_id: str) -> ProfileColumn:
        """Return a profile's column."""
        return next(column for column in self.columns if column.id == profile_id)

    def name_whole(self, text: str) -> None:
        """Name the row of what the whole library takes."""
        self._whole = text
        for label in self._names:
            if label.property("row") == 5:
                label.setText(text)

    def names(self) -> list[str]:
        """Return the names of the rows."""
        return row_names(self._whole)

    @property
    def per_band(self) -> int:
        """How many columns stand side by side."""
        return self._per_band

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many columns side by side as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = self.width() - _NAMES_PX
        fitting = max(1, room // (_LEAST_COLUMN_PX + _GAP_PX))
        bands = max(1, -(-len(self.columns) // fitting))
        per_band = max(1, -(-len(self.columns) // bands))  # two and two, not three and one
        if per_band == self._per_band:
            return
        self._per_band = per_band
        for label in self._names:
            label.deleteLater()
        self._names = []
        old, self._inner = self._inner, QWidget()
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP_PX)
        grid.setVerticalSpacing(0)
        self._fill(grid)
        self._outer.replaceWidget(old, self._inner)
        old.deleteLater()
        self._inner.show()

    def _fill(self, grid: QGridLayout) -> None:
        rows = row_names(self._whole)
        for number, column in enumerate(self.columns):
            band, place = divmod(number, self._per_band)
            first = band * (len(rows) + 1)  # a row between the bands
            if place == 0:
                self._fill_names(grid, first, rows)
                if band:
                    grid.setRowMinimumHeight(first - 1, _GAP_PX)
            grid.addWidget(column.frame, first, place + 1, len(rows), 1)
            column.frame.lower()
            for offset, cell in enumerate(column.cells):
                grid.addWidget(cell, first + offset, place + 1)
                cell.show()
        grid.setColumnMinimumWidth(0, _NAMES_PX - _GAP_PX)
        for place in range(self._per_band):
            grid.setColumnStretch(place + 1, 1)

    def _fill_names(self, grid: QGridLayout, first: int, rows: Sequence[str]) -> None:
        for offset, text in enumerate(rows):
            label = Label(text, "small", tone="muted", wrap=True)
            label.setProperty("row", offset)
            label.setContentsMargins(0, 6, 0, 5)
            label.setFixedWidth(_NAMES_PX - _GAP_PX)
            grid.addWidget(label, first + offset, 0, Qt.AlignmentFlag.AlignTop)
            self._names.append(label)
