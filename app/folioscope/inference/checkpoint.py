"""Checkpoint folders as they are published: weights in shards, adapters beside them.

Names of weights are made canonical (see ``onnx_models/README.md``), so that old and new ways to
write them come to the same.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.inference.safetensors_files import StoredTensor, is_readable, read_header

WEIGHTS_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
ADAPTER_FILE = "adapters/adapter_model.safetensors"
ADAPTER_CONFIG = "adapters/adapter_config.json"
TOKENIZER_FILE = "tokenizer.json"
# stored and never used: heads of the language models, and tables that graphs compute
_UNUSED = re.compile(r"(^|\.)lm_head\.|\.rotary_emb\.inv_freq$|\.rotary_pos_emb\.inv_freq$")
_PREFIXES = (
    ("model.visual.", "visual."),
    ("model.language_model.", "text."),
    ("language_model.model.", "text."),
    ("language_model.", "text."),
    ("model.", "text."),
)


def canonical(name: str) -> str:
    """Return the canonical name of a weight or of a part of an adapter."""
    name = name.replace("base_model.model.", "").replace(".base_layer.", ".")
    name = name.replace(".lora_A.default.", ".lora_A.").replace(".lora_B.default.", ".lora_B.")
    if (at := name.find("multi_vector_projector.")) >= 0:
        return name[at:]
    for prefix, short in _PREFIXES:
        if name.startswith(prefix):
            return short + name.removeprefix(prefix)
    return name


def is_unused(key: str) -> bool:
    """Whether checkpoints carry that weight and no graph needs it."""
    return bool(_UNUSED.search(key))


class AdapterConfig(msgspec.Struct, frozen=True):
    """What of ``adapter_config.json`` shapes the weights."""

    r: int
    lora_alpha: float
    use_rslora: bool = False
    rank_pattern: dict[str, int] = {}
    alpha_pattern: dict[str, float] = {}

    @property
    def scale(self) -> float:
        """What an adapter's product is multiplied with."""
        return self.lora_alpha / (math.sqrt(self.r) if self.use_rslora else self.r)


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Headers of a folder's files; weights are read when they are asked for."""

    folder: Path
    tensors: Mapping[str, StoredTensor]
    adapter: AdapterConfig | None

    def tensor(self, key: str) -> StoredTensor:
        """Return where a weight lies; InferenceError when it is not there, or no float."""
        tensor = self.tensors.get(key)
        if tensor is None:
            part = "adapter weight" if ".lora_" in key else "weight"
            raise InferenceError(
                f"The checkpoint in {self.folder} lacks the {part} `{key}`.",
                hint="Fetch the whole checkpoint, or make a template for it with build.py.",
            )
        if not is_readable(tensor):
            raise InferenceError(
                f"`{key}` in {tensor.path} is stored as {tensor.kind}, which cannot be read.",
                hint="Take a checkpoint in float32, float16 or bfloat16.",
            )
        return tensor


def shard_names(folder: Path) -> list[str]:
    """Return the names of the weight files, from the index where there is one."""
    index = folder / INDEX_FILE
    if not index.is_file():
        return [WEIGHTS_FILE]
    try:
        read = msgspec.json.decode(index.read_bytes(), type=_Index)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InferenceError(f"{index} cannot be read.", hint="Fetch the file again.") from error
    names = sorted(set(read.weight_map.values()))
    if not names or any(Path(name).name != name for name in names):
        raise InferenceError(f"{index} names no weight files.", hint="Fetch the file again.")
    return names


class _Index(msgspec.Struct):
    weight_map: dict[str, str]


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read all headers; InferenceError names what is missing, damaged or there twice."""
    if not folder.is_dir():
        raise InferenceError(f"{folder} is no folder.", hint="Name the checkpoint's folder.")
    found = [t for name in shard_names(folder) for t in read_header(folder / name)]
    adapter = None
    if (folder / ADAPTER_FILE).is_file():
        adapter = _adapter_config(folder / ADAPTER_CONFIG)
        found += read_header(folder / ADAPTER_FILE)
    return Checkpoint(folder, _by_key(found), adapter)


def _by_key(tensors: Iterable[StoredTensor]) -> dict[str, StoredTensor]:
    keyed: dict[str, StoredTensor] = {}
    for tensor in tensors:
        key = canonical(tensor.name)
        if key in keyed:
            raise InferenceError(
                f"The weight `{key}` is there twice: in {keyed[key].path} and {tensor.path}.",
                hint="Remove what does not belong to the checkpoint.",
            )
        keyed[key] = tensor
    return keyed


def _adapter_config(path: Path) -> AdapterConfig:
    try:
        config = msgspec.json.decode(path.read_bytes(), type=AdapterConfig)
    except FileNotFoundError as error:
        raise InferenceError(
            f"{path} is missing.", hint="It belongs to the adapters beside it."
        ) from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InferenceError(f"{path} cannot be read: {error}.") from error
    if config.r < 1 or config.rank_pattern or config.alpha_pattern:
        raise InferenceError(
            f"The adapters in {path} have ranks of their own by layer, which is not supported.",
            hint="Merge them into the checkpoint.",
        )
    return config
