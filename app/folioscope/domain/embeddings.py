"""What visual models make of pages and queries, and what a store keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from folioscope.domain.geometry import Box
from folioscope.domain.pages import Float32, Int32, MultiVector, PageImage

if TYPE_CHECKING:  # it needs NumPy, and the window and --help are up before that
    from folioscope.domain.patches import PatchGrid


class EmbeddingTask(StrEnum):
    """The adapters of jina-embeddings-v4; an index and its queries must share one."""

    RETRIEVAL = "retrieval"
    TEXT_MATCHING = "text-matching"
    CODE = "code"


class TextRole(StrEnum):
    """How a text is prompted: as what is asked, or as what is searched."""

    QUERY = "query"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class PictureQuery:
    """A picture that is asked for; with ``box`` only that part of it."""

    image: PageImage
    box: Box | None = None


QueryInput = str | PictureQuery


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """What a visual model makes of one page or query.

    ``single`` float32 (dim,), of length 1; empty where the model makes rows alone. ``multi``:
    late-interaction rows or None where the model has none. Of a page, ``multi.cells`` names the
    patch of ``grid`` of each row, -1 for none. Of a text, ``spans`` int32 (n, 2) are the
    character ranges of the text *as the user wrote it* that each row of ``multi`` stands for,
    (-1, -1) for rows of the template around it.
    """

    single: Float32
    multi: MultiVector | None = None
    grid: PatchGrid | None = None
    spans: Int32 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VisualPage:
    """What a store has kept of a page's Embedding, pooled and with its codes undone.

    ``single`` as in Embedding. ``rows`` float32 (n, dim), of length 1. ``clusters`` int32
    (len(grid),): the row that each patch was pooled into, -1 for none, so that a heat map
    reaches every patch. Both are empty for models without late interaction.
    """

    single: Float32
    rows: Float32
    clusters: Int32
    grid: PatchGrid | None


@dataclass(frozen=True, slots=True, eq=False)
class VisualQuery:
    """How a store is asked by look: with vectors of the model of that fingerprint.

    ``single`` float32 (dim,), ``rows`` float32 (n, dim_of_rows) or None; one of them may be empty.
    """

    model: str
    single: Float32
    rows: Float32 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RerankPage:
    """A page to be judged: its picture, or its text where there is none.

    ``key`` names the picture's content, so that its features are computed once; ``load`` is
    called only when they are not known yet.
    """

    key: str
    load: Callable[[], PageImage] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """What runs a model here, and why. ``provider`` as ONNX Runtime names it."""

    provider: str
    reason: str


@dataclass(frozen=True, slots=True)
class EncoderNeeds:
    """What an encoder asks of a page's picture: rendered ``longest_px`` on its longer side."""

    longest_px: int = 1_754
    batch_pages: int = 1


@dataclass(frozen=True, slots=True)
class HeatMark:
    """A part of a page that answers by look, snapped to a block or figure; ``score`` 0 to 1."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class WordHeat:
    """Where one word of the query is answered; empty where nowhere."""

    word: str
    marks: tuple[HeatMark, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where a page answers a query by look: for all of it (at most three marks) and by word.

    Everything is empty where the page has no vectors of the model, or nothing matched.
    """

    whole: tuple[HeatMark, ...] = ()
    words: tuple[WordHeat, ...] = ()
