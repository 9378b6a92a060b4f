"""What the window says: English in the code, other languages through Qt's translations."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from folioscope.gui.resources import resource

CONTEXT = "Folioscope"
LANGUAGES = ("en", "zh_TW")


def tr(text: str, *, n: int | None = None) -> str:
    """Translate ``text``; with ``n`` in the plural form for it, ``%Ln`` standing for the number.

    Placeholders in braces stay as they are: ``tr("Remove {name}").format(name=…)``.
    """
    return QCoreApplication.translate(CONTEXT, text, None, -1 if n is None else n)


def number(value: float) -> str:
    """Write a whole number the way the user's language groups it."""
    return QLocale().toString(round(value))


def language_of(locale: QLocale) -> str:
    """Return which of our languages serves a locale."""
    if locale.language() == QLocale.Language.Chinese:
        return "zh_TW"
    return "en"


def install_language(app: QCoreApplication, choice: str = "system") -> str:
    """Load the texts of a language (``system`` follows the system); returns which it is."""
    locale = QLocale.system() if choice == "system" else QLocale(choice)
    language = language_of(locale)
    if choice != "system":
        QLocale.setDefault(locale)
    folder = resource("translations")
    ours = QTranslator(app)
    if ours.load(f"folioscope_{language}", str(folder)):
        app.installTranslator(ours)
    qts = QTranslator(app)
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if qts.load(QLocale(language), "qtbase", "_", qt_folder):
        app.installTranslator(qts)
    return language
