"""Libraries on disk for tests: opened here, or in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

from folioscope.domain.protocols import Access
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import FINGERPRINT


def opened(folder: Path, access: Access = Access.WRITE) -> LanceVectorStore:
    store = LanceVectorStore(folder)
    store.open(access, fingerprint=FINGERPRINT)
    return store


def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
