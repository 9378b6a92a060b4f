"""Settings → About: which version this is, its licences, and whether there is a newer one."""

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox

from folioscope import __version__
from folioscope.domain.errors import SettingsError
from folioscope.domain.updates import UpdateStanding, UpdateState
from folioscope.gui.library_session import sentence_of
from folioscope.gui.parts import Button, Label, row
from folioscope.gui.sentences import translated
from folioscope.gui.settings.licences_dialog import LicencesDialog
from folioscope.gui.settings.release_card import ReleaseCard
from folioscope.gui.settings.section_parts import Section, card, setting
from folioscope.gui.update_controller import UpdateController
from folioscope.gui.words import tr
from folioscope.system.legal_texts import legal_texts


def open_in_browser(address: str) -> None:
    """Open a page in the user's browser."""
    QDesktopServices.openUrl(QUrl(address))


class AboutSection(Section):
    """Nothing is asked of anybody before the switch is on; nothing is ever installed."""

    def __init__(
        self, updates: UpdateController, *, browse: Callable[[str], None] = open_in_browser
    ) -> None:
        super().__init__(tr("About"))
        self._updates = updates
        self._is_busy = False
        self._state: UpdateState | None = None
        self.dialog: LicencesDialog | None = None
        self.switch = QCheckBox()
        self.switch.setAccessibleName(tr("Look for newer versions"))
        self.switch.setDisabled(True)  # until it is known whether this build can look
        self._about = Label("", "small", tone="muted", wrap=True)
        self.look = Button(tr("Look now"), icon_name="refresh-cw")
        self.cancel = Button(tr("Cancel"), kind="quiet")
        self.cancel.hide()
        self.outcome = Label("", wrap=True)
        self.release = ReleaseCard(browse)
        self.licences = Button(tr("Licences…"), icon_name="file-text")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        named = Label(tr("Folioscope {version}").format(version=__version__), "title")
        free = tr("Free software under the GNU Affero General Public License, version 3 or later.")
        licence = Label(free, "small", tone="muted", wrap=True)
        self.put(card(named, licence, row(self.licences, None)))
        title = tr("Look for newer versions")
        self.put(
            card(
                setting(title, tr("Once a day at most. Nothing is installed."), self.switch),
                self._about,
                row(self.look, self.cancel, None),
                self.outcome,
            )
        )
        self.put(self.release)
        self.release.hide()

    def _connect(self) -> None:
        self.switch.clicked.connect(self._turn)
        self.look.clicked.connect(self._updates.check)
        self.cancel.clicked.connect(self._updates.cancel)
        self.licences.clicked.connect(self._show_licences)
        self._updates.changed.connect(self.show_state)
        self._updates.failed.connect(self._tell_failed)
        self._updates.busy_changed.connect(self._show_busy)

    def shown(self) -> None:
        """Show what is known."""
        self._updates.reload()

    def show_state(self, state: UpdateState) -> None:
        """Show what is known of newer versions."""
        self._state = state
        self.switch.setChecked(state.is_on)
        self.switch.setDisabled(bool(state.cannot))
        self._about.setText(_what_is_sent(state))
        self.outcome.set_tone("")
        self.outcome.setText(_standing_words(state))
        if self._updates.trouble is not None and state.is_on:
            self._tell_failed(self._updates.trouble)
        self._show_buttons()
        is_newer = state.standing in (UpdateStanding.NEWER, UpdateStanding.NEEDS_SYSTEM)
        self.release.setVisible(is_newer)
        if is_newer:
            self.release.show_release(state)

    def _show_buttons(self) -> None:
        can = self._state is not None and self._state.is_on and not self._state.cannot
        self.look.setEnabled(can and not self._is_busy)
        self.cancel.setVisible(self._is_busy)

    def _show_busy(self, is_busy: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self._is_busy = is_busy
        if is_busy:
            self.outcome.set_tone("muted")
            self.outcome.setText(tr("Looking for a newer version…"))
        self._show_buttons()

    def _tell_failed(self, error: Exception) -> None:
        self.outcome.set_tone("bad")
        self.outcome.setText(sentence_of(error))

    def _show_licences(self) -> None:
        self.dialog = LicencesDialog(legal_texts(), parent=self)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _turn(self, is_on: bool) -> None:  # noqa: FBT001  (a Qt slot)
        try:
            self._updates.set_on(is_on=is_on)
        except SettingsError as error:
            self.switch.setChecked(not is_on)
            self._tell_failed(error)


def _what_is_sent(state: UpdateState) -> str:
    if state.cannot:
        return translated(state.cannot)
    told = tr(
        "Two small files are fetched from {host} over HTTPS: the notice of the newest version, "
        "and its signature. Nothing is told of you, your files or this computer; as with every "
        "connection the server sees an IP address."
    )
    return told.format(host=state.host)


def _standing_words(state: UpdateState) -> str:
    if state.checked_at is None or state.cannot:
        return ""
    local = QDateTime.fromSecsSinceEpoch(int(state.checked_at.timestamp()))
    when = QLocale().toString(local, QLocale.FormatType.ShortFormat)
    told = tr("Last looked: {time}.").format(time=when)
    if state.standing is UpdateStanding.CURRENT:
        return f"{tr('This is the newest version.')} {told}"
    return told
