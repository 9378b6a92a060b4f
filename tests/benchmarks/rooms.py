"""The app's rooms, opened for a benchmark: as a whole library, or as single engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.reader import WorkerDocumentReader
from folioscope.domain.protocols import (
    Access,
    DocumentReader,
    PageUnits,
    TextEncoder,
    VectorStore,
)
from folioscope.inference.starter import load_starter_encoder
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services
from folioscope.settings.store import SettingsStore
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.system import paths
from folioscope.wiring import OpenLibrary


@dataclass(frozen=True, slots=True)
class Engines:
    """What does the work, each by itself; the store is open for writing."""

    reader: DocumentReader
    encoder: TextEncoder
    store: VectorStore


@contextmanager
def open_library(directory: Path, *, warm: Path | None = None) -> Iterator[Services]:
    """Open a library as the app does; ``warm`` is indexed first, so that all is loaded."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = SettingsStore(directory / "settings.json")  # none there: everything as shipped
    library = OpenLibrary(directory, settings=settings, reads_pictures=True)
    try:
        services = library.open(creates=True)
        if warm is not None:
            services.indexing.add([str(warm)])
            services.indexing.run(JobContext())
        yield services
    finally:
        library.close()


@contextmanager
def open_engines(directory: Path, *, warm: Path) -> Iterator[Engines]:
    """Open reader, encoder and store, and let each do a little first."""
    directory.mkdir(parents=True, exist_ok=True)
    reader = WorkerDocumentReader(ReadingLimits())
    encoder = load_starter_encoder(paths.models_dir())
    store = LanceVectorStore(directory)
    try:
        reader.open()
        encoder.open()
        store.open(Access.WRITE, fingerprint=encoder.spec.fingerprint)
        reader.inspect(str(warm))
        encoder.embed_pages([PageUnits("A page.", ("A region.",), "A title")])
        yield Engines(reader, encoder, store)
    finally:
        reader.close()
        encoder.close()
        store.close()
