"""Settings → Models: using, checking and removing what is installed."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import SharedLibraryError
from folioscope.domain.models import Trial
from folioscope.gui.settings.models_section import ModelsSection
from folioscope.services.look_api import LookCoverage, LookPhase, LookState
from tests.gui.fake_models import CLIP, GB, M0, V4, model
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, asks, shown


@pytest.fixture
def installed(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ModelsSection:
    """Both profiles are installed and Photos is in use."""
    fakes.models.kept[V4] = model(V4, "Pages", is_installed=True)
    fakes.models.kept[CLIP] = model(CLIP, "Photos", is_installed=True)
    fakes.models.trials[V4] = Trial(26.0, 5 * GB, "CPUExecutionProvider", True)
    fakes.models.chosen = "photos"
    fakes.look.held = [
        LookCoverage(f"{CLIP} 1 int8", 1000, True),
        LookCoverage(f"{V4} 1 w8a8", 124, False, 124 * 40_000),
    ]
    return shown(make_desk, fakes, qtbot)


def test_a_switch_says_what_it_costs_and_is_made(
    installed: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    actions = installed.table.column("pages").actions
    told = "Then 1,500 pages are looked at in the background: 11 hours, about 60.0 MB."
    assert actions.note.text() == told
    actions.use.click()
    qtbot.waitUntil(lambda: actions.status.text() == "In use")
    assert asks(fakes.models, "choose") == [("choose", "pages")]


def test_removing_asks_and_goes_back_to_the_starter(
    installed: ModelsSection, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    asked: list[str] = []

    def question(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    actions = installed.table.column("photos").actions
    actions.remove.click()
    assert "frees 4.6 GB" in asked[0]
    assert "What this library holds of it goes too: 1,000 pages" in asked[0]
    assert asks(fakes.models, "remove") == []
    assert fakes.look.dropped == []
    actions.remove.click()
    qtbot.waitUntil(lambda: actions.install.isVisibleTo(actions))
    assert fakes.models.chosen == "starter"
    assert fakes.look.dropped == [f"{CLIP} 1 int8"]


def test_files_are_checked_on_request(installed: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    actions = installed.table.column("photos").actions
    actions.check.click()
    told = "All files are as they were installed."
    qtbot.waitUntil(lambda: actions.checked.text() == told)
    fakes.models.faults = ["vision.onnx.data is cut short."]
    actions.check.click()
    qtbot.waitUntil(lambda: actions.checked.text() == "vision.onnx.data is cut short.")
    assert actions.checked.property("tone") == "bad"
    other = installed.table.column("pages").actions
    assert not other.checked.isVisibleTo(other)


def test_removing_a_model_here_leaves_what_it_saw_to_those_who_share_it(
    installed: ModelsSection, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.look.refusal = SharedLibraryError("Another computer shares this library.")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    actions = installed.table.column("photos").actions
    actions.remove.click()
    qtbot.waitUntil(lambda: actions.install.isVisibleTo(actions))
    assert fakes.look.dropped == []
    told: list[str] = []
    installed.desk.could_not.connect(told.append)
    _used, unused = installed.coverage.rows()
    unused.drop.click()
    qtbot.waitUntil(lambda: told == ["Another computer shares this library."])
    assert fakes.look.dropped == []


def test_removing_a_model_says_that_what_others_share_stays(
    installed: ModelsSection, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.library.figures = replace(fakes.library.figures, other_machines=1)
    installed.desk.reload()
    qtbot.waitUntil(lambda: installed.desk.is_shared)
    asked: list[str] = []

    def question(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    installed.table.column("photos").actions.remove.click()
    assert "frees 4.6 GB" in asked[0]
    assert "goes too" not in asked[0]
    assert asked[0].endswith(
        "Other computers share this library: the 1,000 pages that it looked at stay as they are."
    )


def test_what_the_library_holds_is_listed_and_dropped_when_unused(
    installed: ModelsSection, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused = installed.coverage.rows()
    assert used.meter.accessibleName() == f"Photos ({CLIP}, int8), 62%"
    assert not used.drop.isVisibleTo(installed)
    told = "not in use, the other 1,500 pages would take 11 hours"
    assert unused.count.text() == f"7 % looked at: 124 of 1,624 pages · 5.0 MB · {told}"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    unused.drop.click()
    qtbot.waitUntil(lambda: len(installed.coverage.rows()) == 1)
    assert fakes.look.dropped == [f"{V4} 1 w8a8"]


def test_looking_moves_the_meter_of_the_model_in_use(installed: ModelsSection) -> None:
    reason = "The processor is the fastest here."
    state = LookState(LookPhase.LOOKING, CLIP, 1100, 1624, 1.5, 6 * 3600.0, device=reason)
    installed.show_look(state)
    told = "67 % looked at: 1,100 of 1,624 pages · 2 a second · about 6 hours left"
    row = installed.coverage.rows()[0]
    assert row.count.text() == told
    assert row.device.text() == reason
    card = installed.table.column("photos").actions
    assert card.note.text() == "1,100 of 1,624 pages looked at."


def test_what_the_model_before_did_is_not_told_of_the_one_in_use(
    installed: ModelsSection,
) -> None:
    row = installed.coverage.rows()[0]
    before = row.count.text()
    installed.show_look(LookState(LookPhase.LOOKING, V4, 125, 1624, 0.1, 6 * 3600.0))
    assert row.count.text() == before


def test_a_second_look_is_installed_used_and_no_longer_used(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    doing = section.second.doing
    doing.install.click()
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    dialog = section.asking.dialog
    assert dialog is not None
    dialog.agree.click()
    qtbot.waitUntil(lambda: doing.status.text() == "In use")
    assert fakes.models.second == M0
    doing.stop.click()
    qtbot.waitUntil(lambda: doing.use.isVisibleTo(doing))
    assert fakes.models.second == ""
