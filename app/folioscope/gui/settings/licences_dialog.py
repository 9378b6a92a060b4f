"""What Folioscope is made of, and under which licences: to be read, not to be agreed to."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from folioscope.gui.parts import Button, Label, row
from folioscope.gui.theme import font
from folioscope.gui.words import tr

_SIZE = (760, 620)


class LicencesDialog(QDialog):
    """Shows one of the files at a time."""

    def __init__(self, files: list[Path], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._files = files
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Licences"))
        for file in files:
            self.choice.addItem(_name_of(file))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(font("small"))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Licences"))
        self.choice.currentIndexChanged.connect(self._show)
        close = Button(tr("Close"))
        close.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        layout.addWidget(Label(tr("Licences"), "title"))
        layout.addWidget(self.choice)
        layout.addWidget(self.text, 1)
        layout.addWidget(row(None, close))
        self.resize(*_SIZE)
        self._show(0)

    def _show(self, index: int) -> None:
        if not self._files:
            self.text.setPlainText(tr("The licences did not come with this copy of Folioscope."))
            return
        try:
            text = self._files[index].read_text("utf-8", errors="replace")
        except OSError:
            text = tr("{name} could not be read.").format(name=self._files[index].name)
        self.text.setPlainText(text)


def _name_of(file: Path) -> str:
    names = {
        "LICENSE": tr("The licence of Folioscope"),
        "LICENCES.md": tr("What it is made of"),
        "THIRD-PARTY-LICENCES.txt": tr("The licences of its parts"),
        "sbom.cdx.json": tr("List of parts for programs (CycloneDX)"),
    }
    return names.get(file.name, file.name)
