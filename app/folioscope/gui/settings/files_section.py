"""Settings → Folders and files: what is passed over, and whether pictures are read."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit

from folioscope.domain.errors import SettingsError
from folioscope.gui.parts import Label
from folioscope.gui.settings.section_parts import Section, card, setting
from folioscope.gui.theme import font
from folioscope.gui.words import tr
from folioscope.settings.store import SettingsStore

_SAVE_AFTER_MS = 600


class FilesSection(Section):
    """Patterns a line; saved a moment after the last key."""

    def __init__(self, settings: SettingsStore) -> None:
        intro = tr("Changes take effect when Folioscope is started again.")
        super().__init__(tr("Folders and files"), intro)
        self._settings = settings
        self.patterns = QPlainTextEdit("\n".join(settings.current.ignore_patterns))
        self.patterns.setFont(font("body"))
        self.patterns.setTabChangesFocus(True)
        self.patterns.setMinimumHeight(220)
        self.patterns.setAccessibleName(tr("Files and folders to pass over"))
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.patterns.textChanged.connect(self._timer.start)
        self.reads_pictures = QCheckBox()
        self.reads_pictures.setAccessibleName(tr("Read text in pictures"))
        self.reads_pictures.setChecked(settings.current.reads_pictures)
        self.reads_pictures.toggled.connect(self.save)
        self._problem = Label("", "small", tone="bad", wrap=True)
        self._problem.hide()
        about = tr("A pattern a line, as in a .gitignore file. A folder's name ends in a slash.")
        self.put(
            card(
                Label(tr("Pass over"), "body_strong"),
                Label(about, "small", tone="muted", wrap=True),
                self.patterns,
            )
        )
        ocr = tr("Pages without text of their own are read from their picture, in the background.")
        self.put(card(setting(tr("Read text in pictures"), ocr, self.reads_pictures)))
        self.put(self._problem)

    def save(self) -> None:
        """Save what is set."""
        lines = (line.strip() for line in self.patterns.toPlainText().splitlines())
        try:
            self._settings.change(
                ignore_patterns=tuple(filter(None, lines)),
                reads_pictures=self.reads_pictures.isChecked(),
            )
        except SettingsError as error:
            self._problem.setText(str(error))
            self._problem.show()
        else:
            self._problem.hide()
