"""What a file is comes from its bytes."""

import io
import os

import pytest
from PIL import Image

from folioscope.documents.sniffing import claimed_kind, kind_of, sniff
from folioscope.domain.documents import DocumentKind, FailureCause
from folioscope.domain.errors import DocumentError
from tests.made_documents import text_pdf


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_pictures_are_known_by_their_first_bytes(form):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, form)
    assert kind_of(buffer.getvalue()[:1024]) is DocumentKind.IMAGE


def test_a_pdf_is_known_whatever_its_name(tmp_path):
    assert sniff(str(text_pdf(tmp_path / "picture.png"))) is DocumentKind.PDF


def test_a_pdf_may_begin_a_little_late(tmp_path):
    late = tmp_path / "late.pdf"
    late.write_bytes(b"\r\n" * 300 + text_pdf(tmp_path / "a.pdf").read_bytes())
    assert sniff(str(late)) is DocumentKind.PDF


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"PK\x03\x04",
        b"\x7fELF",
        b"BMxxxxxxxxxxxxxxxxxxxx",
        b"<svg/>",
        b"RIFF1234WAVE",
    ],
)
def test_other_contents_are_nothing_that_is_read(content, tmp_path):
    path = tmp_path / "named.pdf"
    path.write_bytes(content)
    assert sniff(str(path)) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.pdf")
    assert sniff(str(tmp_path / "pipe.pdf")) is None
    assert sniff(str(tmp_path)) is None


def test_a_file_that_is_gone_says_so(tmp_path):
    with pytest.raises(DocumentError) as caught:
        sniff(str(tmp_path / "no.pdf"))
    assert caught.value.failure.cause is FailureCause.GONE


def test_names_claim_a_kind():
    assert claimed_kind("/a/B.PDF") == "PDF"
    assert claimed_kind("/a/b.pptx") == ""
