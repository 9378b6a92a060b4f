"""A library of made pages with a visual model whose vectors are drawn from the pictures."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from folioscope.domain.documents import Failure, FailureCause, FileState, SourceFile
from folioscope.domain.embeddings import DeviceChoice, Embedding, EncoderNeeds, QueryInput
from folioscope.domain.errors import DocumentError, InferenceError, ModelMissingError
from folioscope.domain.pages import Float32, MultiVector, PageImage, PageRecord, PageRef
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Cancellation, EncoderSpec
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import CancelToken
from folioscope.services.heat import HeatMaps
from folioscope.services.library_stores import LibraryStores
from folioscope.services.look_run import LookRooms
from folioscope.services.looking import LibraryLooker
from folioscope.services.model_keeper import Choice, ModelKeeper
from folioscope.services.passwords import Passwords
from folioscope.services.quiet import Quiet
from folioscope.services.visual_asking import VisualAsker
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.previews import SqlitePreviewStore
from tests.contract.store_makers import FINGERPRINT, document, page

DIM, ROW_DIM = 48, 128
GRID = PatchGrid(18, 24)


def direction(seed: int, dim: int = DIM) -> Float32:
    """A vector of length 1."""
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def part_of(number: int, patch: int) -> Float32:
    """What a patch of a page shows: the same within a part of six by six patches."""
    row, column = divmod(patch, GRID.columns)
    return direction(1000 * number + 10 * (row // 6) + column // 6, ROW_DIM)


def picture(number: int) -> PageImage:
    """A small picture that tells which page it is of."""
    rgb = np.zeros((16, 12, 3), np.uint8)
    rgb[0, 0] = (number // 256, number % 256, 77)
    return PageImage(rgb)


def number_of(image: PageImage) -> int:
    """The number of a picture."""
    return int(image.rgb[0, 0, 0]) * 256 + int(image.rgb[0, 0, 1])


@dataclass
class DrawnEyes:
    """An Encoder: the vectors of a picture come from its number alone.

    A page has twelve parts, each of 36 patches that are much alike. ``before`` is called with
    the numbers of each batch. Texts are looked up in ``queries``. Without ``has_vector`` it
    makes rows alone.
    """

    name: str = "eyes"
    before: Callable[[list[int]], None] = lambda _numbers: None
    queries: dict[str, Embedding] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)
    batch_pages: int = 2
    opened: int = 0
    closed: int = 0
    opening: Callable[[], None] = lambda: None
    reason: str = "it is there"
    has_vector: bool = True

    @property
    def spec(self) -> EncoderSpec:
        dim = DIM if self.has_vector else 0
        return EncoderSpec(self.name, "1", "fp32", dim, 512, f"{self.name}@1")

    @property
    def needs(self) -> EncoderNeeds:
        return EncoderNeeds(longest_px=64, batch_pages=self.batch_pages)

    @property
    def device(self) -> DeviceChoice:
        return DeviceChoice("CPUExecutionProvider", self.reason)

    def open(self) -> None:
        self.opening()
        self.opened += 1

    def close(self) -> None:
        self.closed += 1

    def embed_query(self, query: QueryInput, *, token: Cancellation | None = None) -> Embedding:
        if isinstance(query, str):
            return self._made(self.queries.get(query) or self._unknown(query))
        return self._look(number_of(query.image))

    def _unknown(self, text: str) -> Embedding:
        seed = abs(hash(text)) % 2**32
        rows = None if self.has_vector else MultiVector(direction(seed, ROW_DIM)[None])
        return Embedding(direction(seed), rows)

    def _made(self, found: Embedding) -> Embedding:
        return found if self.has_vector else replace(found, single=np.zeros(0, np.float32))

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        numbers = [number_of(image) for image in images]
        self.before(numbers)
        if token is not None:
            token.raise_if_cancelled()
        self.seen += numbers
        return [self._look(number) for number in numbers]

    def _look(self, number: int) -> Embedding:
        parts = [part_of(number, patch) for patch in range(len(GRID))]
        noise = np.random.default_rng(number).standard_normal((len(GRID), ROW_DIM))
        rows = np.stack(parts) + 0.03 * noise
        rows = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
        cells = np.arange(len(GRID), dtype=np.int32)
        return self._made(Embedding(direction(number), MultiVector(rows, cells), GRID))


@dataclass
class DrawnReader:
    """Gives a picture of each page; ``failing`` raises its failure instead."""

    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    failing: dict[int, Failure] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def picture(self, path: str, page_index: int, **_named: object) -> PageImage:
        number = self.numbers[path, page_index]
        self.asked.append(number)
        if number in self.failing:
            error = DocumentError(self.failing[number].message)
            error.failure = self.failing[number]  # type: ignore[attr-defined]
            raise error
        return picture(number)


@dataclass
class LookParts:
    """A looker over a real store, with everything it depends on at hand.

    ``models`` are the installed ones; ``chosen`` is the user's choice.
    """

    folder: Path
    stores: LibraryStores
    models: dict[str, DrawnEyes]
    reader: DrawnReader = field(default_factory=DrawnReader)
    chosen: str = "eyes"
    is_reading: bool = False
    is_on_battery: bool = False
    looks_on_battery: bool = False
    while_working: bool = False
    now: float = 1000.0
    make_page: Callable[[str, int, str], PageRecord] = page
    progress: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper: ModelKeeper[DrawnEyes] = ModelKeeper(
            lambda: Choice(self.chosen), self._make, missing="No visual model is chosen."
        )
        self.quiet = Quiet(
            is_reading=lambda: self.is_reading,
            is_on_battery=lambda: self.is_on_battery,
            on_battery=lambda: self.looks_on_battery,
            while_working=lambda: self.while_working,
            clock=lambda: self.now,
        )
        self.asker = VisualAsker(self.stores.reading, self.keeper, waits=True)  # type: ignore[arg-type]
        heat = HeatMaps(
            self.stores.reading, self.asker, understand=str.strip, render=lambda *_: picture(0)
        )
        rooms = LookRooms(self.stores, self.reader, self.keeper, Passwords(), self.quiet)  # type: ignore[arg-type]
        self.looker = LibraryLooker(rooms, heat)

    def _make(self, choice: Choice) -> DrawnEyes:
        if choice.name not in self.models:
            raise ModelMissingError(f"{choice.name} is not installed.", hint="Install it.")
        return self.models[choice.name]

    def add(
        self, name: str, pages: int, *, age: int = 0, texts: Sequence[str] = ()
    ) -> list[PageRef]:
        """Put a document with a real file so many seconds old; pages are numbered on."""
        path = self.folder / f"{name}.pdf"
        path.write_bytes(b"%PDF")
        when = path.stat().st_mtime_ns - age * 10**9
        os.utime(path, ns=(when, when))
        facts = path.stat()
        first = len(self.reader.numbers)
        for index in range(pages):
            self.reader.numbers[str(path), index] = first + index
        file = SourceFile(
            str(path),
            str(self.folder),
            facts.st_size,
            facts.st_mtime_ns,
            FileState.INDEXED,
            name,
        )
        with self.stores.writing() as store:
            store.put_files([file])
            said = texts or [f"words of {name}"] * pages
            store.stage_pages(name, [self.make_page(name, i, t) for i, t in enumerate(said)])
            store.commit_document(document(name, pages))
        return [PageRef(name, index) for index in range(pages)]

    def looked_at(self, model: str = "eyes@1") -> int:
        """How many pages have vectors of the model."""
        return self.stores.reading.visual_counts().get(model, 0)

    def run(self) -> None:
        """Look at everything."""
        self.looker.run(JobContext(CancelToken(), self.progress.append))


@contextmanager
def open_look_parts(folder: Path, eyes: DrawnEyes | None = None) -> Iterator[LookParts]:
    """Open an empty library with one installed model."""
    library = folder / "library"
    files = folder / "files"
    files.mkdir(exist_ok=True)
    stores = LibraryStores(
        lambda: LanceVectorStore(library),
        previews=SqlitePreviewStore(library / "previews.sqlite"),
        fingerprint=FINGERPRINT,
    )
    stores.create()
    stores.open()
    model = eyes or DrawnEyes()
    try:
        yield LookParts(files, stores, {model.name: model})
    finally:
        stores.close()


class LookRunning:
    """A run in a thread of its own."""

    def __init__(self, parts: LookParts) -> None:
        self.token = CancelToken()
        self.error: BaseException | None = None
        self._parts = parts
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._parts.looker.run(JobContext(self.token))
        except BaseException as error:  # noqa: BLE001  (looked at by the test)
            self.error = error

    @property
    def is_running(self) -> bool:
        """Whether the run goes on."""
        return self._thread.is_alive()

    def join(self, timeout_s: float = 60) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)
        assert not self._thread.is_alive()

    def end(self) -> None:
        """Cancel and wait."""
        self.token.cancel()
        self.join()


def too_slow() -> Failure:
    """A failure that stays."""
    return Failure(FailureCause.TOO_SLOW, "Took longer than 60 seconds.")


def refusal() -> InferenceError:
    """What a model raises that cannot work."""
    return InferenceError("The model gave no numbers.", hint="Install it again.")
