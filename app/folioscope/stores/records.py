"""Pages on their way in and out of a store."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from folioscope.domain.errors import FingerprintMismatchError
from folioscope.domain.pages import PageRecord, PageVectors


def without_vectors(record: PageRecord) -> PageRecord:
    """Return the page with empty vectors."""
    return replace(record, vectors=no_vectors())


def no_vectors() -> PageVectors:
    """Return the vectors of a page that was fetched without them."""
    return PageVectors(
        page=None, title=np.zeros(0, np.float32), regions=np.zeros((0, 0), np.float32)
    )


def checked_dim(records: Sequence[PageRecord], dim: int | None) -> int | None:
    """Return the dimension of the vectors; FingerprintMismatchError when not all are alike."""
    for record in records:
        found = len(record.vectors.title)
        if dim is not None and found != dim:
            raise FingerprintMismatchError(
                "These vectors are of another model than the library's.",
                hint="Read its files again: folioscope index --rebuild.",
            )
        dim = found
    return dim
