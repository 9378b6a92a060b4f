"""What the library holds of each model: how far it is, and a way to drop what is not used."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from folioscope.domain.models import Precision
from folioscope.gui.parts import Button, Label, Meter, RowStack, column, painted, row
from folioscope.gui.sentences import translated
from folioscope.gui.strip.wording import look_words
from folioscope.gui.words import number, tr
from folioscope.services.look_api import LookCoverage, LookState


class HeldRow(QWidget):
    """A model's pages: name, count, meter, and Drop where it is not in use."""

    def __init__(self, held: LookCoverage, title: str, page_count: int) -> None:
        super().__init__()
        self._page_count = page_count
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
        self.show_pages(held.pages, more="" if held.is_current else tr("not in use"))

    def show_pages(self, pages: int, *, more: str = "") -> None:
        """Show how many pages there are."""
        total = max(self._page_count, pages)
        share = pages / total if total else 0.0
        told = tr("{percent} % looked at: {done} of {total} pages").format(
            percent=int(100 * share), done=number(pages), total=number(total)
        )
        self.count.setText(f"{told} · {more}" if more else told)
        self.meter.set_share(share)

    def show_device(self, reason: str) -> None:
        """Say why what runs the model was chosen."""
        self.device.setText(reason)
        self.device.setVisible(bool(reason))


class CoverageCard(QFrame):
    """A row a model; hidden while the library holds none."""

    drop_asked = Signal(str, str, int)  # fingerprint, title, pages

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
        self, coverage: Sequence[LookCoverage], titles: Mapping[str, str], page_count: int
    ) -> None:
        """Show what the library holds."""
        self._current = None
        made = []
        for held in sorted(coverage, key=lambda each: not each.is_current):
            title = title_of(held.model, titles)
            line = HeldRow(held, title, page_count)
            line.drop.clicked.connect(partial(self.drop_asked.emit, held.model, title, held.pages))
            if held.is_current:
                self._current = line
            made.append(line)
        self._rows.replace(made)
        self.setVisible(bool(made))

    def rows(self) -> list[HeldRow]:
        """Return the rows shown."""
        return [line for line in self.findChildren(HeldRow) if not line.isHidden()]

    def show_state(self, state: LookState) -> None:
        """Show how far the model in use is."""
        if self._current is not None and state.total:
            self._current.show_pages(state.done, more=look_words(state))
            self._current.show_device(translated(state.device))


def title_of(fingerprint: str, titles: Mapping[str, str]) -> str:
    """Return what the model of some vectors is called, and in which precision it was."""
    name, *rest = fingerprint.split(" ")
    precision = next((part for part in rest[:2] if part in set(Precision)), "")
    told = ", ".join(filter(None, (name, precision)))
    return f"{titles[name]} ({told})" if name in titles else told
