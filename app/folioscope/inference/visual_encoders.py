"""Which class runs which kind of visual model. Another kind is a class and a line here."""

from pathlib import Path

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference.clip_encoder import ClipEncoder
from folioscope.inference.qwen_encoder import QwenEncoder
from folioscope.inference.qwen_reranker import QwenReranker
from folioscope.inference.tile_encoder import TileEncoder
from folioscope.inference.visual_manifest import VisualManifest

_ENCODERS: dict[str, type[QwenEncoder] | type[ClipEncoder] | type[TileEncoder]] = {
    "qwen2_5_vl": QwenEncoder,
    "qwen2_vl": QwenEncoder,
    "jina_clip": ClipEncoder,
    "colmodernvbert": TileEncoder,
}
_RERANKERS = {"qwen2_5_vl": QwenReranker, "qwen2_vl": QwenReranker}


def make_encoder(
    manifest: VisualManifest,
    folder: Path,
    *,
    precision: Precision,
    task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
    dim: int | None = None,
) -> Encoder:
    """Return the encoder of a build, not open yet.

    Raises InferenceError for an architecture, a task or a length of vectors that it has not.
    """
    kind = _ENCODERS.get(manifest.architecture)
    if kind is None:
        raise _unknown(manifest, "encoder")
    return kind(manifest, folder, precision=precision, task=task, dim=dim)


def make_reranker(manifest: VisualManifest, folder: Path, *, precision: Precision) -> Reranker:
    """Return the reranker of a build, not open yet; InferenceError where nothing can run it."""
    kind = _RERANKERS.get(manifest.architecture)
    if kind is None:
        raise _unknown(manifest, "reranker")
    return kind(manifest, folder, precision=precision)


def _unknown(manifest: VisualManifest, what: str) -> InferenceError:
    return InferenceError(
        f"Folioscope cannot run the model {manifest.title} as a {what}: it knows nothing of the"
        f" architecture {manifest.architecture}.",
        hint="Install a newer Folioscope, or another model.",
    )
