"""What an empty library shows: what this is for, where to drop files, and samples."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from folioscope.gui.first_run.drop_card import DropCard
from folioscope.gui.first_run.samples import Sample
from folioscope.gui.icons import pixmap
from folioscope.gui.parts import Button, ElidedLabel, Label, column, painted, row
from folioscope.gui.words import tr

_WIDTH = 760


class FirstRunPage(QScrollArea):
    """Sends the wish to add a folder, or the samples."""

    add_folder = Signal()
    add_samples = Signal()

    def __init__(self, samples: list[Sample]) -> None:
        super().__init__()
        self.card = DropCard()
        self.card.add_folder.connect(self.add_folder)
        self._samples = samples
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(Label(tr("Find the page you remember"), "display", wrap=True))
        line = tr("By its words, by what they mean, or by how it looks.")
        layout.addWidget(Label(line, tone="muted", wrap=True))
        layout.addSpacing(8)
        layout.addWidget(self.card)
        if samples:
            layout.addSpacing(16)
            layout.addWidget(self._offer())
            layout.addLayout(_cards(samples))
        layout.addStretch(1)
        around = painted("content", QWidget())
        across = QVBoxLayout(around)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(row((QWidget(), 1), (inside, 100), (QWidget(), 1), gap=0))
        self.setWidget(around)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def _offer(self) -> QWidget:
        self.samples_button = Button(tr("Add the samples"), icon_name="plus", kind="quiet")
        self.samples_button.clicked.connect(self.add_samples)
        try_them = tr("Try %Ln sample documents", n=len(self._samples))
        return row(
            Label(tr("No files at hand?"), "body_strong"),
            Label(try_them, tone="muted"),
            None,
            self.samples_button,
        )


def _cards(samples: list[Sample]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(12)
    for place, sample in enumerate(samples):
        grid.addWidget(_card(sample), place // 2, place % 2)
    return grid


def _card(sample: Sample) -> QWidget:
    sign = Label()
    is_picture = sample.path.suffix.lower() != ".pdf"
    sign.setPixmap(pixmap("file-image" if is_picture else "file-text", side_px=20))
    right = Qt.TextElideMode.ElideRight
    pages = tr("%Ln pages", n=sample.page_count)
    texts = column(
        ElidedLabel(sample.title, "label", where=right),
        ElidedLabel(f"{sample.description} · {pages}", "small", tone="muted", where=right),
        gap=2,
    )
    frame = painted("card", QFrame())
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(row(sign, (texts, 1), gap=12, margins=(14, 10, 14, 10)))
    return frame
