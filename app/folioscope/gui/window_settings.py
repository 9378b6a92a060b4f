"""The settings of a window: made, and joined to what they change."""

from typing import TYPE_CHECKING

from folioscope.gui.settings.settings_page import SettingsPage

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow


def make_settings(window: "MainWindow") -> SettingsPage:
    """Make the settings and join them to the window's searches, reading and looking."""
    made = SettingsPage(
        window.session, window.settings, window.page_actions, rebuild=window.indexing.rebuild
    )
    made.back_wanted.connect(window.close_settings)
    _join_models(window, made)
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
