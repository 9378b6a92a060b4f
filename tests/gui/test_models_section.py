"""Settings → Models: what each costs here, installing after the licence, using, removing."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError, SharedLibraryError
from folioscope.domain.models import Precision, Trial
from folioscope.gui.settings.licence_dialog import LicenceDialog
from folioscope.gui.settings.model_words import duration, each_words, part_of
from folioscope.gui.settings.models_section import ModelsSection
from folioscope.services.look_api import LookCoverage, LookPhase, LookState
from folioscope.system import machine
from tests.gui.desk import WindowDesk
from tests.gui.fake_models import CLIP, GB, LIGHT, M0, V4, FakeModels, light, model
from tests.gui.fakes import Fakes

Make = Callable[..., WindowDesk]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    monkeypatch.setattr(machine, "free_bytes", lambda _folder: 100 * GB)
    return Fakes()


def shown(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ModelsSection:
    """The section of a window whose settings were opened on it."""
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    page = desk.window.settings_page
    desk.window.show_settings()
    page.choose(1)
    qtbot.waitUntil(lambda: page.models.table.columns != [])
    return page.models


@pytest.fixture
def section(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ModelsSection:
    return shown(make_desk, fakes, qtbot)


def read_licence(section: ModelsSection, profile: str, qtbot: QtBot) -> LicenceDialog:
    section.table.column(profile).actions.install.click()
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    assert section.asking.dialog is not None
    return section.asking.dialog


def asks(models: FakeModels, what: str) -> list[tuple[object, ...]]:
    return [call for call in models.calls if call[0] == what]


# --- what it costs ---------------------------------------------------------------------------


def test_every_profile_says_what_it_costs_and_a_dash_until_measured(
    section: ModelsSection,
) -> None:
    assert [column.title for column in section.table.columns] == ["Starter", "Photos", "Pages"]
    assert section.table.column("pages").texts() == ["7.9 GB", "4.6 GB", "5.5 GB", "—", "—"]
    assert section.table.column("starter").actions.status.text() == "In use"
    assert section.table.column("starter").texts()[2] == "390.0 MB"
    assert "100.0 GB free" in section.machine.text()


def test_measuring_shows_what_a_page_costs_and_what_all_of_them_do(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    assert section.measure.accessibleName() == "Measure"
    section.measure.click()
    column = section.table.column("pages")
    qtbot.waitUntil(lambda: column.texts()[3:] == ["26 s each", "12 hours"])
    assert [call[1] for call in asks(fakes.models, "trial")] == [CLIP, V4, M0]
    assert "jina-reranker-m0, 4.9 GB, about 9 minutes." in section.second.about.text()
    qtbot.waitUntil(lambda: section.measure.accessibleName() == "Measure again")
    assert "models run on the processor" in section.machine.text()


def test_descriptions_that_cannot_be_used_are_named(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.models.unusable = ["The model description mine/manifest.toml is not valid."]
    section = shown(make_desk, fakes, qtbot)
    assert section.unusable.text() == fakes.models.unusable[0]
    assert section.unusable.isVisible()


def test_measuring_can_be_stopped(section: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.models.trial_gate = threading.Event()
    section.measure.click()
    column = section.table.column("photos")
    qtbot.waitUntil(lambda: column.texts()[3] == "Measuring…")
    qtbot.waitUntil(lambda: asks(fakes.models, "trial") != [])
    assert section.measure.accessibleName() == "Stop measuring"
    section.measure.click()
    qtbot.waitUntil(lambda: column.texts()[3] == "—")
    assert len(asks(fakes.models, "trial")) == 1


def test_a_trial_that_fails_says_why(section: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.models.error = InferenceError("The processor is too old for this model.")
    section.measure.click()
    qtbot.waitUntil(lambda: section.problem.text() == "The processor is too old for this model.")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(20, "1 minute"), (4020, "67 minutes"), (22 * 3600, "22 hours"), (3 * 86400, "3 days")],
)
def test_durations_are_rough(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_amounts_share_a_unit() -> None:
    assert part_of(3 * GB, round(7.9 * GB)) == "3.0 of 7.9 GB"
    assert part_of(30_000_000, 512_000_000) == "30.0 of 512.0 MB"
    assert each_words(0.026) == "38 a second"
    assert each_words(1.3) == "1.3 s each"


# --- installing ------------------------------------------------------------------------------


def test_nothing_is_installed_before_the_licence_is_agreed_to(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    dialog = read_licence(section, "pages", qtbot)
    assert "You may use it for research." in dialog.text.toPlainText()
    assert dialog.precision() is Precision.W8A8
    dialog.leave.click()
    qtbot.waitUntil(lambda: section.asking.dialog is None)
    assert asks(fakes.models, "install") == []


def test_what_was_agreed_to_is_installed_and_used(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    dialog = read_licence(section, "pages", qtbot)
    dialog.choices[Precision.FP16].setChecked(True)
    dialog.agree.click()
    column = section.table.column("pages")
    qtbot.waitUntil(lambda: column.actions.status.text() == "In use")
    assert asks(fakes.models, "install") == [("install", V4, Precision.FP16, None)]
    assert column.frame.objectName() == "cardon"
    assert section.table.column("starter").frame.objectName() == "card"
    assert column.actions.note.text() == "0 of 1,624 pages looked at."


def test_a_precision_that_does_not_fit_says_so(
    make_desk: Make, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda _folder: 13 * GB)
    dialog = read_licence(shown(make_desk, fakes, qtbot), "pages", qtbot)
    assert not dialog.choices[Precision.FP16].isEnabled()
    assert dialog.precision() is Precision.W8A8


def test_progress_is_told_and_can_be_paused_and_cancelled(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.models.gate = threading.Event()
    read_licence(section, "pages", qtbot).agree.click()
    actions = section.table.column("pages").actions
    told = "3.0 of 7.9 GB · about 4 minutes left"
    qtbot.waitUntil(lambda: actions.progress.text() == told)
    assert not section.measure.isEnabled()
    actions.pause.click()
    assert actions.progress.text() == "3.0 of 7.9 GB · paused"
    assert actions.pause.accessibleName() == "Resume"
    actions.pause.click()
    assert actions.pause.accessibleName() == "Pause"
    fakes.models.kept[V4] = model(V4, "Pages", partial_bytes=3 * GB)
    actions.cancel.click()
    qtbot.waitUntil(lambda: actions.note.text() == "3.0 of 7.9 GB are here already.")
    assert actions.install.accessibleName() == "Go on… Pages"


def test_a_failed_install_says_why_and_tries_again_as_wished(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    sentence = "A file did not arrive whole and was deleted. Download it again."
    fakes.models.error = InferenceError(sentence)
    read_licence(section, "photos", qtbot).agree.click()
    actions = section.table.column("photos").actions
    qtbot.waitUntil(lambda: actions.error.text() == sentence)
    fakes.models.error = None
    actions.retry.click()
    qtbot.waitUntil(lambda: actions.status.text() == "In use")
    assert asks(fakes.models, "install") == [("install", CLIP, Precision.W8A8, None)] * 2


def test_a_failure_can_be_put_away(section: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.models.error = InferenceError("No connection.")
    read_licence(section, "photos", qtbot).agree.click()
    actions = section.table.column("photos").actions
    qtbot.waitUntil(lambda: actions.error.text() == "No connection.")
    actions.dismiss.click()
    assert not actions.error.isVisibleTo(actions)
    assert actions.install.isVisibleTo(actions)


def test_files_of_a_folder_are_installed_after_the_licence_too(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = "/media/stick/jina"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: stick)
    section.asking.install_from_folder(fakes.models.kept[V4], "Pages")
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    dialog = section.asking.dialog
    assert dialog is not None
    dialog.agree.click()
    qtbot.waitUntil(lambda: asks(fakes.models, "install") != [])
    assert asks(fakes.models, "install") == [("install", V4, Precision.W8A8, Path(stick))]


def test_a_licence_is_read_without_installing(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    section.table.column("photos").licence.click()
    qtbot.waitUntil(lambda: section.asking.dialog is not None)
    dialog = section.asking.dialog
    assert dialog is not None
    assert not dialog.agree.isVisibleTo(dialog)
    dialog.leave.click()


def test_a_profile_that_cannot_run_says_why_in_place_of_install(
    make_desk: Make, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda _folder: 9_100_000_000)
    fakes.models.refusals[CLIP] = "Photos needs a newer processor."
    section = shown(make_desk, fakes, qtbot)
    pages, photos = section.table.column("pages"), section.table.column("photos")
    refused = "Pages needs 12.5 GB while it is installed; 9.1 GB are free."
    assert pages.actions.refusal.text() == refused
    assert photos.actions.refusal.text() == "Photos needs a newer processor."
    assert pages.actions.buttons() == photos.actions.buttons() == []


# --- using and removing ----------------------------------------------------------------------


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


# --- several models in one library -----------------------------------------------------------


def with_light(fakes: Fakes, **named: bool) -> None:
    fakes.models.kept[LIGHT] = light(**named)
    fakes.models.ids["light"] = LIGHT
    fakes.models.recommended = "light"


def test_light_pages_stand_behind_the_starter_and_are_recommended(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes)
    section = shown(make_desk, fakes, qtbot)
    titles = [column.title for column in section.table.columns]
    assert titles == ["Starter", "Light pages", "Photos", "Pages"]
    advised = [c.id for c in section.table.columns if c.advice.isVisibleTo(c.advice.parentWidget())]
    assert advised == ["light"]
    assert section.table.column("light").texts()[0] == "1.0 GB"
    read_licence(section, "light", qtbot).agree.click()
    status = section.table.column("light").actions.status
    qtbot.waitUntil(lambda: status.text() == "In use")


def test_a_model_whose_vectors_are_all_there_is_used_again_at_once(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes, is_installed=True)
    fakes.models.kept[V4] = model(V4, "Pages", is_installed=True)
    fakes.models.chosen = "pages"
    fakes.look.held = [
        LookCoverage(f"{V4} 1 w8a8", 900, True),
        LookCoverage(f"{LIGHT} main w8a8", 1624, False, 60_000_000),
    ]
    section = shown(make_desk, fakes, qtbot)
    qtbot.waitUntil(lambda: len(section.coverage.rows()) == 2)
    told = "100 % looked at: 1,624 of 1,624 pages · 60.0 MB · not in use, can be used again at once"
    assert section.coverage.rows()[1].count.text() == told
    note = section.table.column("light").actions.note
    assert note.text() == "All 1,624 pages are ready."


def test_vectors_of_another_precision_are_no_use_and_those_of_no_model_are_named(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes, is_installed=True)  # in w8a8
    fakes.models.trials[LIGHT] = Trial(4.0, GB, "CPUExecutionProvider", True)
    fakes.look.held = [
        LookCoverage(f"{LIGHT} main fp32", 1624, False, 60_000_000),
        LookCoverage("gone 7 fp16", 3, False, 1000),
    ]
    section = shown(make_desk, fakes, qtbot)
    qtbot.waitUntil(lambda: len(section.coverage.rows()) == 2)
    note = section.table.column("light").actions.note.text()
    assert note.startswith("Then 1,624 pages are looked at in the background: 2 hours")
    names = [row.meter.accessibleName() for row in section.coverage.rows()]
    assert names[0].startswith(f"Light pages ({LIGHT}, fp32)")
    assert names[1].startswith("gone, fp16, no longer here")


# --- room and keyboard -----------------------------------------------------------------------


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
