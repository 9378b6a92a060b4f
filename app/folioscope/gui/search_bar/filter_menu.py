"""The menu behind “+ Filter”: folder, type, date, read by OCR."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from folioscope.domain.documents import DocumentKind
from folioscope.domain.protocols import PageCount
from folioscope.domain.queries import PageFilter
from folioscope.gui.scope import with_folder, with_kind, with_ocr
from folioscope.gui.sidebar.rows import folder_name, kind_name
from folioscope.gui.words import tr

Send = Callable[[PageFilter], None]


def filter_menu(
    parent: QWidget,
    scope: PageFilter,
    folders: list[PageCount],
    send: Send,
    *,
    today: date | None = None,
) -> QMenu:
    """Build the menu; what holds already is checked, choosing it again lifts it."""
    menu = QMenu(parent)
    if folders:
        inside = menu.addMenu(tr("Folder"))
        for folder in folders:
            path = folder.folder
            _choice(
                inside,
                folder_name(path),
                is_on=path in scope.folders,
                act=partial(send, with_folder(scope, path)),
            )
    types = menu.addMenu(tr("Type"))
    for kind in DocumentKind:
        _choice(
            types,
            kind_name(kind),
            is_on=kind in scope.kinds,
            act=partial(send, with_kind(scope, kind)),
        )
    _add_dates(menu.addMenu(tr("Date")), scope, send, today or date.today())  # noqa: DTZ011
    _choice(
        menu,
        tr("Read by OCR"),
        is_on=bool(scope.text_sources),
        act=partial(send, with_ocr(scope)),
    )
    return menu


def _choice(menu: QMenu, text: str, *, is_on: bool, act: Callable[[], None]) -> None:
    action = menu.addAction(text.replace("&", "&&"))
    action.setCheckable(True)
    action.setChecked(is_on)
    action.triggered.connect(lambda _on: act())


def _add_dates(menu: QMenu, scope: PageFilter, send: Send, today: date) -> None:
    choices = [
        (tr("This year"), date(today.year, 1, 1), None),
        (tr("Since last year"), date(today.year - 1, 1, 1), None),
        (tr("Last five years"), date(today.year - 4, 1, 1), None),
        (tr("Older than five years"), None, date(today.year - 4, 1, 1)),
    ]
    for text, after, before in choices:
        is_on = (scope.after, scope.before) == (after, before)
        wanted = (None, None) if is_on else (after, before)
        changed = replace(scope, after=wanted[0], before=wanted[1])
        _choice(menu, text, is_on=is_on, act=partial(send, changed))
