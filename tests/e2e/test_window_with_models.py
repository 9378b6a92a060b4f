"""Tiny models in the real window: installed, looked with, searched with, and asked again.

Their weights are random, so the numbers mean nothing; every path is the real one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.main_window import MainWindow
from folioscope.gui.settings.models_section import ModelsSection
from folioscope.gui.theme import SystemTheme
from folioscope.gui.window_memory import WindowMemory
from folioscope.gui.words import install_language
from folioscope.services.look_api import LookPhase
from folioscope.settings.store import SettingsStore
from folioscope.update_rooms import updates_of
from folioscope.wiring import OpenLibrary
from tests.made_documents import text_pdf
from tests.starter_model import starter_models_dir
from tests.tiny_models import TINY_CLIP, TINY_LIGHT, TINY_M0, TINY_V4, describe, write_checkpoint

__all__ = ["starter_models_dir"]
LONG_MS = 120_000
Key = Qt.Key


@dataclass
class Desk:
    """The window over a real library, and where its checkpoints lie."""

    window: MainWindow
    settings: SettingsStore
    checkpoints: Path

    @property
    def models(self) -> ModelsSection:
        return self.window.settings_page.models


@pytest.fixture
def models_dir(tmp_path: Path, starter_models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    kept = starter_models_dir / "starter"
    kept.mkdir(parents=True, exist_ok=True)
    (made / "starter").symlink_to(kept)
    describe(made, TINY_V4, TINY_M0, TINY_LIGHT, TINY_CLIP)
    monkeypatch.setenv("FOLIOSCOPE_MODELS", str(made))
    return made


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path, models_dir: Path, qtbot: QtBot) -> Iterator[Desk]:
    SystemTheme(qapp)
    install_language(qapp, "en")
    settings = SettingsStore(tmp_path / "settings.json")
    settings.change(looks_while_working=True)
    library = OpenLibrary(tmp_path / "Library", settings=settings, reads_pictures=False)
    runner = JobRunner()
    session = LibrarySession(lambda: library.open(creates=True), runner)
    memory = WindowMemory(tmp_path / "window.ini")
    window = MainWindow(
        session,
        library_name="Library",
        settings=settings,
        memory=memory,
        updates=lambda: updates_of(settings),
    )
    window.complete()
    window.resize(1440, 900)
    window.show()
    session.open()
    qtbot.waitUntil(lambda: session.services() is not None, timeout=LONG_MS)
    yield Desk(window, settings, tmp_path / "checkpoints")
    window.close()
    assert runner.shutdown(30_000)
    library.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def install(desk: Desk, name: str, qtbot: QtBot) -> None:
    """Install a model from a folder as a user does: read the licence, agree, wait."""
    folder = write_checkpoint(name, desk.checkpoints / name)
    section = desk.models
    model = next(each for each in section._models() if each.name == name)
    section.asking.install(model, model.title, folder=folder)
    qtbot.waitUntil(lambda: section.asking.dialog is not None, timeout=LONG_MS)
    assert section.asking.dialog is not None
    section.asking.dialog.agree.click()
    qtbot.waitUntil(lambda: not section.desk.is_installing, timeout=LONG_MS)
    assert section.desk.work(name) is None


def shown(desk: Desk) -> list[str]:
    model = desk.window.centre.answers.view.model
    return [f"{Path(r.path).name} {r.page_number}" for r in model.results]


def raw_query(desk: Desk) -> str:
    found = desk.window.centre.answers.found()
    return found.query.raw if found else ""


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=LONG_MS)


def test_models_are_installed_and_used_in_the_window(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    window = desk.window
    folder = tmp_path / "documents"
    folder.mkdir()
    text_pdf(folder / "heron.pdf", 2, sentence="A heron stands in the shallow water.")
    text_pdf(folder / "loan.pdf", 1, sentence="The loan agreement names a guarantor.")
    window.indexing.add([str(folder)])
    wait(qtbot, lambda: len(shown(desk)) == 3 and not window.indexing.is_running)

    window.show_models()
    wait(qtbot, lambda: desk.models.table.columns)
    install(desk, TINY_V4, qtbot)
    column = desk.models.table.column(TINY_V4)
    wait(qtbot, lambda: column.actions.status.text() == "In use")
    wait(qtbot, lambda: window.looking.state().done == 3 and not window.looking.is_running)
    assert window.looking.state().phase is LookPhase.IDLE
    wait(qtbot, lambda: desk.models.coverage.rows())
    install(desk, TINY_M0, qtbot)
    assert desk.settings.current.reranker == TINY_M0
    window.close_settings()

    window.bar.field.setText("heron water")
    wait(qtbot, lambda: raw_query(desk) == "heron water")
    before = sorted(shown(desk))
    qtbot.keyClick(window.bar.field, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: window.asking.second.holds_order)
    assert sorted(shown(desk)) == before
    assert window.notes.texts() == []

    services = window.session.services()
    best = window.centre.answers.view.model.results[0]
    assert services is not None
    heat = services.look.heat(best.ref, "heron water")
    assert len(heat.whole) <= 3

    window.pages.show_large(best)
    large = window.pages.large()
    wait(qtbot, lambda: large.canvas.has_picture)
    for key in (Key.Key_B, Key.Key_Right, Key.Key_Return):
        qtbot.keyClick(large.canvas, key)
    wait(qtbot, lambda: raw_query(desk) == "Part of a picture")
    assert window.notes.texts() == []
    found = window.centre.answers.found()
    assert found is not None
    assert len(found.results) + len(found.weaker) > 0


def covered(desk: Desk) -> dict[str, str]:
    """What the card of the library's looks says, by the title of each row's meter."""
    rows = desk.models.coverage.rows()
    return {row.meter.accessibleName().partition(" (")[0]: row.count.text() for row in rows}


def test_light_pages_share_a_library_with_another_model(
    desk: Desk, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.window
    folder = tmp_path / "documents"
    folder.mkdir()
    text_pdf(folder / "heron.pdf", 2, sentence="A heron stands in the shallow water.")
    window.indexing.add([str(folder)])
    wait(qtbot, lambda: len(shown(desk)) == 2 and not window.indexing.is_running)

    window.show_models()
    wait(qtbot, lambda: desk.models.table.columns)
    install(desk, TINY_LIGHT, qtbot)
    light = desk.models.table.column(TINY_LIGHT).actions
    wait(qtbot, lambda: light.status.text() == "In use")
    wait(qtbot, lambda: window.looking.state().done == 2 and not window.looking.is_running)
    install(desk, TINY_CLIP, qtbot)
    other = desk.models.table.column(TINY_CLIP).actions
    wait(qtbot, lambda: other.use.isVisibleTo(other))
    assert light.status.text() == "In use", "a second model waits to be chosen"
    other.use.click()
    wait(qtbot, lambda: other.status.text() == "In use")
    wait(qtbot, lambda: window.looking.state().model == TINY_CLIP)
    wait(qtbot, lambda: window.looking.state().done == 2 and not window.looking.is_running)
    desk.models.shown()
    told = "not in use, can be used again at once"
    wait(qtbot, lambda: told in covered(desk).get(TINY_LIGHT, ""))
    assert light.note.text() == "All 2 pages are ready."

    light.use.click()
    wait(qtbot, lambda: light.status.text() == "In use")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    other.remove.click()
    wait(qtbot, lambda: list(covered(desk)) == [TINY_LIGHT])
    window.close_settings()

    window.bar.field.setText("heron water")
    wait(qtbot, lambda: raw_query(desk) == "heron water")
    best = window.centre.answers.view.model.results[0]
    window.pages.show_large(best)
    large = window.pages.large()
    wait(qtbot, lambda: large.canvas.has_picture)
    for key in (Key.Key_B, Key.Key_Right, Key.Key_Return):
        qtbot.keyClick(large.canvas, key)
    wait(qtbot, lambda: raw_query(desk) == "Part of a picture")
    assert window.notes.texts() == []
