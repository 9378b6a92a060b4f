"""Folders become pages that can be found, and only what changed is read again."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.domain.errors import FingerprintMismatchError
from folioscope.domain.pages import PageRef
from folioscope.jobs.progress import JobContext
from folioscope.services.api import IndexPhase
from tests.e2e.indexing.runs import document_id
from tests.library_parts import OpenParts, Running, open_parts
from tests.made_documents import locked_pdf, text_pdf, written_image
from tests.waiting import until


def test_a_mixed_folder_is_read_and_what_fails_is_named(parts: OpenParts, folder: Path) -> None:
    locked_pdf(folder / "locked.pdf", user="a")
    (folder / "garbage.pdf").write_bytes(os.urandom(4096))
    (folder / "empty.png").touch()
    (folder / "letter.docx").write_bytes(b"PK\x03\x04 no document we read")
    (folder / "sub").mkdir()
    written_image(["Nothing reads this yet"]).save(folder / "sub" / "picture.png")
    report = parts.index(folder)
    assert (report.files_read, report.pages_read) == (3, 6)
    assert {Path(p).name for p in report.failed} == {"locked.pdf", "garbage.pdf", "empty.png"}
    assert parts.reasons()["locked.pdf"] == "Locked with a password."
    assert [Path(f.path).name for f in parts.library.left_out()] == ["letter.docx"]
    assert {name for name, _ in parts.found("guarantor")} == {"loan.pdf"}
    assert len(parts.found("heron shallow")) >= 1
    assert parts.library.stats().pages_waiting_for_ocr == 1


def test_a_second_run_reads_nothing(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    batches = len(parts.encoder.batches)
    report = parts.index()
    assert (report.files_read, report.pages_read, report.files_removed) == (0, 0, 0)
    assert len(parts.encoder.batches) == batches
    assert parts.reader.worker_pids().keys() <= {"reading"}


def test_only_what_changed_is_read_again(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    text_pdf(folder / "loan.pdf", 1, sentence="The mortgage is paid back.")
    report = parts.index()
    assert (report.files_read, report.pages_read) == (1, 1)
    assert parts.found("guarantor") == []
    assert parts.found("mortgage") == [("loan.pdf", 1)]


def test_copies_are_read_once_and_shown_with_all_paths(parts: OpenParts, folder: Path) -> None:
    shutil.copy(folder / "loan.pdf", folder / "copy of loan.pdf")
    report = parts.index(folder)
    assert (report.pages_read, report.files_relinked) == (5, 1)
    ref = PageRef(document_id(parts, "loan.pdf"), 0)
    names = {Path(p).name for p in parts.pages.document(ref).paths}
    assert names == {"loan.pdf", "copy of loan.pdf"}


def test_renamed_and_moved_files_are_not_read_again(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    (folder / "deep").mkdir()
    (folder / "loan.pdf").rename(folder / "deep" / "contract.pdf")
    report = parts.index()
    assert (report.pages_read, report.files_relinked, report.files_removed) == (0, 1, 1)
    assert parts.found("guarantor")[0][0] == "contract.pdf"


def test_removing_forgets_the_pages_for_good(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    assert parts.library.remove([str(folder / "loan.pdf")]) == 2
    parts.index()
    assert parts.found("guarantor") == []
    assert parts.library.remove([str(folder)]) == 3
    assert parts.library.folders() == []
    assert (folder / "loan.pdf").exists()


def test_a_pasted_picture_is_kept_and_read(parts: OpenParts, tmp_path: Path) -> None:
    written_image(["A pasted note"]).save(tmp_path / "note.png")
    png = (tmp_path / "note.png").read_bytes()
    paths = {parts.pages.save_pasted(png), parts.pages.save_pasted(png)}
    assert len(paths) == 1
    parts.indexing.add(list(paths))
    assert parts.index().pages_read == 1
    assert [Path(c.folder).name for c in parts.library.folders()] == ["pasted"]


def test_the_librarys_own_files_are_never_listed(tmp_path: Path) -> None:
    text_pdf(tmp_path / "a.pdf")
    with open_parts(tmp_path / "library") as parts:
        parts.index(tmp_path)
        assert [Path(f.path).name for f in parts.stores.reading.files()] == ["a.pdf"]


def test_many_small_files_are_embedded_together(parts: OpenParts, tmp_path: Path) -> None:
    gate = threading.Event()
    parts.encoder.before = lambda _: gate.wait(30) and None
    made = tmp_path / "small"
    made.mkdir()
    for number in range(24):
        text_pdf(made / f"{number}.pdf", sentence=f"Receipt number {number}.")
    begun: list[object] = []
    read = parts.reader.read_pages

    def counted(*given: object, **named: object) -> Iterator[object]:
        begun.append(given[0])
        yield from read(*given, **named)  # type: ignore[arg-type]

    parts.reader.read_pages = counted  # type: ignore[method-assign,assignment]
    parts.indexing.add([str(made)])
    running = Running(parts)
    until(lambda: len(begun) == 24)
    gate.set()
    running.join()
    assert max(parts.encoder.batches) > 4
    assert sum(parts.encoder.batches) == 24


def test_the_first_files_are_found_while_others_are_read(parts: OpenParts, folder: Path) -> None:
    text_pdf(folder / "thick.pdf", 60, sentence="The appendix goes on and on.")
    gate = threading.Event()

    def hold(pages: object) -> None:
        if any("appendix" in page.page for page in pages):  # type: ignore[attr-defined]
            gate.wait(30)

    parts.encoder.before = hold
    parts.indexing.add([str(folder)])
    running = Running(parts)
    until(lambda: parts.stores.reading.refresh() or parts.library.stats().pages == 5)
    assert parts.found("guarantor")
    gate.set()
    running.join()
    assert parts.library.stats().pages == 65


def test_the_total_and_the_end_are_told(parts: OpenParts, folder: Path) -> None:
    seen = []
    parts.indexing.add([str(folder)])
    parts.indexing.run(JobContext(report=seen.append))
    assert (seen[-1].done, seen[-1].total) == (5, 5)
    assert parts.indexing.state().phase is IndexPhase.IDLE


def test_a_library_of_another_model_is_refused_until_it_is_rebuilt(
    tmp_path: Path, folder: Path
) -> None:
    library = tmp_path / "library"
    with open_parts(library) as parts:
        parts.index(folder)
    with pytest.raises(FingerprintMismatchError), open_parts(library, fingerprint="new"):
        pass
    with open_parts(library, fingerprint="new", accept_any=True) as parts:
        with pytest.raises(FingerprintMismatchError):
            parts.found("guarantor")
        with pytest.raises(FingerprintMismatchError):
            parts.index()
        parts.indexing.rebuild()
        assert parts.index().pages_read == 5
        assert parts.found("guarantor")
    with open_parts(library, fingerprint="new") as parts:
        assert parts.library.stats().pages == 5
