"""The starter encoder: tokens a second and nearness to float32 for each arithmetic.

Texts are passages of the corpus' text layers, cut to lengths from a title to a full page and
drawn by a seed other than the one the shipped arithmetic was chosen with. Then: how long
a query takes alone and while pages are embedded, and how soon a run ends when cancelled.
"""

import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pymupdf

from folioscope.domain.protocols import PageUnits
from folioscope.inference.manifest import ModelManifest, load_manifest
from folioscope.inference.starter import MANIFEST, StarterTextEncoder
from folioscope.inference.starter_making import TOKENIZER_FILE, ensure_starter
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.system.paths import shipped_dir
from tests.benchmarks.tables import show_table, within
from tests.conftest import find_shared

SEED, TEXTS, ROUNDS = 2_024, 80, 2
BESIDE_S = 10.0
LENGTHS = (60, 300, 800, 4_000)  # characters
QUERIES = ("revenue by region 2024", "Kreditvertrag mit Zinsen", "地铁 线路图")
VARIANTS: tuple[tuple[str, tuple[str, ...]], ...] = (("float32", ()), ("w4a8", ()), ("w8a8", ()))


def corpus_texts(shared: Path) -> list[str]:
    """Draw passages from pages of the corpus that have a text layer."""
    rng = random.Random(SEED)
    texts = []
    for path in sorted((shared / "corpus" / "files").rglob("*.pdf")):
        with pymupdf.open(path) as document:
            numbers = rng.sample(range(len(document)), min(8, len(document)))
            texts += [" ".join(document[n].get_text().split()) for n in numbers]
    rng.shuffle(texts)
    told = [text for text in texts if len(text) > LENGTHS[0]][:TEXTS]
    return [text[: LENGTHS[n % len(LENGTHS)]] for n, text in enumerate(told)]


def main() -> int:
    """Print both tables; exit code 1 when the shipped arithmetic is too far from float32."""
    shared = find_shared()
    if shared is None:
        print("No corpus: set FOLIOSCOPE_SHARED.", file=sys.stderr)
        return 1
    texts = corpus_texts(shared)
    shipped = load_manifest(shipped_dir("onnx_models") / MANIFEST)
    with tempfile.TemporaryDirectory() as folder:
        encoders = {m.arithmetic: opened(m, Path(folder)) for m in manifests(shipped)}
        tokens = count_tokens(shipped, Path(folder), texts)
        cosines = compare(encoders, texts, tokens)
        encoder = encoders[shipped.arithmetic]
        held = delays(encoder, texts)
    mean, least = cosines[shipped.arithmetic]
    held &= within("1 - mean cosine of the shipped arithmetic, x1000", 1_000 * (1 - mean), 2)
    held &= within("1 - least cosine of the shipped arithmetic, x1000", 1_000 * (1 - least), 10)
    return 0 if held else 1


def manifests(shipped: ModelManifest) -> list[ModelManifest]:
    """Return the variants, float32 first and the shipped one last."""
    plain = [
        msgspec.structs.replace(shipped, precision=precision, spared=spared)
        for precision, spared in VARIANTS
    ]
    return [m for m in plain if m.arithmetic != shipped.arithmetic] + [shipped]


def opened(manifest: ModelManifest, folder: Path) -> StarterTextEncoder:
    """Make and open a variant."""
    encoder = StarterTextEncoder(manifest, folder)
    encoder.open()
    return encoder


def count_tokens(manifest: ModelManifest, folder: Path, texts: list[str]) -> int:
    """Count what goes through the network, without padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(ensure_starter(manifest, folder) / TOKENIZER_FILE))
    return sum(len(e.ids) for e in tokenizer.encode_batch([f"passage: {t}" for t in texts]))


def compare(
    encoders: dict[str, StarterTextEncoder], texts: list[str], tokens: int
) -> dict[str, tuple[float, float]]:
    """Embed with each in turn, several rounds; return mean and least cosine to float32."""
    page = PageUnits("", tuple(texts), texts[0])
    vectors: dict[str, np.ndarray] = {}
    seconds: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(ROUNDS):
        for name, encoder in encoders.items():
            started = time.perf_counter()
            (found,) = encoder.embed_pages([page])
            seconds[name].append(time.perf_counter() - started)
            vectors[name] = found.regions
    near = {name: (v * vectors["float32"]).sum(axis=1) for name, v in vectors.items()}
    rows = [
        [name, tokens / min(seconds[name]), f"{near[name].mean():.4f}", f"{near[name].min():.4f}"]
        for name in encoders
    ]
    print(f"{len(texts)} texts, {tokens} tokens")
    show_table(["arithmetic", "tokens/s", "mean cosine", "least"], rows)
    return {name: (float(c.mean()), float(c.min())) for name, c in near.items()}


def delays(encoder: StarterTextEncoder, texts: list[str]) -> bool:
    """Time queries alone and beside pages, then a cancelled run."""
    longest = max(texts, key=len)
    alone = [query_ms(encoder, n) for n in range(30)]
    texts = [f"{number} {longest}" for number in range(64)]  # the largest batches there are
    token = CancelToken()
    ended: list[float] = []

    def embed() -> None:
        try:
            while True:
                encoder.embed_pages([PageUnits("", tuple(texts), texts[0])], token=token)
        except Cancelled:
            ended.append(time.perf_counter())

    worker = threading.Thread(target=embed)
    worker.start()
    beside = []
    until = time.perf_counter() + BESIDE_S
    while time.perf_counter() < until:
        token.wait(0.1)  # a query now and then, not queries against queries
        beside.append(query_ms(encoder, len(beside)))
    cancelled = time.perf_counter()
    token.cancel()
    worker.join()
    columns = ["query", "median ms", "slowest ms"]
    rows = [[n, statistics.median(t), max(t)] for n, t in (("alone", alone), ("beside", beside))]
    show_table(columns, rows)
    return within("end of a cancelled run", 1_000 * (ended[0] - cancelled), 200, unit=" ms")


def query_ms(encoder: StarterTextEncoder, number: int) -> float:
    """Time one query in milliseconds."""
    started = time.perf_counter()
    encoder.embed_query(QUERIES[number % len(QUERIES)])
    return 1_000 * (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
