"""A profile as a column: what it is, what it costs here, its licence, and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from folioscope.domain.models import ModelInfo
from folioscope.gui.parts import Button, Label, column, painted, row, rule
from folioscope.gui.settings.model_actions import ModelActions, Standing
from folioscope.gui.settings.model_words import (
    UNKNOWN,
    duration,
    each_words,
    known_cost,
    profile_about,
    profile_title,
    size_words,
    use_words,
)
from folioscope.gui.words import tr
from folioscope.services.look_api import Profile

_SIDE = 16


@dataclass(frozen=True, slots=True)
class Costs:
    """The values of the rows, in words."""

    download: str = UNKNOWN
    on_disk: str = UNKNOWN
    memory: str = UNKNOWN
    each: str = UNKNOWN
    whole: str = UNKNOWN


def costs_of(profile: Profile, page_count: int, *, is_measuring: bool) -> Costs:
    """Return what a visual profile costs; what is not measured yet is a dash."""
    model, trial = profile.model, profile.trial
    if model is None:
        return Costs()
    cost = known_cost(model, profile.precision)
    build = next((b for b in model.builds if b.precision == profile.precision), None)
    disk = build.size_bytes if build else cost.disk_bytes if cost else 0
    memory = trial.memory_bytes if trial and trial.memory_bytes else 0
    each = each_words(trial.seconds_a_page) if trial else UNKNOWN
    return Costs(
        download=size_words(model.download_bytes),
        on_disk=size_words(disk),
        memory=size_words(memory or (cost.memory_bytes if cost else 0)),
        each=tr("Measuring…") if is_measuring else each,
        whole=duration(trial.seconds_a_page * page_count) if trial and page_count else UNKNOWN,
    )


def row_names(whole: str) -> list[str]:
    """Return the names of the rows, from above; the first has none."""
    return [
        "",
        tr("Download"),
        tr("On disk"),
        tr("Memory in use"),
        tr("Pages, on this computer"),
        whole,
        tr("Model and licence"),
        "",
    ]


class ProfileColumn:
    """Cells that a table lays over a frame, so that rows stand level across the columns."""

    def __init__(self, profile: Profile, licence_asked: Callable[[ModelInfo], None]) -> None:
        self.id = profile.id
        self._licence_asked = licence_asked
        self._model: ModelInfo | None = None
        self.title = profile_title(profile)
        self.frame = painted("card", QFrame())
        about = Label(profile_about(profile), "small", tone="muted", wrap=True)
        self.advice = Label(
            tr("Recommended here: needs no graphics card"), "small_strong", tone="good", wrap=True
        )
        self.advice.setVisible(profile.is_recommended)
        self._values = [Label(UNKNOWN, "label", wrap=True) for _ in range(5)]
        self._name = Label("", "small", wrap=True)
        self._licence = Label("", "small", tone="muted", wrap=True)
        self._use = Label("", "small", tone="muted", wrap=True)
        self.licence = Button(tr("Licence"), kind="link")
        self.licence.clicked.connect(self._ask_licence)
        self.actions = ModelActions(self.title)
        self.cells = [
            _cell(
                column(Label(self.title, "title", wrap=True), self.advice, about, gap=2),
                top=14,
                bottom=8,
            ),
            *(_cell(value, top=5, bottom=5) for value in self._values),
            _cell(self._licence_cell(), top=5, bottom=8),
            _cell(column(rule(), 4, self.actions, gap=6), bottom=14),
        ]

    @property
    def name(self) -> str:
        """The model's name, empty for the Starter."""
        return self._model.name if self._model else ""

    def _licence_cell(self) -> QWidget:
        self.licence.setAccessibleName(tr("Licence of {name}").format(name=self.title))
        return column(self._name, self._licence, row((self._use, 1), self.licence), gap=2)

    def _ask_licence(self) -> None:
        if self._model is not None:
            self._licence_asked(self._model)

    def show_costs(self, costs: Costs, names: list[str]) -> None:
        """Show the values of the rows."""
        told = (costs.download, costs.on_disk, costs.memory, costs.each, costs.whole)
        for label, name, text in zip(self._values, names[1:], told, strict=False):
            label.setText(text)
            label.setAccessibleName(f"{self.title}, {name}: {text}")

    def show_model(self, model: ModelInfo | None) -> None:
        """Show name and licence; of the Starter they are always the same."""
        self._model = model
        self.licence.setVisible(model is not None)
        if model is None:
            self._name.setText("multilingual-e5-small, RapidOCR")
            self._licence.setText("MIT, Apache 2.0")
            self._use.setText(tr("Any use"))
            return
        self._name.setText(model.name)
        self._licence.setText(model.licence)
        self._licence.setVisible(bool(model.licence))
        self._use.setText(use_words(model))
        self._use.set_tone("muted" if model.is_commercial_use_allowed else "warn")

    def show_advice(self, *, is_recommended: bool) -> None:
        """Say whether it suits this computer best."""
        self.advice.setVisible(is_recommended)

    def show_standing(self, standing: Standing, *, is_chosen: bool) -> None:
        """Show how it stands; what is in use has a blue frame."""
        name = "cardon" if is_chosen else "card"
        if self.frame.objectName() != name:
            self.frame.setObjectName(name)
            self.frame.style().unpolish(self.frame)
            self.frame.style().polish(self.frame)
        self.actions.show_standing(standing)

    def texts(self) -> list[str]:
        """Return the values of the rows as shown."""
        return [label.text() for label in self._values]


def _cell(content: QWidget, *, top: int = 0, bottom: int = 0) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(_SIDE, top, _SIDE, bottom)
    layout.addWidget(content)
    layout.addStretch(1)
    holder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return holder
