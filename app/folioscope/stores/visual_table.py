"""Which pages have vectors of one visual model, and where they are among the pages."""

import sqlite3
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Int32
from folioscope.stores.growing import Column
from folioscope.stores.page_table import PageTable
from folioscope.stores.row_codes import RowCodes
from folioscope.stores.single_codes import SingleCodes
from folioscope.stores.sketches import Sketch, SketchCodes
from folioscope.stores.visual_blobs import unpack_single, unpack_sketch
from folioscope.stores.visual_file import UNREADABLE, Facts

_AT_ONCE = 4096
_MOST_DEAD = 0.25  # share of rows that are gone, from which on all is loaded anew


class VisualTable:
    """A row a page, in the order they came; not safe from several threads at once."""

    def __init__(self, facts: Facts, *, has_codes: bool) -> None:
        self.facts = replace(facts, removals=0, last_id=0)  # before anything was taken in
        self.codes = _codes_for(facts) if has_codes else None
        self.ids = Column(np.int64)
        self._owners = Column(np.int32)
        self._indices = Column(np.int32)
        self._is_alive = Column(bool)
        self._numbers: dict[str, int] = {}
        self._gone = 0
        self._aligned: tuple[PageTable, int, Int32] | None = None

    def take_in(self, connection: sqlite3.Connection, facts: Facts) -> None:
        """Take in what came and went, until the file is as ``facts`` say."""
        if facts == self.facts:
            return
        self._take_new(connection)
        if facts.removals != self.facts.removals:
            self._mark_gone(connection)
        self.facts = facts
        self._aligned = None

    @property
    def is_worn(self) -> bool:
        """Whether so much went that loading anew pays."""
        return self._gone > max(_AT_ONCE, _MOST_DEAD * len(self.ids))

    def rows_of(self, pages: PageTable) -> Int32:
        """Return for each row of ``pages`` its row here, -1 for none: int32 (len(pages),)."""
        known = self._aligned
        if known is None or known[0] is not pages or known[1] != len(pages):
            known = self._aligned = (pages, len(pages), self._align(pages))
        return known[2]

    def _align(self, pages: PageTable) -> Int32:
        found = np.full(len(pages), -1, np.int32)
        owners = np.array([pages.number_of(d) for d in self._numbers] or [-1], np.int64)
        rows = np.flatnonzero(self._is_alive.values & (owners[self._owners.values] >= 0))
        if not len(rows) or not len(pages):
            return found
        keys = _keys(owners[self._owners.values[rows]], self._indices.values[rows])
        order = np.argsort(keys, kind="stable")  # of equals the newest is last
        wanted = _keys(pages["owner"], pages["index"])
        places = np.searchsorted(keys[order], wanted, "right") - 1
        hits = np.flatnonzero(keys[order][places] == wanted)
        found[hits] = rows[order[places[hits]]]
        return found

    def _take_new(self, connection: sqlite3.Connection) -> None:
        columns = "id, document_id, page_index" + (", codes" if self.codes is not None else "")
        rows = connection.execute(
            f"SELECT {columns} FROM singles WHERE id > ? ORDER BY id",
            (int(self.ids.values.max(initial=0)),),
        )
        while part := rows.fetchmany(_AT_ONCE):
            numbers = [self._numbers.setdefault(row[1], len(self._numbers)) for row in part]
            self.ids.extend([row[0] for row in part])
            self._owners.extend(numbers)
            self._indices.extend([row[2] for row in part])
            self._is_alive.extend(np.ones(len(part), bool))
            if self.codes is not None:
                self._append_codes(self.codes, [row[3] for row in part])

    def _append_codes(self, codes: "SingleCodes | SketchCodes", blobs: list[bytes]) -> None:
        """Add what pages are proposed by; what is damaged counts as not there."""
        if isinstance(codes, SketchCodes):
            self._append_sketches(codes, blobs)
        else:
            self._append_singles(codes, blobs)

    def _append_sketches(self, codes: SketchCodes, blobs: list[bytes]) -> None:
        first = len(codes)
        found = [_sketch(blob, codes.row_dim) for blob in blobs]
        for number, sketch in enumerate(found):
            if sketch is None:
                self._is_alive.values[first + number] = False
        codes.append(found)

    def _append_singles(self, codes: SingleCodes, blobs: list[bytes]) -> None:
        first = len(codes)
        found = np.zeros((len(blobs), codes.dim), np.int8)
        scales = np.zeros(len(blobs), np.float32)
        for number, blob in enumerate(blobs):
            try:
                row = unpack_single(blob, codes.dim)
            except UNREADABLE:
                self._is_alive.values[first + number] = False
                continue
            found[number], scales[number] = row.codes[0], row.scales[0]
        codes.append(RowCodes(found, scales))

    def _mark_gone(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT id FROM singles")
        there = np.fromiter((row[0] for row in rows), np.int64)
        stays = np.isin(self.ids.values, there)
        self._is_alive.values[:] &= stays
        self._gone = int((~stays).sum())


def _codes_for(facts: Facts) -> "SingleCodes | SketchCodes":
    return SingleCodes(facts.dim) if facts.dim else SketchCodes(facts.row_dim)


def _sketch(blob: bytes, row_dim: int) -> Sketch | None:
    try:
        return unpack_sketch(blob, row_dim)
    except UNREADABLE:
        return None


def _keys(owners: npt.NDArray[np.integer], indices: Int32) -> npt.NDArray[np.int64]:
    return (owners.astype(np.int64) << 32) | indices.astype(np.int64)
