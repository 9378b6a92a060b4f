"""Small pieces that every screen is made of."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from folioscope.gui.icons import ICON_PX, icon
from folioscope.gui.theme import colour, font, theme_signals

_FONT_OF_KIND = {"chip": "small", "addchip": "small", "quiet": "small", "row": "body"}
W = TypeVar("W", bound=QWidget)
Item = QWidget | int | None | tuple[QWidget, int]


class Button(QPushButton):
    """A push button of the sheet's kinds whose icon follows the theme.

    ``kind``: empty, primary, quiet, link, icon, chip or addchip. A button with an icon alone
    needs a ``tip``, which names it for screen readers too.
    """

    def __init__(
        self,
        text: str = "",
        *,
        icon_name: str = "",
        kind: str = "",
        tip: str = "",
        tint: str = "",
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._tint = tint or ("on_accent" if kind == "primary" else "text_muted")
        self._kind = kind
        self.setProperty("kind", kind)
        self.setFont(font(_FONT_OF_KIND.get(kind, "label")))
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.say(text)
        if tip:
            self.setToolTip(tip)
            self.setAccessibleName(tip)
        self._dress()
        theme_signals().changed.connect(self._dress)

    def say(self, text: str) -> None:
        """Set the text; a leading space stands for the gap that Qt cannot set."""
        gap = " " if self._icon_name and text else ""
        # an ampersand of a file's name is no shortcut
        self.setText(gap + text.replace("&", "&&"))
        self.setAccessibleName(text)

    def show_icon(self, icon_name: str, *, tip: str = "") -> None:
        """Change the icon, and what it is called."""
        self._icon_name = icon_name
        if tip:
            self.setToolTip(tip)
            self.setAccessibleName(tip)
        self._dress()

    def _dress(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self._tint))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Label(QLabel):
    """Plain text in a role's font and a tone: muted, good, warn or bad."""

    def __init__(
        self, text: str = "", role: str = "body", *, tone: str = "", wrap: bool = False
    ) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(role))
        self.setWordWrap(wrap)
        if tone:
            self.setProperty("tone", tone)

    def set_tone(self, tone: str) -> None:
        """Change the tone; the sheet is asked again for this label alone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class ElidedLabel(Label):
    """A label that gives way: its text is cut where told, and the tooltip has all of it."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        *,
        tone: str = "",
        where: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        is_snug: bool = False,
    ) -> None:
        """``is_snug``: no wider than its text, so that what follows stands right behind it."""
        super().__init__("", role, tone=tone)
        self._is_snug = is_snug
        self._full = ""
        self._where = where
        wide = QSizePolicy.Policy.Maximum if is_snug else QSizePolicy.Policy.Ignored
        self.setSizePolicy(wide, QSizePolicy.Policy.Preferred)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show ``text`` as far as there is room."""
        self._full = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._cut()

    def sizeHint(self) -> QSize:
        """Ask for room for all of the text, if it is to be snug."""
        hint = super().sizeHint()
        if self._is_snug:
            hint.setWidth(QFontMetrics(self.font()).horizontalAdvance(self._full) + 2)
        return hint

    def minimumSizeHint(self) -> QSize:
        """Give way down to a few letters."""
        return QSize(24, super().minimumSizeHint().height())

    def full_text(self) -> str:
        """Return the text before it was cut."""
        return self._full

    def _cut(self) -> None:
        cut = QFontMetrics(self.font()).elidedText(self._full, self._where, self.width())
        self.setText(cut)
        self.setToolTip(self._full if cut != self._full else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()


def _filled(layout: QBoxLayout, items: Sequence[Item]) -> None:
    for item in items:
        if item is None:
            layout.addStretch()
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, tuple):
            layout.addWidget(item[0], item[1])
        else:
            layout.addWidget(item)


def row(*items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QWidget:
    """Lay widgets beside each other; None stretches, a number is space, a pair has a stretch."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    _filled(layout, items)
    return holder


def column(
    *items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QWidget:
    """Lay widgets below each other, as ``row`` does beside."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    _filled(layout, items)
    return holder


def painted(name: str, widget: W) -> W:
    """Give a plain holder a name under which the sheet paints its ground."""
    widget.setObjectName(name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def rule(*, upright: bool = False) -> QFrame:
    """Return a hairline."""
    made = painted("rule", QFrame())
    if upright:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


class Segment(QFrame):
    """A few choices side by side of which one holds; arrows move inside it."""

    chosen = Signal(int)

    def __init__(
        self, choices: Sequence[tuple[str, str]], *, bare: bool = False, name: str = ""
    ) -> None:
        """``choices``: text and icon of each; ``bare`` shows the icons alone."""
        super().__init__()
        painted("segment", self)
        self.setAccessibleName(name)
        self._buttons: list[Button] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        for index, (text, icon_name) in enumerate(choices):
            made = Button("" if bare else text, icon_name=icon_name, tip=text if bare else "")
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.clicked.connect(partial(self._pick, index))
            self._buttons.append(made)
            layout.addWidget(made)
        self.choose(0)

    def _pick(self, index: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002
        self.choose(index)
        self.chosen.emit(index)

    def choose(self, index: int) -> None:
        """Mark a choice without telling anybody."""
        self._buttons[index].setChecked(True)
        for number, made in enumerate(self._buttons):
            held = number == index
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus if held else Qt.FocusPolicy.NoFocus)

    def choice(self) -> int:
        """Return the index of the choice that holds."""
        return next(i for i, made in enumerate(self._buttons) if made.isChecked())

    def rename(self, index: int, text: str) -> None:
        """Change the words on a choice."""
        self._buttons[index].say(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        index = (self.choice() + step) % len(self._buttons)
        self._buttons[index].setFocus(Qt.FocusReason.TabFocusReason)
        self._pick(index)


class Meter(QWidget):
    """A thin bar of how much is done."""

    def __init__(self, *, name: str, width_px: int = 0, tint: str = "accent") -> None:
        super().__init__()
        self._share = 0.0
        self._tint = tint
        self._name = name
        self.setFixedHeight(4)
        if width_px:
            self.setFixedWidth(width_px)
        self.set_share(0.0)

    def set_share(self, share: float) -> None:
        """Show a share from 0 to 1."""
        self._share = min(max(share, 0.0), 1.0)
        self.setAccessibleName(f"{self._name}, {self._share:.0%}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("line"))
        high = self.height()
        painter.drawRoundedRect(QRectF(self.rect()), high / 2, high / 2)
        if self._share > 0:
            painter.setBrush(colour(self._tint))
            wide = max(float(high), self.width() * self._share)
            painter.drawRoundedRect(QRectF(0, 0, wide, high), high / 2, high / 2)


class RowStack(QWidget):
    """Rows below each other that are replaced together."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._rows: list[QWidget] = []
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(gap)

    def replace(self, rows: Sequence[QWidget]) -> None:
        """Show other rows."""
        for old in self._rows:
            self._stack.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = list(rows)
        for new in self._rows:
            self._stack.addWidget(new)
            new.show()  # a layout would show it a turn of the event loop later
