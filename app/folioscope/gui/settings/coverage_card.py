"""What the library holds of each model: how far it is, and a way to drop what is not used."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from folioscope.gui.parts import Button, Label, Meter, RowStack, column, painted, row
from folioscope.gui.sentences import translated
from folioscope.gui.settings.model_words import duration, size_words
from folioscope.gui.strip.wording import look_words
from folioscope.gui.words import number, tr
from folioscope.services.look_api import LookCoverage, LookState


class HeldRow(QWidget):
    """A model's pages: name, count, meter, and Drop where it is not in use.

    ``seconds_a_page``: what the pages that are left would cost each, None where not measured.
    """

    def __init__(
        self,
        held: LookCoverage,
        title: str,
        page_count: int,
        *,
        seconds_a_page: float | None = None,
    ) -> None:
        super().__init__()
        self.model = held.name
        self._page_count = page_count
        self._size_bytes = held.size_bytes
        self.count = Label("", "small", tone="muted", wrap=True)
        self.meter = Meter(name=title, tint="accent" if held.is_current else "control")
        self.drop = Button(tr("Drop…"), kind="link")
        self.drop.setAccessibleName(tr("Drop {name}").format(name=title))
        self.drop.setVisible(not held.is_current)
        name = Label(title, "label", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.device = Label("", "small", tone="muted", wrap=True)
        self.device.hide()
        texts = column(row((name, 1), self.drop), self.meter, self.count, self.device, gap=4)
        layout.addWidget(texts)
        self.show_pages(
            held.pages, more="" if held.is_current else self._rest(held, seconds_a_page)
        )

    def show_pages(self, pages: int, *, more: str = "") -> None:
        """Show how many pages there are."""
        total = max(self._page_count, pages)
        share = pages / total if total else 0.0
        told = tr("{percent} % looked at: {done} of {total} pages").format(
            percent=int(100 * share), done=number(pages), total=number(total)
        )
        size = size_words(self._size_bytes) if self._size_bytes else ""
        self.count.setText(" · ".join(filter(None, (told, size, more))))
        self.meter.set_share(share)

    def _rest(self, held: LookCoverage, seconds_a_page: float | None) -> str:
        """Say that a model is not in use, and what it would take to go on with it."""
        left = max(0, self._page_count - held.pages)
        if not left:
            return tr("not in use, can be used again at once")
        if seconds_a_page is None:
            return tr("not in use")
        took = duration(seconds_a_page * left)
        told = tr("not in use, the other {count} pages would take {time}")
        return told.format(count=number(left), time=took)

    def show_device(self, reason: str) -> None:
        """Say why what runs the model was chosen."""
        self.device.setText(reason)
        self.device.setVisible(bool(reason))


class CoverageCard(QFrame):
    """A row a model; hidden while the library holds none."""

    drop_asked = Signal(object, str)  # LookCoverage, title

    def __init__(self) -> None:
        super().__init__()
        painted("card", self)
        self._rows = RowStack(12)
        self._current: HeldRow | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(Label(tr("Looked at in this library"), "body_strong"))
        layout.addWidget(self._rows)
        self.hide()

    def show_held(
        self,
        coverage: Sequence[LookCoverage],
        titles: Mapping[str, str],
        page_count: int,
        times: Mapping[str, float],
    ) -> None:
        """Show what the library holds; ``times``: seconds a page by name and precision."""
        self._current = None
        made = []
        for held in sorted(coverage, key=lambda each: not each.is_current):
            title = title_of(held, titles)
            each = times.get(f"{held.name} {held.precision}")
            line = HeldRow(held, title, page_count, seconds_a_page=each)
            line.drop.clicked.connect(partial(self.drop_asked.emit, held, title))
            if held.is_current:
                self._current = line
            made.append(line)
        self._rows.replace(made)
        self.setVisible(bool(made))

    def rows(self) -> list[HeldRow]:
        """Return the rows shown."""
        return [line for line in self.findChildren(HeldRow) if not line.isHidden()]

    def show_state(self, state: LookState) -> None:
        """Show how far the model in use is; of the one before it nothing any more."""
        if self._current is not None and state.total and state.model == self._current.model:
            self._current.show_pages(state.done, more=look_words(state))
            self._current.show_device(translated(state.device))


def title_of(held: LookCoverage, titles: Mapping[str, str]) -> str:
    """Return what the model of some vectors is called, and in which precision it was."""
    told = ", ".join(filter(None, (held.name, held.precision)))
    if held.name not in titles:
        return tr("{name}, no longer here").format(name=told)
    return f"{titles[held.name]} ({told})"
