"""Looks: colours by name, ink, and kinds of pages."""

import colorsys

import numpy as np
import pytest

from folioscope.documents.looks import (
    PageParts,
    TextLine,
    colour_shares,
    ground_colour,
    ink_mask,
    measure,
)
from folioscope.domain.pages import LOOK_NAMES
from tests.made_documents import noise


def shares(rgb):
    return dict(zip(LOOK_NAMES[5:], colour_shares(rgb).tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("red", (220, 30, 30)),
        ("orange", (250, 140, 20)),
        ("yellow", (250, 230, 40)),
        ("green", (40, 160, 60)),
        ("turquoise", (40, 190, 180)),
        ("blue", (30, 80, 200)),
        ("purple", (130, 60, 200)),
        ("pink", (255, 170, 185)),
        ("brown", (150, 100, 70)),
        ("grey", (128, 128, 128)),
        ("black", (10, 10, 10)),
    ],
)
def test_a_colour_is_called_by_its_name(name, colour):
    page = np.full((40, 30, 3), 255, np.uint8)
    page[:10] = colour
    found = shares(page)
    assert found[name] == pytest.approx(0.25)
    assert max(found, key=found.get) == name


def test_hues_are_those_of_the_standard_library():
    page = noise(60, 60)
    blue = 0
    for r, g, b in page.reshape(-1, 3).tolist():
        hue, saturation, value = colorsys.rgb_to_hsv(r / 255, g / 255, b / 255)
        blue += 195 <= hue * 360 < 255 and saturation > 0.28 and value > 0.25
    assert shares(page)["blue"] == pytest.approx(blue / 3600, abs=0.002)


def test_ink_is_what_differs_from_the_ground():
    page = np.full((100, 100, 3), (40, 60, 90), np.uint8)
    assert ink_mask(page, ground_colour(page)).mean() == 0
    page[:20, :50] = 250
    assert ink_mask(page, ground_colour(page)).mean() == pytest.approx(0.1)
    grain = np.clip(244 + np.random.default_rng(0).normal(0, 6, (100, 100, 1)), 0, 255)
    paper = np.repeat(grain.astype(np.uint8), 3, axis=2)
    assert ink_mask(paper, ground_colour(paper)).mean() < 0.001


def kinds(rgb, **parts):
    return dict(zip(LOOK_NAMES[:5], measure(rgb, PageParts(**parts))[:5].tolist(), strict=True))


WHOLE = (0.0, 0.0, 1.0, 1.0)


def test_a_photo_steps_softly_and_a_screenshot_does_not():
    across = np.linspace(0, 200, 320)[None, :] + np.linspace(0, 40, 240)[:, None]
    soft = np.random.default_rng(0).normal(0, 4, (240, 320, 3)) + across[..., None]
    photo = kinds(
        soft.clip(0, 255).astype(np.uint8), is_pdf=False, has_layer=False, pictures=[WHOLE]
    )
    panes = np.full((240, 320, 3), 230, np.uint8)
    panes[::24] = 20
    panes[:, ::40] = 40
    screen = kinds(panes, is_pdf=False, has_layer=False, pictures=[WHOLE])
    assert photo["photo"] > 3 * screen["photo"] + 0.1
    assert screen["screen"] > photo["screen"]


def test_a_picture_beside_text_is_a_figure_and_text_alone_is_none():
    page = np.full((320, 240, 3), 255, np.uint8)
    line = TextLine("one two three four five six", (0.1, 0.1, 0.9, 0.12))
    plain = kinds(page, is_pdf=True, has_layer=True, lines=[line])
    drawn = kinds(page, is_pdf=True, has_layer=True, lines=[line], pictures=[(0.1, 0.4, 0.9, 0.9)])
    assert plain["figure"] == 0
    assert drawn["figure"] == pytest.approx(0.4, abs=0.05)


def test_a_page_read_by_ocr_is_a_scan_and_a_wide_page_of_few_words_a_slide():
    tall, wide = np.full((320, 240, 3), 255, np.uint8), np.full((240, 320, 3), 255, np.uint8)
    words = [TextLine("three words here", (0.1, 0.1, 0.5, 0.2))]
    assert kinds(tall, is_pdf=True, has_layer=False, lines=words, pictures=[WHOLE])["scan"] == 1
    assert kinds(tall, is_pdf=True, has_layer=True, lines=words)["scan"] == 0
    assert kinds(wide, is_pdf=True, has_layer=True, lines=words)["slide"] == pytest.approx(0.25)
    assert kinds(tall, is_pdf=True, has_layer=True, lines=words)["slide"] == 0
