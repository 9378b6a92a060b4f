"""Settings → Models: what several models left in one library."""

from pytestqt.qtbot import QtBot

from folioscope.domain.models import Trial
from folioscope.services.look_api import LookCoverage
from tests.gui.fake_models import GB, LIGHT, V4, light, model
from tests.gui.fakes import Fakes
from tests.gui.models_section.showing import Make, read_licence, shown


def with_light(fakes: Fakes, **named: bool) -> None:
    fakes.models.kept[LIGHT] = light(**named)
    fakes.models.ids["light"] = LIGHT
    fakes.models.recommended = "light"


def test_light_pages_stand_behind_the_starter_and_are_recommended(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes)
    section = shown(make_desk, fakes, qtbot)
    titles = [column.title for column in section.table.columns]
    assert titles == ["Starter", "Light pages", "Photos", "Pages"]
    advised = [c.id for c in section.table.columns if c.advice.isVisibleTo(c.advice.parentWidget())]
    assert advised == ["light"]
    assert section.table.column("light").texts()[0] == "1.0 GB"
    read_licence(section, "light", qtbot).agree.click()
    status = section.table.column("light").actions.status
    qtbot.waitUntil(lambda: status.text() == "In use")


def test_a_model_whose_vectors_are_all_there_is_used_again_at_once(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes, is_installed=True)
    fakes.models.kept[V4] = model(V4, "Pages", is_installed=True)
    fakes.models.chosen = "pages"
    fakes.look.held = [
        LookCoverage(f"{V4} 1 w8a8", 900, True),
        LookCoverage(f"{LIGHT} main w8a8", 1624, False, 60_000_000),
    ]
    section = shown(make_desk, fakes, qtbot)
    qtbot.waitUntil(lambda: len(section.coverage.rows()) == 2)
    told = "100 % looked at: 1,624 of 1,624 pages · 60.0 MB · not in use, can be used again at once"
    assert section.coverage.rows()[1].count.text() == told
    note = section.table.column("light").actions.note
    assert note.text() == "All 1,624 pages are ready."


def test_vectors_of_another_precision_are_no_use_and_those_of_no_model_are_named(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    with_light(fakes, is_installed=True)  # in w8a8
    fakes.models.trials[LIGHT] = Trial(4.0, GB, "CPUExecutionProvider", True)
    fakes.look.held = [
        LookCoverage(f"{LIGHT} main fp32", 1624, False, 60_000_000),
        LookCoverage("gone 7 fp16", 3, False, 1000),
    ]
    section = shown(make_desk, fakes, qtbot)
    qtbot.waitUntil(lambda: len(section.coverage.rows()) == 2)
    note = section.table.column("light").actions.note.text()
    assert note.startswith("Then 1,624 pages are looked at in the background: 2 hours")
    names = [row.meter.accessibleName() for row in section.coverage.rows()]
    assert names[0].startswith(f"Light pages ({LIGHT}, fp32)")
    assert names[1].startswith("gone, fp16, no longer here")
