"""Settings → Models: what each model costs here, measured on request."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError
from folioscope.gui.settings.model_words import duration, each_words, part_of
from folioscope.gui.settings.models_section import ModelsSection
from tests.gui.fake_models import CLIP, GB, M0, V4
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, asks, shown


def test_every_profile_says_what_it_costs_and_a_dash_until_measured(
    section: ModelsSection,
) -> None:
    assert [column.title for column in section.table.columns] == ["Starter", "Photos", "Pages"]
    assert section.table.column("pages").texts() == ["7.9 GB", "4.6 GB", "5.5 GB", "—", "—"]
    assert section.table.column("starter").actions.status.text() == "In use"
    assert section.table.column("starter").texts()[2] == "390.0 MB"
    assert "100.0 GB free" in section.machine.text()


def test_measuring_shows_what_a_page_costs_and_what_all_of_them_do(
    section: ModelsSection, fakes: Fakes, qtbot: QtBot
) -> None:
    assert section.measure.accessibleName() == "Measure"
    section.measure.click()
    column = section.table.column("pages")
    qtbot.waitUntil(lambda: column.texts()[3:] == ["26 s each", "12 hours"])
    assert [call[1] for call in asks(fakes.models, "trial")] == [CLIP, V4, M0]
    assert "jina-reranker-m0, 4.9 GB, about 9 minutes." in section.second.about.text()
    qtbot.waitUntil(lambda: section.measure.accessibleName() == "Measure again")
    assert "models run on the processor" in section.machine.text()


def test_descriptions_that_cannot_be_used_are_named(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.models.unusable = ["The model description mine/manifest.toml is not valid."]
    section = shown(make_desk, fakes, qtbot)
    assert section.unusable.text() == fakes.models.unusable[0]
    assert section.unusable.isVisible()


def test_measuring_can_be_stopped(section: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.models.trial_gate = threading.Event()
    section.measure.click()
    column = section.table.column("photos")
    qtbot.waitUntil(lambda: column.texts()[3] == "Measuring…")
    qtbot.waitUntil(lambda: asks(fakes.models, "trial") != [])
    assert section.measure.accessibleName() == "Stop measuring"
    section.measure.click()
    qtbot.waitUntil(lambda: column.texts()[3] == "—")
    assert len(asks(fakes.models, "trial")) == 1


def test_a_trial_that_fails_says_why(section: ModelsSection, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.models.error = InferenceError("The processor is too old for this model.")
    section.measure.click()
    qtbot.waitUntil(lambda: section.problem.text() == "The processor is too old for this model.")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(20, "1 minute"), (4020, "67 minutes"), (22 * 3600, "22 hours"), (3 * 86400, "3 days")],
)
def test_durations_are_rough(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_amounts_share_a_unit() -> None:
    assert part_of(3 * GB, round(7.9 * GB)) == "3.0 of 7.9 GB"
    assert part_of(30_000_000, 512_000_000) == "30.0 of 512.0 MB"
    assert each_words(0.026) == "38 a second"
    assert each_words(1.3) == "1.3 s each"
