"""Settings → Models: installing after the licence was agreed to."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.gui.settings.models_section import ModelsSection
from folioscope.system import machine
from tests.gui.fake_models import CLIP, GB, V4, model
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, asks, read_licence, shown


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
