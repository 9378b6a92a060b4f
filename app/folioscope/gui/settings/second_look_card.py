"""Second look: the card of the reranker."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame

from folioscope.domain.models import ModelInfo, Trial
from folioscope.gui.parts import Button, Label, column, painted, row
from folioscope.gui.settings.model_actions import ModelActions, Standing
from folioscope.gui.settings.model_desk import CheckState, ModelWork
from folioscope.gui.settings.model_words import duration, size_words, use_words
from folioscope.gui.settings.standings import not_installed
from folioscope.gui.theme import font
from folioscope.gui.words import number, tr
from folioscope.system.machine import Machine

_LEAST_BESIDE_PX = 560
_LONG_S = 90
_PAGES = 20  # that a second look reads


class SecondLookCard(QFrame):
    """Shows one reranker; where there are several, which one is picked from a list."""

    picked = Signal()

    def __init__(self, licence_asked: Callable[[ModelInfo], None]) -> None:
        super().__init__()
        painted("card", self)
        self.model: ModelInfo | None = None
        self._models: Sequence[ModelInfo] = ()
        self._trial: Trial | None = None
        self.about = Label("", "small", tone="muted", wrap=True)
        self.licence_name = Label("", "small", tone="muted", wrap=True)
        self.use = Label("", "small", tone="warn")
        self.licence = Button(tr("Licence"), kind="link")
        self.licence.setAccessibleName(tr("Licence of {name}").format(name=tr("Second look")))
        self.licence.clicked.connect(lambda: licence_asked(self.model) if self.model else None)
        self.others = QComboBox()
        self.others.setFont(font("small"))
        self.others.setAccessibleName(tr("Model for second looks"))
        self.others.activated.connect(self._pick)
        self.doing = ModelActions(tr("Second look"))
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        texts = column(
            Label(tr("Second look"), "body_strong"),
            self.about,
            self.licence_name,
            row(self.use, self.licence, None, gap=10),
            row(self.others, None),
            gap=4,
        )
        self.doing.setMinimumWidth(200)
        self._across.setContentsMargins(16, 14, 16, 14)
        self._across.setSpacing(16)
        self._across.addWidget(texts, 3)
        self._across.addWidget(self.doing, 1)
        self.setLayout(self._across)

    @property
    def name(self) -> str:
        """The name of the model shown, empty for none."""
        return self.model.name if self.model else ""

    def show_models(self, models: Sequence[ModelInfo], chosen: str) -> None:
        """Show the reranker in use, or the one shown before, or the first there is."""
        if list(models) == list(self._models) and self.model in models:
            return
        self._models = models
        wanted = (chosen, self.name)
        ranked = sorted(models, key=lambda m: wanted.index(m.name) if m.name in wanted else 9)
        self.others.clear()
        self.others.addItems([model.name for model in models])
        self.others.setVisible(len(models) > 1)
        self.setVisible(bool(models))
        if ranked:
            self.others.setCurrentText(ranked[0].name)
            self._show(ranked[0])

    def _pick(self, index: int) -> None:
        self._show(self._models[index])
        self.picked.emit()

    def show_trial(self, trial: Trial | None) -> None:
        """Say how long a second look takes, once that was measured."""
        self._trial = trial
        if self.model is not None:
            self._show(self.model)

    def _show(self, model: ModelInfo) -> None:
        self.model = model
        told = tr(
            "Reads the best 20 pages again, together with your words, "
            "when you press Ctrl+Enter in the search field. {model}, {size}."
        )
        size = size_words(_size(model))
        if self._trial is not None:
            seconds = self._trial.seconds_a_page * _PAGES
            took = tr("{seconds} s").format(seconds=number(seconds))
            if seconds >= _LONG_S:
                took = duration(seconds)
            size = tr("{size}, about {time}").format(size=size, time=took)
        self.about.setText(told.format(model=model.name, size=size))
        self.licence_name.setText(model.licence)
        self.use.setText(use_words(model))
        self.use.set_tone("muted" if model.is_commercial_use_allowed else "warn")

    def show_standing(
        self, machine: Machine, work: ModelWork | None, check: CheckState, *, chosen: str
    ) -> None:
        """Show how the model stands; ``chosen`` names the one in use."""
        model = self.model
        if model is None:
            return
        if not model.is_installed:
            title = tr("Second look")
            standing = not_installed(model, title, machine, refusal="", work=work)
        else:
            is_chosen = model.name == chosen
            standing = Standing(
                in_use=tr("In use") if is_chosen else "",
                can_use=not is_chosen,
                can_stop_using=is_chosen,
                can_remove=True,
                work=work,
                check=check,
            )
        self.doing.show_standing(standing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put what can be done below where there is no room beside."""
        super().resizeEvent(event)
        is_wide = self.width() >= _LEAST_BESIDE_PX
        way = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        self._across.setDirection(way)


def _size(model: ModelInfo) -> int:
    return model.download_bytes or sum(build.size_bytes for build in model.builds)
