"""The text layer: what people can see of it, where it stands, and nothing for machines."""

import numpy as np
import pymupdf
import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.page_reading import content_of
from folioscope.documents.pdf_source import PdfSource
from folioscope.documents.text_layer import spelt_out
from folioscope.domain.pages import TextSource
from tests.made_documents import SENTENCE, scanned_pdf, text_pdf, written_image


@pytest.fixture
def read(tmp_path):
    """Read page 1 of a document drawn by a function."""

    def drawn(draw, **page):
        with pymupdf.open() as document:
            draw(document.new_page(**page))
            document.save(tmp_path / "drawn.pdf")
        return first_page(tmp_path / "drawn.pdf")

    return drawn


def first_page(path):
    source = PdfSource(str(path), password="", limits=ReadingLimits())
    try:
        return content_of(source.survey(0))
    finally:
        source.close()


def box_of(content, word):
    return content.text.boxes[content.text.words.index(word)].tolist()


def test_words_lines_blocks_and_heading(tmp_path):
    content = first_page(text_pdf(tmp_path / "a.pdf"))
    assert content.text_source is TextSource.LAYER
    assert content.text.plain.startswith("Chapter 1\nThe quick brown fox")
    assert content.heading == content.largest_line == "Chapter 1"
    assert set(content.text.blocks.tolist()) == {0, 1}
    assert content.text.lines[-1] >= 4
    x0, y0, x1, y1 = box_of(content, "Chapter")
    assert 72 / 595 - 0.01 < x0 < x1 < 0.4
    assert 0.05 < y0 < 90 / 842 < y1 + 0.01 < 0.13


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_are_those_of_the_page_as_it_is_shown(turn, read):
    def draw(page):
        page.insert_text((100, 100), f"corner {SENTENCE[:60]}", fontsize=12)
        page.set_rotation(turn)

    content = read(draw, width=600, height=800)
    assert (content.width_pt > content.height_pt) == (turn in (90, 270))
    x0, y0, x1, y1 = box_of(content, "corner")
    expected = {0: (1 / 6, 1 / 8), 90: (7 / 8, 1 / 6), 180: (5 / 6, 7 / 8), 270: (1 / 8, 5 / 6)}
    assert np.hypot((x0 + x1) / 2 - expected[turn][0], (y0 + y1) / 2 - expected[turn][1]) < 0.05


def test_boxes_are_those_of_the_part_that_is_shown_and_words_outside_are_left_out(read):
    def draw(page):
        page.insert_text((20, 40), "trimmed")
        page.insert_text((300, 420), f"kept {SENTENCE[:50]}")
        page.set_cropbox(pymupdf.Rect(200, 400, 600, 800))

    content = read(draw, width=600, height=800)
    assert "trimmed" not in content.text.words
    x0, y0, *_ = box_of(content, "kept")
    assert (x0, y0) == pytest.approx((100 / 400, 10 / 400), abs=0.02)


def test_words_for_machines_alone_are_left_out(read):
    def draw(page):
        page.insert_text((72, 100), SENTENCE)
        page.insert_text((72, 200), "white stuffing", color=(1, 1, 1))
        page.insert_text((72, 300), "tiny stuffing", fontsize=1)
        page.insert_text((72, 400), "invisible stuffing", render_mode=3)

    content = read(draw)
    assert content.text.plain == SENTENCE


def test_white_words_on_a_dark_bar_are_kept(read):
    def draw(page):
        page.insert_text((72, 100), SENTENCE)
        page.draw_rect(pymupdf.Rect(60, 180, 400, 220), fill=(0.1, 0.2, 0.5))
        page.insert_text((72, 205), "White headline", color=(1, 1, 1), fontsize=18)

    assert "headline" in read(draw).text.words


def test_the_hidden_layer_of_a_scan_is_kept(tmp_path):
    image = written_image(["The committee reads the annual report aloud"])
    hidden = "The committee reads the annual report aloud and at length"
    content = first_page(scanned_pdf(tmp_path / "scan.pdf", image, hidden=hidden))
    assert content.text.plain == hidden
    assert content.text_source is TextSource.LAYER


def test_a_scan_waits_for_ocr_and_a_blank_page_does_not(tmp_path, read):
    scan = first_page(scanned_pdf(tmp_path / "scan.pdf", written_image(["Hello", "World"])))
    assert scan.text_source is TextSource.WAITING
    assert scan.looks[3] == 0
    blank = read(lambda page: None)
    assert blank.text_source is TextSource.NONE
    assert blank.ink == 0


def test_a_page_with_only_a_number_on_it_needs_no_ocr(read):
    content = read(lambda page: page.insert_text((300, 800), "12"))
    assert content.text_source is TextSource.LAYER
    assert content.text.words == ("12",)


def test_drawings_without_words_wait_for_ocr_and_are_no_scan(read):
    def draw(page):
        for n in range(20):
            page.draw_circle((100 + 20 * n, 300), 60, color=(0.8, 0.2, 0.2), width=3)

    content = read(draw)
    assert content.text_source is TextSource.WAITING
    assert content.looks[4] == 0
    assert content.looks[0] > 0.05


def test_a_scan_with_a_stamp_waits_for_ocr(tmp_path):
    image = written_image(["First line of a scan", "Second line", "Third line"])
    path = scanned_pdf(tmp_path / "scan.pdf", image)
    with pymupdf.open(path) as document:
        stamp = "Downloaded from the library on 3 May 2021 for private study"
        document[0].insert_text((10, 410), stamp, fontsize=6)
        document.save(tmp_path / "stamped.pdf")
    content = first_page(tmp_path / "stamped.pdf")
    assert content.text_source is TextSource.WAITING
    assert "Downloaded" in content.text.words


def test_the_preview_is_a_jpeg_of_320_px(tmp_path):
    content = first_page(text_pdf(tmp_path / "a.pdf"))
    assert content.preview_jpeg.startswith(b"\xff\xd8")
    assert 0.01 < content.ink < 0.5


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("o\ufb03ce", "office"),
        ("\ufee3\ufeae\ufea3\ufe92\ufe8e", "\u0645\u0631\u062d\u0628\u0627"),
        ("\u0627\u0623\u0644\u0648\u0644", "\u0627\u0644\u0623\u0648\u0644"),
        ("\u0623\u0644\u0645\u0627\u0646\u064a\u0627",) * 2,
        ("plain", "plain"),
    ],
)
def test_ligatures_and_letter_forms_are_spelt_out(found, meant):
    assert spelt_out(found) == meant
