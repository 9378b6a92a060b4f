"""Describes a model with official ONNX graphs, as jina-clip-v2: there is nothing to trace."""

from collections.abc import Mapping
from pathlib import Path

from folioscope.domain.errors import InferenceError

from .describing import SCHEMA, Table, written
from .reading import Config

ARCHITECTURE = "jina_clip"
_GRAPHS = {
    "fp32": "onnx/model.onnx",
    "fp16": "onnx/model_fp16.onnx",
    "int8": "onnx/model_int8.onnx",
}
_MOST_TOKENS = 8_192


def clip_manifest(folder: Path, name: str, config: Config, image: Config, about: Table) -> str:
    """Return the manifest for what lies in ``folder``; InferenceError where no graph does."""
    graphs = {kind: file for kind, file in _GRAPHS.items() if (folder / file).is_file()}
    if not graphs:
        raise InferenceError(
            f"The checkpoint in {folder} has no ONNX graphs.",
            hint=f"They are {', '.join(_GRAPHS.values())}; at least one is needed.",
        )
    dim = int(config["projection_dim"])
    smaller = [int(d) for d in config.get("matryoshka_dimensions") or () if int(d) < dim]
    facts: dict[str, object] = {
        "schema": SCHEMA,
        "name": name,
        "title": name,
        "kind": "encoder",
        "architecture": ARCHITECTURE,
        "about": "Made by build.py from a checkpoint on this machine.",
        "dims": [dim, *sorted(smaller, reverse=True)],
        "hidden": dim,
        "max_tokens": _MOST_TOKENS,
        "pooling": "graph",
        "precisions": list(graphs),
        "image": _image(image),
        "prompts": {"query": "{text}", "passage": "{text}"},
        "tokens": {"padding": "<pad>"},
        "onnx": graphs,
        "files": _files(folder, graphs),
    }
    return written({**facts, **about})


def _image(config: Config) -> Table:
    size = config.get("size", 512)
    side = size if isinstance(size, int) else next(iter(size.values()))
    return {"size_px": side, "mean": config["mean"], "std": config["std"]}


def _files(folder: Path, graphs: Mapping[str, str]) -> list[Table]:
    entries: list[Table] = [_entry(folder, "tokenizer.json"), _entry(folder, "config.json")]
    for kind, graph in graphs.items():
        for path in sorted((folder / graph).parent.glob(f"{Path(graph).name}*")):
            name = path.relative_to(folder).as_posix()
            entries.append({**_entry(folder, name), "precisions": [kind]})
    return entries


def _entry(folder: Path, name: str) -> dict[str, object]:
    try:
        return {"name": name, "size_bytes": (folder / name).stat().st_size}
    except OSError as error:
        raise InferenceError(
            f"{folder / name} is missing.", hint="Copy the whole checkpoint."
        ) from error
