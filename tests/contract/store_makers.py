"""Makes pages, documents and files for the tests of stores."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.geometry import Box
from folioscope.domain.pages import (
    LOOK_COUNT,
    Float32,
    PageRecord,
    PageRef,
    PageText,
    PageVectors,
    Region,
    TextSource,
)
from folioscope.domain.protocols import VectorStore
from folioscope.domain.queries import PageFilter, StoreQuery, WordQuery
from folioscope.domain.tokens import tokens

DIM = 32
FINGERPRINT = "words-1"


def unit(rng: np.random.Generator, *shape: int) -> Float32:
    """Random rows of length 1."""
    rows = rng.standard_normal(shape).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def page_text(text: str) -> PageText:
    """Lay words out ten to a line."""
    words = tuple(text.split())
    place = np.arange(len(words))
    x, y = (place % 10) * 0.09, (place // 10) * 0.03
    boxes = np.stack([x, y, x + 0.08, y + 0.02], axis=1).astype(np.float32)
    lines = (place // 10).astype(np.int32)
    return PageText(words, boxes.reshape(-1, 4), lines, np.zeros(len(words), np.int32))


def page(
    document_id: str,
    index: int,
    text: str = "",
    *,
    seed: int | None = None,
    regions: int = 2,
    source: TextSource = TextSource.LAYER,
    looks: Float32 | None = None,
    has_vector: bool = True,
) -> PageRecord:
    """Make a page; ``seed`` fixes its vectors, else its place and text do."""
    if seed is None:
        name = f"{document_id}/{index}/{text}".encode("utf-8", "surrogatepass")
        seed = int.from_bytes(hashlib.blake2b(name, digest_size=4).digest())
    rng = np.random.default_rng(seed)
    said = page_text(text)
    return PageRecord(
        ref=PageRef(document_id, index),
        width_pt=595.0,
        height_pt=842.0,
        text=said,
        text_source=source,
        regions=tuple(
            Region(Box(0.1, 0.1 * k, 0.9, 0.1 * k + 0.1), 0, len(said)) for k in range(regions)
        ),
        looks=rng.random(LOOK_COUNT).astype(np.float32) if looks is None else looks,
        title_line=f"Title of {index}",
        ink=0.25,
        vectors=PageVectors(
            page=unit(rng, DIM) if has_vector else None,
            title=unit(rng, DIM),
            regions=unit(rng, regions, DIM) if regions else np.zeros((0, DIM), np.float32),
        ),
    )


def document(
    document_id: str, pages: int = 1, *, kind: DocumentKind = DocumentKind.PDF
) -> Document:
    """Make a document."""
    return Document(document_id, kind, pages, 1000, FINGERPRINT, title="A title")


def file(
    path: str,
    document_id: str = "",
    *,
    folder: str | None = None,
    state: FileState = FileState.INDEXED,
    mtime_ns: int = 1_700_000_000 * 10**9,
    is_away: bool = False,
) -> SourceFile:
    """Make a file."""
    place = folder if folder is not None else path.rpartition("/")[0]
    return SourceFile(path, place, 1000, mtime_ns, state, document_id, (), is_away)


def add(
    store: VectorStore,
    document_id: str,
    texts: Sequence[str],
    *,
    paths: Sequence[str] | None = None,
    kind: DocumentKind = DocumentKind.PDF,
    mtime_ns: int = 1_700_000_000 * 10**9,
) -> list[PageRef]:
    """Put a whole document with its files; returns its pages."""
    places = [f"/home/{document_id}.pdf"] if paths is None else paths
    store.put_files([file(path, document_id, mtime_ns=mtime_ns) for path in places])
    store.stage_pages(document_id, [page(document_id, i, text) for i, text in enumerate(texts)])
    store.commit_document(document(document_id, len(texts), kind=kind))
    return [PageRef(document_id, index) for index in range(len(texts))]


def asking(text: str = "", *, vector: Float32 | None = None, **filters: object) -> StoreQuery:
    """Ask for words, each pair of neighbours a pair."""
    said = list(tokens(text))
    words = WordQuery(
        terms=tuple(dict.fromkeys(said)),
        pairs=tuple(dict.fromkeys(pairwise(said))),
    )
    return StoreQuery(words=words, vector=vector, filter=PageFilter(**filters))  # type: ignore[arg-type]


def run_of(text: str) -> tuple[str, ...]:
    """Make a phrase."""
    return tuple(tokens(text))


def found(store: VectorStore, text: str, *, limit: int = 50) -> list[PageRef]:
    """Return the pages that hold any of the words, best first."""
    result = store.search(asking(text), limit=limit)
    order = np.argsort(-(result.words + result.pairs + result.names), kind="stable")
    return [result.refs[i] for i in order if result.words[i] > 0]
