"""Commands that make, tell of and mend a library."""

import os
import sys
from pathlib import Path

import pytest

from folioscope import __version__
from folioscope.domain.protocols import Access
from folioscope.stores.lance_store import LanceVectorStore
from tests.made_documents import locked_pdf, text_pdf


def test_index_tells_what_failed_and_reads_the_rest(ask, tmp_path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    text_pdf(folder / "good.pdf")
    locked_pdf(folder / "locked.pdf", user="a")
    (folder / "notes.txt").write_text("no kind that is read")
    done = ask("--library", tmp_path / "new", "index", folder, "--json")
    assert done.code == 1
    assert (done.json["files_read"], done.json["pages_read"]) == (1, 1)
    [failed] = done.json["failed"]
    assert failed["file"] == str(folder / "locked.pdf")
    assert failed["failures"] == [
        {"cause": "locked", "message": "Locked with a password.", "page": None}
    ]
    assert "locked.pdf: Locked with a password." in done.err
    listed = ask("--library", tmp_path / "new", "failures", "--json").json
    assert [f["state"] for f in listed["failed"]] == ["locked"]
    assert [Path(f["file"]).name for f in listed["not_supported"]] == ["notes.txt"]
    again = ask("--library", tmp_path / "new", "index")
    assert again.code == 1
    assert "Read 0 pages" in again.out


def test_index_without_ocr_leaves_pictures_for_later(ask, tmp_path, shared_dir) -> None:
    scan = shared_dir / "corpus" / "files" / "scans" / "typewriter.png"
    library = tmp_path / "library"
    assert ask("--library", library, "index", scan, "--no-ocr").code == 0
    assert ask("--library", library, "status", "--json").json["pages_waiting_for_ocr"] == 1


def test_status_and_remove(ask, library, documents) -> None:
    status = ask("--library", library, "status", "--json").json
    assert (status["pages"], status["documents"], status["files"]) == (3, 2, 2)
    assert status["folders"] == [
        {"folder": str(documents), "pages": 3, "files": 2, "is_away": False}
    ]
    assert "3 pages in 2 documents" in ask("--library", library, "status").out
    removed = ask("--library", library, "remove", documents / "loan.pdf", "--json").json
    assert removed["pages"] == 2
    assert (documents / "loan.pdf").exists()
    assert ask("--library", library, "status", "--json").json["pages"] == 1


def test_compact_verify_and_rebuild(ask, library) -> None:
    assert ask("--library", library, "compact", "--json").json["disk_bytes"] > 0
    assert ask("--library", library, "verify", "--json").json["health"] == "sound"
    assert ask("--library", library, "index", "--rebuild", "--json").json["pages_read"] == 3


def test_damage_is_told_and_mended(ask, library, documents) -> None:
    catalogue = library / "catalogue.sqlite"
    catalogue.write_bytes(catalogue.read_bytes()[: catalogue.stat().st_size // 2])
    told = ask("--library", library, "status")
    assert told.code == 3
    assert len(told.err.splitlines()) == 1
    assert "repair" in told.err.casefold()
    assert ask("--library", library, "verify", "--repair").code == 0
    assert ask("--library", library, "index", documents, "--json").code == 0
    assert ask("--library", library, "status", "--json").json["pages"] == 3


def test_expected_errors_are_one_sentence(ask, tmp_path) -> None:
    nowhere = tmp_path / "nowhere"
    for command in (["search", "x"], ["status"], ["verify"]):
        told = ask("--library", nowhere, *command)
        assert (told.code, told.out) == (3, "")
        assert len(told.err.splitlines()) == 1
        assert str(nowhere) in told.err
    told = ask("--library", nowhere, "index", tmp_path / "missing")
    assert told.code == 3
    assert "missing" in told.err
    assert not nowhere.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")
def test_names_of_any_bytes_are_told_harmlessly(ask, tmp_path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    odd = os.fsdecode(b"\xff\x1b[2J\n\xe2\x80\xae.pdf")
    locked_pdf(folder / "locked.pdf", user="a").rename(folder / odd)
    library = tmp_path / "library"
    told = ask("--library", library, "index", folder)
    assert told.code == 1
    assert "\\xff\\x1b[2J\\n\\u202e.pdf: Locked" in told.err
    assert "\x1b" not in told.err
    listed = ask("--library", library, "failures", "--json")
    assert listed.out.isascii()
    assert listed.json["failed"][0]["file"] == str(folder / odd)


def test_doctor_tells_what_there_is_and_what_is_wrong(ask, library) -> None:
    found = ask("--library", library, "doctor", "--json").json
    facts = {f["subject"]: f["fact"] for f in found["findings"]}
    assert facts["Folioscope"] == __version__
    assert "CPUExecutionProvider" in facts["Providers"]
    assert facts["Model starter"] == "installed"
    assert "3 pages" in facts["Library"]
    assert found["healthy"]
    (library / "catalogue.sqlite").write_bytes(b"no library at all")
    told = ask("--library", library, "doctor")
    assert told.code == 3
    assert "Library: " in told.out


def test_a_library_of_another_model_is_refused_with_what_to_do(ask, library) -> None:
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint="")
    store.renew("another model")
    store.close()
    for command in (["search", "loan"], ["index"]):
        told = ask("--library", library, *command)
        assert told.code == 3
        assert "--rebuild" in told.err
    assert ask("--library", library, "status").code == 0
    assert ask("--library", library, "index", "--rebuild", "--json").json["pages_read"] == 3
    assert ask("--library", library, "search", "loan", "--json").json["hits"]
