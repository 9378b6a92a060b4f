"""Rows of pages that searches by look compared, kept so that the next one fetches only others."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from folioscope.domain.pages import PageRef
from folioscope.stores.visual_blobs import LookBody

_MOST_BYTES = 96 << 20  # some 3,800 pages of 184 rows
_SEAL = -8  # where the checksum of a blob begins that is written in base64


class LookVersion(NamedTuple):
    """Which version of a page's look it is: where it was written, and what it is proposed by."""

    model: str
    ref: PageRef
    seq_no: int
    primary_term: int
    seal: str


def version_of(model: str, ref: PageRef, hit: Mapping[str, Any]) -> LookVersion:
    """Read a hit fetched with its version and what proposes it."""
    seal = hit["fields"]["single"][0][_SEAL:]
    return LookVersion(model, ref, hit["_seq_no"], hit["_primary_term"], seal)


class KeptBodies:
    """Bodies by version, those that were asked for last. Safe from any thread."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._bodies: OrderedDict[LookVersion, LookBody] = OrderedDict()
        self._bytes = 0

    def find(self, versions: Iterable[LookVersion]) -> dict[PageRef, LookBody]:
        """Return those that are known."""
        found: dict[PageRef, LookBody] = {}
        with self._lock:
            for version in versions:
                body = self._bodies.get(version)
                if body is not None:
                    self._bodies.move_to_end(version)
                    found[version.ref] = body
        return found

    def keep(self, version: LookVersion, body: LookBody) -> None:
        """Keep one, and forget others where there are too many."""
        with self._lock:
            old = self._bodies.pop(version, None)
            self._bytes += _size(body) - (_size(old) if old is not None else 0)
            self._bodies[version] = body
            while self._bytes > self._most_bytes and len(self._bodies) > 1:
                self._bytes -= _size(self._bodies.popitem(last=False)[1])


def _size(body: LookBody) -> int:
    return body.rows.codes.nbytes + body.rows.scales.nbytes + body.clusters.nbytes
