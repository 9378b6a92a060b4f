"""A model's licence, read before it is installed; and in what precision it is to be."""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from folioscope.domain.models import ModelInfo, Precision, PrecisionCost
from folioscope.gui.parts import Button, Label, column, row
from folioscope.gui.settings.model_words import precision_words, size_words, use_words
from folioscope.gui.theme import font
from folioscope.gui.words import tr
from folioscope.system.machine import Machine

_WIDTH = 620
_MOST_LINES = 24  # of the licence, before it scrolls


class LicenceDialog(QDialog):
    """Accepted only by the button that says so. Without a machine it is there to read alone."""

    def __init__(
        self,
        model: ModelInfo,
        title: str,
        text: str,
        *,
        machine: Machine | None = None,
        recommended: Precision | None = None,
        folder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._machine, self._folder = model, machine, folder
        self._recommended = recommended or model.recommended
        self._title = title
        self.choices: dict[Precision, QRadioButton] = {}
        self._group = QButtonGroup(self)
        is_install = machine is not None
        told = tr("Install {name}") if is_install else tr("Licence of {name}")
        self.setWindowTitle(told.format(name=title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setFont(font("small"))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Licence of {name}").format(name=title))
        self.agree = Button(tr("Agree and install"), icon_name="download", kind="primary")
        self.agree.clicked.connect(self.accept)
        self.leave = Button(tr("Cancel") if is_install else tr("Close"))
        self.leave.clicked.connect(self.reject)
        self.agree.setVisible(is_install)
        self._lay_out(is_install=is_install)
        self._fit()

    def _fit(self) -> None:
        """Give a short text no more room than it needs, and a long one enough to be read."""
        across = self.text.fontMetrics().averageCharWidth() or 1
        text = self.text.toPlainText().splitlines()
        lines = sum(1 + len(line) * across // (_WIDTH - 80) for line in text)
        shown = min(max(lines + 1, 4), _MOST_LINES)
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * shown + 16)
        self.resize(_WIDTH, self.sizeHint().height())

    def _lay_out(self, *, is_install: bool) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        layout.addWidget(Label(self.windowTitle(), "title", wrap=True))
        if is_install:
            layout.addWidget(Label(self._origin(), "small", tone="muted", wrap=True))
            layout.addWidget(self._precisions())
        model = self._model
        use = Label(use_words(model), "small_strong", tone="warn")
        if model.is_commercial_use_allowed:
            use.set_tone("muted")
        layout.addWidget(row(Label(model.licence, "small_strong"), use, None, gap=10))
        layout.addWidget(self.text, 1)
        if model.licence_url:
            link = html.escape(model.licence_url)
            where = Label(f'<a href="{link}">{link}</a>', "small", wrap=True)
            where.setTextFormat(Qt.TextFormat.RichText)
            where.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            where.setOpenExternalLinks(True)
            layout.addWidget(where)
        layout.addWidget(row(None, self.leave, self.agree))

    def _origin(self) -> str:
        model = self._model
        if self._folder:
            told = tr("{name} is taken from {folder}. Nothing is downloaded.")
            return told.format(name=model.name, folder=self._folder)
        told = tr("{name} is downloaded from {repository}: {size}.")
        size = size_words(model.download_bytes)
        return told.format(name=model.name, repository=model.repository, size=size)

    # --- precisions ------------------------------------------------------------------------

    def _precisions(self) -> QWidget:
        parts: list[QWidget] = []
        for cost in self._model.costs:
            choice = QRadioButton(self._choice_words(cost))
            choice.setFont(font("small"))
            lacking = self._lacking(cost)
            choice.setEnabled(not lacking)
            self._group.addButton(choice)
            self.choices[cost.precision] = choice
            parts.append(choice)
            if lacking:
                parts.append(_indented(lacking))
        self._preselect()
        return column(*parts, gap=3)

    def _choice_words(self, cost: PrecisionCost) -> str:
        told = tr("{what} · {disk} on disk, {memory} of memory").format(
            what=precision_words(cost.precision),
            disk=size_words(cost.disk_bytes),
            memory=size_words(cost.memory_bytes),
        )
        if cost.precision == self._recommended:
            return tr("{choice} · recommended here").format(choice=told)
        return told

    def _lacking(self, cost: PrecisionCost) -> str:
        machine = self._machine
        if machine is None:
            return ""
        if cost.installing_bytes > machine.free_disk_bytes:
            told = tr("Needs {needed} of disk while it is installed; {free} are free.")
            needed, there = cost.installing_bytes, machine.free_disk_bytes
            return told.format(needed=size_words(needed), free=size_words(there))
        if cost.memory_bytes > machine.memory_bytes:
            return tr("Needs more memory than this computer has.")
        return ""

    def _preselect(self) -> None:
        usable = [p for p, choice in self.choices.items() if choice.isEnabled()]
        wanted = self._recommended
        chosen = wanted if wanted in usable else next(iter(usable), None)
        if chosen is not None:
            self.choices[chosen].setChecked(True)
        self.agree.setEnabled(chosen is not None or not self._model.costs)

    def precision(self) -> Precision:
        """Return the precision chosen."""
        chosen = (p for p, choice in self.choices.items() if choice.isChecked())
        return next(chosen, self._recommended)


def _indented(text: str) -> QWidget:
    return row((Label(text, "small", tone="warn", wrap=True), 1), margins=(24, 0, 0, 2))
