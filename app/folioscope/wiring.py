"""The composition root: the only file that knows which class stands behind which protocol.

Engines (LanceDB, ONNX Runtime, PyMuPDF) are imported when they are needed and not before, so
that the window and ``--help`` come up at once.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.cli.doctor import Finding
from folioscope.domain.errors import FolioscopeError, LibraryDamagedError, LibraryMissingError
from folioscope.domain.store_places import StorePlace
from folioscope.services.api import Services
from folioscope.settings.store import SettingsStore
from folioscope.system import paths
from folioscope.system.file_memory import FileMemory
from folioscope.system.logs import start_logging

if TYPE_CHECKING:
    from folioscope.cli.vector_commands import ModelRooms
    from folioscope.domain.models import ModelShelf
    from folioscope.domain.protocols import DocumentReader, TextEncoder
    from folioscope.inference.remote_shelf import ShelfWithServers
    from folioscope.services.api import IndexingService, PageService
    from folioscope.services.chosen_store import ChosenStore
    from folioscope.services.indexing_run import Rooms
    from folioscope.services.library_stores import LibraryStores
    from folioscope.services.look_api import ModelsService
    from folioscope.services.remote_models import RemoteModels
    from folioscope.services.searching import PageSearchService
    from folioscope.services.store_api import StoreService
    from folioscope.services.updates import Updates
    from folioscope.services.visual_parts import VisualParts

READING_VERSION = "read-1"


def library_exists(directory: Path) -> bool:
    """Whether a library lies in the folder, or its pages on a server that the folder names."""
    return any(paths.is_there(directory / name) for name in ("catalogue.sqlite", "store.json"))


def store_of(directory: Path) -> "ChosenStore":
    """Return what chooses and moves the pages of a library; nothing is opened for it."""
    from folioscope.services.chosen_store import ChosenStore
    from folioscope.store_rooms import LibraryStoreRooms
    from folioscope.system.secrets import SystemSecrets

    return ChosenStore(directory, LibraryStoreRooms(directory), SystemSecrets())


class OpenLibrary:
    """One library with all its services; ``close`` lets go of everything."""

    def __init__(self, directory: Path, *, settings: SettingsStore, reads_pictures: bool) -> None:
        self._directory = directory
        self._settings = settings
        self._reads_pictures = reads_pictures
        self._closing = contextlib.ExitStack()

    def open(
        self,
        *,
        creates: bool,
        accepts_any: bool = False,
        for_repair: bool = False,
        warms_up: bool = False,
        waits_for_models: bool = False,
    ) -> Services:
        """Open the library, making it first where ``creates`` allows.

        ``accepts_any``: also one made with another model. ``for_repair``: also one that is
        damaged; only repairing makes sense then. ``warms_up``: what the first search needs is
        loaded behind the caller's back. ``waits_for_models``: searches wait for the visual
        model to be loaded, and do not go without it until it is.
        """
        self.close()  # what an earlier try left
        from folioscope.documents.limits import ReadingLimits
        from folioscope.documents.reader import WorkerDocumentReader
        from folioscope.remote_rooms import chosen_text_encoder
        from folioscope.services.encoder_on_demand import EncoderOnDemand
        from folioscope.services.page_making import COMPOSING_VERSION

        encoder = EncoderOnDemand(chosen_text_encoder(open_shelf(self._settings), self._settings))
        fingerprint = "|".join((encoder.spec.fingerprint, COMPOSING_VERSION, READING_VERSION))
        chosen = store_of(self._directory)
        stores = self._stores(chosen, fingerprint)
        reader = WorkerDocumentReader(
            ReadingLimits(page_timeout_s=self._settings.current.page_timeout_s)
        )
        reader.open()
        self._closing.callback(reader.close)
        self._closing.callback(encoder.close)
        self._closing.callback(stores.close)
        _open_stores(stores, creates=creates, accepts_any=accepts_any, for_repair=for_repair)
        opened = self._services(stores, reader, encoder, chosen, waits=waits_for_models)
        if warms_up:
            jobs = (stores.reading.warm_up, *opened.warm_ups)  # type: ignore[attr-defined]
            warming = threading.Thread(target=_warm_up, args=(jobs,), name="warming up")
            warming.start()
            # the interpreter's end would abort it in the middle of loading, and the program with it
            self._closing.callback(warming.join)
        return opened.services

    def close(self) -> None:
        """Let go of workers, models and files."""
        self._closing.close()

    def _stores(self, chosen: "ChosenStore", fingerprint: str) -> "LibraryStores":
        from folioscope.services.library_stores import LibraryStores
        from folioscope.stores.previews import SqlitePreviewStore

        return LibraryStores(
            chosen.maker(),
            previews=SqlitePreviewStore(self._directory / "previews.sqlite"),
            fingerprint=fingerprint,
            is_read_only=chosen.place.is_read_only,
        )

    def _services(
        self,
        stores: "LibraryStores",
        reader: "DocumentReader",
        encoder: "TextEncoder",
        chosen: "ChosenStore",
        *,
        waits: bool,
    ) -> "_Opened":
        from folioscope.remote_rooms import remote_models_of
        from folioscope.services.current_search import CurrentSearch
        from folioscope.services.indexing import LibraryIndexer
        from folioscope.services.indexing_run import Rooms
        from folioscope.services.library import LibraryUpkeep
        from folioscope.services.models import ShelvedModels
        from folioscope.services.page_pictures import PagePictures
        from folioscope.services.passwords import Passwords

        directory, settings, passwords = self._directory, self._settings, Passwords()
        rooms = Rooms(stores, reader, encoder, passwords, _is_readable, (str(directory),))
        pasted = directory / "pasted"
        indexing = LibraryIndexer(
            rooms,
            ignore_patterns=lambda: settings.current.ignore_patterns,
            reads_pictures=lambda: self._reads_pictures and settings.current.reads_pictures,
            own_folder=pasted,
        )
        pages = PagePictures(stores, reader, passwords=passwords, pasted_dir=pasted)
        shelf = open_shelf(settings)
        visual = self._visual(rooms, shelf, indexing=indexing, pages=pages, waits=waits)
        search = _search(stores, encoder, visual)
        services = Services(
            search=CurrentSearch(search, stores),
            indexing=indexing,
            library=LibraryUpkeep(stores, name=directory.name, directory=str(directory)),
            pages=pages,
            look=visual.looker,
            models=ShelvedModels(shelf, settings),
            store=chosen,
            remote=remote_models_of(directory, settings),
        )
        return _Opened(services, (search.warm_up, visual.asker.warm_up))

    def _visual(
        self,
        rooms: "Rooms",
        shelf: "ModelShelf",
        *,
        indexing: "IndexingService",
        pages: "PageService",
        waits: bool,
    ) -> "VisualParts":
        from folioscope.services.visual_parts import VisualParts
        from folioscope.system.machine import is_on_battery

        visual = VisualParts(
            rooms.stores,
            rooms.reader,
            shelf,
            passwords=rooms.passwords,
            settings=lambda: self._settings.current,
            is_on_battery=is_on_battery,
            index_state=indexing.state,
            pages=pages,
            waits=waits,
        )
        self._closing.callback(visual.close)
        return visual


def _search(
    stores: "LibraryStores", encoder: "TextEncoder", visual: "VisualParts"
) -> "PageSearchService":
    from folioscope.services.searching import PageSearchService

    return PageSearchService(
        stores.reading,
        encoder,
        memory=FileMemory(paths.models_dir() / "learnt"),
        asker=visual.asker,
        second_look=visual.second_look,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """Services, and what their first search would wait for."""

    services: Services
    warm_ups: tuple[Callable[[], None], ...]


def open_shelf(settings: SettingsStore) -> "ShelfWithServers":
    """Return the models of this machine, and those on servers that may be used.

    Nothing heavy is loaded before one is used.
    """
    from folioscope.inference.shelf import OnnxModelShelf
    from folioscope.remote_rooms import with_servers

    here = OnnxModelShelf(paths.shipped_dir("onnx_models"), paths.models_dir())
    return with_servers(here, settings)


def _warm_up(jobs: Sequence[Callable[[], None]]) -> None:
    """Do ahead what the first search would wait for; it tells of its own errors."""
    for job in jobs:
        with contextlib.suppress(FolioscopeError):
            job()


def _is_readable(path: str) -> bool:
    """Whether a file is read: by its first bytes, or because its name says it should be."""
    from folioscope.documents.sniffing import claimed_kind, sniff

    return sniff(path) is not None or bool(claimed_kind(path))


def way_back(directory: Path) -> Callable[[], None] | None:
    """Return what opens the library from its own folder again, None where it is there."""
    from folioscope.services.store_choice import FILE, write_place

    if not paths.is_there(directory / FILE):
        return None
    return partial(write_place, directory, StorePlace())


def _open_stores(
    stores: "LibraryStores", *, creates: bool, accepts_any: bool, for_repair: bool
) -> None:
    try:
        stores.open(accept_any=accepts_any or for_repair)
    except LibraryMissingError:
        if not creates or stores.is_read_only:
            raise
        stores.create()
        stores.open(accept_any=accepts_any or for_repair)
    except LibraryDamagedError:
        if not for_repair:
            raise


class AppWiring:
    """What the command line is lent; a cli.Wiring."""

    def __init__(self) -> None:
        self._settings = SettingsStore(paths.config_dir() / "settings.json")

    def default_directory(self) -> Path:
        """Return the library that opens when none is named."""
        return paths.default_library_dir()

    @contextlib.contextmanager
    def library(
        self,
        directory: Path,
        *,
        creates: bool = False,
        reads_pictures: bool = True,
        accepts_any: bool = False,
        for_repair: bool = False,
    ) -> Iterator[Services]:
        """Open a library for one command."""
        start_logging()
        self._settings.load()
        library = OpenLibrary(directory, settings=self._settings, reads_pictures=reads_pictures)
        try:
            yield library.open(
                creates=creates,
                accepts_any=accepts_any,
                for_repair=for_repair,
                waits_for_models=True,
            )
        finally:
            library.close()

    def models(self) -> "ModelsService":
        """Lend the models of this machine; needs no library."""
        from folioscope.services.models import ShelvedModels

        start_logging()
        self._settings.load()
        return ShelvedModels(open_shelf(self._settings), self._settings)

    def updates(self) -> "Updates":
        """Lend what looks for newer versions; needs no library."""
        from folioscope.update_rooms import updates_of

        start_logging()
        self._settings.load()
        return updates_of(self._settings)

    def store(self, directory: Path) -> "StoreService":
        """Lend what chooses and moves the pages of a library, which need not be open."""
        start_logging()
        return store_of(directory)

    def remote_models(self, directory: Path) -> "RemoteModels":
        """Lend what asks a library's server for models; the library need not be open."""
        from folioscope.remote_rooms import remote_models_of

        start_logging()
        self._settings.load()
        return remote_models_of(directory, self._settings)

    @contextlib.contextmanager
    def model_rooms(self) -> "Iterator[ModelRooms]":
        """Lend models, and a reader for pictures; needs no library."""
        from folioscope.cli.vector_commands import ModelRooms
        from folioscope.documents.reader import WorkerDocumentReader

        start_logging()
        self._settings.load()
        reader = WorkerDocumentReader()
        reader.open()
        try:
            yield ModelRooms(open_shelf(self._settings), reader)
        finally:
            reader.close()

    def run_window(self, directory: Path, paths: Sequence[str] = ()) -> int:
        """Open the window on a library, searching in ``paths``; without a display say so."""
        from folioscope import window_rooms

        window_rooms.check_display()
        start_logging()
        with window_rooms.telling(self._settings):
            self.check_packages()
        library = OpenLibrary(directory, settings=self._settings, reads_pictures=True)
        try:
            return window_rooms.run_window(
                library,
                self._settings,
                directory,
                paths,
                leave_server=way_back(directory),
                give_secret=store_of(directory).give_secret,
            )
        finally:
            library.close()

    def check_packages(self) -> None:
        """Raise FolioscopeError where the packages that are installed cannot work together."""
        from folioscope.system.runtimes import check_runtimes

        check_runtimes()

    def findings(self, directory: Path) -> list[Finding]:
        """Look at everything that Folioscope needs."""
        from folioscope import checkup

        return [*checkup.about_this(directory), *checkup.about_models(), self._library(directory)]

    def _library(self, directory: Path) -> Finding:
        if paths.shut_folder(directory):
            return Finding("Library", str(directory))  # what is wrong is told of the folder
        if not library_exists(directory):
            return Finding("Library", f"{directory} (none yet)")
        try:
            with self.library(directory) as services:
                stats = services.library.stats()
        except FolioscopeError as error:
            return Finding("Library", str(directory), error.what, error.hint)
        return Finding("Library", f"{directory}: {stats.pages:,} pages")
