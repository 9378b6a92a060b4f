"""What shapes the vectors of a visual model, in words; and single vectors cut to size."""

import re
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32
from folioscope.domain.protocols import EncoderSpec
from folioscope.inference.installing import read_seal
from folioscope.inference.templates import VERSION
from folioscope.inference.visual_manifest import VisualManifest

_COMMIT = re.compile(r"[0-9a-f]{40}")


def visual_spec(
    manifest: VisualManifest,
    folder: Path,
    *,
    precision: Precision,
    task: EmbeddingTask | None = None,
    dim: int = 0,
    pictures: str = "",
) -> EncoderSpec:
    """Return the spec; ``pictures`` says how pictures are made to fit."""
    image, prompts = manifest.image, manifest.prompts
    revision = _revision(manifest, folder)
    parts = [manifest.name, revision, precision.value]
    if task is not None:
        parts.append(f"task={task.value} {dim}d rows={manifest.rows_dim}")
        parts.append(f"query={prompts.query!r} passage={prompts.passage!r} image={prompts.image!r}")
        parts.append(f"pooling={manifest.pooling}")
    else:
        parts.append(f"pair={prompts.pair!r} picture={prompts.picture!r}")
    parts.append(f"pixels={pictures or f'{image.min_pixels}-{image.max_pixels}'}")
    parts.append(f"mean={image.mean} std={image.std}")
    parts.append(f"tokens={manifest.max_tokens} template={VERSION}")
    return EncoderSpec(
        name=manifest.name,
        revision=revision,
        precision=precision.value,
        dim=dim,
        max_tokens=manifest.max_tokens,
        fingerprint=" ".join(parts),
    )


def chosen_dim(manifest: VisualManifest, dim: int | None) -> int:
    """Return the length of single vectors, 0 for models with rows alone.

    Raises InferenceError for a length that the model has not.
    """
    if dim is None:
        return manifest.dims[0] if manifest.dims else 0
    if not manifest.dims:
        raise InferenceError(
            f"The model {manifest.title} has no vector a page that could be cut to {dim}.",
            hint="Leave the length out.",
        )
    if dim not in manifest.dims:
        known = ", ".join(map(str, manifest.dims))
        raise InferenceError(
            f"The model {manifest.title} has no vectors of length {dim}.",
            hint=f"Choose one of {known}.",
        )
    return dim


def task_number(manifest: VisualManifest, task: EmbeddingTask) -> int | None:
    """Return a task's adapter, None for models without; InferenceError for one it has not."""
    if task.value in manifest.tasks:
        return manifest.tasks.index(task.value)
    if manifest.tasks or task is not EmbeddingTask.RETRIEVAL:
        known = ", ".join(manifest.tasks or (EmbeddingTask.RETRIEVAL.value,))
        raise InferenceError(
            f"The model {manifest.title} has no adapter for {task.value}.",
            hint=f"Choose one of {known}.",
        )
    return None


def cut_to(vector: Float32, dim: int) -> Float32:
    """Cut a vector to its first ``dim`` values and bring it to length 1, as it was trained."""
    part = vector[:dim].astype(np.float32)
    cut: Float32 = part / max(float(np.linalg.norm(part)), 1e-12)
    return cut


def _revision(manifest: VisualManifest, folder: Path) -> str:
    """Return what names the weights: the commit, and where none is named also their hash."""
    if _COMMIT.fullmatch(manifest.revision):
        return manifest.revision
    seal = read_seal(folder)
    hashes = [file.sha256 for file in seal.files if file.name.endswith(".data")] if seal else []
    return "-".join([manifest.revision, *(sha[:8] for sha in hashes)])
