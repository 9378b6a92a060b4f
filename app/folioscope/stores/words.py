"""Exact words: BM25 over terms, neighbouring pairs and file names, and runs of tokens.

k1 and b as measured in the ranking spike: 0.6-1.8 and 0.3-0.9 make no difference above noise.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.domain.queries import WordQuery
from folioscope.stores.file_table import FileTable
from folioscope.stores.page_table import Bools, PageTable, Rows
from folioscope.stores.word_source import (
    TokenIds,
    WordSource,
    is_cjk_sign,
    related,
)

_K1, _B, _NAMES_B = 1.2, 0.75, 0.3
_RELATED_GAIN = 0.5  # a word inside a longer one counts half
_RUN_BATCH = 4096  # pages whose tokens are looked through at once
Runs = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Figures of a whole library, where only some of its pages are looked at.

    ``df``: pages that hold a term, ``related_df``: or a word related to it, ``pair_df``: a pair
    of neighbours, ``names_df``: pages of documents whose file names hold a term.
    """

    pages: int
    mean_length: float
    mean_name_length: float
    df: Mapping[str, int]
    related_df: Mapping[str, int]
    pair_df: Mapping[tuple[str, str], int]
    names_df: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class WordScores:
    """BM25 of words and of names, and share of idf held, float32 (n,) over all rows."""

    words: Float32
    names: Float32
    held: Float32


