"""A real library moves to a real Elasticsearch node and back, all in the window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.gui import window_settings
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.main_window import MainWindow
from folioscope.gui.settings.store_card import StoreCard
from folioscope.gui.sidebar.rows import RowKind
from folioscope.gui.theme import SystemTheme
from folioscope.gui.window_memory import WindowMemory
from folioscope.gui.words import install_language
from folioscope.settings.store import SettingsStore
from folioscope.update_rooms import updates_of
from folioscope.wiring import OpenLibrary
from tests.elastic_node import PASSWORD, ElasticNode
from tests.made_documents import text_pdf
from tests.starter_model import starter_models_dir

__all__ = ["starter_models_dir"]
LONG_MS = 120_000
LOCAL, SERVER = range(2)
BY_FINGERPRINT, BY_USER = 2, 1
HERE = "In this library's folder, on this computer"


class Ring(KeyringBackend):
    """A keyring as a desktop has one."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Desk:
    """A window over a real library; each opening is one as the program's start makes it."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.settings = SettingsStore(folder / "settings.json")
        self._library = OpenLibrary(
            folder / "Library", settings=self.settings, reads_pictures=False
        )
        self._runner = JobRunner()
        self._qtbot = qtbot
        session = LibrarySession(lambda: self._library.open(creates=True), self._runner)
        self.window = MainWindow(
            session,
            library_name="Library",
            settings=self.settings,
            memory=WindowMemory(folder / "window.ini"),
            updates=lambda: updates_of(self.settings),
        )
        self.window.complete()
        self.window.resize(1440, 900)
        self.window.show()
        session.open()
        self.until(lambda: session.services() is not None)
        self.until(lambda: not self.window.indexing.is_running)

    def close(self) -> None:
        self.window.close()
        assert self._runner.shutdown(30_000)
        self._library.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete)

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=LONG_MS)

    def shown(self) -> set[str]:
        results = self.window.centre.answers.view.model.results
        return {f"{Path(one.path).name} {one.page_number}" for one in results}

    def search(self, text: str) -> None:
        """Type a query and wait for its answer."""
        self.window.bar.field.setText(text)
        found = self.window.centre.answers.found
        self.until(lambda: (said := found()) is not None and said.query.raw == text)

    def marks_of_the_best(self) -> int:
        """Open the best page large; returns how many marks it has once it is drawn."""
        self.window.pages.show_large(self.window.centre.answers.view.model.results[0])
        large = self.window.pages.large()
        self.until(lambda: large.canvas.has_picture)
        self.until(lambda: len(large.canvas._marks) > 0)
        return len(large.canvas._marks)

    def card(self) -> StoreCard:
        """Open Settings → Library, and wait until it says where pages are."""
        self.window.show_settings()
        self.window.settings_page.choose(0)
        card = self.window.settings_page.library.store
        self.until(card.place.full_text)
        return card


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def reopened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a program of its own would open: the test does that itself."""
    opened: list[str] = []

    def note(directory: str) -> bool:
        opened.append(directory)
        return True

    monkeypatch.setattr(window_settings, "open_library", note)
    return opened


@pytest.fixture
def make_desk(
    qapp: QApplication,
    tmp_path: Path,
    starter_models_dir: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], Desk]]:
    SystemTheme(qapp)
    install_language(qapp, "en")
    monkeypatch.setenv("FOLIOSCOPE_MODELS", str(starter_models_dir))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    for name in ("FOLIOSCOPE_ES_API_KEY", "FOLIOSCOPE_ES_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    made: list[Desk] = []

    def make() -> Desk:
        for desk in made:
            desk.close()
        made[:] = [Desk(tmp_path, qtbot)]
        return made[0]

    yield make
    for desk in made:
        desk.close()


def fill_in(card: StoreCard, node: ElasticNode, *, is_read_only: bool = False) -> None:
    """Fill the form in as a user of the node does."""
    card.kind.choose(SERVER)
    form = card.form
    form.url.setText(node.url)
    form.prefix.setText("folioscope-window")
    form.trust.setCurrentIndex(BY_FINGERPRINT)
    form.trusted.setText(node.facts["fingerprint"])
    form.login.setCurrentIndex(BY_USER)
    form.user.setText("writer")
    form.secret.setText(PASSWORD)
    form.read_only.setChecked(is_read_only)


def test_a_library_moves_to_a_server_and_back_in_the_window(
    make_desk: Callable[[], Desk],
    secure_node: ElasticNode,
    ring: Ring,
    reopened: list[str],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    text_pdf(folder / "heron.pdf", 2, sentence="A heron stands in the shallow water.")
    text_pdf(folder / "loan.pdf", 1, sentence="The loan agreement names a guarantor.")
    everything = {"heron.pdf 1", "heron.pdf 2", "loan.pdf 1"}
    desk = make_desk()
    desk.window.indexing.add([str(folder)])
    desk.until(lambda: desk.shown() == everything and not desk.window.indexing.is_running)
    desk.search("guarantor")
    marks = desk.marks_of_the_best()

    # there: tested, copied, compared, switched
    card = desk.card()
    fill_in(card, secure_node)
    card.test.click()
    desk.until(lambda: "You may search and write there." in card.outcome.text())
    card.copy.click()
    desk.until(lambda: card.is_switched)
    assert list(ring.kept.values()) == [PASSWORD]
    kept = [path.read_text("utf-8") for path in tmp_path.rglob("*.json")]
    assert any(secure_node.url in text for text in kept)
    assert not any(PASSWORD in text for text in kept)
    card.again.click()
    assert reopened == [str(tmp_path / "Library")]

    # on the server: nothing is read again, pages are found with their marks
    desk = make_desk()
    assert desk.shown() == everything
    desk.search("guarantor")
    assert desk.marks_of_the_best() == marks
    assert desk.window.notes.texts() == []
    card = desk.card()
    desk.until(lambda: secure_node.url in card.place.full_text())

    # only for searching, as those do who may not write
    card.form.read_only.setChecked(True)
    card.switch.click()
    desk.until(lambda: card.is_switched)
    desk = make_desk()
    assert desk.window.session.is_read_only
    model = desk.window.sidebar._model
    kinds = [model.row_at(model.index(i)).kind for i in range(model.rowCount())]
    assert RowKind.ADD not in kinds
    desk.search("heron")
    assert "heron.pdf 1" in desk.shown()

    # and back
    card = desk.card()
    desk.until(lambda: card.place.full_text().endswith("only for searching"))
    card.kind.choose(LOCAL)
    card.copy.click()
    desk.until(lambda: card.is_switched)
    assert not (tmp_path / "Library" / "store.json").exists()
    desk = make_desk()
    assert desk.card().place.full_text() == HERE
    desk.window.close_settings()
    desk.search("guarantor")
    assert desk.marks_of_the_best() == marks
