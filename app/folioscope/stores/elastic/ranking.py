"""Rows of pages compared by the server itself, where its licence has ``rank_vectors``.

A page that only few of its rows speak for lies far down by its one vector. Such a server compares
the rows of the nearest thousand pages and returns the best by them; elsewhere the nearest few
hundred are all that is looked at. What it returns is scored by us in either case, from rows as they
were pooled, so that equal pages have equal scores whatever the server.

The field is compared by a script, the one that its documentation names; nothing else here is. It
keeps every row once more, a byte a number: half as much again on disk (README.md).
"""

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.pooling import unit_rows

WINDOW = 1000  # pages whose rows the server compares
FIELD = "ranks"
_FULL = 127  # of a row of length 1: all rows alike, so that products can be compared
_SOURCE = f"doc['{FIELD}'].size() == 0 ? 0 : Math.max(0, maxSimDotProduct(params.rows, '{FIELD}'))"


def ranks_of(rows: Float32) -> list[list[int]]:
    """Return rows (n, dim) as the field takes them."""
    ranks: list[list[int]] = np.rint(unit_rows(rows) * _FULL).astype(np.int8).tolist()
    return ranks


def rescoring(rows: Float32) -> Json:
    """Return what orders the pages of a search by their rows' likeness to a query's, (m, dim)."""
    script = {"source": _SOURCE, "params": {"rows": ranks_of(rows)}}
    asked: Json = {
        "rescore_query": {"script_score": {"query": {"match_all": {}}, "script": script}},
        "query_weight": 0,
        "rescore_query_weight": 1,
    }
    return {"rescore": {"window_size": WINDOW, "query": asked}}
