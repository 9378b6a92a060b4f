"""Rows, years and the menu of libraries."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from folioscope.domain.documents import DocumentKind
from folioscope.domain.protocols import PageCount
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import Facets
from folioscope.gui.scope import chips_of, with_folder, with_kind, with_ocr, with_years, years_of
from folioscope.gui.sidebar.rows import RowKind, RowRole, SidebarModel, build_rows
from folioscope.gui.sidebar.sidebar import Sidebar
from folioscope.gui.sidebar.year_bars import YearBars

FOLDERS = [PageCount("/me/Reports", 1412, 3, False), PageCount("/disk/Archive", 212, 7, True)]


@pytest.fixture
def sidebar(qtbot: QtBot) -> Sidebar:
    made = Sidebar("Research")
    qtbot.addWidget(made)
    made.resize(224, 800)
    made.set_folders(FOLDERS)
    made.set_facets(Facets(kinds=(("pdf", 12), ("image", 0)), years=((2019, 2), (2022, 5))))
    made.show()
    return made


def texts(sidebar: Sidebar, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = sidebar.rows.model()
    return [model.index(i, 0).data(role) for i in range(model.rowCount())]


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = SidebarModel()
    qtmodeltester.check(model)
    model.set_rows(build_rows(FOLDERS, (("pdf", 3),), page_count=1624))
    qtmodeltester.check(model)


def test_rows_name_what_there_is_and_leave_out_what_there_is_not(sidebar: Sidebar) -> None:
    expected = ["All pages", "Folders", "Reports", "Archive", "Add folder…", "Filters", "PDF"]
    assert texts(sidebar) == expected


def test_single_files_look_like_files() -> None:
    added = [
        PageCount("/me/a.pdf", 3, 1, False),
        PageCount("/me/b.JPG", 1, 1, False),
        PageCount("/me/v1.2", 3, 1, False),
    ]
    rows = build_rows(added, (), page_count=7)
    signs = [row.icon_name for row in rows if row.kind is RowKind.FOLDER]
    assert signs == ["file-text", "file-image", "folder"]


def test_rows_speak_their_counts_and_whether_a_drive_is_away(sidebar: Sidebar) -> None:
    spoken = texts(sidebar, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken[2] == "Reports, 1,412 pages"
    assert spoken[3] == "Archive, 212 pages, not connected"


def test_a_click_and_the_enter_key_choose_a_folder(sidebar: Sidebar, qtbot: QtBot) -> None:
    rows = sidebar.rows
    index = rows.model().index(2, 0)
    with qtbot.waitSignal(sidebar.folder_chosen) as told:
        at = rows.visualRect(index).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["/me/Reports"]
    rows.setCurrentIndex(rows.model().index(3, 0))
    with qtbot.waitSignal(sidebar.folder_chosen) as told:
        qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert told.args == ["/disk/Archive"]


def test_headings_cannot_be_chosen_by_keyboard(sidebar: Sidebar, qtbot: QtBot) -> None:
    rows = sidebar.rows
    rows.setCurrentIndex(rows.model().index(0, 0))
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert rows.currentIndex().data() == "Reports"


def test_delete_and_the_menu_ask_to_remove_a_folder(sidebar: Sidebar, qtbot: QtBot) -> None:
    rows = sidebar.rows
    rows.setCurrentIndex(rows.model().index(2, 0))
    with qtbot.waitSignal(rows.remove) as told:
        qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert told.args == ["/me/Reports"]
    menu = rows.folder_menu("/me/Reports")
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Show in folder",
        "Look for changes now",
        "Remove from library…",
    ]
    with qtbot.waitSignal(rows.rescan):
        menu.actions()[1].trigger()


def test_what_holds_is_marked(sidebar: Sidebar) -> None:
    sidebar.set_scope(PageFilter(folders=("/me/Reports",), kinds=(DocumentKind.PDF,)))
    rows = zip(texts(sidebar), texts(sidebar, RowRole.IS_ON), strict=True)
    marked = [text for text, is_on in rows if is_on]
    assert marked == ["Reports", "PDF"]
    sidebar.set_scope(PageFilter())
    assert texts(sidebar, RowRole.IS_ON)[0] is True


def test_counts_change_in_place(sidebar: Sidebar) -> None:
    rows = sidebar.rows
    rows.setCurrentIndex(rows.model().index(3, 0))
    sidebar.set_folders([PageCount("/me/Reports", 1500, 3, False), FOLDERS[1]])
    assert rows.currentIndex().data() == "Archive"
    assert rows.model().index(2, 0).data(RowRole.ROW).count == 1500


def test_the_menu_of_libraries_offers_others(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_recent_libraries(["/me/Old library"])
    menu = sidebar.switcher_menu()
    named = [action for action in menu.actions() if action.text()]
    assert [a.text() for a in named] == [
        "Research",
        "Old library",
        "Open another library…",
        "New library…",
    ]
    with qtbot.waitSignal(sidebar.open_library) as told:
        named[1].trigger()
    assert told.args == ["/me/Old library"]


# --- years ---------------------------------------------------------------------------------


@pytest.fixture
def years(qtbot: QtBot) -> YearBars:
    made = YearBars()
    qtbot.addWidget(made)
    made.resize(224, made.height())
    made.set_years(((2018, 4), (2020, 1), (2022, 3)))
    made.show()
    return made


def test_dragging_over_bars_chooses_years(years: YearBars, qtbot: QtBot) -> None:
    def at(year: int) -> QPoint:
        return years.middle_of(year).toPoint()

    with qtbot.waitSignal(years.chosen) as told:
        qtbot.mousePress(years, Qt.MouseButton.LeftButton, pos=at(2021))
        qtbot.mouseMove(years, at(2019))
        qtbot.mouseRelease(years, Qt.MouseButton.LeftButton, pos=at(2019))
    assert told.args == [2019, 2021]


def test_choosing_all_years_lifts_the_filter(years: YearBars, qtbot: QtBot) -> None:
    with qtbot.waitSignal(years.chosen) as told:
        qtbot.mousePress(years, Qt.MouseButton.LeftButton, pos=years.middle_of(2018).toPoint())
        qtbot.mouseMove(years, years.middle_of(2022).toPoint())
        qtbot.mouseRelease(years, Qt.MouseButton.LeftButton)
    assert told.args == [0, 0]


def test_years_by_keyboard(years: YearBars, qtbot: QtBot) -> None:
    heard: list[tuple[int, int]] = []
    years.chosen.connect(lambda first, last: heard.append((first, last)))
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(years, Qt.Key.Key_Left)
    qtbot.keyClick(years, Qt.Key.Key_Right, shift)
    qtbot.keyClick(years, Qt.Key.Key_Escape)
    assert heard == [(2021, 2021), (2021, 2022), (0, 0)]
    assert years.accessibleName() == "Years 2018 to 2022"


# --- filters -------------------------------------------------------------------------------


def test_filters_are_switched_on_and_off() -> None:
    scope = with_ocr(with_years(with_kind(with_folder(PageFilter(), "/a/B"), "pdf"), 2019, 2021))
    assert [chip.text for chip in chips_of(scope)] == ["B", "PDF", "2019–2021", "Read by OCR"]
    assert years_of(scope) == (2019, 2021)
    for change in (
        lambda s: with_folder(s, "/a/B"),
        lambda s: with_kind(s, "pdf"),
        lambda s: with_years(s, 0, 0),
        with_ocr,
    ):
        scope = change(scope)
    assert scope == PageFilter()


def test_each_chip_lifts_its_own_filter() -> None:
    scope = with_years(with_folder(PageFilter(), "/a/B"), 2020, 2020)
    without_folder, without_years = (chip.without for chip in chips_of(scope))
    assert [chip.text for chip in chips_of(without_folder)] == ["2020"]
    assert without_years == PageFilter(folders=("/a/B",))
