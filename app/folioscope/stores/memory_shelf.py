"""A document of a library in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from folioscope.domain.documents import Document, SourceFile
from folioscope.domain.pages import PageRecord, PageRef, TextSource
from folioscope.domain.protocols import PageCount


@dataclass
class Shelf:
    """A document with its pages by index; hidden while no file leads to it any more."""

    document: Document
    pages: dict[int, tuple[int, PageRecord]] = field(default_factory=dict)
    is_hidden: bool = False


def count_pages(
    folder: str, files: Sequence[SourceFile], shelves: Mapping[str, Shelf]
) -> PageCount:
    """Count the pages of a folder; copies within it count once."""
    ids = {file.document_id for file in files} & set(shelves)
    pages = sum(len(shelves[i].pages) for i in ids if not shelves[i].is_hidden)
    return PageCount(folder, pages, len(files), all(file.is_away for file in files))


def waiting_pages(shelves: Iterable[Shelf]) -> list[PageRef]:
    """List pages that OCR has still to read, fewest-page documents first."""
    shown = [shelf for shelf in shelves if not shelf.is_hidden]
    shown.sort(key=lambda shelf: (len(shelf.pages), shelf.document.document_id))
    return [
        record.ref
        for shelf in shown
        for _, (_, record) in sorted(shelf.pages.items())
        if record.text_source is TextSource.WAITING
    ]
