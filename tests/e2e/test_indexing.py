"""Folders become pages that can be found: reading, changing, resuming, failing."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.domain.documents import Document, Failure, FailureCause, FileState
from folioscope.domain.errors import (
    DiskFullError,
    DocumentError,
    FingerprintMismatchError,
    LibraryBusyError,
    ModelMissingError,
    StoreBlockedError,
)
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.queries import StoreQuery
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import Cancelled
from folioscope.services.api import IndexPhase
from folioscope.services.hashing import content_hash
from folioscope.stores.lance_store import LanceVectorStore
from tests.library_parts import OpenParts, Running, open_parts
from tests.made_documents import hanging_pdf, locked_pdf, scanned_pdf, text_pdf, written_image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    text_pdf(made / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    text_pdf(made / "heron.pdf", 3, sentence="A heron stands in the shallow water.")
    return made


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[OpenParts]:
    with open_parts(tmp_path / "library") as opened:
        yield opened


def until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


# --- what goes in


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
    ref = PageRef(_id(parts, "loan.pdf"), 0)
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
    parts.indexing.add([str(made)])
    running = Running(parts)
    until(lambda: parts.indexing.state().current_file.endswith(f"{os.sep}9.pdf"))
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


# --- failing and mending


def test_a_page_that_hangs_costs_that_page_alone(tmp_path: Path, folder: Path) -> None:
    hanging_pdf(folder / "hangs.pdf")
    limits = ReadingLimits(page_timeout_s=2)
    with open_parts(tmp_path / "library", limits=limits) as parts:
        report = parts.index(folder)
        assert report.pages_read == 5
        [failed] = parts.library.failures()
        assert (failed.state, failed.failures[0].cause) == (
            FileState.FAILED,
            FailureCause.TOO_SLOW,
        )
        assert parts.index().failed == report.failed  # told again, not tried again


def test_a_locked_file_is_read_once_its_password_is_known(parts: OpenParts, folder: Path) -> None:
    path = locked_pdf(folder / "locked.pdf", user="sesame")
    parts.index(folder)
    assert not parts.indexing.unlock(str(path), "wrong")
    assert parts.indexing.unlock(str(path), "sesame")
    assert parts.index().pages_read == 1
    assert parts.library.failures() == []


def test_retrying_reads_a_failed_file_again_and_keeps_what_there_is(
    parts: OpenParts, folder: Path
) -> None:
    parts.index(folder)
    with parts.stores.writing() as store:
        [document] = store.documents([_id(parts, "loan.pdf")])
        failure = Failure(FailureCause.CRASHED, "It crashed.", 1)
        store.commit_document(replace(document, failures=(failure,)))
        [file] = store.files(document_id=document.document_id)
        store.put_files([replace(file, failures=(failure,))])
    parts.indexing.retry([file.path])
    assert parts.found("guarantor")
    assert parts.index().pages_read == 2
    assert parts.library.failures() == []


def test_a_file_that_changes_while_it_is_read_is_read_by_the_next_run(
    parts: OpenParts, folder: Path
) -> None:
    path = folder / "loan.pdf"
    parts.index(folder)
    text_pdf(path, 1, sentence="A first draft of the mortgage.")

    def change(_pages: object) -> None:
        parts.encoder.before = lambda _: None

    read = parts.reader.read_pages

    def changing(*given: object, **named: object) -> Iterator[object]:
        yield from read(*given, **named)  # type: ignore[arg-type]
        if path.stat().st_size and given[0] == str(path) and not changed:
            changed.append(True)
            text_pdf(path, 1, sentence="The final mortgage, signed and sealed.")

    changed: list[bool] = []
    parts.reader.read_pages = changing  # type: ignore[method-assign,assignment]
    parts.encoder.before = change
    assert parts.index().files_read == 0
    assert parts.found("guarantor")  # still as it was
    assert parts.index().files_read == 1
    assert parts.found("signed sealed") == [("loan.pdf", 1)]


def test_a_full_disk_blocks_and_goes_on(tmp_path: Path, folder: Path) -> None:
    full = threading.Event()
    full.set()

    class CrampedStore(LanceVectorStore):
        def stage_pages(self, *given: object) -> None:
            if full.is_set():
                raise DiskFullError("The disk is full.", hint="Make room.")
            super().stage_pages(*given)  # type: ignore[arg-type]

    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: CrampedStore(library)) as parts:
        parts.indexing.add([str(folder)])
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        assert "full" in parts.indexing.state().message
        assert not parts.indexing.state().may_pass
        full.clear()
        running.join()
        assert running.error is None
        assert parts.library.stats().pages == 5


class LeavingStore(LanceVectorStore):
    """Kept on a server, as it were, that can go away: nothing is read or written then."""

    away: str | None = None
    gone = threading.Event()
    asked: ClassVar[list[str]] = []

    def _ask(self, name: str) -> None:
        self.asked.append(name)
        if LeavingStore.away == name:
            self.gone.set()
        if self.gone.is_set():
            raise StoreBlockedError("The server is away.")

    def refresh(self) -> bool:
        self._ask("refresh")
        return super().refresh()

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        self._ask("documents")
        return super().documents(ids)

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        self._ask("stage_pages")
        super().stage_pages(document_id, pages)

    def commit_document(self, document: Document) -> None:
        self._ask("commit_document")
        super().commit_document(document)


@pytest.mark.parametrize("at", ["documents", "stage_pages", "commit_document"])
def test_a_server_that_goes_away_blocks_and_goes_on_with_nothing_read_twice(
    tmp_path: Path, folder: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        monkeypatch.setattr(LeavingStore, "away", at)
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        assert parts.indexing.state().message == "The server is away."
        assert parts.indexing.state().may_pass
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()
        running.join()
        assert running.error is None
        assert running.report is not None
        assert (running.report.files_read, running.report.pages_read) == (2, 5)
        assert parts.library.stats().pages == 5
        assert parts.found("guarantor")


def test_a_server_that_goes_away_while_a_model_is_busy_blocks_and_goes_on(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    for number in range(12):
        text_pdf(folder / f"{number}.pdf", 1, sentence=f"The egret of pond {number} stands.")
    library = tmp_path / "library"

    def busy(_pages: object) -> None:
        """Hear no cancel, as a model in the middle of a run, while the server goes away."""
        if not LeavingStore.gone.is_set():
            monkeypatch.setattr(LeavingStore, "away", "documents")
            LeavingStore.gone.wait(20)
            time.sleep(0.5)

    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        parts.encoder.before = busy
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        parts.encoder.before = lambda _: None
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()
        running.join()
        assert running.error is None
        assert running.report is not None
        assert running.report.files_read == 14
        assert parts.library.stats().pages == 17


def test_waiting_for_a_server_can_be_cancelled(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        monkeypatch.setattr(LeavingStore, "away", "documents")
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        running.token.cancel()
        running.join()
        assert isinstance(running.error, Cancelled)
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()


def test_a_model_that_is_missing_ends_the_run_and_keeps_files_waiting(
    parts: OpenParts, folder: Path
) -> None:
    def refuse(_pages: object) -> None:
        raise ModelMissingError("The model is not there.", hint="Run `folioscope doctor`.")

    parts.encoder.before = refuse
    with pytest.raises(ModelMissingError):
        parts.index(folder)
    assert {f.state for f in parts.stores.reading.files()} == {FileState.WAITING}
    parts.encoder.before = lambda _: None
    assert parts.index().pages_read == 5


# --- pictures and texts of pages


def test_pages_have_pictures_and_words(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(_id(parts, "loan.pdf"), 1)
    preview = parts.pages.preview(ref)
    assert preview is not None
    assert preview.startswith(b"\xff\xd8")
    image = parts.pages.render(ref, longest_px=600)
    assert max(image.width_px, image.height_px) == 600
    assert "guarantor" in parts.pages.text(ref).plain
    assert parts.pages.document(ref).page_count == 2


def test_pages_that_are_away_can_be_found_but_not_rendered(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(_id(parts, "loan.pdf"), 0)
    folder.rename(folder.with_name("unplugged"))
    parts.index()
    assert parts.pages.document(ref).is_away
    assert parts.found("guarantor")
    assert parts.pages.preview(ref) is not None
    with pytest.raises(DocumentError, match="not connected"):
        parts.pages.render(ref, longest_px=600)


def test_pictures_of_what_was_removed_go(parts: OpenParts, folder: Path) -> None:
    parts.index(folder)
    ref = PageRef(_id(parts, "loan.pdf"), 0)
    text_pdf(folder / "loan.pdf", 1, sentence="The mortgage is paid back.")
    parts.index()
    assert parts.pages.preview(ref) is None
    new = PageRef(_id(parts, "loan.pdf"), 0)
    parts.library.remove([str(folder)])
    assert parts.pages.preview(new) is None


# --- cancelling, pausing, going on


def thick(folder: Path, pages: int = 80) -> Path:
    return text_pdf(folder / "thick.pdf", pages, sentence="The appendix goes on and on.")


def test_a_cancelled_run_goes_on_where_it_was(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=40)
    running.token.cancel()
    running.join()
    go_on.set()
    assert isinstance(running.error, Cancelled)
    with parts.stores.writing() as store:
        staged = len(store.staged_pages(_hash(folder / "thick.pdf")))
    assert staged >= 16
    parts.encoder.batches.clear()
    assert parts.index().pages_read == 85 - 5 - staged
    assert parts.library.stats().pages == 85
    assert len({page for _, page in _all(parts, "thick.pdf")}) == 80


def run_until(parts: OpenParts, folder: Path, *, pages: int) -> tuple[Running, threading.Event]:
    """Return a run that has done so many pages, and does not end before the event is set."""
    go_on = threading.Event()

    def done() -> bool:
        return parts.indexing.state().reading.done >= pages

    parts.encoder.before = lambda _: done() and go_on.wait(60) and None
    parts.indexing.add([str(folder)])
    running = Running(parts)
    until(done)
    return running, go_on


@pytest.mark.parametrize("where", ["a page", "the encoder", "a pause"])
def test_cancel_is_heard_at_once_whatever_goes_on(
    parts: OpenParts, folder: Path, where: str
) -> None:
    gate = threading.Event()
    if where == "a page":
        hanging_pdf(folder / "hangs.pdf")
    if where == "the encoder":
        parts.encoder.before = lambda _: gate.wait(60) and None
    parts.indexing.add([str(folder)])
    running = Running(parts)
    try:
        if where == "a pause":
            running.token.pause()
            until(lambda: parts.indexing.state().is_paused)
        else:
            name = "hangs.pdf" if where == "a page" else "heron.pdf"
            until(lambda: parts.indexing.state().current_file.endswith(name))
        started = time.monotonic()
        running.token.cancel()
        running.join()
        assert time.monotonic() - started < 5  # 0.2 s where nothing else keeps the machine busy
        assert isinstance(running.error, Cancelled)
    finally:
        gate.set()


def test_a_paused_run_rests_and_goes_on(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=20)
    running.token.pause()
    assert parts.indexing.state().is_paused
    go_on.set()
    until(lambda: _settled(parts))
    done = parts.indexing.state().reading.done
    assert parts.indexing.state().reading.per_second is None
    assert done < 85
    running.token.resume()
    running.join()
    assert parts.library.stats().pages == 85


def _settled(parts: OpenParts) -> bool:
    done = parts.indexing.state().reading.done
    time.sleep(0.3)
    return parts.indexing.state().reading.done == done


def test_the_total_and_the_end_are_told(parts: OpenParts, folder: Path) -> None:
    seen = []
    parts.indexing.add([str(folder)])
    parts.indexing.run(JobContext(report=seen.append))
    assert (seen[-1].done, seen[-1].total) == (5, 5)
    assert parts.indexing.state().phase is IndexPhase.IDLE


# --- other models, other processes


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


def test_rebuilding_ends_a_run_under_way(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=5)
    parts.indexing.rebuild()
    running.join()
    go_on.set()
    assert isinstance(running.error, Cancelled)
    assert parts.index().pages_read == 85


def test_one_writes_and_others_read(parts: OpenParts, folder: Path, tmp_path: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=20)
    with open_parts(tmp_path / "library") as beside:
        with pytest.raises(LibraryBusyError):
            beside.index(folder)
        assert beside.found("guarantor")
        go_on.set()
        running.join()
        beside.library.refresh()
        assert beside.library.stats().pages == 85
        assert beside.index().pages_read == 0


# --- OCR


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


def _id(parts: OpenParts, name: str) -> str:
    return next(f.document_id for f in parts.stores.reading.files() if Path(f.path).name == name)


def _hash(path: Path) -> str:
    return content_hash(str(path))


def _all(parts: OpenParts, name: str) -> list[tuple[str, int]]:
    wanted = _id(parts, name)
    refs = parts.stores.reading.page_refs(StoreQuery())
    return [(r.document_id, r.page_index) for r in refs if r.document_id == wanted]
