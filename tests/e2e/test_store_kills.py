"""A writer that is killed at any point loses nothing it has told, and doubles nothing."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, Health
from folioscope.domain.queries import StoreQuery
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, document, found, page, unit
from tests.contract.visual_makers import MODEL, look
from tests.e2e.store_writer import LONG, SEEN, SEEN_PAGES, page_count, pages_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("FOLIOSCOPE_KILLS", "12"))


class Writer:
    """The writing process; what it told is kept."""

    def __init__(self, library: Path, first: int, what: str) -> None:
        command = [sys.executable, "-m", "tests.e2e.store_writer", str(library), str(first), what]
        path = os.pathsep.join([str(ROOT / "app"), str(ROOT)])
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        assert self._output.readline().strip() == "ready"

    def hear(self, lines: int) -> list[tuple[str, str, int]]:
        """Wait until so many lines were told."""
        return [self._parsed(self._output.readline()) for _ in range(lines)]

    def kill(self) -> list[tuple[str, str, int]]:
        """Kill it without a warning; returns what it told besides."""
        self._process.send_signal(signal.SIGKILL)
        rest = [line for line in self._output if line.endswith("\n")]
        self._process.wait()
        self._output.close()
        return [self._parsed(line) for line in rest]

    @staticmethod
    def _parsed(line: str) -> tuple[str, str, int]:
        step, what, number = line.split()
        return step, what, int(number)


class Ledger:
    """What must be in the library, from what the writer told."""

    def __init__(self) -> None:
        self.allowed: dict[int, set[int | None]] = {}  # versions; None: not there
        self.next = 0

    def take(self, told: list[tuple[str, str, int]]) -> None:
        for step, what, number in told:
            if what == "compact":
                continue
            target = {"add": 0, "remove": None, "change": 1}[what]
            if step == "begin":
                self.allowed.setdefault(number, {None}).add(target)
            else:
                self.allowed[number] = {target}
            if what == "add":
                self.next = max(self.next, number + 1)

    def settle(self, number: int, version: int | None) -> None:
        self.allowed[number] = {version}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_any_point_it_keeps_all_that_was_told(tmp_path: Path) -> None:
    library, ledger, chance = tmp_path / "library", Ledger(), random.Random(4)
    for _ in range(KILLS):
        writer = Writer(library, ledger.next, "churn")
        ledger.take(writer.hear(chance.randrange(1, 60)))
        # not always just after a line: let it come anywhere into the next steps
        _spend(chance.random() * 0.03)
        ledger.take(writer.kill())
        check(library, ledger)
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    store.compact()
    stats = store.stats()
    assert stats.disk_bytes <= 1.5 * stats.live_bytes
    store.close()
    check(library, ledger)


def check(library: Path, ledger: Ledger) -> None:
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    try:
        refs = store.page_refs(StoreQuery())
        assert len(refs) == len(set(refs))
        counts = Counter(ref.document_id for ref in refs)
        for number, allowed in ledger.allowed.items():
            ledger.settle(number, _version_found(store, number, counts[f"doc{number}"], allowed))
        known = {f"doc{number}" for number in ledger.allowed}
        assert set(counts) <= known
        assert store.verify().health is Health.SOUND
        vector = unit(np.random.default_rng(0), DIM)
        result = store.search(StoreQuery(vector=vector), limit=10_000)
        assert sorted(result.refs) == sorted(refs)
        assert (result.title != 0).all()
    finally:
        store.close()


def _version_found(
    store: LanceVectorStore, number: int, count: int, allowed: set[int | None]
) -> int | None:
    """Return the version of a document, all of whose pages must be of it."""
    if count == 0:
        assert None in allowed, f"document {number} was lost"
        return None
    refs = [PageRef(f"doc{number}", index) for index in range(page_count(number))]
    got = store.pages(refs, with_vectors=True)
    assert count == len(refs) == len(got), f"document {number} is not whole"
    for version in allowed - {None}:
        wanted = pages_of(number, version=version or 0)
        if [p.text.words for p in got] == [p.text.words for p in wanted]:
            for mine, theirs in zip(got, wanted, strict=True):
                np.testing.assert_allclose(mine.vectors.title, theirs.vectors.title, atol=1e-3)
                np.testing.assert_allclose(mine.vectors.regions, theirs.vectors.regions, atol=1e-3)
            return version
    raise AssertionError(f"document {number} is neither of {allowed}")


def test_staged_pages_survive_a_kill(tmp_path: Path) -> None:
    library, told = tmp_path / "library", 0
    for _ in range(3):
        writer = Writer(library, told, "stage")
        lines = writer.hear(25)
        lines += writer.kill()
        told = max(number for _, _, number in lines) + 3
        store = LanceVectorStore(library)
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
        staged = store.staged_pages(LONG)
        assert staged >= set(range(told))
        assert store.page_refs(StoreQuery()) == []
        told = max(staged) + 1
        store.close()
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    store.stage_pages(LONG, [page(LONG, told, "the end")])
    store.commit_document(document(LONG, told + 1))
    assert len(store.page_refs(StoreQuery())) == told + 1
    assert found(store, "end") == [PageRef(LONG, told)]
    got = store.pages([PageRef(LONG, 1)], with_vectors=True)[0]
    wanted = page(LONG, 1, "line 1").vectors.title
    np.testing.assert_allclose(got.vectors.title, wanted, atol=1e-3)
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_looks_survive_a_kill_and_come_all_or_none(tmp_path: Path) -> None:
    library, first, chance = tmp_path / "library", 0, random.Random(5)
    refs = [PageRef(SEEN, index) for index in range(SEEN_PAGES)]
    for _ in range(KILLS // 2):
        writer = Writer(library, first, "look")
        told = writer.hear(chance.randrange(1, 90))
        _spend(chance.random() * 0.02)
        told += writer.kill()
        first = max(number for _, _, number in told) + 1
        since = max((n for _, what, n in told if what == "drop"), default=-1)
        done = [n for step, what, n in told if (step, what) == ("done", "look") and n > since]
        store = LanceVectorStore(library)
        store.open(Access.WRITE, fingerprint=FINGERPRINT)
        assert store.verify().health is Health.SOUND
        kept = store.visual_pages(MODEL, refs)
        assert store.visual_counts().get(MODEL, 0) == sum(page is not None for page in kept)
        for start in range(0, SEEN_PAGES, 3):
            triple = kept[start : start + 3]
            assert len({page is None for page in triple}) == 1
            singles = [page.single for page in triple if page is not None]
            assert all((single == singles[0]).all() for single in singles)
        newest = done[-1] if done else None
        if newest is not None and first - 1 == newest and newest % 50 != 49:
            page_kept = kept[newest * 3 % SEEN_PAGES]
            assert page_kept is not None
            assert page_kept.single @ look(newest).single > 0.99
        store.close()


def test_who_reads_beside_sees_whole_documents_only(tmp_path: Path) -> None:
    library = tmp_path / "library"
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint=FINGERPRINT)
    store.close()
    reader = LanceVectorStore(library)
    reader.open(Access.READ, fingerprint=FINGERPRINT)
    writer = Writer(library, 0, "churn")
    query = StoreQuery(vector=unit(np.random.default_rng(0), DIM))
    seen = 0
    try:
        for _ in range(150):
            writer.hear(2)
            reader.refresh()
            refs = reader.page_refs(StoreQuery())
            result = reader.search(query, limit=10_000)  # may know of newer documents yet
            assert (result.title != 0).all()
            for pages in (refs, result.refs):
                counts = Counter(ref.document_id for ref in pages)
                assert all(n == page_count(int(name[3:])) for name, n in counts.items())
                seen = max(seen, len(counts))
    finally:
        writer.kill()
        reader.close()
    assert seen > 20


def _spend(seconds: float) -> None:
    """Let the other process go on for a moment."""
    subprocess.run([sys.executable, "-S", "-c", f"import time; time.sleep({seconds})"], check=True)
