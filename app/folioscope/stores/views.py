"""The three views of meaning: page, best region, title line; exact or coded."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32, Int32, PageVectors
from folioscope.stores.growing import Column
from folioscope.stores.statistics import LibraryStatistics, MomentSum, make_statistics
from folioscope.stores.view_codes import CodedRows, Positions, ViewCodes, coded

NO_VECTOR = np.float32(-1.0)
_GLANCE_FROM = 150_000  # vectors; with fewer an exact scan takes some 15 ms
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ViewScores:
    """Cosines of page, best region and title, float32 (n,) each; -1 where there is no vector."""

    page: Float32
    region: Float32
    title: Float32
    is_exact: bool
    region_index: Int32 | None = None  # only told for chosen rows

    def total(self, told: Float32, weights: tuple[float, float, float]) -> Float32:
        """Weigh the views; a page with little text of its own goes by its title."""
        lean = (1 - told) * self.title
        page, region = told * self.page + lean, told * self.region + lean
        weighed = weights[0] * page + weights[1] * region + weights[2] * self.title
        return np.asarray(weighed, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class VectorBatch:
    """Vectors of pages in a row, float32: ``page`` and ``title`` (n, dim), ``regions`` (m, dim).

    Row i of ``page`` counts only where ``has_page``; ``region_counts`` (n,) sums up to m.
    """

    page: Float32
    has_page: Bools
    title: Float32
    regions: Float32
    region_counts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self.title)

    @classmethod
    def of(cls, vectors: Sequence[PageVectors], dim: int) -> "VectorBatch":
        """Stack the vectors of pages."""
        nothing = np.zeros(dim, np.float32)
        pages = [nothing if v.page is None else v.page for v in vectors]
        regions = [v.regions.reshape(-1, dim) for v in vectors]
        return cls(
            page=np.array(pages, np.float32).reshape(-1, dim),
            has_page=np.array([v.page is not None for v in vectors], bool),
            title=np.array([v.title for v in vectors], np.float32).reshape(-1, dim),
            regions=np.concatenate([np.zeros((0, dim), np.float32), *regions]),
            region_counts=np.array([len(r) for r in regions], np.int64),
        )

    @classmethod
    def missing(cls, count: int, dim: int) -> "VectorBatch":
        """Stand in for pages whose vectors are lost."""
        nothing = np.zeros((count, dim), np.float32)
        none, counts = np.zeros(count, bool), np.zeros(count, np.int64)
        return cls(nothing, none, nothing, nothing[:0], counts)

    def taken(self, rows: npt.NDArray[np.intp]) -> "VectorBatch":
        """Return some of the pages."""
        return VectorBatch(
            self.page[rows],
            self.has_page[rows],
            self.title[rows],
            self.regions[_spans(self.region_counts, rows)],
            self.region_counts[rows],
        )


def _spread(first: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> Positions:
    """Return ``counts`` positions from each of ``first`` on, one after another."""
    starts = np.cumsum(counts) - counts
    positions = np.arange(counts.sum()) + np.repeat(first - starts, counts)
    return np.asarray(positions, np.intp)


def _spans(counts: npt.NDArray[np.int64], rows: Positions) -> Positions:
    """Return the positions of the regions of some pages."""
    return _spread((np.cumsum(counts) - counts)[rows], counts[rows])


class Views(ABC):
    """Rows of pages, in the order in which they were appended."""

    def __init__(self, statistics: LibraryStatistics) -> None:
        self.statistics = statistics
        self.dim = statistics.dim
        self._has_page = Column(bool)
        self._first_region = Column(np.int64)
        self._region_counts = Column(np.int64)
        self._regions = 0

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self._has_page)

    def append(self, batch: VectorBatch) -> None:
        """Add pages at the end."""
        self._note(batch.has_page, batch.region_counts)
        self._take(batch)

    def _note(self, has_page: Bools, region_counts: npt.NDArray[np.int64]) -> None:
        starts = self._regions + np.cumsum(region_counts) - region_counts
        self._has_page.extend(has_page)
        self._first_region.extend(starts)
        self._region_counts.extend(region_counts)
        self._regions += int(region_counts.sum())

    def scan(self, vector: Float32) -> ViewScores:
        """Score all pages; roughly where there are very many."""
        queries = [white.query(vector) for white in self.statistics.whitening]
        page, region, title, is_exact = self._scan(queries)
        counts, first = self._region_counts.values, self._first_region.values
        best = np.full(len(self), NO_VECTOR, np.float32)
        rows = np.flatnonzero(counts)
        if len(rows):
            best[rows] = np.maximum.reduceat(region, first[rows])
        page[~self._has_page.values] = NO_VECTOR
        return ViewScores(page, best, title, is_exact)

    def exact(self, vector: Float32, rows: Positions) -> ViewScores:
        """Score some pages exactly and tell their best regions."""
        queries = [white.query(vector) for white in self.statistics.whitening]
        counts, first = self._region_counts.values[rows], self._first_region.values[rows]
        starts = np.cumsum(counts) - counts
        region = self._at(1, _spread(first, counts), queries[1])
        best = np.full(len(rows), NO_VECTOR, np.float32)
        index = np.full(len(rows), -1, np.int32)
        filled = np.flatnonzero(counts)
        if len(filled):
            best[filled] = np.maximum.reduceat(region, starts[filled])
            is_best = np.flatnonzero(region == np.repeat(best, counts))
            owner = np.repeat(np.arange(len(rows)), counts)[is_best]
            index[owner[::-1]] = (is_best - starts[owner])[::-1]  # the first of equals stays
        page = self._at(0, rows, queries[0])
        page[~self._has_page.values[rows]] = NO_VECTOR
        return ViewScores(page, best, self._at(2, rows, queries[2]), True, index)

    @abstractmethod
    def _take(self, batch: VectorBatch) -> None: ...
    @abstractmethod
    def _scan(self, queries: list[Float32]) -> tuple[Float32, Float32, Float32, bool]: ...
    @abstractmethod
    def _at(self, view: int, positions: Positions, query: Float32) -> Float32: ...


@dataclass(frozen=True, slots=True, eq=False)
class CodedBatch:
    """Pages in a row, as VectorBatch, with coded rows of page, regions and title."""

    has_page: Bools
    region_counts: npt.NDArray[np.int64]
    views: tuple[CodedRows, CodedRows, CodedRows]

    def taken(self, rows: Positions) -> "CodedBatch":
        """Return some of the pages."""
        page, region, title = self.views
        spans = _spans(self.region_counts, rows)
        return CodedBatch(
            self.has_page[rows],
            self.region_counts[rows],
            (page.taken(rows), region.taken(spans), title.taken(rows)),
        )


def code_batch(
    batch: VectorBatch, statistics: LibraryStatistics
) -> tuple[CodedRows, CodedRows, CodedRows]:
    """Whiten and code the views of some pages."""
    page, region, title = statistics.whitening
    return (
        coded(page.pages(batch.page)),
        coded(region.pages(batch.regions)),
        coded(title.pages(batch.title)),
    )


class CodedViews(Views):
    """Views as int8 codes; see view_codes."""

    def __init__(self, statistics: LibraryStatistics) -> None:
        super().__init__(statistics)
        self._codes = tuple(ViewCodes(self.dim) for _ in range(3))

    def _take(self, batch: VectorBatch) -> None:
        for codes, rows in zip(self._codes, code_batch(batch, self.statistics), strict=True):
            codes.append(rows)

    def append_coded(self, batch: CodedBatch) -> None:
        """Add pages at the end whose vectors are whitened and coded already."""
        self._note(batch.has_page, batch.region_counts)
        for codes, rows in zip(self._codes, batch.views, strict=True):
            codes.append(rows)

    def _scan(self, queries: list[Float32]) -> tuple[Float32, Float32, Float32, bool]:
        is_exact = sum(map(len, self._codes)) < _GLANCE_FROM
        page, region, title = (
            codes.scan(query) if is_exact else codes.glance(query)
            for codes, query in zip(self._codes, queries, strict=True)
        )
        return page, region, title, is_exact

    def _at(self, view: int, positions: Positions, query: Float32) -> Float32:
        return self._codes[view].at(positions, query)


class ExactViews(Views):
    """Views as float32, made anew for each search: slow, simple, and the measure of the other."""

    def __init__(self, statistics: LibraryStatistics) -> None:
        super().__init__(statistics)
        self._rows = tuple(Column(np.float32, (self.dim,)) for _ in range(3))

    def _take(self, batch: VectorBatch) -> None:
        for column, rows in zip(self._rows, (batch.page, batch.regions, batch.title), strict=True):
            column.extend(rows)

    def _scan(self, queries: list[Float32]) -> tuple[Float32, Float32, Float32, bool]:
        page, region, title = (
            self._at(view, np.arange(len(self._rows[view])), query)
            for view, query in enumerate(queries)
        )
        return page, region, title, True

    def _at(self, view: int, positions: Positions, query: Float32) -> Float32:
        rows = self._rows[view].values[positions]
        return np.asarray(self.statistics.whitening[view].pages(rows) @ query, np.float32)


def statistics_from(
    batches: Iterable[VectorBatch], looks: Float32, *, version: int, dim: int
) -> LibraryStatistics:
    """Make statistics of all pages in ``batches``, an iterable of VectorBatch."""
    sums = (MomentSum(dim), MomentSum(dim), MomentSum(dim))
    for batch in batches:
        sums[0].add(batch.page[batch.has_page])
        sums[1].add(batch.regions)
        sums[2].add(batch.title)
    return make_statistics(sums, looks, version=version, dim=dim)
