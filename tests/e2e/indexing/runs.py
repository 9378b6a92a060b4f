"""Runs of indexing that tests hold and look into."""

import threading
from pathlib import Path

from tests.library_parts import OpenParts, Running
from tests.made_documents import text_pdf
from tests.waiting import until


def thick(folder: Path, pages: int = 80) -> Path:
    """Write a PDF that takes a while to read."""
    return text_pdf(folder / "thick.pdf", pages, sentence="The appendix goes on and on.")


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


def document_id(parts: OpenParts, name: str) -> str:
    """Return the id of a document by the name of its file."""
    return next(f.document_id for f in parts.stores.reading.files() if Path(f.path).name == name)
