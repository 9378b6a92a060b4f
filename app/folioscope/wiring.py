"""The composition root: the only file that knows which class stands behind which protocol.

Engines (LanceDB, ONNX Runtime, PyMuPDF) are imported when they are needed and not before, so
that the window and ``--help`` come up at once.
"""

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from folioscope import __version__, cli
from folioscope.cli import Finding
from folioscope.domain.errors import FolioscopeError, LibraryDamagedError, StoreError
from folioscope.services.api import Services
from folioscope.settings.store import SettingsStore
from folioscope.system import machine, paths
from folioscope.system.file_memory import FileMemory

READING_VERSION = "read-1"
_NO_DISPLAY = (
    "There is no display to open a window on. Use the command line: folioscope search 'words'."
)


def library_exists(directory: Path) -> bool:
    """Whether a library lies in the folder."""
    return (directory / "catalogue.sqlite").exists()


class OpenLibrary:
    """One library with all its services; ``close`` lets go of everything."""

    def __init__(self, directory: Path, *, settings: SettingsStore, reads_pictures: bool) -> None:
        self._directory = directory
        self._settings = settings
        self._reads_pictures = reads_pictures
        self._closing = contextlib.ExitStack()

    def open(self, *, creates: bool, for_repair: bool = False, warms_up: bool = False) -> Services:
        """Open the library; ``for_repair`` also where it cannot be read as it is.

        With ``warms_up``, what the first search needs is loaded behind the caller's back.
        """
        self.close()  # what an earlier try left
        from folioscope.documents.limits import ReadingLimits
        from folioscope.documents.reader import WorkerDocumentReader
        from folioscope.inference.starter import load_starter_encoder
        from folioscope.services.encoder_on_demand import EncoderOnDemand
        from folioscope.services.page_making import COMPOSING_VERSION
        from folioscope.services.passwords import Passwords

        encoder = EncoderOnDemand(load_starter_encoder(paths.models_dir()))
        fingerprint = "|".join((encoder.spec.fingerprint, COMPOSING_VERSION, READING_VERSION))
        stores = self._stores(fingerprint)
        reader = WorkerDocumentReader(
            ReadingLimits(page_timeout_s=self._settings.current.page_timeout_s)
        )
        reader.open()
        self._closing.callback(reader.close)
        self._closing.callback(encoder.close)
        self._closing.callback(stores.close)
        _open_stores(stores, self._directory, creates=creates, for_repair=for_repair)
        services = self._services(stores, reader, encoder, Passwords())
        if warms_up:
            jobs = (stores.reading.warm_up, services.search.warm_up)
            threading.Thread(target=_warm_up, args=(jobs,), name="warming up", daemon=True).start()
        return services

    def close(self) -> None:
        """Let go of workers, models and files."""
        self._closing.close()

    def _stores(self, fingerprint: str):  # type: ignore[no-untyped-def]
        from folioscope.services.library_stores import LibraryStores
        from folioscope.stores.lance_store import LanceVectorStore
        from folioscope.stores.previews import SqlitePreviewStore

        directory = self._directory
        return LibraryStores(
            lambda: LanceVectorStore(directory),
            previews=SqlitePreviewStore(directory / "previews.sqlite"),
            fingerprint=fingerprint,
            clear=lambda: _clear(directory),
        )

    def _services(self, stores, reader, encoder, passwords) -> Services:  # type: ignore[no-untyped-def]
        from folioscope.documents.sniffing import claimed_kind, sniff
        from folioscope.services.indexing import LibraryIndexer
        from folioscope.services.library import OpenLibrary as LibraryFacts
        from folioscope.services.page_pictures import PagePictures
        from folioscope.services.searching import PageSearchService

        def is_readable(path: str) -> bool:
            return sniff(path) is not None or bool(claimed_kind(path))

        indexer = LibraryIndexer(
            stores,
            reader,
            encoder,
            passwords=passwords,
            is_readable=is_readable,
            ignore_patterns=lambda: self._settings.current.ignore_patterns,
            reads_pictures=lambda: self._reads_pictures and self._settings.current.reads_pictures,
        )
        return Services(
            search=PageSearchService(
                stores.reading, encoder, memory=FileMemory(paths.models_dir() / "learnt")
            ),
            indexing=indexer,
            library=LibraryFacts(stores, name=self._directory.name, directory=str(self._directory)),
            pages=PagePictures(
                stores, reader, passwords=passwords, pasted_dir=self._directory / "pasted"
            ),
        )


