"""A folder of broken and hostile files: each is found or told why not, and the rest is read."""

import shutil
from pathlib import Path

import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.domain.documents import FailureCause, FileState
from tests.library_parts import open_parts
from tests.made_documents import text_pdf

SLOW = ("pdf_10000_pages.pdf", "pdf_flate_bomb_1GiB.pdf", "pdf_400k_vector_lines.pdf")
FAILED = {
    "ext_elf_named.pdf": FailureCause.UNREADABLE,
    "img_bomb_gray1bit_65500.png": FailureCause.TOO_LARGE,
    "img_corrupt_idat.png": FailureCause.UNREADABLE,
    "img_zero_bytes.png": FailureCause.EMPTY,
    "pdf_billion_laughs_forms.pdf": FailureCause.TOO_SLOW,
    "pdf_count_lies.pdf": FailureCause.UNREADABLE,
    "pdf_html_error_page.pdf": FailureCause.UNREADABLE,
    "pdf_no_pages.pdf": FailureCause.NO_PAGES,
    "pdf_random_garbage.pdf": FailureCause.UNREADABLE,
    "pdf_truncated_half.pdf": FailureCause.CUT_SHORT,
}
LOCKED = {"pdf_encrypted_rc4_40.pdf"}
NOT_SUPPORTED = {"ext_zip_named.pptx", "img_entity_bomb.svg"}
READ_IN_PART = {"img_truncated.jpg"}


@pytest.fixture
def folder(shared_dir: Path, tmp_path: Path) -> Path:
    made = tmp_path / "hostile"
    shutil.copytree(shared_dir / "hostile" / "files", made, ignore=shutil.ignore_patterns(*SLOW))
    text_pdf(made / "zz_good.pdf", 2, sentence="The guarantor signs here.")
    return made


def test_every_file_is_read_or_named_with_its_reason(folder: Path, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    limits = ReadingLimits(page_timeout_s=4)
    with open_parts(tmp_path / "library", limits=limits) as parts:
        parts.index(folder)
        files = {Path(f.path).name: f for f in parts.stores.reading.files()}
        hidden = {p.name for p in before if p.name.startswith(".")}  # skipped by rule
        assert set(files) == {p.name for p in before} - hidden
        states: dict[FileState, dict[str, FailureCause | None]] = {s: {} for s in FileState}
        for name, file in files.items():
            states[file.state][name] = file.failures[0].cause if file.failures else None
        assert states[FileState.WAITING] == {}
        assert states[FileState.FAILED] == FAILED
        assert set(states[FileState.LOCKED]) == LOCKED
        assert set(states[FileState.UNSUPPORTED]) == NOT_SUPPORTED
        read = states[FileState.INDEXED]
        assert {name for name, cause in read.items() if cause} == READ_IN_PART
        assert all(f.message.endswith(".") for r in parts.library.failures() for f in r.failures)
        assert sorted(parts.found("guarantor")) == [("zz_good.pdf", 1), ("zz_good.pdf", 2)]
        assert parts.index().files_read == 0  # no endless retry
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert {p.name for p in tmp_path.iterdir()} == {"hostile", "library"}
