"""What an installed model consists of, and what goes wrong on the way there."""

import hashlib
from pathlib import Path

from folioscope.inference.model_making import ORIGIN_FILE
from folioscope.inference.shelf import OnnxModelShelf
from tests.tiny_models import DESCRIBED, TINY_V4

REPOSITORY = 'repository = "jina/tiny"\nrevision = "r1"\n'
SHARD = "model-00002-of-00003.safetensors"
INSTALLED = {
    ".complete",
    "config.json",
    ORIGIN_FILE,
    "preprocessor_config.json",
    "text.onnx",
    "text.onnx.data",
    "tokenizer.json",
    "vision.onnx",
    "vision.onnx.data",
}


def files_in(folder: Path) -> set[str]:
    """Return the names of all files in a folder, those of its folders too."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def made_in(shelf: OnnxModelShelf, name: str = TINY_V4) -> set[str]:
    """Return what is in a model's folder beside its description and the lock."""
    return files_in(shelf.models_dir / name) - files_in(DESCRIBED / name) - {".lock"}


def contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files_in(folder)
    }


def no_socket(*_: object, **__: object) -> None:
    """Stand in for a socket where none may be opened."""
    raise AssertionError("a socket was opened")


def disk_full(*_: object) -> None:
    """Stand in for what writes, on a disk without room."""
    raise OSError(28, "No space left on device")
