"""Texts in both languages."""

import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from folioscope.gui.resources import resource
from folioscope.gui.sentences import PATTERNS, translated
from folioscope.gui.words import language_of, tr

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    texts = QTranslator()
    assert texts.load("folioscope_zh_TW", str(resource("translations")))
    QCoreApplication.installTranslator(texts)
    yield
    QCoreApplication.removeTranslator(texts)


def test_every_text_is_translated_and_compiled() -> None:
    script = ROOT / "packaging" / "translations.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_placeholders_survive_translation() -> None:
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        import translations
    finally:
        sys.path.pop(0)

    def places(text: str) -> list[str]:
        named = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        return sorted(named) + ["%Ln"] * text.count("%Ln")

    lost = [
        source
        for (source, _), forms in translations.read_catalogue("zh_TW").items()
        if any(places(form) != places(source) for form in forms)
    ]
    assert lost == []


def test_plurals_follow_the_language() -> None:
    assert [tr("%Ln pages", n=n) for n in (0, 1, 2, 3118)] == [
        "0 pages",
        "1 page",
        "2 pages",
        "3,118 pages",
    ]


def test_chinese_is_spoken(chinese: None) -> None:
    assert tr("All pages") == "所有頁面"
    assert tr("%Ln pages", n=1) == "1 頁"


def test_sentences_of_the_services_are_translated_with_their_values(chinese: None) -> None:
    assert translated("Took longer than 60 seconds.") == "超過 60 秒。"
    dated = "“after:june” is not a date, so it was left out."
    assert translated(dated) == "「after:june」不是日期，已略過。"
    assert translated("Something new {and odd}.") == "Something new {and odd}."


def test_sentences_stay_as_they_are_in_english() -> None:
    for pattern in PATTERNS:
        sentence = pattern.format("“a”", "b.c", "d")
        assert translated(sentence) == sentence


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh_TW", "zh_TW"), ("zh_HK", "zh_TW"), ("en_GB", "en"), ("de_DE", "en")],
)
def test_the_language_follows_the_locale(locale: str, language: str) -> None:
    assert language_of(QLocale(locale)) == language
