"""Open the models section, read a licence in it, see what it asked for."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from folioscope.gui.settings.licence_dialog import LicenceDialog
from folioscope.gui.settings.models_section import ModelsSection
from tests.gui.desk import WindowDesk
from tests.gui.fake_models import FakeModels
from tests.gui.fakes import Fakes

Make = Callable[..., WindowDesk]


def shown(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ModelsSection:
    """Open the settings of a window on the section."""
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    page = desk.window.settings_page
    desk.window.show_settings()
    page.choose(1)
    qtbot.waitUntil(lambda: page.models.table.columns != [])
    return page.models


def read_licence(section: ModelsSection, profile: str, qtbot: QtBot) -> LicenceDialog:
    """Press Install… and return the licence that comes up."""
    section.table.column(profile).actions.install.click()
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    assert section.asking.dialog is not None
    return section.asking.dialog


def asks(models: FakeModels, what: str) -> list[tuple[object, ...]]:
    """Return what the models were asked to do of one kind."""
    return [call for call in models.calls if call[0] == what]
