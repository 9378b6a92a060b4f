"""Settings → Look and language."""

from PySide6.QtWidgets import QComboBox

from folioscope.domain.errors import SettingsError
from folioscope.gui.parts import Label, Segment
from folioscope.gui.settings.section_parts import Section, card, setting
from folioscope.gui.words import tr
from folioscope.settings.store import SettingsStore

_THEMES = ("system", "light", "dark")
_LANGUAGES = (("system", ""), ("en", "English"), ("zh_TW", "繁體中文"))


class LookSection(Section):
    """Theme at once, language at the next start."""

    def __init__(self, settings: SettingsStore) -> None:
        super().__init__(tr("Look and language"))
        self._settings = settings
        self.theme = Segment(
            [(tr("As the system"), "monitor"), (tr("Light"), ""), (tr("Dark"), "")],
            name=tr("Theme"),
        )
        self.theme.choose(_THEMES.index(settings.current.theme))
        self.theme.chosen.connect(lambda index: self._change(theme=_THEMES[index]))
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Language"))
        for value, name in _LANGUAGES:
            self.language.addItem(name or tr("As the system"), value)
        self.language.setCurrentIndex(self.language.findData(settings.current.language))
        self.language.currentIndexChanged.connect(
            lambda _index: self._change(language=self.language.currentData())
        )
        self._problem = Label("", "small", tone="bad", wrap=True)
        self._problem.hide()
        self.put(
            card(
                setting(tr("Theme"), tr("Takes effect at once."), self.theme),
                setting(
                    tr("Language"),
                    tr("Takes effect when Folioscope is started again."),
                    self.language,
                ),
                self._problem,
            )
        )

    def _change(self, *, theme: str | None = None, language: str | None = None) -> None:
        changes = {"theme": theme, "language": language}
        try:
            self._settings.change(**{key: value for key, value in changes.items() if value})
        except SettingsError as error:
            self._problem.setText(str(error))
            self._problem.show()
        else:
            self._problem.hide()
