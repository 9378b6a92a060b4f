"""Stand-ins for a model that makes rows alone: pages of parts, asked for by some of them.

A page is ground, rows in its document's style, and parts of its own, each in a row or two, as a
figure among text; what is rare stands in one row alone. A judged query is four parts of its right
pages with noise of the length given, and the ten rows that ColModernVBERT puts behind every query.
"""

from collections.abc import Callable, Sequence

import numpy as np

from folioscope.domain.embeddings import Embedding
from folioscope.domain.pages import Float32, MultiVector, PageRef
from folioscope.stores.pooling import unit_rows

DIM = 128
PARTS, STYLED, GROUND = 16, 40, 40  # rows of a page
ASKED, BEHIND = 4, 10  # rows of a query
Drawn = Callable[..., Float32]  # a random direction of DIM numbers, of its own for each key
NO_VECTOR = np.zeros(0, np.float32)


def page(ref: PageRef, drawn: Drawn) -> Embedding:
    """Return a page's rows."""
    ground, style = drawn("ground"), drawn(ref.document_id)
    styled = [unit(0.5 * ground + style + 0.7 * drawn("row", ref, k)) for k in range(STYLED)]
    plain = [unit(ground + 0.2 * drawn("plain", ref, k)) for k in range(GROUND)]
    rows = [*(part(ref, k, drawn) for k in range(PARTS)), *styled, *plain]
    return Embedding(NO_VECTOR, MultiVector(np.stack(rows)))


def part(ref: PageRef, number: int, drawn: Drawn) -> Float32:
    """Return what one part of a page looks like; every third stands in other pages of its kind."""
    kind = drawn("kind", ref.document_id, number) if number % 3 == 0 else 0.0
    return unit(0.4 * drawn("ground") + 0.6 * kind + drawn("part", ref, number))


def query(text: str, right: Sequence[PageRef], noise: float, drawn: Drawn) -> Embedding:
    """Return a query's rows; one without right pages is noise alone."""
    rows = []
    for number in range(ASKED):
        row = noise * drawn("noise", text, number)
        if right:
            row = row + part(right[number % len(right)], number * 3 + 1, drawn)
        rows.append(unit(row))
    whole = unit(np.mean(rows, axis=0))
    behind = [unit(whole + 0.5 * drawn("behind", text, k)) for k in range(BEHIND)]
    spans = np.array([(0, len(text))] * ASKED + [(-1, -1)] * BEHIND, np.int32)
    return Embedding(NO_VECTOR, MultiVector(unit_rows(np.stack([*rows, *behind]))), None, spans)


def unit(vector: Float32) -> Float32:
    """Return a vector of length 1."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
