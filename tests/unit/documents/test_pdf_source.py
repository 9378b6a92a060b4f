"""PDF documents: locked, cut short, without pages, of absurd shapes."""

import os

import pymupdf
import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.pdf_source import PdfSource
from folioscope.domain.documents import FailureCause
from folioscope.domain.errors import DocumentError
from tests.made_documents import locked_pdf, text_pdf


def opened(path, password="", **limits):
    return PdfSource(str(path), password=password, limits=ReadingLimits(**limits))


def cause_of(path, password=""):
    with pytest.raises(DocumentError) as caught:
        opened(path, password)
    return caught.value.failure.cause


def test_a_locked_document_opens_with_its_password_alone(tmp_path):
    path = locked_pdf(tmp_path / "a.pdf", user="sésame")
    assert cause_of(path) is FailureCause.LOCKED
    assert cause_of(path, "wrong") is FailureCause.LOCKED
    assert opened(path, "sésame").facts.page_count == 1


def test_a_document_that_only_its_owner_may_change_opens(tmp_path):
    assert opened(locked_pdf(tmp_path / "a.pdf", user="")).facts.page_count == 1


def test_the_title_is_given_as_it_is_but_not_endless(tmp_path):
    assert opened(text_pdf(tmp_path / "a.pdf", title="Jahresbericht 2024")).facts.title == (
        "Jahresbericht 2024"
    )
    long = opened(text_pdf(tmp_path / "b.pdf", title="x" * 50_000))
    assert len(long.facts.title) <= 1000


def test_pages_of_a_cut_document_are_found_and_the_cut_is_told(tmp_path):
    whole = text_pdf(tmp_path / "a.pdf", 40).read_bytes()
    (tmp_path / "a.pdf").write_bytes(whole[:-600])
    facts = opened(tmp_path / "a.pdf").facts
    assert facts.page_count > 0
    assert [f.cause for f in facts.failures] == [FailureCause.CUT_SHORT]
    assert "ends early" in facts.failures[0].message
    (tmp_path / "a.pdf").write_bytes(whole[:400])
    assert cause_of(tmp_path / "a.pdf") is FailureCause.CUT_SHORT


def test_only_so_many_pages_are_read(tmp_path):
    facts = opened(text_pdf(tmp_path / "a.pdf", 5), max_pages=3).facts
    assert facts.page_count == 3
    assert facts.failures[0].message == "Only the first 3 of 5 pages are read."


@pytest.mark.parametrize("size", [(14_400, 3), (3, 14_400), (14_000, 14_000), (10, 10)])
def test_pages_of_any_shape_render_within_bounds(size, tmp_path):
    with pymupdf.open() as document:
        document.new_page(width=size[0], height=size[1])
        document.save(tmp_path / "a.pdf")
    source = opened(tmp_path / "a.pdf")
    rgb = source.picture(0, longest_px=1000, most_pixels=300_000)
    assert 999 <= max(rgb.shape) <= 1001 or rgb.shape[0] * rgb.shape[1] > 280_000
    assert rgb.shape[0] * rgb.shape[1] <= 302_000
    assert min(rgb.shape[:2]) >= 1
    assert source.survey(0).rgb.size > 0


@pytest.mark.skipif(os.name == "nt", reason="names there are always Unicode")
def test_a_name_that_is_no_unicode_opens(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/broken\xff\xfe.pdf")
    try:
        text_pdf(tmp_path / "a.pdf").rename(path)
    except OSError:
        pytest.skip("the file system refuses such names")
    assert "Chapter" in opened(path).survey(0).layer.text.words
