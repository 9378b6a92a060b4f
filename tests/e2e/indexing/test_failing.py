"""What fails while a folder is read costs as little as it can, and is told."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.domain.documents import Failure, FailureCause, FileState
from folioscope.domain.errors import DiskFullError, ModelMissingError
from folioscope.services.api import IndexPhase
from folioscope.stores.lance_store import LanceVectorStore
from tests.e2e.indexing.runs import document_id
from tests.library_parts import OpenParts, Running, open_parts
from tests.made_documents import hanging_pdf, locked_pdf, text_pdf
from tests.waiting import until


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
        [document] = store.documents([document_id(parts, "loan.pdf")])
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
