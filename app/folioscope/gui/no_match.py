"""What stands over the closest pages when nothing was good enough, or where nothing was found."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.domain.results import SearchResults, Suggestion
from folioscope.gui.parts import Button, Label, row
from folioscope.gui.sentences import translated
from folioscope.gui.words import tr


class NoMatchHeader(QWidget):
    """An honest answer, and other queries to try; sends the suggestion that was pressed."""

    suggested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = Label("", "display", wrap=True)
        self.explanation = Label("", tone="muted", wrap=True)
        self._links = QVBoxLayout()
        self._links.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 24, 16, 8)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(self.explanation)
        layout.addSpacing(6)
        layout.addLayout(self._links)
        self.hide()

    def show_answer(self, found: SearchResults) -> None:
        """Explain an answer without results; hides itself when there are some."""
        self.setVisible(not found.results)
        if found.results:
            return
        has_closest = bool(found.weaker)
        self.title.setText(tr("No good match") if has_closest else tr("Nothing found"))
        self.explanation.setText(_explanation(found))
        while item := self._links.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for suggestion in found.suggestions:
            self._links.addWidget(self._link(suggestion))

    def _link(self, suggestion: Suggestion) -> QWidget:
        link = Button(translated(suggestion.text), kind="link")
        link.clicked.connect(lambda: self.suggested.emit(suggestion))
        note = Label(translated(suggestion.note), "small", tone="muted")
        return row(link, note, None, gap=10)

    def links(self) -> list[Button]:
        """Return the links of the suggestions."""
        return self.findChildren(Button)


def _explanation(found: SearchResults) -> str:
    if found.explanation:
        return translated(found.explanation)
    if found.query.raw.strip():
        return tr("None of your words is in this library.")
    return tr("No page passes these filters.")
