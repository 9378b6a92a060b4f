"""What is asked before anything happens to a model: its licence, its folder, whether to remove."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from folioscope.domain.models import ModelInfo
from folioscope.gui.settings.licence_dialog import LicenceDialog
from folioscope.gui.settings.model_desk import InstallWish, ModelDesk
from folioscope.gui.settings.model_words import size_words
from folioscope.gui.words import number, tr
from folioscope.services.look_api import LookCoverage


class ModelAsking(QObject):
    """Opens the dialogs over ``window``, and hands what was agreed to to the desk."""

    def __init__(self, desk: ModelDesk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.dialog: LicenceDialog | None = None

    def show_licence(self, model: ModelInfo, title: str) -> None:
        """Show a licence to be read, and no more."""
        self._desk.licence(model.name, lambda text: self._open(LicenceDialog(model, title, text)))

    def install(self, model: ModelInfo, title: str, *, folder: Path | None = None) -> None:
        """Show the licence, and install once it is agreed to."""

        def ask(text: str) -> None:
            facts = self._desk.facts
            if facts is None:
                return
            shown = str(folder) if folder else ""
            made = LicenceDialog(
                model,
                title,
                text,
                machine=facts.machine,
                recommended=facts.fitting_precision(model),
                folder=shown,
            )
            made.accepted.connect(lambda: self._agree(made, model, folder))
            self._open(made)

        self._desk.licence(model.name, ask)

    def _open(self, made: LicenceDialog) -> None:
        made.setParent(self._window.window(), made.windowFlags())
        made.finished.connect(self._forget)
        self.dialog = made
        made.open()
        made.text.setFocus()

    def _forget(self) -> None:
        self.dialog = None

    def _agree(self, made: LicenceDialog, model: ModelInfo, folder: Path | None) -> None:
        self._desk.install(InstallWish(model.name, made.precision(), folder))

    def offer_folders(self, below: QWidget, models: Sequence[tuple[ModelInfo, str]]) -> None:
        """Ask which model lies in a folder, then which folder."""
        menu = QMenu(below)
        for model, title in models:
            action = menu.addAction(f"{title} ({model.name})".replace("&", "&&"))
            action.triggered.connect(partial(self.install_from_folder, model, title))
        if not models:
            menu.addAction(tr("Every model is installed.")).setEnabled(False)
        menu.exec(below.mapToGlobal(below.rect().bottomLeft()))

    def install_from_folder(self, model: ModelInfo, title: str, _checked: object = None) -> None:
        """Ask for a folder that has the model's files, and install from there."""
        told = tr("Folder with the files of {name}").format(name=model.name)
        chosen = QFileDialog.getExistingDirectory(self._window, told)
        if chosen:
            self.install(model, title, folder=Path(chosen))

    def remove(self, model: ModelInfo, title: str) -> None:
        """Remove a model once the user said so."""
        size = sum(build.size_bytes for build in model.builds) + model.partial_bytes
        text = tr("{name} is deleted from this computer, which frees {size}.")
        text = text.format(name=title, size=size_words(size))
        held = self._desk.held_of(model.name)
        if held.pages:
            more = tr(
                "What this library holds of it goes too: {count} pages, {size}. "
                "To use it again they are looked at anew."
            )
            if self._desk.is_shared:
                more = tr(
                    "Other computers share this library: the {count} pages that it looked at "
                    "stay as they are."
                )
            text += " " + more.format(count=number(held.pages), size=size_words(held.size_bytes))
        if self._is_agreed(tr("Remove {name}").format(name=title), text):
            self._desk.remove(model.name)

    def drop(self, held: LookCoverage, title: str) -> None:
        """Drop what the library holds of a model once the user said so."""
        told = tr(
            "{count} pages were looked at with {name}, which takes {size}. "
            "To use it again they are looked at anew."
        )
        size = size_words(held.size_bytes)
        text = told.format(count=number(held.pages), name=title, size=size)
        if self._is_agreed(tr("Drop {name}").format(name=title), text):
            self._desk.drop(held.model)

    def _is_agreed(self, title: str, text: str) -> bool:
        answer = QMessageBox.question(self._window, title, text)
        return answer == QMessageBox.StandardButton.Yes
