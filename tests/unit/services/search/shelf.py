"""A small library in memory and an encoder whose vectors come from words alone."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from folioscope.domain.documents import Document, DocumentKind, FileState, SourceFile
from folioscope.domain.pages import (
    LOOK_COUNT,
    Float32,
    PageContent,
    PageRecord,
    PageRef,
    PageText,
    PageVectors,
    TextSource,
)
from folioscope.domain.protocols import EncoderSpec, PageUnits, StoreStats
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.domain.tokens import spoken_name, tokens
from folioscope.services.composing import compose

DIM = 64


class WordEncoder:
    """Embeds a text as the sum of a random vector for each of its words."""

    spec = EncoderSpec("words", "1", "f32", DIM, 512, "words-1")

    def open(self) -> None: ...
    def close(self) -> None: ...
    def embed_query(self, text: str, *, token: object = None) -> Float32:
        return embed(text)

    def embed_pages(self, pages: Sequence[PageUnits], *, token: object = None) -> list[PageVectors]:
        return [
            PageVectors(
                page=embed(page.page) if page.page else None,
                title=embed(page.title),
                regions=np.array([embed(r) for r in page.regions], np.float32).reshape(-1, DIM),
            )
            for page in pages
        ]


def embed(text: str) -> Float32:
    total = np.full(DIM, 0.01, np.float32)
    for word in tokens(text):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        total += np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
    return np.asarray(total / np.linalg.norm(total), np.float32)


def text_of(*blocks: str) -> PageText:
    """Lay blocks out below each other, ten words a line."""
    words: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    lines: list[int] = []
    numbers: list[int] = []
    line = -1
    for number, block in enumerate(blocks):
        for position, word in enumerate(block.split()):
            line += position % 10 == 0
            x, y = 0.05 + 0.09 * (position % 10), 0.05 + 0.02 * line + 0.05 * number
            words.append(word)
            boxes.append((x, y, x + 0.08, y + 0.015))
            lines.append(line)
            numbers.append(number)
    return PageText(
        tuple(words),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(lines, np.int32),
        np.array(numbers, np.int32),
    )


def content_of(text: PageText, *, index: int = 0, heading: str = "") -> PageContent:
    looks = np.zeros(LOOK_COUNT, np.float32)
    return PageContent(index, 595, 842, text, TextSource.LAYER, looks, heading=heading)


@dataclass
class Shelf:
    """Just enough of a VectorStore to search; every page is a candidate."""

    records: list[PageRecord] = field(default_factory=list)
    books: dict[str, Document] = field(default_factory=dict)
    places: list[SourceFile] = field(default_factory=list)

    def add(self, path: str, *pages: tuple[str, ...], copies: Sequence[str] = ()) -> str:
        name = hashlib.sha256(path.encode()).hexdigest()
        encoder = WordEncoder()
        for index, blocks in enumerate(pages):
            content = content_of(text_of(*blocks), index=index)
            units, regions = compose(content, document_title="", file_name=path)
            self.records.append(
                PageRecord(
                    ref=PageRef(name, index),
                    width_pt=595,
                    height_pt=842,
                    text=content.text,
                    text_source=content.text_source,
                    regions=regions,
                    looks=content.looks,
                    title_line=units.title,
                    ink=0.05 if len(content.text) else 0.0,
                    vectors=encoder.embed_pages([units])[0],
                )
            )
        self.books[name] = Document(name, DocumentKind.PDF, len(pages), 1, "words-1")
        for place in (path, *copies):
            folder = place.rpartition("/")[0]
            self.places.append(
                SourceFile(place, folder, 1, 1_700_000_000 * 10**9, FileState.INDEXED, name)
            )
        return name

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        return [self.books[i] for i in ids if i in self.books] if ids is not None else []

    def files(self, *, document_id: str | None = None, **_: object) -> list[SourceFile]:
        return [f for f in self.places if document_id in (None, f.document_id)]

    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        known = {record.ref: record for record in self.records}
        return [known[ref] for ref in refs if ref in known]

    def stats(self) -> StoreStats:
        return StoreStats(len(self.books), len(self.records), len(self.places), 0, 0, 0)

    def page_refs(self, query: StoreQuery, *, limit: int | None = None) -> list[PageRef]:
        return [r.ref for r in self._passing(query)][:limit]

    def _passing(self, query: StoreQuery) -> list[PageRecord]:
        return [r for r in self.records if self._passes(r, query)]

    def _passes(self, record: PageRecord, query: StoreQuery) -> bool:
        f = query.filter
        paths = [p.path for p in self.files(document_id=record.ref.document_id)]
        said = " ".join(("", *tokens(record.text.plain), ""))
        return (
            all(f" {' '.join(run)} " in said for run in query.words.required)
            and not any(f" {' '.join(run)} " in said for run in query.words.excluded)
            and (not f.documents or record.ref.document_id in f.documents)
            and (not f.folders or any(p.startswith(g) for p in paths for g in f.folders))
            and all(any(n in p for p in paths) for n in f.file_names)
            and (not f.pages or any(a <= record.ref.page_index <= b for a, b in f.pages))
        )

    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        found = self._passing(query)
        n = len(found)
        assert query.vector is not None
        regions = [r.vectors.regions @ query.vector for r in found]
        said = [list(tokens(r.text.plain)) for r in found]
        names = [
            list(tokens(spoken_name(self.files(document_id=r.ref.document_id)[0].path)))
            for r in found
        ]
        terms = query.words.terms
        words = [float(sum(s.count(t) for t in terms)) for s in said]
        held = [
            sum(t in {*s, *m} for t in terms) / len(terms) for s, m in zip(said, names, strict=True)
        ]
        column = lambda values: np.array(list(values), np.float32)  # noqa: E731
        return Candidates(
            refs=tuple(r.ref for r in found),
            page=column(
                -1 if r.vectors.page is None else r.vectors.page @ query.vector for r in found
            ),
            region=column(g.max() if len(g) else -1 for g in regions),
            region_index=np.array([int(g.argmax()) if len(g) else -1 for g in regions], np.int32),
            title=column(r.vectors.title @ query.vector for r in found),
            looks=np.zeros((n, LOOK_COUNT), np.float32),
            told=column(min(1.0, len(r.text.plain) / 100) for r in found),
            words=column(words),
            pairs=np.zeros(n, np.float32),
            names=column(sum(m.count(t) for t in terms) for m in names),
            held=column(held),
            maxsim=np.full(n, -1, np.float32),
            visual=np.full(n, -1, np.float32),
            ink=column(r.ink for r in found),
            digest=np.array(
                [abs(hash(r.text.plain)) % 2**63 if r.text.words else 0 for r in found], np.uint64
            ),
        )
