"""Exports the tiny ColModernVBERT, and tells what transformers says of the visual cases.

Needs the packages of tests/parity. Run from the repository:
.venv-parity/bin/python -m tests.golden.make_light
"""

import gzip
import tempfile
from pathlib import Path

import numpy as np

from tests.made_light import GOLDEN, GRAPH, LONGEST_PX
from tests.parity.light import LightSizes, ReferenceLight, export, make_model
from tests.visual_cases import PICTURES, TEXTS, picture

EVERY = 9  # rows of pages: all of them take a megabyte


def main() -> None:
    """Write golden/light."""
    GOLDEN.mkdir(exist_ok=True)
    model = make_model(LightSizes())
    with tempfile.TemporaryDirectory() as folder:
        export(model, Path(folder) / GRAPH)
        data = (Path(folder) / GRAPH).read_bytes()
    (GOLDEN / f"{GRAPH}.gz").write_bytes(gzip.compress(data, mtime=0))
    reference = ReferenceLight(model, longest_px=LONGEST_PX)
    pages = reference.pages([picture(name) for name in PICTURES])
    arrays = {name: rows[::EVERY] for name, rows in zip(PICTURES, pages, strict=True)}
    arrays |= {str(number): rows for number, rows in enumerate(reference.queries(list(TEXTS)))}
    np.savez_compressed(GOLDEN / "rows.npz", **{k: v.astype(np.float32) for k, v in arrays.items()})
    for path in sorted(GOLDEN.iterdir()):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


if __name__ == "__main__":
    main()
