"""Makes the templates of the tiny models, and what transformers says of the visual cases.

Needs the packages of tests/parity. Run from the repository:
.venv-parity/bin/python -m tests.golden.make_visual
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.parity.reference import ReferenceEncoder, ReferenceReranker
from tests.tiny_models import DESCRIBED, TINY_M0, TINY_MODELS, TINY_V4, write_checkpoint
from tests.visual_cases import DOCUMENTS, PICTURES, QUERY, TEXTS, document, picture

HERE = Path(__file__).resolve().parent
TASKS = ("retrieval", "text-matching", "code")
ROLES = ("Query", "Passage")


def main() -> None:
    """Write golden/models and golden/visual_vectors.npz."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = {name: write_checkpoint(name, Path(folder) / name) for name in TINY_MODELS}
        for name, checkpoint in checkpoints.items():
            describe_model(checkpoint, DESCRIBED / name)
        arrays = {**vectors(checkpoints[TINY_V4]), **logits(checkpoints[TINY_M0])}
    np.savez_compressed(HERE / "visual_vectors.npz", **arrays)


def describe_model(checkpoint: Path, out: Path) -> None:
    """Make templates and manifest; sizes of files are left out, as they vary with libraries."""
    sys.path.insert(0, str(HERE.parent.parent / "onnx_models"))
    from build import find_packages

    find_packages()
    from export.building import build

    names = [path.relative_to(checkpoint).as_posix() for path in sorted(checkpoint.rglob("*"))]
    listed: list[dict[str, object]] = []
    for name in names:
        if (checkpoint / name).is_dir() or name == "tokenizer_config.json":
            continue
        entry: dict[str, object] = {"name": name}
        if name.startswith("onnx/"):
            entry["precisions"] = ["fp16" if "fp16" in name else "fp32"]
        listed.append(entry)
    about = {"title": checkpoint.name, "about": "Random weights, for tests.", "files": listed}
    build(checkpoint, out, about=about)


def vectors(checkpoint: Path) -> dict[str, np.ndarray]:
    """Embed all texts and pictures with each adapter; rows of the first one only."""
    arrays = {}
    for task in TASKS:
        reference = ReferenceEncoder(checkpoint, task)
        pictures = reference.images([picture(name) for name in PICTURES])
        made = {
            f"{task}/{role}/{number}": vectors
            for role in ROLES
            for number, vectors in enumerate(reference.texts(list(TEXTS), role))
        }
        made |= {f"{task}/{name}": each for name, each in zip(PICTURES, pictures, strict=True)}
        arrays |= {f"{key}/single": each.single for key, each in made.items()}
        if task == TASKS[0]:
            shown = {key: reference.patches(made[key]) for key in made if key[-1].isalpha()}
            arrays |= {f"{k}/multi": shown.get(k, each.multi) for k, each in made.items()}
    return arrays


def logits(checkpoint: Path) -> dict[str, np.ndarray]:
    """Judge all documents."""
    reference = ReferenceReranker(checkpoint)
    return {"logits": reference.logits(QUERY, [document(name) for name in DOCUMENTS])}


if __name__ == "__main__":
    main()
