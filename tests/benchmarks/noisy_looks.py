"""What a visual model of known quality brings: ``python -m tests.benchmarks.noisy_looks``.

Real weights are not needed: pages get random vectors (alike within a document), and a judged
query gets the mean of its right pages' vectors plus noise of the length given, so that noise 1
is a good model and noise 1000 one that knows nothing. Printed is nDCG@10 without the model, by
its vectors alone, and fused; and how many queries for absent subjects are answered. The app
must never lose by words (``not_visual``), and gain by looks (``visual_only``). With ``--rows`` the
stand-in makes rows alone, as ColModernVBERT does (``noisy_rows``).

Indexes shared/corpus into a library of its own; ``--library`` takes one that holds it already,
which is copied and not changed. Exit code 1 where queries for words lose.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.embeddings import Embedding
from folioscope.domain.pages import Float32, PageRef
from folioscope.domain.protocols import Access, Cancellation
from folioscope.domain.queries import PageFilter, StoreQuery
from folioscope.inference.starter import load_starter_encoder
from folioscope.services.fusion import Weights
from folioscope.services.searching import PageSearchService
from folioscope.services.visual_asking import SeenQuery
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.maxsim import maxsim
from folioscope.system import paths
from folioscope.system.file_memory import FileMemory
from tests.benchmarks import noisy_rows
from tests.benchmarks.absent_subjects import ABSENT
from tests.benchmarks.quality import index as index_corpus
from tests.conftest import find_shared

MODEL = "noisy@1"
DIM = 96
MOST_LOST = 0.005  # nDCG@10 of queries for words
GROUPS = ("all", "not_visual", "visual_only", "kind:cross-lingual")


def drawn(*key: object, dim: int = DIM) -> Float32:
    """A random direction that belongs to ``key``."""
    seed = int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest())
    return _unit(np.random.default_rng(seed).standard_normal(dim))


def page_vector(ref: PageRef) -> Float32:
    """Part ground that all pages share, part the document's, part the page's own."""
    own = drawn("page", ref.document_id, ref.page_index)
    return _unit(0.6 * drawn("ground") + 0.45 * drawn(ref.document_id) + 0.66 * own)


def _unit(vector: Float32) -> Float32:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


class VectorEyes:
    """A stand-in with a vector a page."""

    def page(self, ref: PageRef) -> Embedding:
        """See a page."""
        return Embedding(page_vector(ref))

    def query(self, text: str, right: Sequence[PageRef], noise: float) -> Embedding:
        """Embed a query that means some pages."""
        vector = noise * drawn("noise", text)
        if right:
            vector = vector + _unit(np.mean([page_vector(ref) for ref in right], axis=0))
        return Embedding(_unit(vector))

    def scores(self, query: Embedding, pages: Sequence[Embedding]) -> Float32:
        """Score pages by nothing else."""
        return np.stack([page.single for page in pages]) @ query.single


class RowEyes:
    """A stand-in that makes rows alone."""

    def __init__(self) -> None:
        self._drawn = cache(partial(drawn, dim=noisy_rows.DIM))

    def page(self, ref: PageRef) -> Embedding:
        """See a page."""
        return noisy_rows.page(ref, self._drawn)

    def query(self, text: str, right: Sequence[PageRef], noise: float) -> Embedding:
        """Embed a query that means some pages."""
        return noisy_rows.query(text, right, noise, self._drawn)

    def scores(self, query: Embedding, pages: Sequence[Embedding]) -> Float32:
        """Score pages by nothing else."""
        return maxsim(_rows(query), [_rows(page) for page in pages])


Eyes = VectorEyes | RowEyes


def _rows(found: Embedding) -> Float32:
    assert found.multi is not None
    return found.multi.rows


class NoisyAsker:
    """Stands in for a VisualAsker; ``right`` are the pages that each judged query means."""

    def __init__(self, right: dict[str, list[PageRef]], noise: float, eyes: Eyes) -> None:
        self._right = right
        self._noise = noise
        self._eyes = eyes

    def text(self, text: str, *, token: Cancellation | None = None) -> SeenQuery:
        """Embed a query."""
        return SeenQuery(MODEL, self._eyes.query(text, self._right.get(text, ()), self._noise))


class Bench:
    """A library that was looked at, and its judged queries."""

    def __init__(self, library: Path, shared: Path, eyes: Eyes) -> None:
        self.eyes = eyes
        sys.path.insert(0, str(shared))
        import metrics  # lies beside the repository

        self.metrics = metrics
        self.golden = metrics.load_golden(shared / "corpus" / "golden.jsonl")
        self.root = shared / "corpus" / "files"
        self.store = LanceVectorStore(library)
        self.store.open(Access.WRITE, fingerprint="")
        self.encoder = load_starter_encoder(paths.models_dir())
        self.encoder.open()
        self.refs = self.store.page_refs(StoreQuery())
        self.pages = [eyes.page(ref) for ref in self.refs]
        self.store.put_visual(MODEL, list(zip(self.refs, self.pages, strict=True)))
        documents = {file.path: file.document_id for file in self.store.files()}
        self.names = {
            document: Path(path).relative_to(self.root).as_posix()
            for path, document in documents.items()
        }
        self.right = {
            query["query"]: [
                PageRef(documents[str(self.root / page["file"])], page["page"] - 1)
                for page in query["relevant"]
            ]
            for query in self.golden
        }

    def fused(self, asker: NoisyAsker | None, weights: Weights) -> tuple[str, float]:
        """Measure the app's own search; returns figures, and that of queries for words."""
        service = PageSearchService(
            self.store,
            self.encoder,
            weights=weights,
            memory=FileMemory(paths.models_dir() / "learnt"),
            asker=asker,  # type: ignore[arg-type]
        )
        found = {}
        for query in self.golden:
            answer = service.search(query["query"], scope=PageFilter(), limit=20)
            found[query["id"]] = [r.ref for r in (*answer.results, *answer.weaker)][:20]
        answers = [service.search(text, scope=PageFilter(), limit=20) for text in ABSENT]
        absent = sum(bool(answer.results) for answer in answers)
        table = self._table(found)
        return f"{_figures(table)}  absent {absent}/{len(ABSENT)}", table["not_visual"]["ndcg10"]

    def alone(self, asker: NoisyAsker) -> str:
        """Measure the vectors without anything else."""
        found = {}
        for query in self.golden:
            scores = self.eyes.scores(asker.text(query["query"]).embedding, self.pages)
            best = np.argsort(-scores)[:20].tolist()
            found[query["id"]] = [self.refs[number] for number in best]
        return _figures(self._table(found))

    def _table(self, found: dict[str, list[PageRef]]) -> dict[str, Any]:
        pages = {
            name: [(self.names[ref.document_id], ref.page_index + 1) for ref in refs]
            for name, refs in found.items()
        }
        table: dict[str, Any] = self.metrics.table(self.golden, pages)
        return table


