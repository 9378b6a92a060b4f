"""Writes to a library until it is killed, telling each step on its output.

    python -m tests.e2e.store_writer LIBRARY FIRST_NUMBER churn|stage|look

Document n has n % 5 + 1 pages whose words and vectors follow from n alone. ``churn``: documents
come, change and go; ``stage``: one long document is staged, page by page; ``look``: the pages
of one document are looked at, three at a time, again and again.
"""

import sys
from pathlib import Path

import lancedb  # noqa: F401  (its import takes seconds, which are no time to be killed in)

from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import Access
from folioscope.stores import settling
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import FINGERPRINT, document, file, page
from tests.contract.visual_makers import MODEL, look

LONG = "long"
SEEN, SEEN_PAGES = "seen", 60


def page_count(number: int) -> int:
    """Pages of document ``number``."""
    return number % 5 + 1


def pages_of(number: int, *, version: int = 0) -> list[PageRecord]:
    """Pages of document ``number``; a version has words of its own."""
    return [
        page(f"doc{number}", index, f"word{number} page{index} version{version}")
        for index in range(page_count(number))
    ]


def tell(*words: object) -> None:
    """Say what was begun or done."""
    print(*words, flush=True)


def churn(store: LanceVectorStore, first: int) -> None:
    """Add, change, remove, compact."""
    for number in range(first, first + 100_000):
        name = f"doc{number}"
        tell("begin", "add", number)
        store.put_files([file(f"/p/{name}.pdf", name)])
        pages = pages_of(number)
        store.stage_pages(name, pages[:2])
        store.stage_pages(name, pages[2:])
        store.commit_document(document(name, len(pages)))
        tell("done", "add", number)
        if number % 7 == 6:
            tell("begin", "remove", number - 5)
            store.remove_files([f"/p/doc{number - 5}.pdf"])
            tell("done", "remove", number - 5)
        # the one before the first may have been cut short by the kill before, and be nowhere
        if number % 5 == 4 and number > first:
            tell("begin", "change", number - 1)
            store.replace_pages(pages_of(number - 1, version=1))
            tell("done", "change", number - 1)
        if number % 23 == 22:
            tell("begin", "compact", number)
            store.compact()
            tell("done", "compact", number)


def stage(store: LanceVectorStore, first: int) -> None:
    """Stage a document without end."""
    for index in range(first, first + 100_000, 3):
        pages = [page(LONG, index + step, f"line {index + step}") for step in range(3)]
        store.stage_pages(LONG, pages)
        tell("done", "stage", index)


def look_at(store: LanceVectorStore, first: int) -> None:
    """Look at the pages of a document; pages that are put together are of one kind."""
    if not store.documents():
        store.put_files([file("/p/seen.pdf", SEEN)])
        store.stage_pages(SEEN, [page(SEEN, index, "seen") for index in range(SEEN_PAGES)])
        store.commit_document(document(SEEN, SEEN_PAGES))
    for number in range(first, first + 100_000):
        start = number * 3 % SEEN_PAGES
        tell("begin", "look", number)
        refs = [PageRef(SEEN, start + step) for step in range(3)]
        store.put_visual(MODEL, [(ref, look(number)) for ref in refs])
        tell("done", "look", number)
        if number % 50 == 49:
            store.drop_visual(MODEL)
            tell("done", "drop", number)


def main(library: str, first: str, what: str) -> None:
    """Write until killed."""
    settling.MOST_FRESH = 25  # move pages in bulk often, so that it is hit too
    store = LanceVectorStore(Path(library))
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    tell("ready")
    {"churn": churn, "stage": stage, "look": look_at}[what](store, int(first))


if __name__ == "__main__":
    main(*sys.argv[1:])
