"""Write the vectors that test_starter.py compares with: the same network in float32.

Run ``python -m tests.golden.make_starter_vectors`` when the texts or the data file change, and
only then: a change of precision must be held against the old vectors.
"""

import tempfile
from pathlib import Path

import numpy as np

from folioscope.domain.protocols import PageUnits
from folioscope.inference.manifest import ModelManifest, load_manifest
from folioscope.inference.starter import MANIFEST, StarterTextEncoder
from folioscope.system.paths import shipped_dir

VECTORS = Path(__file__).with_name("starter_vectors.npz")
QUERIES = (
    "loan agreement with interest",
    "Umsatz nach Region im dritten Quartal",
    "地铁 线路图",
    "red bar chart of rainfall",
)
PASSAGES = (
    "Ein Kreditvertrag mit Zinsen",
    "贷款合同 利息 2024年第3季度",
    "ローン契約の利息",
    "A photo of a cat on a sofa",
    "The bar chart shows Q3 revenue up 12% — €4.5m vs. €4.0m",
    "اتفاقية قرض بفائدة",
    "Sales by region grew in the third quarter while costs fell. " * 12,
    "北京地铁线路图:1号线、2号线、10号线换乘站",
    "E = mc²  ∑ᵢ xᵢ ≤ 10⁻³",
)


def float_manifest() -> ModelManifest:
    """The shipped manifest at full precision."""
    import msgspec

    manifest = load_manifest(shipped_dir("onnx_models") / MANIFEST)
    return msgspec.structs.replace(manifest, precision="float32", spared=())


def vectors_of(encoder: StarterTextEncoder) -> tuple[np.ndarray, np.ndarray]:
    """Embed the queries one by one and the passages as one page each: two float32 (n, dim)."""
    queries = np.stack([encoder.embed_query(query) for query in QUERIES])
    pages = encoder.embed_pages([PageUnits("", (text,), text) for text in PASSAGES])
    return queries, np.concatenate([page.regions for page in pages])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        exact = StarterTextEncoder(float_manifest(), Path(folder))
        exact.open()
        queries, passages = vectors_of(exact)
    np.savez_compressed(
        VECTORS, queries=queries.astype(np.float16), passages=passages.astype(np.float16)
    )
