"""Settings: a page of the whole window, with its sections at the left."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from folioscope.gui.library_facts import Facts
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.page_actions import PageActions
from folioscope.gui.parts import Button, Label, painted, row, rule
from folioscope.gui.settings.about_section import AboutSection
from folioscope.gui.settings.files_section import FilesSection
from folioscope.gui.settings.library_section import LibrarySection
from folioscope.gui.settings.look_section import LookSection
from folioscope.gui.settings.models_section import ModelsSection
from folioscope.gui.settings.section_parts import Section, card
from folioscope.gui.settings.speed_section import SpeedSection
from folioscope.gui.shortcuts import key_table
from folioscope.gui.theme import size_px
from folioscope.gui.update_controller import UpdateController
from folioscope.gui.words import tr
from folioscope.settings.store import SettingsStore


class SettingsPage(QWidget):
    """There is no OK button: what is set holds."""

    back_wanted = Signal()

    def __init__(
        self,
        session: LibrarySession,
        settings: SettingsStore,
        actions: PageActions,
        *,
        rebuild: Callable[[], None],
        updates: UpdateController,
    ) -> None:
        super().__init__()
        self.library = LibrarySection(session, actions, rebuild=rebuild)
        self.models = ModelsSection(session, settings)
        self.files = FilesSection(settings)
        self.speed = SpeedSection(settings)
        self.look = LookSection(settings)
        self.about = AboutSection(updates)
        self._sections: list[Section] = []
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        for icon_name, section in (
            ("library", self.library),
            ("layers", self.models),
            ("folder", self.files),
            ("gauge", self.speed),
            ("languages", self.look),
            ("keyboard", _keyboard_section()),
            ("shield", _privacy_section()),
            ("circle-help", self.about),
        ):
            self._add(section, icon_name)
        self._lay_out()
        self._group.idClicked.connect(self._clicked)
        self.choose(0)

    def _add(self, section: Section, icon_name: str) -> None:
        title = section.findChild(Label)
        made = Button(title.text() if title else "", icon_name=icon_name, kind="row")
        made.setCheckable(True)
        self._group.addButton(made, len(self._sections))
        self._rows.addWidget(made)
        self._sections.append(section)
        self._stack.addWidget(_scrolled(section))

    def _lay_out(self) -> None:
        back = Button(tr("Back"), icon_name="arrow-left", kind="quiet")
        back.clicked.connect(self.back_wanted)
        side = painted("settingsSidebar", QFrame())
        side.setFixedWidth(size_px("sidebar"))
        down = QVBoxLayout(side)
        down.setContentsMargins(8, 12, 8, 8)
        down.setSpacing(6)
        down.addWidget(row(back, None))
        down.addWidget(row(Label(tr("Settings"), "title"), margins=(8, 2, 8, 4)))
        down.addLayout(self._rows)
        down.addStretch(1)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(side)
        across.addWidget(rule(upright=True))
        across.addWidget(self._stack, 1)

    def _clicked(self, index: int) -> None:
        """Show a section that was clicked; the focus' ring goes along, or it would stay behind."""
        self.choose(index)
        self.take_focus()

    def choose(self, index: int) -> None:
        """Show a section."""
        self._group.button(index).setChecked(True)
        self._stack.setCurrentIndex(index)
        self._sections[index].shown()

    def index_of(self, section: Section) -> int:
        """Return which section this is."""
        return self._sections.index(section)

    def choice(self) -> int:
        """Return which section is shown."""
        return self._stack.currentIndex()

    def show_facts(self, facts: Facts) -> None:
        """Take the library's figures."""
        self.library.show_facts(facts)
        self.models.show_facts(facts)

    def take_focus(self) -> None:
        """Put the focus on the section that is shown."""
        self._group.button(self.choice()).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the sections with the arrow keys."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.choose((self.choice() + step) % len(self._sections))
        self.take_focus()


def _scrolled(section: Section) -> QScrollArea:
    around = painted("content", QWidget())
    across = QHBoxLayout(around)
    across.setContentsMargins(0, 0, 0, 0)
    across.addStretch(1)
    across.addWidget(section, 1000)
    across.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(around)
    return area


def _keyboard_section() -> Section:
    section = Section(tr("Keyboard"), tr("Single letters work while the field has no focus."))
    section.put(card(key_table()))
    return section


def _privacy_section() -> Section:
    section = Section(tr("Privacy"))
    for text in (
        tr("Your files are read where they are. Nothing is copied, nothing leaves this computer."),
        tr(
            "If you keep pages on a server, their texts and vectors are there; the files "
            "themselves stay here."
        ),
        tr(
            "Folioscope opens no connection by itself, unless you turn on looking for newer "
            "versions. It sends no reports and counts nothing."
        ),
        tr("A model is only downloaded after you agreed to it, and checked by its sha256."),
        tr("Passwords of files are kept in memory until the window closes, never on the disk."),
        tr("What you search for is kept on this computer, so that Up brings it back."),
    ):
        section.put(card(Label(text, wrap=True)))
    return section
