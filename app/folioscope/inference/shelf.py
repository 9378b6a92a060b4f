"""The models of this machine: described, fetched, made, opened."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.models import (
    InstalledBuild,
    InstallProgress,
    InstallStage,
    ModelInfo,
    ModelKind,
    Precision,
    Trial,
)
from folioscope.domain.protocols import Cancellation
from folioscope.inference.catalogue import Catalogue, Entry, read_catalogue
from folioscope.inference.devices import remembered_device
from folioscope.inference.fetching import partial_bytes, remove_downloads
from folioscope.inference.installing import MARKER, held, installed_size, is_whole
from folioscope.inference.model_costs import available, costs, fetched_bytes
from folioscope.inference.model_making import ModelMaking, cosines_of
from folioscope.inference.models import faults_of
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.system.paths import is_there
from folioscope.system.runtimes import installed_runtimes

_FOR_PROCESSORS = (Precision.INT8, Precision.W8A8, Precision.FP32, Precision.INT4, Precision.FP16)
_FOR_CARDS = (Precision.FP16, Precision.FP32, Precision.INT8)
_LICENCE_FILES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "licence.txt")


@dataclass(frozen=True, slots=True)
class OnnxModelShelf:
    """A ModelShelf of manifests in two folders; builds lie in ``models_dir``."""

    shipped_dir: Path
    models_dir: Path
    backoff_s: float = 1.0

    def problems(self) -> list[str]:
        """Tell which descriptions cannot be used, a sentence each."""
        catalogue = self._catalogue()
        costless = [self._told(entry)[1] for entry in catalogue.entries.values()]
        return [str(error) for error in (*catalogue.problems.values(), *costless) if error]

    def models(self) -> list[ModelInfo]:
        """List what can be installed, shipped ones first."""
        told = [self._told(entry)[0] for entry in self._catalogue().entries.values()]
        return [info for info in told if info is not None]

    def info(self, name: str) -> ModelInfo:
        """Return one model; ModelMissingError names those there are."""
        return self._info(self._entry(name))

    def licence_text(self, name: str) -> str:
        """Return the licence's text where it lies beside the manifest, else where to read it."""
        entry = self._entry(name)
        for file in _LICENCE_FILES:
            if (entry.folder / file).is_file():
                return (entry.folder / file).read_text("utf-8", errors="replace")
        return _licence_in_words(entry.manifest)

    def install(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> None:
        """Fetch (or take from ``source``), convert and check; resumes what was begun."""
        entry = self._entry(name)
        ModelMaking(
            manifest=entry.manifest,
            templates_dir=entry.folder,
            home=self.models_dir / name,
            precision=precision or recommended(entry.manifest),
            source=source,
            token=token,
            report=report,
            backoff_s=self.backoff_s,
        ).run()

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        """Delete builds, and with no ``precision`` partial downloads; returns bytes freed."""
        entry = self._entry(name)
        home = self.models_dir / name
        freed = 0
        if not home.is_dir():
            return freed
        with held(home):
            for folder in _build_folders(home, entry.manifest, precision):
                freed += installed_size(folder)
                shutil.rmtree(folder)
            if precision is None:
                freed += partial_bytes(home)
                remove_downloads(home)
        return freed

    def verify(
        self,
        name: str,
        *,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> list[str]:
        """Compare all builds with what was installed; returns faults, a sentence each."""
        builds = self._builds(self._entry(name).manifest)
        total = sum(build.size_bytes for build in builds)
        done = 0

        def turn(size: int) -> None:
            nonlocal done
            if token is not None:
                token.checkpoint()
            done += size
            if report is not None:
                report(InstallProgress(InstallStage.CHECKING, min(done, total), total))

        return [fault for build in builds for fault in faults_of(build.folder, turn=turn)]

    def trial(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        token: Cancellation | None = None,
    ) -> Trial:
        """Measure for about ten seconds what a page costs here."""
        from folioscope.inference.trial import measure

        entry = self._entry(name)
        wanted = precision or recommended(entry.manifest)
        build = self._build_folder(name, entry.manifest, wanted)
        place = build if is_whole(build) else None
        return measure(entry.manifest, entry.folder, place, precision=wanted, token=token)

    def encoder(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
        dim: int | None = None,
    ) -> Encoder:
        """Return an encoder that is not open yet; ModelMissingError when not installed."""
        from folioscope.inference.visual_encoders import make_encoder

        manifest, build = self._installed(name, ModelKind.ENCODER, precision)
        return make_encoder(manifest, build.folder, precision=build.precision, task=task, dim=dim)

    def reranker(self, name: str, *, precision: Precision | None = None) -> Reranker:
        """Return a reranker that is not open yet; ModelMissingError when not installed."""
        from folioscope.inference.visual_encoders import make_reranker

        manifest, build = self._installed(name, ModelKind.RERANKER, precision)
        return make_reranker(manifest, build.folder, precision=build.precision)

    # --- what is there

    def _catalogue(self) -> Catalogue:
        return read_catalogue(self.shipped_dir, self.models_dir)

    def _entry(self, name: str) -> Entry:
        return self._catalogue().entry(name)

    def _told(self, entry: Entry) -> tuple[ModelInfo | None, InferenceError | None]:
        """Return the model, or why what it costs cannot be told: its templates are damaged."""
        try:
            return self._info(entry), None
        except InferenceError as error:
            return None, error

    def _info(self, entry: Entry) -> ModelInfo:
        manifest = entry.manifest
        best = recommended(manifest)
        return ModelInfo(
            name=manifest.name,
            title=manifest.title,
            kind=manifest.kind,
            about=manifest.about,
            licence=manifest.licence,
            licence_url=manifest.licence_url,
            is_commercial_use_allowed=manifest.commercial,
            repository=manifest.repository,
            revision=manifest.revision,
            download_bytes=fetched_bytes(manifest, entry.folder, best)
            if manifest.repository
            else 0,
            dims=manifest.dims,
            has_rows=manifest.rows_dim > 0,
            costs=costs(manifest, entry.folder),
            recommended=best,
            builds=tuple(self._builds(manifest)),
            partial_bytes=partial_bytes(self.models_dir / manifest.name),
        )

    def _build_folder(self, name: str, manifest: VisualManifest, precision: Precision) -> Path:
        return self.models_dir / name / manifest.build_name(precision)

    def _builds(self, manifest: VisualManifest) -> list[InstalledBuild]:
        """List builds of this revision, the one that suits this machine best first.

        Those of other revisions only take up room until they are removed.
        """
        found = []
        for precision in dict.fromkeys((*_order(), *Precision)):
            folder = self._build_folder(manifest.name, manifest, precision)
            if is_there(folder):
                found.append(
                    InstalledBuild(
                        precision,
                        folder,
                        installed_size(folder),
                        is_whole(folder),
                        remembered_device(folder),
                        cosines_of(folder),
                    )
                )
        return found

    def _installed(
        self, name: str, kind: ModelKind, precision: Precision | None
    ) -> tuple[VisualManifest, InstalledBuild]:
        """Return the build to open: in the precision asked for, else the best that is there."""
        manifest = self._entry(name).manifest
        if manifest.kind is not kind:
            raise InferenceError(f"{name} is no {kind.value}.", hint="Name another model.")
        for build in self._builds(manifest):
            if build.is_whole and precision in (None, build.precision):
                return manifest, build
        what = f"{name} is not installed{f' in {precision.value}' if precision else ''}."
        raise ModelMissingError(what, hint=f"Install it with: folioscope models install {name}")


def _build_folders(home: Path, manifest: VisualManifest, precision: Precision | None) -> list[Path]:
    """Return folders of builds, of older revisions too; never what is the user's own."""
    wanted = [precision] if precision else list(Precision)
    return [
        folder
        for each in wanted
        for folder in sorted(home.glob(f"*-{each.value}"))
        if (folder / MARKER).is_file() or folder.name == manifest.build_name(each)
    ]


def recommended(manifest: VisualManifest) -> Precision:
    """Return the precision for this machine: half floats for a card, bytes for a processor."""
    there = available(manifest)
    return next((p for p in _order() if p in there), Precision.FP32)


def _order() -> tuple[Precision, ...]:
    first = _FOR_CARDS if "onnxruntime-gpu" in installed_runtimes() else ()
    return tuple(dict.fromkeys((*first, *_FOR_PROCESSORS)))


def _licence_in_words(manifest: VisualManifest) -> str:
    if not manifest.licence:
        return "Its description names no licence; the checkpoint that it was made from may."
    use = "" if manifest.commercial else " It does not allow commercial use."
    place = f" Read it at {manifest.licence_url}" if manifest.licence_url else ""
    return f"{manifest.licence}.{use}{place}"
