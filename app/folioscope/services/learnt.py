"""What example queries teach about an encoder, learnt once and then remembered.

Embedding a few hundred examples takes about a second, which the first search would wait for
at every start.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.protocols import ManyQueriesEncoder, TextEncoder
from folioscope.services.look_examples import EXAMPLES
from folioscope.services.looks_guess import LookGuess, learn_looks
from folioscope.services.query_style import STYLE_QUERIES, style_mean

_FORM = "learnt-1"


class Memory(Protocol):
    """Small things worth keeping between starts; losing them costs time and nothing else."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, value: bytes) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """``mean`` float32 (dim,) of queries in general, and how to guess looks."""

    mean: Float32
    looks: LookGuess


def learn(encoder: TextEncoder, memory: Memory | None = None) -> Learnt:
    """Return what was learnt with this very encoder from these very examples, or learn it."""
    if memory is None:
        return _learn(_asked(encoder))
    key = _key(encoder.spec.fingerprint)
    known = _unpacked(memory.get(key))
    if known is None:
        known = _learn(_asked(encoder))
        memory.put(key, _packed(known))
    return known


def _asked(encoder: TextEncoder) -> Callable[[str], Float32]:
    """Return what embeds examples; all at once where that is cheaper than one by one."""
    if not isinstance(encoder, ManyQueriesEncoder):
        return encoder.embed_query
    texts = [*STYLE_QUERIES, *(text for _, some in EXAMPLES for text in some)]
    known = dict(zip(texts, encoder.embed_queries(texts), strict=True))
    return known.__getitem__


def _learn(embed_query: Callable[[str], Float32]) -> Learnt:
    return Learnt(style_mean(embed_query), learn_looks(embed_query))


def _key(fingerprint: str) -> str:
    texts = repr((_FORM, fingerprint, STYLE_QUERIES, EXAMPLES))
    return hashlib.sha256(texts.encode()).hexdigest()


def _packed(learnt: Learnt) -> bytes:
    out = io.BytesIO()
    np.savez(
        out,
        mean=learnt.mean,
        centre=learnt.looks.centre,
        groups=learnt.looks.groups,
        columns=np.array(learnt.looks.columns, np.int32),
    )
    return out.getvalue()


def _unpacked(raw: bytes | None) -> Learnt | None:
    """Read what was packed; None for nothing, or for a file that was cut short."""
    if raw is None:
        return None
    try:
        arrays = np.load(io.BytesIO(raw), allow_pickle=False)
        columns = tuple(int(column) for column in arrays["columns"])
        looks = LookGuess(arrays["centre"], arrays["groups"], columns)
        return Learnt(arrays["mean"], looks)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
