"""The settings of a window: made, and joined to what they change."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from folioscope.gui.other_libraries import open_library
from folioscope.gui.settings.settings_page import SettingsPage
from folioscope.gui.settings.store_card import StoreCard
from folioscope.gui.words import tr

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow


def make_settings(window: "MainWindow") -> SettingsPage:
    """Make the settings and join them to the window's searches, reading and looking."""
    made = SettingsPage(
        window.session,
        window.settings,
        window.page_actions,
        rebuild=window.indexing.rebuild,
        updates=window.outside.updates,
    )
    made.back_wanted.connect(window.close_settings)
    window.indexing.rebuilding.connect(made.library.tell_rebuilding)
    _join_models(window, made)
    _join_store(window, made.library.store)
    window.library.changed.connect(made.show_facts)
    return made


def _join_models(window: "MainWindow", made: SettingsPage) -> None:
    models, looking = made.models, window.looking
    models.show_state(window.indexing.state())
    models.show_look(looking.state())
    window.indexing.state_changed.connect(models.show_state)
    looking.state_changed.connect(models.show_look)
    desk = models.desk
    desk.visual_chosen.connect(looking.restart)
    desk.visual_chosen.connect(window.searches.repeat)
    desk.reranker_chosen.connect(lambda: window.asking.show_offer())
    desk.measuring_changed.connect(lambda: looking.stand_back(is_on=desk.measured is not None))


def _join_store(window: "MainWindow", card: StoreCard) -> None:
    """Let nobody write while the library is copied."""
    indexing, looking = window.indexing, window.looking

    def be_quiet() -> None:
        looking.stand_back(is_on=True)
        if not indexing.is_running:
            card.start_copy()
            return
        once = Qt.ConnectionType.SingleShotConnection
        indexing.rested.connect(card.start_copy, once)
        indexing.stop()

    def go_on() -> None:
        looking.stand_back(is_on=False)
        if not card.is_switched:
            indexing.run()

    card.quiet_wanted.connect(be_quiet)
    card.quiet_over.connect(go_on)
    card.reopen_wanted.connect(lambda: _reopen(window))


def _reopen(window: "MainWindow") -> None:
    """Open the library anew, from where its pages are now; this window goes."""
    services = window.session.services()
    if services is None:
        return
    window.outside.stop_listening()  # or the new window would hand over to this one, which goes
    if open_library(services.library.directory):
        window.close()
    else:
        window.outside.listen()
        window.tell(tr("That library could not be opened in a new window."))
