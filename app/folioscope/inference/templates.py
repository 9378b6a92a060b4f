"""Templates: graphs without weights, and the table of what each weight is made from."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference.visual_manifest import TemplateFile, Templates

VERSION = "1"
Tower = Literal["vision", "text"]
TOWERS: tuple[Tower, ...] = ("vision", "text")
_VERSION_KEY = "folioscope.template"
_WEIGHTS_KEY = "folioscope.weights"
_TASKS_KEY = "folioscope.tasks"
_QUANTISABLE_KEY = "folioscope.quantisable"


class WeightSlot(msgspec.Struct, frozen=True):
    """An input that waits for a weight; see ``onnx_models/README.md``."""

    keys: tuple[str | None, ...]
    transform: str
    dtype: Literal["fp32", "fp16"]
    shape: tuple[int, ...]

    @property
    def kind(self) -> str:
        """The transform without its number."""
        return self.transform.partition(":")[0]

    @property
    def divisor(self) -> float:
        """What the weight is divided by."""
        return float(self.transform.partition(":")[2] or 1)


_KINDS = frozenset({"same", "transpose", "conv", "scaled", "lora_a", "lora_b"})


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A graph as an onnx ModelProto, to be changed freely; ``path`` is told in errors."""

    path: Path
    model: Any
    slots: dict[str, WeightSlot]
    tasks: tuple[str, ...]
    quantisable: frozenset[str]


def flavour_of(precision: Precision) -> str:
    """Name the graph that a precision is built on."""
    return "fp16" if precision is Precision.FP16 else "fp32"


def template_file(templates: Templates, tower: Tower, precision: Precision) -> TemplateFile:
    """Return the file for a tower; InferenceError where this model has none."""
    flavour = flavour_of(precision)
    file = getattr(templates, tower).get(flavour)
    if not isinstance(file, TemplateFile):
        raise InferenceError(
            f"This model has no {flavour} template of its {tower} half, so it cannot be installed"
            f" in {precision.value}.",
            hint="Choose another precision, or make its templates again with build.py.",
        )
    return file


def load_template(folder: Path, file: TemplateFile) -> Template:
    """Read a template; InferenceError where it is missing, damaged or of another version."""
    import onnx

    path = folder / file.file
    data = _unpacked(path, file.sha256)
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # what protobuf raises differs by its version
        raise _damaged(path) from error
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    return _described(path, model, metadata)


def _described(path: Path, model: Any, metadata: dict[str, str]) -> Template:
    if not model.graph.node:  # nothing at all is a valid model, too
        raise _damaged(path)
    version = metadata.get(_VERSION_KEY, "")
    if version != VERSION:
        raise InferenceError(
            f"The template {path} is of version {version or 'unknown'}, and this Folioscope reads"
            f" version {VERSION}.",
            hint="Make it again with build.py, or install the Folioscope it was made for.",
        )
    try:
        slots = msgspec.json.decode(metadata[_WEIGHTS_KEY], type=dict[str, WeightSlot])
        tasks = msgspec.json.decode(metadata.get(_TASKS_KEY, "[]"), type=tuple[str, ...])
        quantisable = msgspec.json.decode(metadata.get(_QUANTISABLE_KEY, "[]"), type=set[str])
    except (KeyError, msgspec.DecodeError) as error:
        raise _damaged(path) from error
    inputs = {value.name for value in model.graph.input}
    if not slots.keys() <= inputs or any(slot.kind not in _KINDS for slot in slots.values()):
        raise _damaged(path)
    return Template(path, model, slots, tasks, frozenset(quantisable))


def _unpacked(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InferenceError(
            f"The template {path} cannot be read: {error.strerror}.",
            hint="Install Folioscope again, or make the template again with build.py.",
        ) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise _damaged(path)
    try:
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InferenceError:
    return InferenceError(
        f"The template {path} is damaged.",
        hint="Install Folioscope again, or make the template again with build.py.",
    )


@lru_cache(maxsize=64)
def weight_table(path: Path, changed_ns: int) -> tuple[dict[str, WeightSlot], frozenset[str]]:
    """Return slots and quantisable names of a template; ``changed_ns`` is the file's own time."""
    template = load_template(path.parent, TemplateFile(file=path.name))
    return template.slots, template.quantisable