def _warm_up(jobs: Sequence[Callable[[], None]]) -> None:
    """Do ahead what the first search would wait for; it tells of its own errors."""
    for job in jobs:
        with contextlib.suppress(FolioscopeError):
            job()


def _open_stores(stores, directory: Path, *, creates: bool, for_repair: bool) -> None:  # type: ignore[no-untyped-def]
    if not library_exists(directory):
        if not creates:
            raise StoreError(f"There is no library in {directory} yet.", hint="Add a folder first.")
        stores.create()
    try:
        stores.open(accept_any=for_repair)
    except LibraryDamagedError:
        if not for_repair:
            raise


def _clear(directory: Path) -> None:
    """Delete the library's own files, and nothing else that may lie in its folder."""
    for pattern in ("catalogue.sqlite*", "previews.sqlite*"):
        for file in directory.glob(pattern):
            file.unlink(missing_ok=True)
    shutil.rmtree(directory / "vectors", ignore_errors=True)


class AppWiring:
    """What the command line is lent; a cli.Wiring."""

    def __init__(self) -> None:
        self._settings = SettingsStore(paths.config_dir() / "settings.json")

    def default_directory(self) -> Path:
        """Return the library that opens when none is named."""
        return paths.default_library_dir()

    @contextlib.contextmanager
    def library(
        self, directory: Path, *, creates: bool, reads_pictures: bool, for_repair: bool
    ) -> Iterator[Services]:
        """Open a library for one command."""
        self._settings.load()
        library = OpenLibrary(directory, settings=self._settings, reads_pictures=reads_pictures)
        try:
            yield library.open(creates=creates, for_repair=for_repair)
        finally:
            library.close()

    def run_window(self, directory: Path) -> int:
        """Open the window on a library; without a display say so."""
        if not _has_display():
            sys.stderr.write(_NO_DISPLAY + "\n")
            return cli.Exit.EXPECTED_ERROR
        from folioscope.gui import app

        library = OpenLibrary(directory, settings=self._settings, reads_pictures=True)
        try:
            return app.run(
                lambda: library.open(creates=True, warms_up=True),
                library_name=directory.name,
                argv=sys.argv[:1],
                open_for_repair=lambda: library.open(creates=True, for_repair=True),
                settings=self._settings,
            )
        finally:
            library.close()

    def findings(self, directory: Path) -> list[Finding]:
        """Look at everything that Folioscope needs."""
        return [*_about_this(directory), *_about_models(), self._about_library(directory)]

    def _about_library(self, directory: Path) -> Finding:
        if not library_exists(directory):
            return Finding("Library", f"{directory} (none yet)")
        try:
            with self.library(
                directory, creates=False, reads_pictures=False, for_repair=False
            ) as services:
                stats = services.library.stats()
        except FolioscopeError as error:
            return Finding("Library", str(directory), is_fine=False, remedy=str(error))
        return Finding("Library", f"{directory}: {stats.pages:,} pages")


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


def _about_this(directory: Path) -> list[Finding]:
    facts = machine.look_at_machine(directory)
    has_room = facts.free_disk_bytes > 1_000_000_000
    return [
        Finding("Folioscope", __version__),
        Finding("Python", sys.version.split()[0]),
        *(
            _package(name)
            for name in ("PySide6-Essentials", "pymupdf", "lancedb", "tokenizers", "rapidocr")
        ),
        Finding("System", facts.system),
        Finding("Cores", str(facts.cores)),
        Finding("Memory", f"{facts.memory_bytes / 1e9:.1f} GB"),
        Finding(
            "Free on disk",
            f"{facts.free_disk_bytes / 1e9:.1f} GB",
            is_fine=has_room,
            remedy="" if has_room else "Make room: less than 1 GB is left.",
        ),
    ]


def _package(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "missing", is_fine=False, remedy=f"pip install {name}")


def _about_models() -> list[Finding]:
    from folioscope.inference.devices import runtime_facts
    from folioscope.inference.models import installed_models

    try:
        runtime = runtime_facts()
        findings = [
            Finding("ONNX Runtime", runtime.version),
            Finding("Providers", ", ".join(runtime.providers)),
        ]
    except FolioscopeError as error:
        findings = [Finding("ONNX Runtime", "not usable", is_fine=False, remedy=str(error))]
    names = ", ".join(m.name for m in installed_models(paths.models_dir()))
    return [*findings, Finding("Models", names or "the starter model is made on first use")]
