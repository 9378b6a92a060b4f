"""All files that a model is made from, fetched into a folder that survives a kill."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference.checkpoint import INDEX_FILE, shard_names
from folioscope.inference.downloading import (
    Arrived,
    Downloader,
    MissingFileError,
    Repository,
)
from folioscope.inference.visual_manifest import CheckpointFile, VisualManifest
from folioscope.jobs.tokens import CancelToken
from folioscope.system.paths import is_there

_RECORD = "arrived.json"
_PREFIX = ".download-"
_REPORT_EVERY = 1 << 20
_SMALL_BYTES = 64_000_000  # weights are larger, and tell by themselves when they are damaged


class _Record(msgspec.Struct):
    files: dict[str, Arrived] = {}


def download_folder(home: Path, manifest: VisualManifest) -> Path:
    """Return where files of this revision are kept until the model is made of them."""
    return home / f"{_PREFIX}{manifest.revision[:12]}"


def partial_bytes(home: Path) -> int:
    """Return the size of what downloads have left behind, of any revision."""
    if not is_there(home):
        return 0
    return sum(
        path.stat().st_size
        for folder in home.glob(f"{_PREFIX}*")
        for path in folder.rglob("*")
        if path.is_file() and path.name != _RECORD
    )


def remove_downloads(home: Path) -> None:
    """Delete what downloads have left behind."""
    for folder in home.glob(f"{_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


def arrived_bytes(manifest: VisualManifest, home: Path) -> int:
    """Return how many bytes of this revision are here already."""
    folder = download_folder(home, manifest)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def forget_unproven(home: Path, manifest: VisualManifest) -> None:
    """Delete small files that nothing vouched for, so that the next install fetches them anew.

    A network that wants a login answers any address with a page of its own.
    """
    folder = download_folder(home, manifest)
    record = _read(folder / _RECORD)
    for name, arrived in list(record.files.items()):
        if not arrived.is_proven and arrived.size_bytes < _SMALL_BYTES:
            del record.files[name]
            (folder / name).unlink(missing_ok=True)
    if folder.is_dir():
        _write(folder / _RECORD, record)


def _here(folder: Path, file: CheckpointFile) -> int:
    for path in (folder / file.name, folder / f"{file.name}.part"):
        if path.is_file():
            return path.stat().st_size
    return 0


@dataclass
class Fetching:
    """Fetches what a manifest names. ``report`` is told of bytes done and in all.

    ``expected_bytes`` is how much that will be, as far as one can tell.
    """

    manifest: VisualManifest
    precision: Precision
    home: Path
    token: CancelToken
    report: Callable[[int, int], None]
    expected_bytes: int = 0
    backoff_s: float = 1.0

    def fetch(self) -> dict[str, Arrived]:
        """Fetch all files that are not here; returns what is in ``download_folder`` then."""
        if not self.manifest.repository:
            raise InferenceError(
                f"{self.manifest.name} is fetched from nowhere: its description names no"
                " repository.",
                hint="Install it from the checkpoint's folder with --from.",
            )
        self.folder = download_folder(self.home, self.manifest)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.record = _read(self.folder / _RECORD)
        self._done, self._told = 0, 0
        wanted = sorted(self.manifest.files_for(self.precision), key=lambda f: f.name != INDEX_FILE)
        if not all(self._has(file) for file in (*wanted, *self._shards(wanted))):
            self._fetch_all(wanted)
            self.report(self._done, self._done)
        return {name: self.record.files[name] for name in sorted(self.record.files)}

    def _fetch_all(self, wanted: list[CheckpointFile]) -> None:
        repository = Repository(self.manifest.repository, self.manifest.revision)
        with Downloader(
            repository, self.folder, self.token, self._progress, backoff_s=self.backoff_s
        ) as loader:
            for file in wanted:
                self._fetch_one(loader, file)
            for file in self._shards(wanted):
                self._fetch_one(loader, file)

    def _shards(self, wanted: list[CheckpointFile]) -> list[CheckpointFile]:
        """Return the shards that the index names and the manifest does not."""
        if not (self.folder / INDEX_FILE).is_file():
            return []
        known = {file.name for file in wanted}
        try:
            return [CheckpointFile(name=n) for n in shard_names(self.folder) if n not in known]
        except InferenceError:
            (self.folder / INDEX_FILE).unlink()  # it is no index; the next install fetches it anew
            raise

    def _fetch_one(self, loader: Downloader, file: CheckpointFile) -> None:
        if not self._has(file):
            try:
                arrived = loader.fetch(file)
            except MissingFileError:
                if file.is_optional:
                    return
                raise
            self.record.files[file.name] = arrived
            _write(self.folder / _RECORD, self.record)
        self._done += self.record.files[file.name].size_bytes
        self._told = 0
        self._progress(0)

    def _has(self, file: CheckpointFile) -> bool:
        arrived = self.record.files.get(file.name)
        return arrived is not None and _here(self.folder, file) == arrived.size_bytes

    def _progress(self, size: int) -> None:
        if 0 < size < self._told + _REPORT_EVERY:
            return
        self._told = size
        done = self._done + size
        self.report(done, max(self.expected_bytes, done))


def _read(path: Path) -> _Record:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Record)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return _Record()


def _write(path: Path, record: _Record) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(record))
    part.replace(path)
