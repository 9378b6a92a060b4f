"""The sidebar: which library, its folders, filters, and the way to the settings."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout

from folioscope.domain.protocols import PageCount
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import Facets
from folioscope.gui.parts import Button, ElidedLabel, painted, row
from folioscope.gui.scope import years_of
from folioscope.gui.sidebar.row_list import RowList
from folioscope.gui.sidebar.rows import Row, RowKind, SidebarModel, build_rows, folder_name
from folioscope.gui.sidebar.year_bars import YearBars
from folioscope.gui.words import tr


class Sidebar(QFrame):
    """Shows what the library holds, and sends what the user wants of it."""

    all_pages = Signal()
    folder_chosen = Signal(str)
    type_chosen = Signal(str)
    years_chosen = Signal(int, int)
    add_folder = Signal()
    settings = Signal()
    open_library = Signal(str)
    choose_library = Signal()
    new_library = Signal()

    def __init__(self, library_name: str) -> None:
        super().__init__()
        painted("sidebar", self)
        self._folders: list[PageCount] = []
        self._facets = Facets()
        self._recent: list[str] = []
        self._model = SidebarModel(self)
        self.rows = RowList(self._model)
        self.rows.chosen.connect(self._choose)
        self.years = YearBars()
        self.years.chosen.connect(self.years_chosen)
        self._name = ElidedLabel(library_name, "title", where=Qt.TextElideMode.ElideRight)
        self.switcher = Button(icon_name="chevrons-up-down", kind="icon", tip=tr("Switch library"))
        self.switcher.clicked.connect(self._open_switcher)
        self.settings_button = Button(tr("Settings"), icon_name="settings", kind="row")
        self.settings_button.clicked.connect(self.settings)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addWidget(row((self._name, 1), self.switcher, margins=(16, 10, 8, 6)))
        layout.addWidget(self.rows)
        layout.addSpacing(6)
        layout.addWidget(self.years)
        layout.addStretch(1)
        layout.addWidget(row((self.settings_button, 1), margins=(8, 0, 8, 0)))
        self._rebuild()

    def name_library(self, name: str) -> None:
        """Show the library's name."""
        self._name.show_text(name)

    def set_can_change(self, *, can_change: bool) -> None:
        """Offer to add and remove folders, or only to look at them."""
        self.rows.can_change = can_change
        self._rebuild()

    def set_folders(self, folders: Sequence[PageCount]) -> None:
        """Show the library's folders with their counts."""
        self._folders = list(folders)
        self._rebuild()

    def folders(self) -> list[PageCount]:
        """Return the folders shown."""
        return list(self._folders)

    def set_facets(self, facets: Facets) -> None:
        """Show counts of the present results."""
        self._facets = facets
        self.years.set_years(facets.years)
        self._rebuild()

    def set_scope(self, scope: PageFilter) -> None:
        """Mark what holds."""
        on = {(RowKind.FOLDER, path) for path in scope.folders}
        on |= {(RowKind.TYPE, str(kind)) for kind in scope.kinds}
        if not scope.folders:
            on.add((RowKind.ALL, ""))
        self._model.set_on(frozenset(on))
        self.years.set_range(years_of(scope))

    def set_recent_libraries(self, directories: Sequence[str]) -> None:
        """Offer libraries that were open before."""
        self._recent = list(directories)

    def _rebuild(self) -> None:
        count = sum(folder.pages for folder in self._folders)
        rows = build_rows(
            self._folders, self._facets.kinds, page_count=count, can_add=self.rows.can_change
        )
        self._model.set_rows(rows)
        self.rows.updateGeometry()

    def _choose(self, chosen: Row) -> None:
        if chosen.kind is RowKind.ALL:
            self.all_pages.emit()
        elif chosen.kind is RowKind.FOLDER:
            self.folder_chosen.emit(chosen.value)
        elif chosen.kind is RowKind.TYPE:
            self.type_chosen.emit(chosen.value)
        elif chosen.kind is RowKind.ADD:
            self.add_folder.emit()

    def switcher_menu(self) -> QMenu:
        """Build the menu of libraries."""
        menu = QMenu(self)
        here = menu.addAction(self._name.full_text())
        here.setCheckable(True)
        here.setChecked(True)
        for directory in self._recent:
            action = menu.addAction(folder_name(directory))
            action.setToolTip(directory)
            action.triggered.connect(lambda _on, d=directory: self.open_library.emit(d))
        menu.addSeparator()
        menu.addAction(tr("Open another library…"), self.choose_library.emit)
        menu.addAction(tr("New library…"), self.new_library.emit)
        return menu

    def _open_switcher(self) -> None:
        below = self.switcher.rect().bottomLeft()
        self.switcher_menu().exec(self.switcher.mapToGlobal(below))
