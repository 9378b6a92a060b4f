"""A newer version: what is new in it, and where it is."""

import re
from collections.abc import Callable

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout

from folioscope.domain.updates import Release, UpdateStanding, UpdateState
from folioscope.gui.parts import Button, Label, column, painted, row
from folioscope.gui.settings.model_words import size_words
from folioscope.gui.words import language_of, tr


class ReleaseCard(QFrame):
    """Opens the download page in the browser; downloading and installing is the user's."""

    def __init__(self, browse: Callable[[str], None]) -> None:
        super().__init__()
        painted("card", self)
        self._page = self._sums = ""
        self.title = Label("", "title", wrap=True)
        self.facts = Label("", "small", tone="muted", wrap=True)
        self.needs = Label(tr("It needs a newer system than this one."), "small", tone="warn")
        self.notes = Label("", wrap=True)
        self.notes.setTextFormat(Qt.TextFormat.MarkdownText)
        self.open_page = Button(
            tr("Open the download page"), icon_name="external-link", kind="primary"
        )
        self.copy = Button(tr("Copy SHA-256"), icon_name="copy", kind="quiet")
        self.open_page.clicked.connect(lambda: browse(self._page))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._sums))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            column(
                self.title,
                self.facts,
                self.needs,
                self.notes,
                row(self.open_page, self.copy, None),
                gap=10,
                margins=(16, 14, 16, 14),
            )
        )

    def show_release(self, state: UpdateState) -> None:
        """Show the newest version that is known."""
        release = state.release
        if release is None:
            return
        self._page = release.page
        # in the form that sha256sum -c takes
        self._sums = "".join(f"{file.sha256}  {file.name}\n" for file in state.files)
        self.title.setText(tr("Folioscope {version}").format(version=release.version))
        released = release.released
        date = QDate(released.year, released.month, released.day)
        day = QLocale().toString(date, QLocale.FormatType.ShortFormat)
        facts = [tr("Released on {date}.").format(date=day)]
        for file in state.files:
            told = tr("For this computer: {name}, {size}.")
            facts.append(told.format(name=file.name, size=size_words(file.size_bytes)))
        self.facts.setText("\n".join(facts))
        self.needs.setVisible(state.standing is UpdateStanding.NEEDS_SYSTEM)
        self.notes.setText(notes_of(release))
        self.copy.setVisible(bool(state.files))


def notes_of(release: Release) -> str:
    """Return what is new in the user's language, in English where that is lacking.

    Headings become bold lines: Qt would draw them larger than the card's own title.
    """
    notes = release.notes.get(language_of(QLocale()), release.notes["en"])
    return re.sub(r"^#+ +(.+)$", r"**\1**\n", notes, flags=re.MULTILINE)
