"""Files that are at hand, and still as they were read."""

import os

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.protocols import VectorStore


def is_as_read(file: SourceFile) -> bool:
    """Whether a file was read and has not changed since, as far as size and date tell."""
    try:
        facts = os.stat(file.path)
    except OSError:
        return False
    is_same = (facts.st_size, facts.st_mtime_ns) == (file.size_bytes, file.mtime_ns)
    return is_same and file.state is FileState.INDEXED


def present_path(store: VectorStore, document_id: str) -> str:
    """Return a file that still holds the document, "" for none."""
    files = store.files(document_id=document_id)
    return next((f.path for f in files if not f.is_away and is_as_read(f)), "")
