"""The models section of a window over services that answer at once."""

import pytest
from pytestqt.qtbot import QtBot

from folioscope.gui.settings.models_section import ModelsSection
from folioscope.system import machine
from tests.gui.fake_models import GB
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, shown


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    monkeypatch.setattr(machine, "free_bytes", lambda _folder: 100 * GB)
    return Fakes()


@pytest.fixture
def section(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ModelsSection:
    return shown(make_desk, fakes, qtbot)
