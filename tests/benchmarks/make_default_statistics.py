"""Make app/folioscope/stores/default_statistics.npz: what a new library starts from.

    python -m tests.benchmarks.make_default_statistics VECTORS.npz LOOKS.npz

VECTORS: arrays ``page``, ``block`` and ``title``, float32 (n, dim), as the encoder returns them.
LOOKS: ``looks`` (n, 5) and ``colours`` (n, 11), raw values in the order of LOOK_NAMES. Only
aggregates of them are kept: means, covariances and ranks.
"""

import sys
from pathlib import Path

import numpy as np

from folioscope.stores.statistics import statistics_of

TARGET = Path(__file__).parents[2] / "app/folioscope/stores/default_statistics.npz"


def main(vectors_path: str, looks_path: str) -> None:
    """Write the file and print its size."""
    with np.load(vectors_path) as found, np.load(looks_path) as seen:
        vectors = found["page"], found["block"], found["title"]
        looks = np.concatenate([seen["looks"], seen["colours"]], axis=1).astype(np.float32)
        arrays = statistics_of(vectors, looks)
    np.savez_compressed(TARGET, **arrays)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB, {len(looks)} pages")


if __name__ == "__main__":
    main(*sys.argv[1:3])