def _figures(table: dict[str, Any]) -> str:
    return "  ".join(f"{group} {table[group]['ndcg10']:.3f}" for group in GROUPS)


def measure(bench: Bench, noises: Iterable[float], weights: Sequence[float]) -> float:
    """Print a table; returns the most that queries for words lost."""
    figures, without = bench.fused(None, Weights())
    print(f"{'without':24s}{figures}", flush=True)
    lost = 0.0
    for noise in noises:
        asker = NoisyAsker(bench.right, noise, bench.eyes)
        print(f"{f'noise {noise:g}, alone':24s}{bench.alone(asker)}")
        for weight in weights:
            figures, by_words = bench.fused(asker, Weights(seen=weight))
            lost = max(lost, without - by_words)
            print(f"{f'noise {noise:g}, weight {weight:g}':24s}{figures}", flush=True)
    return lost


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, help="a library that holds the corpus already")
    parser.add_argument("--rows", action="store_true", help="of a model that makes rows alone")
    parser.add_argument("--noise", type=float, nargs="+", default=[1.0, 2.0, 3.0, 1000.0])
    parser.add_argument("--weight", type=float, nargs="+", default=[Weights().seen])
    options = parser.parse_args()
    shared = find_shared()
    if shared is None:
        print("No corpus here: set FOLIOSCOPE_SHARED.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "library"
        if options.library is None:
            index_corpus(library, shared / "corpus" / "files")
        else:
            shutil.copytree(options.library, library)
        bench = Bench(library, shared, RowEyes() if options.rows else VectorEyes())
        return measure(bench, options.noise, options.weight) > MOST_LOST


if __name__ == "__main__":
    raise SystemExit(main())
