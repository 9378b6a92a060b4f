"""Descriptions of visual models: those that are shipped, and the user's own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.inference.visual_manifest import (
    MANIFEST_FILE,
    VisualManifest,
    read_visual_manifest,
)

_STARTER = "starter"  # described otherwise; it is always there
_DEEPEST = 3  # folders below the user's


@dataclass(frozen=True, slots=True)
class Entry:
    """A described model; its templates lie in ``folder``."""

    manifest: VisualManifest
    folder: Path
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was found. ``problems``: descriptions that cannot be used, by path, and why."""

    entries: dict[str, Entry]
    problems: dict[Path, InferenceError]

    def entry(self, name: str) -> Entry:
        """Return one model; ModelMissingError names those there are.

        Where a folder of that name holds a description that is not valid, that is the error.
        """
        if name in self.entries:
            return self.entries[name]
        for path, problem in self.problems.items():
            if path.parent.name == name:
                raise problem
        known = ", ".join(sorted(self.entries)) or "none"
        raise ModelMissingError(
            f"No model is called {name}.", hint=f"Those that can be installed: {known}."
        )


def read_catalogue(shipped: Path, own: Path) -> Catalogue:
    """Read all manifests, shipped ones first; one of the user's stands for a shipped namesake."""
    catalogue = Catalogue({}, {})
    for path in sorted(shipped.glob(f"*/{MANIFEST_FILE}")):
        if path.parent.name != _STARTER:
            _add(catalogue, path, is_shipped=True)
    for path in _own_manifests(own):
        _add(catalogue, path, is_shipped=False)
    return catalogue


def _own_manifests(own: Path) -> Iterator[Path]:
    seen: set[Path] = set()
    # links are followed, for models are large and may lie on another disk; the depth ends loops
    for place, folders, files in os.walk(own, followlinks=True):
        here = Path(place)
        deep = len(here.relative_to(own).parts)
        folders[:] = sorted(f for f in folders if f[0] != "." and deep < _DEEPEST)
        if MANIFEST_FILE in files and here.resolve() not in seen:
            seen.add(here.resolve())
            yield here / MANIFEST_FILE


def _add(catalogue: Catalogue, path: Path, *, is_shipped: bool) -> None:
    try:
        manifest = read_visual_manifest(path)
    except InferenceError as error:
        catalogue.problems[path] = error
        return
    known = catalogue.entries.get(manifest.name)
    if known is not None and not known.is_shipped:
        catalogue.problems[path] = InferenceError(
            f"{path} describes another model that is called {manifest.name}: the one in"
            f" {known.folder} is used.",
            hint="Give one of them another name.",
        )
        return
    catalogue.entries[manifest.name] = Entry(manifest, path.parent, is_shipped)
