"""Bringing the list of files in step with the folders."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.domain.documents import (
    Document,
    DocumentKind,
    Failure,
    FailureCause,
    FileState,
    SourceFile,
)
from folioscope.domain.errors import DocumentError
from folioscope.domain.protocols import Access
from folioscope.jobs.tokens import CancelToken
from folioscope.services import reconciling
from folioscope.services.folders import add_folders, drop_folders
from folioscope.services.hashing import content_hash
from folioscope.services.patience import PatientWriter
from folioscope.services.reconciling import Changes, Reconciler
from folioscope.services.scanning import SeenFile, Sight
from folioscope.stores.memory_store import MemoryVectorStore
from folioscope.stores.previews import SqlitePreviewStore
from tests.contract.store_makers import page


class Library:
    """A library in memory whose files are PDFs when they begin with %PDF."""

    def __init__(self, directory: Path) -> None:
        self.store = MemoryVectorStore()
        self.store.open(Access.WRITE, fingerprint="f")
        self.previews = SqlitePreviewStore(directory / ".previews.sqlite")
        self.previews.open()

    def reconcile(self, *, only: tuple[str, ...] = ()) -> Changes:
        token = CancelToken()
        reconciler = Reconciler(
            self.store,
            self.previews,
            writer=PatientWriter(token, lambda _: None),
            is_readable=lambda path: Path(path).read_bytes().startswith(b"%PDF"),
            ignore_patterns=(),
            apart=(),
            token=token,
        )
        return reconciler.reconcile(only)

    def read_all(self) -> None:
        """Take every waiting file for a document of one page."""
        for file in self.store.files(states=frozenset({FileState.WAITING})):
            document_id = content_hash(file.path)
            self.store.stage_pages(document_id, [page(document_id, 0)])
            self.store.commit_document(Document(document_id, DocumentKind.PDF, 1, 1, "f"))
            read = replace(file, state=FileState.INDEXED, document_id=document_id)
            self.store.put_files([read])

    @property
    def states(self) -> dict[str, FileState]:
        return {Path(f.path).name: f.state for f in self.store.files()}

    def file(self, path: Path) -> SourceFile:
        return next(f for f in self.store.files() if f.path == str(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    for name in ("one", "two", "three"):
        (made / f"{name}.pdf").write_bytes(b"%PDF " + name.encode())
    return made


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    add_folders(made.store, [str(folder)])
    made.reconcile()
    made.read_all()
    yield made
    made.previews.close()


def test_new_files_wait_and_others_are_listed_by_name(tmp_path: Path) -> None:
    library = Library(tmp_path)
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF")
    (folder / "b.docx").write_bytes(b"PK")
    (folder / "c.png").touch()
    add_folders(library.store, [str(folder)])
    library.reconcile()
    assert library.states == {
        "a.pdf": FileState.WAITING,
        "b.docx": FileState.UNSUPPORTED,
        "c.png": FileState.FAILED,
    }
    assert library.file(folder / "b.docx").failures[0].message == reconciling.NOT_SUPPORTED
    assert library.file(folder / "c.png").failures[0].cause is FailureCause.EMPTY


def test_nothing_changed_nothing_done(library: Library) -> None:
    before = library.store.files()
    assert library.reconcile() == Changes()
    assert library.store.files() == before


def test_a_changed_file_waits_and_leads_to_its_old_pages_meanwhile(
    library: Library, folder: Path
) -> None:
    old = library.file(folder / "one.pdf").document_id
    (folder / "one.pdf").write_bytes(b"%PDF another content")
    library.reconcile()
    file = library.file(folder / "one.pdf")
    assert (file.state, file.document_id) == (FileState.WAITING, old)
    assert library.store.documents([old])


def test_moved_and_renamed_files_keep_their_pages(library: Library, folder: Path) -> None:
    ids = {n: library.file(folder / f"{n}.pdf").document_id for n in ("one", "two")}
    (folder / "one.pdf").rename(folder / "renamed.pdf")
    (folder / "sub").mkdir()
    (folder / "two.pdf").rename(folder / "sub" / "two.pdf")
    changes = library.reconcile()
    assert (changes.relinked, changes.removed) == (2, 2)
    assert library.file(folder / "renamed.pdf").document_id == ids["one"]
    assert library.file(folder / "sub" / "two.pdf").document_id == ids["two"]
    assert set(library.states.values()) == {FileState.INDEXED}
    assert library.store.stats().pages == 3


def test_a_move_is_seen_also_where_an_earlier_run_ended_before_it(
    library: Library, folder: Path
) -> None:
    moved = (folder / "one.pdf").rename(folder / "renamed.pdf")
    seen = moved.stat()
    waiting = SourceFile(str(moved), str(folder), seen.st_size, seen.st_mtime_ns)
    library.store.put_files([waiting])
    assert library.reconcile().relinked == 1
    assert library.store.stats().pages == 3


def test_deleted_files_go_with_their_pages_and_pictures(library: Library, folder: Path) -> None:
    file = library.file(folder / "one.pdf")
    ref = page(file.document_id, 0).ref
    library.previews.put([(ref, b"jpeg")])
    (folder / "one.pdf").unlink()
    assert library.reconcile().removed == 1
    assert library.store.documents([file.document_id]) == []
    assert library.previews.get(ref) is None


def test_a_copy_that_stays_keeps_the_pages(library: Library, folder: Path) -> None:
    shutil.copy(folder / "one.pdf", folder / "copy.pdf")
    library.reconcile()
    library.read_all()
    (folder / "one.pdf").unlink()
    library.reconcile()
    assert library.store.documents([library.file(folder / "copy.pdf").document_id])


@pytest.mark.parametrize("goes", ["whole", "emptied"])
def test_a_folder_that_is_away_keeps_its_pages_and_comes_back(
    library: Library, folder: Path, goes: str
) -> None:
    elsewhere = folder.with_name("unplugged")
    folder.rename(elsewhere)
    if goes == "emptied":
        folder.mkdir()
    assert library.reconcile() == Changes()
    assert all(f.is_away for f in library.store.files())
    assert library.store.stats().pages == 3
    if goes == "emptied":
        folder.rmdir()
    elsewhere.rename(folder)
    library.reconcile()
    assert not any(f.is_away for f in library.store.files())
    assert set(library.states.values()) == {FileState.INDEXED}


def test_a_folder_whose_documents_were_deleted_is_not_away(library: Library, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / "notes.txt").write_text("still here")
    library.reconcile()
    assert library.store.stats().pages == 0


def test_folders_that_cannot_be_listed_keep_what_is_below_them(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = reconciling.look_into

    def half_blind(added: str, *rest: object, **named: object) -> Sight:
        sight = look(added, *rest, **named)  # type: ignore[arg-type]
        sight.blind = {added: PermissionError(13, "Permission denied")}
        sight.files = {}
        return sight

    with monkeypatch.context() as patched:
        patched.setattr(reconciling, "look_into", half_blind)
        library.reconcile()
    listed = library.file(folder)
    assert listed.failures[0].cause is FailureCause.NO_PERMISSION
    assert library.store.stats().pages == 3
    library.reconcile()  # it can be listed again
    assert str(folder) not in {f.path for f in library.store.files()}
    assert library.store.stats().pages == 3


def test_a_file_without_permission_is_tried_again_when_it_can_be_read(
    library: Library, folder: Path
) -> None:
    file = library.file(folder / "one.pdf")
    failure = Failure(FailureCause.NO_PERMISSION, "No permission.")
    library.store.put_files([replace(file, state=FileState.FAILED, failures=(failure,))])
    library.reconcile()
    assert library.states["one.pdf"] is FileState.WAITING


def test_a_failed_file_is_not_tried_again_until_it_changes(library: Library, folder: Path) -> None:
    file = library.file(folder / "one.pdf")
    failure = Failure(FailureCause.CRASHED, "It crashed.")
    library.store.put_files([replace(file, state=FileState.FAILED, failures=(failure,))])
    library.reconcile()
    assert library.states["one.pdf"] is FileState.FAILED
    os.utime(folder / "one.pdf", ns=(1, 1))
    library.reconcile()
    assert library.states["one.pdf"] is FileState.WAITING


def test_a_reader_that_refuses_gives_the_reason(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    add_folders(library.store, [str(folder)])
    error = DocumentError("No permission to read the file.")
    error.failure = Failure(FailureCause.NO_PERMISSION, str(error))  # type: ignore[attr-defined]

    def refuse(_path: str) -> bool:
        raise error

    token = CancelToken()
    Reconciler(
        library.store,
        library.previews,
        writer=PatientWriter(token, lambda _: None),
        is_readable=refuse,
        ignore_patterns=(),
        apart=(),
        token=token,
    ).reconcile()
    assert {f.failures for f in library.store.files()} == {(error.failure,)}  # type: ignore[attr-defined]


def test_files_in_the_cloud_are_listed_and_never_opened(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = reconciling.look_into
    cloud = folder / "cloud.pdf"
    cloud.write_bytes(b"%PDF in the cloud")

    def cloudy(added: str, *rest: object, **named: object) -> Sight:
        sight = look(added, *rest, **named)  # type: ignore[arg-type]
        seen = sight.files[str(cloud)]
        sight.files[str(cloud)] = SeenFile(seen.path, seen.size_bytes, seen.mtime_ns, True)
        return sight

    with monkeypatch.context() as patched:
        patched.setattr(reconciling, "look_into", cloudy)
        patched.setattr(Path, "read_bytes", lambda _: pytest.fail("it was opened"))
        library.reconcile()
    file = library.file(cloud)
    assert (file.state, file.failures[0].cause) == (
        FileState.UNSUPPORTED,
        FailureCause.CLOUD_ONLY,
    )
    library.reconcile()  # downloaded since, size and time as before
    assert library.states["cloud.pdf"] is FileState.WAITING


def test_what_was_left_out_is_forgotten_and_stays_out(library: Library, folder: Path) -> None:
    drop_folders(library.store, [str(folder / "one.pdf")])
    library.reconcile()
    assert set(library.states) == {"two.pdf", "three.pdf"}


def test_files_of_folders_that_were_dropped_go(library: Library, folder: Path) -> None:
    drop_folders(library.store, [str(folder)])
    library.reconcile()
    assert library.store.files() == []


def test_a_folder_added_around_takes_files_over_unread(library: Library, folder: Path) -> None:
    (folder / "three.pdf").unlink()
    add_folders(library.store, [str(folder.parent)])
    library.reconcile()
    assert {f.folder for f in library.store.files()} == {str(folder.parent)}
    assert library.states == {"one.pdf": FileState.INDEXED, "two.pdf": FileState.INDEXED}


def test_only_looks_at_the_folders_that_are_concerned(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "new.pdf").write_bytes(b"%PDF new")
    (folder / "new.pdf").write_bytes(b"%PDF newer")
    add_folders(library.store, [str(other)])
    library.reconcile(only=(str(other / "new.pdf"),))
    assert str(folder / "new.pdf") not in {f.path for f in library.store.files()}
    assert library.file(other / "new.pdf").state is FileState.WAITING
