"""Make the templates and manifests that Folioscope ships, from the published numbers.

Their weights are not needed: the checkpoints that build.py is given are headers without values,
with names, shapes and counts as published.
"""

import argparse
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from build import HERE, find_packages

V4, M0 = "jina-embeddings-v4", "jina-reranker-m0"


def main() -> int:
    """Build the models named, or both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[V4, M0], metavar="NAME")
    options = parser.parse_args()
    find_packages()
    from export.building import build

    for name in options.names:
        about = tomllib.loads((HERE / name / "about.toml").read_text("utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = write_checkpoint(name, Path(folder) / name)
            build(checkpoint, HERE / name, about=about)
    return 0


def write_checkpoint(name: str, folder: Path) -> Path:
    """Write a checkpoint of one of the published models without values."""
    from export.headers import m0_shapes, v4_adapter_shapes, v4_shapes, write_headers

    config = json.loads((HERE / name / "config.json").read_text("utf-8"))
    shapes = v4_shapes(config) if name == V4 else m0_shapes(config)
    write_headers(folder / "model.safetensors", shapes)
    shutil.copy(HERE / name / "config.json", folder)
    adapter_config = HERE / name / "adapter_config.json"
    if adapter_config.exists():
        rank = json.loads(adapter_config.read_text("utf-8"))["r"]
        adapters = folder / "adapters"
        write_headers(adapters / "adapter_model.safetensors", v4_adapter_shapes(config, rank))
        shutil.copy(adapter_config, adapters)
    return folder


if __name__ == "__main__":
    sys.exit(main())
