"""What of the query was not understood, below the field."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from folioscope.domain.queries import QueryProblem
from folioscope.gui.icons import pixmap
from folioscope.gui.parts import Button, ElidedLabel, Item, painted, row
from folioscope.gui.sentences import translated
from folioscope.gui.words import tr

_MOST = 3


class ProblemNotes(QWidget):
    """A note a problem; its link sends the corrected query."""

    corrected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 0, 16, 8)
        self._layout.setSpacing(6)
        self._shown: tuple[tuple[str, QueryProblem], ...] = ()
        self.hide()

    def show_problems(self, query: str, problems: Sequence[QueryProblem]) -> None:
        """Explain the problems of ``query``; hides itself where there are none."""
        wanted = tuple((query, problem) for problem in problems[:_MOST])
        if wanted == self._shown:
            return
        self._shown = wanted
        while item := self._layout.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for _query, problem in wanted:
            self._layout.addWidget(self._note(query, problem))
        self.setVisible(bool(wanted))

    def links(self) -> list[Button]:
        """Return the links that mend the query."""
        return self.findChildren(Button)

    def _note(self, query: str, problem: QueryProblem) -> QWidget:
        sign = QLabel()
        sign.setPixmap(QPixmap(pixmap("circle-alert", "warn")))
        # the link says what to use instead
        message = problem.message.removesuffix(f" Use {problem.replacement}")
        text = ElidedLabel(translated(message), where=Qt.TextElideMode.ElideRight, is_snug=True)
        parts: list[Item] = [sign, text]
        if problem.replacement:
            link = Button(
                tr("Use {replacement}").format(replacement=problem.replacement), kind="link"
            )
            fixed = query[: problem.start] + problem.replacement + query[problem.end :]
            link.clicked.connect(lambda: self.corrected.emit(fixed))
            parts.append(link)
        frame = painted("note", QFrame())
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(row(*parts, None, margins=(12, 6, 12, 6)))
        return frame
