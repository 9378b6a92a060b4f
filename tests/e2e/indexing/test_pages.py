"""Pages that were read have pictures and words, for as long as they are there."""

from pathlib import Path

import pytest

from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageRef
from tests.e2e.indexing.runs import document_id
from tests.library_parts import OpenParts, open_parts
from tests.made_documents import scanned_pdf, text_pdf, written_image


def test_pages_have_pictures_and_words(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(document_id(parts, "loan.pdf"), 1)
    preview = parts.pages.preview(ref)
    assert preview is not None
    assert preview.startswith(b"\xff\xd8")
    image = parts.pages.render(ref, longest_px=600)
    assert max(image.width_px, image.height_px) == 600
    assert "guarantor" in parts.pages.text(ref).plain
    assert parts.pages.document(ref).page_count == 2


def test_pages_that_are_away_can_be_found_but_not_rendered(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(document_id(parts, "loan.pdf"), 0)
    folder.rename(folder.with_name("unplugged"))
    parts.index()
    assert parts.pages.document(ref).is_away
    assert parts.found("guarantor")
    assert parts.pages.preview(ref) is not None
    with pytest.raises(DocumentError, match="not connected"):
        parts.pages.render(ref, longest_px=600)


def test_pictures_of_what_was_removed_go(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(document_id(parts, "loan.pdf"), 0)
    text_pdf(folder / "loan.pdf", 1, sentence="The mortgage is paid back.")
    parts.index()
    assert parts.pages.preview(ref) is None
    new = PageRef(document_id(parts, "loan.pdf"), 0)
    parts.library.remove([str(folder)])
    assert parts.pages.preview(new) is None


def test_pictures_are_read_behind_the_rest(tmp_path: Path, folder: Path) -> None:
    image = written_image(["The lighthouse keeper wrote", "about the storm in October."])
    scanned_pdf(folder / "scan.pdf", image)
    (folder / "scan.scan.png").unlink()
    with open_parts(tmp_path / "library") as parts:
        parts.index(folder)
        assert parts.found("lighthouse") == []
    with open_parts(tmp_path / "library", reads_pictures=True) as parts:
        parts.index()
        assert parts.found("lighthouse keeper")[0] == ("scan.pdf", 1)
        assert parts.library.stats().pages_waiting_for_ocr == 0
