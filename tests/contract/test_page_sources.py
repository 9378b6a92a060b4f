"""What every kind of open document promises."""

from pathlib import Path

import numpy as np
import pytest

from folioscope.documents.image_source import ImageSource
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.page_reading import content_of
from folioscope.documents.pdf_source import PdfSource
from folioscope.domain.documents import DocumentKind
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import LOOK_COUNT
from tests.made_documents import text_pdf, written_image

LIMITS = ReadingLimits()


def _pdf(path: Path):
    return PdfSource(str(text_pdf(path, 3)), password="", limits=LIMITS)


def _image(path: Path):
    written_image(["A line"]).save(path, "PNG")
    return ImageSource(str(path), limits=LIMITS)


def _tiff(path: Path):
    pages = [written_image([f"Page {n}"]) for n in range(3)]
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:])
    return ImageSource(str(path), limits=LIMITS)


@pytest.fixture(params=[_pdf, _image, _tiff], ids=["pdf", "image", "tiff"])
def source(request, tmp_path):
    opened = request.param(tmp_path / "document")
    yield opened
    opened.close()


def test_facts_tell_kind_and_pages(source):
    expected = DocumentKind.PDF if isinstance(source, PdfSource) else DocumentKind.IMAGE
    assert source.facts.kind is expected
    assert source.facts.page_count in (1, 3)
    assert source.facts.failures == ()


def test_every_page_can_be_surveyed_in_any_order_and_again(source):
    numbers = [*reversed(range(source.facts.page_count)), 0]
    for number in numbers:
        survey = source.survey(number)
        assert survey.page_index == number
        assert survey.rgb.dtype == np.uint8
        assert max(survey.rgb.shape) in (319, 320, 321)
        assert survey.width_pt > 0 < survey.height_pt


def test_a_page_becomes_content_with_all_its_numbers(source):
    content = content_of(source.survey(0))
    assert content.looks.shape == (LOOK_COUNT,)
    assert content.looks.dtype == np.float32
    assert np.isfinite(content.looks).all()
    assert 0 <= content.ink <= 1
    assert content.preview_jpeg
    assert content.text.boxes.shape == (len(content.text), 4)
    assert ((content.text.boxes >= 0) & (content.text.boxes <= 1)).all()


def test_pictures_keep_to_both_bounds(source):
    for longest_px, most_pixels in ((200, 10**9), (10**6, 20_000), (1, 1)):
        rgb = source.picture(0, longest_px=longest_px, most_pixels=most_pixels)
        assert rgb.flags.c_contiguous
        assert max(rgb.shape[:2]) <= longest_px + 1
        assert rgb.shape[0] * rgb.shape[1] <= most_pixels * 1.02 + 2


def test_the_picture_for_reading_has_about_the_pixels_wanted(source):
    rgb = source.picture_for_reading(0, 300_000)
    assert 250_000 < rgb.shape[0] * rgb.shape[1] < 400_000


def test_a_page_that_is_not_there_is_an_error(source):
    with pytest.raises((DocumentError, IndexError)):
        source.survey(source.facts.page_count + 5)
