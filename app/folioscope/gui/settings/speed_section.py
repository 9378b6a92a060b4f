"""Settings → Speed and battery: when pages are looked at."""

from PySide6.QtWidgets import QCheckBox

from folioscope.domain.errors import SettingsError
from folioscope.gui.parts import Label
from folioscope.gui.settings.section_parts import Section, card, setting
from folioscope.gui.words import tr
from folioscope.settings.store import SettingsStore


class SpeedSection(Section):
    """Both switches hold at once, also for the run under way."""

    def __init__(self, settings: SettingsStore) -> None:
        intro = tr("Pages are looked at behind everything else, once their words can be found.")
        super().__init__(tr("Speed and battery"), intro)
        self._settings = settings
        self.while_working = QCheckBox()
        self.while_working.setAccessibleName(tr("Look at pages while I work"))
        self.while_working.setChecked(settings.current.looks_while_working)
        self.on_battery = QCheckBox()
        self.on_battery.setAccessibleName(tr("Look at pages on battery"))
        self.on_battery.setChecked(settings.current.looks_on_battery)
        for box in (self.while_working, self.on_battery):
            box.toggled.connect(self._save)
        self._problem = Label("", "small", tone="bad", wrap=True)
        self._problem.hide()
        self.put(
            card(
                setting(
                    tr("Look at pages while I work"),
                    tr("Without it, looking waits until nobody has used the window for a moment."),
                    self.while_working,
                ),
                setting(
                    tr("Look at pages on battery"),
                    tr("Without it, looking waits for mains power."),
                    self.on_battery,
                ),
                self._problem,
            )
        )

    def _save(self) -> None:
        try:
            self._settings.change(
                looks_while_working=self.while_working.isChecked(),
                looks_on_battery=self.on_battery.isChecked(),
            )
        except SettingsError as error:
            self._problem.setText(str(error))
            self._problem.show()
        else:
            self._problem.hide()
