"""Settings → Models: narrow windows and the keyboard."""

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from folioscope.gui.settings.models_section import ModelsSection
from tests.gui.fake_models import model
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, shown


def test_columns_wrap_and_nothing_is_cut_in_narrow_windows(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.models.kept["acme"] = replace(model("acme", "Acme fine-tune of ours"), about="Ours.")
    section = shown(make_desk, fakes, qtbot)
    window = section.window()
    for width, per_band in ((1440, 2), (900, 2), (640, 1)):
        window.resize(width, 640)
        qtbot.waitUntil(lambda per_band=per_band: section.table.per_band == per_band)

        def fits() -> bool:
            right = section.table.mapTo(window, section.table.rect().topRight()).x()
            return right <= window.width()

        qtbot.waitUntil(fits)
        for column in section.table.columns:
            for button in column.actions.buttons():
                assert button.width() >= button.minimumSizeHint().width()


def test_buttons_are_reached_by_tab_and_pressed_by_enter(
    section: ModelsSection, qtbot: QtBot
) -> None:
    install = section.table.column("photos").actions.install
    section.measure.setFocus()
    for _ in range(20):
        if install.hasFocus():
            break
        qtbot.keyClick(section.window().focusWidget(), Qt.Key.Key_Tab)
    assert install.hasFocus()
    qtbot.keyClick(install, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    dialog = section.asking.dialog
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: section.asking.dialog is None)
