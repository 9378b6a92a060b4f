"""A dressed application for every test of the window, and whole windows for some."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.gui.theme import SystemTheme
from folioscope.gui.words import install_language
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes


@pytest.fixture(scope="session", autouse=True)
def themed(qapp: QApplication) -> SystemTheme:
    """Fusion, palette and sheet as the program sets them."""
    return SystemTheme(qapp)


@pytest.fixture
def make_desk(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., WindowDesk]]:
    """Make windows whose library is still closed."""
    made: list[WindowDesk] = []

    def make(fakes: Fakes | None = None) -> WindowDesk:
        made.append(WindowDesk(tmp_path, fakes))
        made[-1].show()
        return made[-1]

    yield make
    assert all(desk.close() for desk in made)


@pytest.fixture
def desk(make_desk: Callable[..., WindowDesk], qtbot: QtBot) -> WindowDesk:
    """A window with its library open and all pages shown."""
    made = make_desk()
    made.session.open()
    qtbot.waitUntil(lambda: len(made.shown) == 2)
    return made


@pytest.fixture(scope="session", autouse=True)
def english(qapp: QApplication) -> None:
    """Texts in English, whatever the machine speaks."""
    install_language(qapp, "en")
