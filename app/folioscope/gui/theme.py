"""Colours, fonts and sizes of the window, from one file of tokens, light and dark.

Fusion and a palette colour everything that Qt draws by itself; one short sheet adds radii,
chips and kinds of button. A background set by a sheet no longer follows the palette, so on a
change of theme both are set again.
"""

import json
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from folioscope.gui.resources import resource

FAMILIES = (
    "Inter",
    "Segoe UI Variable",
    "SF Pro Text",
    "Noto Sans",
    # named, or Qt may pick Japanese forms of Chinese characters
    "Noto Sans CJK TC",
    "PingFang TC",
    "Microsoft JhengHei UI",
)
_BODY_PX = 13
_LARGEST_SCALE = 2.0
_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sidebar",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "selected",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.PlaceholderText: "text_muted",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Dark: "control",
}
_DIMMED = (
    QPalette.ColorRole.Text,
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.ButtonText,
)


class ThemeSignals(QObject):
    """Tells who keeps painted things that the colours changed."""

    changed = Signal()


class _Chosen:
    """The theme in use. One a process, as Qt's palette and style are."""

    is_dark = False
    scale = 1.0
    system_families: tuple[str, ...] = ()


@cache
def theme_signals() -> ThemeSignals:
    """Return the sender of ``changed``; caches of painted things are cleared on it."""
    return ThemeSignals()


@cache
def _tokens() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resource("styles", "tokens.json").read_text("utf-8"))
    return loaded


def is_dark() -> bool:
    """Whether the dark theme is in use."""
    return _Chosen.is_dark


@cache
def _colour(name: str, *, dark: bool) -> QColor:
    tokens = _tokens()
    value: str = tokens["marks"].get(name) or tokens["dark" if dark else "light"][name]
    # the tokens write alpha last, Qt reads it first
    return QColor(value) if len(value) == 7 else QColor(f"#{value[7:]}{value[1:7]}")


def colour(name: str) -> QColor:
    """Return a colour of the present theme by its token."""
    return QColor(_colour(name, dark=_Chosen.is_dark))


def scaled(px: float) -> int:
    """Return a height that holds text, in device-independent pixels, at the text size in use."""
    return round(px * _Chosen.scale)


def size_px(name: str) -> int:
    """Return a size; of those with bounds the usual one."""
    value = _tokens()["size_px"][name]
    return int(value[0] if isinstance(value, list) else value)


def bounds_px(name: str) -> tuple[int, int, int]:
    """Return usual, smallest and largest size of a part that can be dragged."""
    usual, least, most = _tokens()["size_px"][name]
    return usual, least, most


def space_px(name: str) -> int:
    """Return a distance: xs, s, m, l, xl or xxl."""
    return int(_tokens()["space_px"][name])


def radius_px(name: str) -> int:
    """Return the radius of a corner."""
    return int(_tokens()["radius_px"][name])


def motion_ms(name: str) -> int:
    """Return how long a movement takes."""
    return int(_tokens()["motion_ms"][name])


@cache
def font(role: str) -> QFont:
    """Return the font of a role such as ``body`` or ``small``, with tabular figures."""
    size, weight, _line = _tokens()["type_px"][role]
    made = QFont([*FAMILIES[:4], *_Chosen.system_families, *FAMILIES[4:]])
    made.setPixelSize(scaled(size))
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def line_px(role: str) -> int:
    """Return the height of a line of a role; never less than the font needs."""
    line = int(_tokens()["type_px"][role][2])
    return max(scaled(line), QFontMetrics(font(role)).height())


def palette() -> QPalette:
    """Build the palette of the present theme."""
    made = QPalette()
    for role, name in _ROLES.items():
        made.setColor(role, colour(name))
    for role in _DIMMED:
        made.setColor(QPalette.ColorGroup.Disabled, role, colour("text_disabled"))
    return made


def style_sheet() -> str:
    """Fill the sheet with the colours of the present theme."""
    sheet = resource("styles", "window.qss").read_text("utf-8")
    names = _tokens()["dark" if _Chosen.is_dark else "light"]
    for name in sorted(names, key=len, reverse=True):
        if len(names[name]) == 7:
            sheet = sheet.replace(f"@{name};", f"{names[name]};")
    return sheet


def apply_theme(app: QApplication, *, dark: bool) -> None:
    """Dress the application; sends ``changed`` when it was dressed before."""
    _Chosen.is_dark = dark
    app.setPalette(palette())
    app.setStyleSheet(style_sheet())
    theme_signals().changed.emit()


class SystemTheme(QObject):
    """Follows the system between light and dark, unless one of them was chosen."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "system"
        _read_system_text(app)
        app.setStyle("Fusion")
        app.setFont(font("body"))
        self._follow()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, choice: str) -> None:
        """Take ``system``, ``light`` or ``dark``."""
        if choice != self._choice:
            self._choice = choice
            self._follow()

    def _follow(self) -> None:
        system_dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_dark)
        apply_theme(self._app, dark=dark)


def _read_system_text(app: QGuiApplication) -> None:
    info = QFontInfo(app.font())
    _Chosen.system_families = (info.family(),)
    _Chosen.scale = min(max(info.pixelSize() / _BODY_PX, 1.0), _LARGEST_SCALE)
    font.cache_clear()
    line_px.cache_clear()
