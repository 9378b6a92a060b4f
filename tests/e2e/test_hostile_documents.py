"""Broken and hostile files: each is read or refused in a sentence, and costs nothing else."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.reader import WorkerDocumentReader
from folioscope.domain.documents import Failure, FailureCause
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageContent, TextSource
from folioscope.jobs.tokens import CancelToken

LIMITS = ReadingLimits(page_timeout_s=40, memory_bytes=1_000_000_000)
IMPATIENT = ReadingLimits(page_timeout_s=3)


@pytest.fixture(scope="module")
def reader():
    opened = WorkerDocumentReader(LIMITS)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def files(shared_dir) -> Path:
    return shared_dir / "hostile" / "files"


@dataclass(frozen=True)
class Read:
    count: int
    pages: list[PageContent | Failure]
    failures: tuple[Failure, ...]
    title: str

    @property
    def text(self) -> str:
        return " ".join(page.text.plain for page in self.pages)


def read(reader, path, most=5) -> Read:
    facts = reader.inspect(str(path))
    numbers = range(min(most, facts.page_count))
    pages = list(reader.read_pages(str(path), numbers, token=CancelToken()))
    return Read(facts.page_count, pages, facts.failures, facts.title)


def refusal(reader, path) -> FailureCause:
    with pytest.raises(DocumentError) as caught:
        reader.inspect(str(path))
    failure = caught.value.failure
    assert failure.message[0].isupper()
    assert failure.message.endswith(".")
    return failure.cause


def name_of(files: Path, row: str) -> str:
    """Find a file whose name the table cannot write."""
    return next(path.name for path in sorted(files.iterdir()) if path.name.startswith(row))


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("pdf_encrypted_owner_only.pdf", 3),
        ("ext_pdf_named.png", 3),
        ("ext_pdf_without_extension", 3),
        ("name_emoji", 3),
        ("name_nfc", 3),
        ("name_nfd", 3),
        ("-rf --help", 3),
        (".hidden.pdf", 3),
        ("pdf_attachment_path_traversal.pdf", 2),
        ("pdf_metadata_html_rtl_100kB_title.pdf", 1),
        ("pdf_page_negative_inverted_box.pdf", 1),
        ("pdf_rotate_45_userunit.pdf", 1),
        ("pdf_page_1e7pt.pdf", 1),
        ("pdf_page_zero_box.pdf", 1),
        ("pdf_javascript_launch.pdf", 1),
        ("pdf_nested_arrays.pdf", 1),
        ("pdf_xref_claims_10_million.pdf", 1),
        ("ext_png_named.jpg", 1),
        ("img_8000x1.png", 1),
        ("img_cmyk_adobe.jpg", 1),
        ("img_16bit_gray.tif", 1),
        ("img_float32.tif", 1),
        ("img_animated.gif", 1),
        ("img_animated.webp", 1),
        ("img_exif_rotated_6.jpg", 1),
        ("img_transparent_black_text.png", 1),
    ],
)
def test_what_can_be_read_is_read(name, pages, reader, files):
    outcome = read(reader, files / name_of(files, name))
    assert outcome.count == pages
    assert all(isinstance(page, PageContent) for page in outcome.pages)
    assert outcome.failures == ()


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("pdf_encrypted_rc4_40.pdf", FailureCause.LOCKED),
        ("pdf_truncated_half.pdf", FailureCause.CUT_SHORT),
        ("pdf_random_garbage.pdf", FailureCause.UNREADABLE),
        ("pdf_html_error_page.pdf", FailureCause.UNREADABLE),
        ("pdf_count_lies.pdf", FailureCause.UNREADABLE),
        ("img_corrupt_idat.png", FailureCause.UNREADABLE),
        ("img_zero_bytes.png", FailureCause.EMPTY),
        ("img_bomb_gray1bit_65500.png", FailureCause.TOO_LARGE),
        ("img_entity_bomb.svg", FailureCause.UNSUPPORTED),
        ("ext_elf_named.pdf", FailureCause.UNREADABLE),
        ("ext_zip_named.pptx", FailureCause.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cause(name, cause, reader, files):
    assert refusal(reader, files / name) is cause
    assert read(reader, files / "ext_pdf_without_extension").count == 3


def test_an_old_lock_opens_with_its_password(reader, files):
    assert reader.inspect(str(files / "pdf_encrypted_rc4_40.pdf"), password="a").page_count == 3


def test_a_document_without_pages_says_so(reader, files):
    outcome = read(reader, files / "pdf_no_pages.pdf")
    assert outcome.count == 0
    assert [f.cause for f in outcome.failures] == [FailureCause.NO_PAGES]


def test_the_part_of_a_photo_that_is_there_is_read(reader, files):
    outcome = read(reader, files / "img_truncated.jpg")
    assert isinstance(outcome.pages[0], PageContent)
    assert [f.cause for f in outcome.failures] == [FailureCause.CUT_SHORT]


def test_hidden_words_are_not_read(reader, files):
    outcome = read(reader, files / "pdf_hidden_white_text.pdf")
    assert outcome.text
    assert "ignore" not in outcome.text.lower()
    assert len(outcome.text) < 700  # the stuffing is longer than what can be seen


def test_a_title_of_a_hundred_thousand_signs_is_cut(reader, files):
    assert len(read(reader, files / "pdf_metadata_html_rtl_100kB_title.pdf").title) <= 1000


def test_ten_thousand_pages_are_read_in_flat_memory(reader, files):
    path = str(files / "pdf_10000_pages.pdf")
    assert reader.inspect(path).page_count == 10_000
    token, held = CancelToken(), []
    for page in reader.read_pages(path, range(0, 10_000, 8), token=token):
        assert isinstance(page, PageContent)
        if page.page_index % 400 == 0:
            held.append(psutil.Process(reader.worker_pids()["reading"]).memory_info().rss)
    assert max(held[3:]) - held[3] < 40_000_000


@pytest.mark.parametrize("name", ["pdf_billion_laughs_forms.pdf", "pdf_400k_vector_lines.pdf"])
def test_a_page_without_end_costs_its_time_and_nothing_else(name, files):
    impatient = WorkerDocumentReader(IMPATIENT)
    impatient.open()
    try:
        outcome = read(impatient, files / name)
        assert [f.cause for f in outcome.pages] == [FailureCause.TOO_SLOW]
        assert outcome.pages[0].message == "Took longer than 3 seconds."
        assert read(impatient, files / "ext_pdf_without_extension").count == 3
    finally:
        impatient.close()


@pytest.mark.parametrize("name", ["pdf_flate_bomb_1GiB.pdf", "pdf_image_bomb_40000x40000.pdf"])
def test_bombs_stay_within_memory(name, reader, files):
    read(reader, files / "ext_pdf_without_extension")
    worker = psutil.Process(reader.worker_pids()["reading"])
    before = worker.memory_info().rss
    outcome = read(reader, files / name)
    assert len(outcome.pages) == 1
    if reader.worker_pids().get("reading") == worker.pid:
        assert worker.memory_info().rss - before < 400_000_000


def test_colours_of_print_are_not_inverted(reader, files):
    plain = reader.render(str(files / "ext_png_named.jpg"), 0, longest_px=300).rgb.astype(float)
    printed = reader.render(str(files / "img_cmyk_adobe.jpg"), 0, longest_px=300).rgb
    assert abs(plain.mean((0, 1)) - printed.mean((0, 1))).max() < 12


def test_a_photo_stands_upright(reader, files):
    plain = reader.render(str(files / "ext_png_named.jpg"), 0, longest_px=300).rgb.astype(float)
    turned = reader.render(str(files / "img_exif_rotated_6.jpg"), 0, longest_px=300).rgb
    assert turned.shape == plain.shape
    assert abs(plain - turned).mean() < 8


@pytest.mark.parametrize("name", ["img_16bit_gray.tif", "img_float32.tif"])
def test_deep_pictures_are_not_clipped(name, reader, files):
    grey = reader.render(str(files / name), 0, longest_px=400).rgb
    assert grey.std() > 10
    assert (grey > 250).mean() < 0.9


def test_clear_ground_is_white(reader, files):
    rgb = reader.render(str(files / "img_transparent_black_text.png"), 0, longest_px=600).rgb
    assert (rgb.min(2) > 250).mean() > 0.5
    content = read(reader, files / "img_transparent_black_text.png").pages[0]
    assert content.text_source is TextSource.WAITING


@pytest.mark.parametrize(
    "name", ["pdf_page_1e7pt.pdf", "pdf_rotate_45_userunit.pdf", "img_8000x1.png"]
)
def test_absurd_shapes_render_within_bounds(name, reader, files):
    image = reader.render(str(files / name), 0, longest_px=1200)
    assert 1 <= image.width_px <= 1201
    assert 1 <= image.height_px <= 1201


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
def test_a_name_of_impossible_bytes_is_read(reader, files, tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/name_broken_\xff\xfe\x80.png")
    lines = os.fsdecode(os.fsencode(tmp_path) + b"/name_with\nnewline\tand tab.pdf")
    Path(path).write_bytes((files / "ext_png_named.jpg").read_bytes())
    Path(lines).write_bytes((files / "ext_pdf_named.png").read_bytes())
    assert read(reader, path).count == 1
    assert read(reader, lines).count == 3


def test_reading_writes_no_file_anywhere(files, tmp_path, monkeypatch):
    """A folder of its own for everything a library might write to, and none does."""
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.chdir(home)
    careful = WorkerDocumentReader(LIMITS)
    careful.open()
    try:
        for name in ("pdf_attachment_path_traversal.pdf", "pdf_javascript_launch.pdf"):
            assert read(careful, files / name).count in (1, 2)
    finally:
        careful.close()
    assert list(home.rglob("*")) == []
    assert not Path("/tmp/evil.pdf").exists()
