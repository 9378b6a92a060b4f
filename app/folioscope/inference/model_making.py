"""Makes an installed model: files fetched or taken from a folder, converted, checked."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import InstallProgress, InstallStage, Precision
from folioscope.domain.protocols import Cancellation
from folioscope.inference import model_checking
from folioscope.inference.binding import bind
from folioscope.inference.checkpoint import TOKENIZER_FILE, open_checkpoint
from folioscope.inference.downloading import Arrived
from folioscope.inference.fetching import (
    Fetching,
    arrived_bytes,
    download_folder,
    forget_unproven,
    remove_downloads,
)
from folioscope.inference.installing import MARKER, digest, held, is_whole, make_whole
from folioscope.inference.model_costs import build_bytes, fetched_bytes, scratch_bytes
from folioscope.inference.official_graphs import JOINT, TILED, WHOLE_FILE, split, take_whole
from folioscope.inference.templates import (
    TOWERS,
    Template,
    Tower,
    load_template,
    template_file,
)
from folioscope.inference.tile_installing import TileInstalling
from folioscope.inference.visual_manifest import CheckpointFile, VisualManifest
from folioscope.inference.weights import (
    WeightReader,
    check_all_used,
    check_fit,
    keys_of,
    source_bytes,
)
from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import CancelToken
from folioscope.system.machine import free_bytes

ORIGIN_FILE = "origin.json"
_COPIED = (TOKENIZER_FILE, "config.json", "preprocessor_config.json", "processor_config.json")
_SPARE_BYTES = 50_000_000
T = TypeVar("T")
Report = Callable[[InstallProgress], None]


class Origin(msgspec.Struct, frozen=True):
    """What a build was made from, noted beside it. ``files`` hold what was fetched.

    ``cosines``: how near each half came to the official file on real pages, where it was tried.
    """

    repository: str
    revision: str
    precision: Precision
    folder: str
    files: dict[str, Arrived]
    cosines: dict[str, float] = {}


def cosines_of(build: Path) -> dict[str, float]:
    """Return how near the halves of a build came to the official file; empty where unknown."""
    try:
        return msgspec.json.decode((build / ORIGIN_FILE).read_bytes(), type=Origin).cosines
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


@dataclass
class ModelMaking:
    """Installs one model in one precision.

    ``templates_dir`` is the manifest's folder, ``home`` the model's own among the installed.
    ``source``: the checkpoint's folder, which is only read; None to fetch it.
    """

    manifest: VisualManifest
    templates_dir: Path
    home: Path
    precision: Precision
    source: Path | None = None
    token: Cancellation | None = None
    report: Report | None = None
    backoff_s: float = 1.0
    _token: CancelToken = field(default_factory=CancelToken)

    @property
    def build(self) -> Path:
        """The folder that the files end in."""
        return self.home / self.manifest.build_name(self.precision)

    def run(self) -> None:
        """Install unless it is there; raise InferenceError and its kin, or Cancelled.

        What was made from a folder is made anew once files of the folder have changed.
        """
        forget = self.token.on_cancel(self._token.cancel) if self.token else None
        try:
            with held(self.home, token=self._token):
                if not is_whole(self.build) or self._is_outdated():
                    self._install()
        finally:
            if forget is not None:
                forget()

    def _is_outdated(self) -> bool:
        """Whether the folder that is named, or the templates, changed since the build was made.

        A model that was trained further has the same name and no revision to tell it by.
        """
        if self.source is None:
            return False
        named = [self.source / file.name for file in self.manifest.files_for(self.precision)]
        changed = [*named, *self.source.glob("*.safetensors"), *self.templates_dir.glob("*.gz")]
        made_ns = (self.build / MARKER).stat().st_mtime_ns
        return any(path.is_file() and path.stat().st_mtime_ns > made_ns for path in changed)

    def _install(self) -> None:
        self._check_before()
        arrived = self._beside(self._fetched) if self.source is None else {}
        folder = self.source or download_folder(self.home, self.manifest)
        if self.source is not None:
            self._beside(lambda: self._check_source(folder))
        try:
            self._make_whole(folder, arrived)
        except InferenceError:
            if self.source is None:
                forget_unproven(self.home, self.manifest)
            raise
        if self.source is None:
            remove_downloads(self.home)

    def _make_whole(self, folder: Path, arrived: Mapping[str, Arrived]) -> None:
        hashes: dict[str, str] = {}
        make_whole(
            self.build,
            lambda made: self._beside(lambda: self._make(folder, made, arrived, hashes)),
            room_bytes=self._room_bytes(),
            hashes=hashes,
        )

    def bytes_of_build(self) -> int:
        """Return how much room the files will take."""
        return build_bytes(self.manifest, self.templates_dir, self.precision)

    def _room_bytes(self) -> int:
        """Return how much room making takes beside what is fetched."""
        scratch = scratch_bytes(self.manifest, self.precision)
        return self.bytes_of_build() + scratch + _SPARE_BYTES

    def _bytes_to_fetch(self) -> int:
        return fetched_bytes(self.manifest, self.templates_dir, self.precision)

    def _check_before(self) -> None:
        if self.precision not in self.manifest.precisions:
            known = ", ".join(p.value for p in self.manifest.precisions)
            raise InferenceError(
                f"{self.manifest.title} cannot be installed in {self.precision.value}.",
                hint=f"Choose one of: {known}.",
            )
        needed = self._room_bytes()
        if self.source is None:
            needed += max(0, self._bytes_to_fetch() - arrived_bytes(self.manifest, self.home))
        free = free_bytes(self.home)
        if free < needed:
            raise InferenceError(
                f"{self.manifest.title} needs {_size(needed)} while it is installed;"
                f" {_size(free)} are free.",
                hint="Free some room on this disk.",
            )

    def _beside(self, work: Callable[[], T]) -> T:
        """Run in a thread that a cancel leaves behind: reading from a network hangs at will."""
        results: list[T] = []
        token = CancelToken()
        forget = self._token.on_cancel(token.cancel)
        try:
            run_together([lambda: results.append(work())], token, name="installing")
        finally:
            forget()
        self._token.raise_if_cancelled()
        return results[0]

    def _turn(self) -> None:
        """Wait while paused; raise Cancelled."""
        self._token.raise_if_cancelled()
        if self.token is not None:
            self.token.checkpoint()

    def _tell(self, stage: InstallStage, done: int, total: int) -> None:
        if self.report is not None and not self._token.is_cancelled:
            self.report(InstallProgress(stage, done, total))

    # --- the files

    def _fetched(self) -> dict[str, Arrived]:
        def report(done: int, total: int) -> None:
            self._turn()
            self._tell(InstallStage.DOWNLOADING, done, total)

        return Fetching(
            self.manifest,
            self.precision,
            self.home,
            self._token,
            report,
            expected_bytes=self._bytes_to_fetch(),
            backoff_s=self.backoff_s,
        ).fetch()

    def _check_source(self, folder: Path) -> None:
        """Compare a folder on disk with the manifest, contents too where hashes are known."""
        files = self.manifest.files_for(self.precision)
        for file in files:
            self._check_size(folder, file)
        hashed = [file for file in files if file.sha256 and (folder / file.name).is_file()]
        turn = self._counted(sum(f.size_bytes for f in hashed), InstallStage.CHECKING)
        for file in hashed:
            if digest(folder / file.name, turn=turn) != file.sha256:
                raise _other_file(folder, file)

    def _check_size(self, folder: Path, file: CheckpointFile) -> None:
        path = folder / file.name
        if not path.is_file():
            if file.is_optional:
                return
            raise InferenceError(
                f"{path} is missing.", hint="Name the folder with the whole checkpoint."
            )
        if file.size_bytes and path.stat().st_size != file.size_bytes:
            raise _other_file(folder, file)

    # --- the model

    def _make(
        self, folder: Path, made: Path, arrived: Mapping[str, Arrived], hashes: dict[str, str]
    ) -> None:
        cosines: dict[str, float] = {}
        if self.manifest.templates is not None:
            hashes.update(self._bound(folder, made))
        elif self.manifest.architecture in TILED:
            found = self._tiled(folder).make(made)
            hashes.update(found.hashes)
            cosines = found.cosines
        else:
            hashes.update(self._taken(folder, made))
        for name in _COPIED:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, made / name)
        if not (made / TOKENIZER_FILE).is_file():
            raise InferenceError(
                f"{folder / TOKENIZER_FILE} is missing.",
                hint="Name the folder with the whole checkpoint.",
            )
        origin = Origin(
            repository=self.manifest.repository,
            revision=self.manifest.revision,
            precision=self.precision,
            folder="" if self.source is None else str(self.source),
            files=dict(arrived),
            cosines=cosines,
        )
        (made / ORIGIN_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(origin)))
        self._check_made(made)

    def _bound(self, folder: Path, made: Path) -> dict[str, str]:
        checkpoint = open_checkpoint(folder)
        towers = {tower: self._template(tower) for tower in TOWERS}
        for template in towers.values():
            check_fit(template.slots, checkpoint)
        used = {key for template in towers.values() for key in keys_of(template.slots)}
        check_all_used(used, checkpoint)
        total = sum(source_bytes(template.slots, checkpoint) for template in towers.values())
        reader = WeightReader(checkpoint, self._counted(total))
        return {
            f"{tower}.onnx.data": bind(template, reader, made / f"{tower}.onnx", self.precision)
            for tower, template in towers.items()
        }

    def _template(self, tower: Tower) -> Template:
        assert self.manifest.templates is not None
        file = template_file(self.manifest.templates, tower, self.precision)
        return load_template(self.templates_dir, file)

    def _taken(self, folder: Path, made: Path) -> dict[str, str]:
        """Take an official graph, in halves where its architecture is known to have some."""
        graph = folder / self.manifest.onnx[self.precision]
        total = sum(path.stat().st_size for path in graph.parent.glob(f"{graph.name}*"))
        take = split if self.manifest.architecture in JOINT else take_whole
        return take(graph, made, self._counted(total))

    def _tiled(self, folder: Path) -> TileInstalling:
        return TileInstalling(
            manifest=self.manifest,
            precision=self.precision,
            source=folder,
            counted=self._counted,
            token=self._token,
        )

    def _counted(
        self, total: int, stage: InstallStage = InstallStage.CONVERTING
    ) -> Callable[[int], None]:
        done = 0

        def turn(size: int) -> None:
            nonlocal done
            self._turn()
            done += size
            self._tell(stage, min(done, total), total)

        return turn

    def _check_made(self, made: Path) -> None:
        size = sum(path.stat().st_size for path in made.glob("*.data"))
        turn, token = self._counted(size, InstallStage.CHECKING), self._token
        turn(0)
        if self.manifest.templates is not None:
            model_checking.check_pages_model(made, self.manifest.hidden, token=token, turn=turn)
        elif self.manifest.architecture in JOINT:
            side_px = self.manifest.image.size_px
            model_checking.check_squares_model(made, side_px, token=token, turn=turn)
        elif self.manifest.architecture not in TILED:  # those were tried when they were made
            model_checking.check_loads(made / WHOLE_FILE)
        self._tell(InstallStage.CHECKING, size, size)


def _other_file(folder: Path, file: CheckpointFile) -> InferenceError:
    return InferenceError(
        f"{folder / file.name} is not the file that belongs there: its size or contents differ.",
        hint="Fetch it again in the revision that `folioscope models info` tells.",
    )


def _size(size_bytes: int) -> str:
    unit, factor = ("GB", 1e9) if size_bytes >= 1e9 else ("MB", 1e6)
    return f"{size_bytes / factor:.1f} {unit}"