class WordSearch:
    """One query's exact words over a library; of some of its pages only, with its ``corpus``."""

    def __init__(
        self,
        pages: PageTable,
        files: FileTable,
        source: WordSource,
        corpus: Corpus | None = None,
    ) -> None:
        self._pages = pages
        self._files = files
        self._source = source
        self._corpus = corpus
        self._counts: dict[int, Float32] = {}
        self._ids: dict[str, int | None] = {}
        alive = pages["is_alive"]
        self._mean_length = float(pages["length"][alive].mean()) if pages.alive else 1.0
        if corpus is not None:
            self._mean_length = corpus.mean_length

    def scores(self, query: WordQuery) -> WordScores:
        """Score all pages."""
        n = len(self._pages)
        self._look_up([*query.terms, *(token for pair in query.pairs for token in pair)])
        words, held, total = np.zeros(n, np.float32), np.zeros(n, np.float32), 1e-9
        norm = self._norm(self._pages["length"], self._mean_length, _B)
        for term in query.terms:
            gain, credit, idf = self._term(term, norm)
            words += gain
            held += credit
            total += idf
        names, named = self._names(query.terms)
        return WordScores(words, names, np.maximum(held / np.float32(total), named))

    def pairs(self, query: WordQuery, rows: Rows) -> Float32:
        """Return BM25 of neighbouring pairs for some rows, float32 (len(rows),)."""
        found = np.zeros(len(rows), np.float32)
        known = {pair: (self._id(pair[0]), self._id(pair[1])) for pair in query.pairs}
        asked = {pair: ids for pair, ids in known.items() if None not in ids}
        both = [(self._tf(a) > 0) & (self._tf(b) > 0) for a, b in asked.values()]
        if not both:
            return found
        wanted = np.flatnonzero(np.logical_or.reduce([mask[rows] for mask in both]))
        joined, owner = self._joined(rows[wanted])
        lengths = np.maximum(self._pages["length"][rows] - 1, 0)
        norm = self._norm(lengths, max(self._mean_length - 1, 1.0), _B)
        for (pair, (a, b)), mask in zip(asked.items(), both, strict=True):
            hits = (joined[:-1] == a) & (joined[1:] == b) if len(joined) else joined == 1
            tf = np.zeros(len(rows), np.float32)
            tf[wanted] = np.bincount(owner[: len(hits)][hits], minlength=len(wanted))
            df = self._pair_df(pair, tf, mask, int(mask[rows].sum()))
            found += self._idf(df) * tf * (_K1 + 1) / (tf + norm)
        return found

    def _pair_df(self, pair: tuple[str, str], tf: Float32, mask: Bools, looked_at: int) -> int:
        if self._corpus is not None:
            return self._corpus.pair_df.get(pair, 0)
        # pages not looked at hold the pair as often as those that were
        here = int((tf > 0).sum())
        return here if looked_at == 0 else round(here * int(mask.sum()) / looked_at)

    def restrict(self, query: WordQuery, mask: Bools) -> Bools:
        """Return the rows of ``mask`` that required, excluded and alternative runs let pass."""
        self._look_up([t for run in (*query.required, *query.excluded) for t in run])
        for run in query.required:
            mask = self._holding(run, mask)
        for group in query.alternatives:
            allowed = np.zeros_like(mask)
            for run in group:
                allowed |= self._holding(run, mask)
            mask = allowed
        for run in query.excluded:
            mask = mask & ~self._holding(run, mask)
        return mask

    # one term

    def _term(self, term: str, norm: Float32) -> tuple[Float32, Float32, float]:
        """Return gain and credit of a term on each row, and its idf."""
        own_id = self._id(term)
        tf = self._tf(own_id)
        others = self._sum([i for i in related(self._source, term) if i != own_id])
        if is_cjk_sign(term):  # a page holds the sign, whichever sign stands beside it
            tf, others = tf + others, np.zeros_like(others)
        corpus = self._corpus
        df = int((tf > 0).sum())
        if corpus is not None:
            df = (corpus.related_df if is_cjk_sign(term) else corpus.df).get(term, df)
        idf = self._idf(df)
        gain = idf * tf * np.float32(_K1 + 1) / (tf + norm)
        credit = np.float32(idf) * (tf > 0)
        if others.any():
            either = int(((tf > 0) | (others > 0)).sum())
            inside = self._idf(corpus.related_df.get(term, either) if corpus else either)
            factor = _RELATED_GAIN * inside
            gain = np.maximum(gain, factor * others * np.float32(_K1 + 1) / (others + norm))
            credit = np.maximum(credit, np.float32(_RELATED_GAIN * idf) * (others > 0))
        return gain.astype(np.float32), credit.astype(np.float32), idf

    def _names(self, terms: Sequence[str]) -> tuple[Float32, Float32]:
        owners = self._pages["owner"]
        pages_of = np.bincount(owners[self._pages["is_alive"]], minlength=self._owners)
        lengths = self._files.name_lengths(self._pages.document_ids)
        mean = float((lengths * pages_of).sum() / max(1, pages_of.sum()))
        corpus = self._corpus
        if corpus is not None:
            mean = corpus.mean_name_length
        norm = self._norm(lengths, max(mean, 1.0), _NAMES_B)
        gains, held, total = np.zeros(self._owners), np.zeros(self._owners), 1e-9
        for term in terms:
            numbers = [self._pages.number_of(d) for d in self._files.named(term)]
            found = np.array([n for n in numbers if n >= 0], np.intp)
            df = int(pages_of[found].sum())
            idf = self._idf(corpus.names_df.get(term, df) if corpus else df)
            gains[found] += idf * (_K1 + 1) / (1 + norm[found])
            held[found] += idf
            total += idf
        return gains.astype(np.float32)[owners], (held / total).astype(np.float32)[owners]

    @property
    def _owners(self) -> int:
        return len(self._pages.document_ids)

    def _idf(self, df: int) -> float:
        """Return a term's weight; one that no page holds weighs most."""
        n = self._corpus.pages if self._corpus else self._pages.alive
        return math.log(1 + (n - df + 0.5) / (df + 0.5)) if df else math.log(2 * n + 2)

    def _norm(self, lengths: npt.NDArray[np.floating], mean: float, b: float) -> Float32:
        return (_K1 * (1 - b + b * lengths / max(mean, 1.0))).astype(np.float32)

    # runs

    def _holding(self, run: Sequence[str], mask: Bools) -> Bools:
        """Return the rows of ``mask`` on which the tokens of ``run`` stand in this order."""
        steps = [self._spellings(token) for token in run]
        for step in steps:
            mask = mask & (self._sum(step) > 0)
        if len(steps) < 2:
            return mask if steps else np.zeros_like(mask)
        rows = np.flatnonzero(mask)
        found = np.zeros_like(mask)
        for start in range(0, len(rows), _RUN_BATCH):
            part = rows[start : start + _RUN_BATCH]
            joined, owner = self._joined(part)
            hits = np.ones(max(0, len(joined) - len(steps) + 1), bool)
            for shift, step in enumerate(steps):
                tokens = joined[shift : shift + len(hits)]
                hits &= np.isin(tokens, step) if len(step) > 1 else tokens == step[0]
            found[part[np.unique(owner[: len(hits)][hits])]] = True
        return found

    def _spellings(self, token: str) -> list[int]:
        """Return the terms that a token of a run may be on a page."""
        own = self._id(token)
        known = [] if own is None else [own]
        return known + (related(self._source, token) if is_cjk_sign(token) else [])

    def _joined(self, rows: Rows) -> tuple[TokenIds, npt.NDArray[np.intp]]:
        """Return the tokens of pages one after another, 0 between them, and whose each is."""
        ids = self._pages["id"][rows].tolist()
        arrays = self._source.page_tokens(ids)
        gap = np.zeros(1, np.uint32)
        parts = [part for tokens in arrays for part in (tokens, gap)]
        joined = np.concatenate([np.zeros(0, np.uint32), *parts])
        return joined, np.repeat(np.arange(len(rows)), [len(a) + 1 for a in arrays])

    # lookups

    def _look_up(self, terms: Sequence[str]) -> None:
        unknown = [t for t in dict.fromkeys(terms) if t not in self._ids]
        found = self._source.term_ids(unknown)
        self._ids.update({term: found.get(term) for term in unknown})

    def _id(self, term: str) -> int | None:
        if term not in self._ids:
            self._look_up([term])
        return self._ids[term]

    def _tf(self, term_id: int | None) -> Float32:
        """Return how often each row holds a term."""
        if term_id is None:
            return np.zeros(len(self._pages), np.float32)
        if term_id not in self._counts:
            self._counts[term_id] = self._sum([term_id])
        return self._counts[term_id]

    def _sum(self, term_ids: Sequence[int]) -> Float32:
        total = np.zeros(len(self._pages), np.float32)
        for term_id in term_ids:
            if term_id in self._counts:
                total += self._counts[term_id]
                continue
            postings = self._source.postings(term_id)
            rows = self._pages.rows_of_ids(postings.ids)
            known = rows >= 0
            total[rows[known]] += postings.counts[known]  # no page is listed twice
        return total
