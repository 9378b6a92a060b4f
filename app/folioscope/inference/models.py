"""The models that are made and installed on this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from folioscope.inference.installing import digest, installed_size, is_whole, read_seal
from folioscope.inference.visual_manifest import MANIFEST_FILE
from folioscope.system.paths import is_there

_STARTER = "starter"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model in the folder of models. ``is_whole``: all files are there in their sizes."""

    name: str
    build: str
    folder: Path
    size_bytes: int
    is_whole: bool


def installed_models(models_dir: Path) -> list[InstalledModel]:
    """List what is installed, by name and build."""
    if not is_there(models_dir):
        return []
    return [
        InstalledModel(
            name=folder.parent.name,
            build=folder.name,
            folder=folder,
            size_bytes=installed_size(folder),
            is_whole=is_whole(folder),
        )
        for folder in sorted(models_dir.glob("*/*"))
        if folder.is_dir() and folder.name[0] != "." and not (folder / MANIFEST_FILE).exists()
    ]


def verify_model(models_dir: Path, name: str) -> list[str]:
    """Compare the contents of a model's files with what was made; return faults as sentences.

    A model that is not installed has no faults: it is made at its next use.
    """
    faults = []
    for model in installed_models(models_dir):
        if model.name == name:
            faults += faults_of(model.folder)
    return faults


def _ignore(_size: int) -> None:
    pass


def faults_of(folder: Path, *, turn: Callable[[int], None] = _ignore, mend: str = "") -> list[str]:
    """Compare a build's files with its seal; ``turn`` is told of bytes read, and may raise.

    ``mend`` says what to do, in place of what helps a model that was made on this machine.
    """
    name = folder.parent.name
    is_made_here = not mend and name == _STARTER
    mend = mend or (
        "It is made again at the next start."
        if is_made_here
        else f"Remove it and install it again: folioscope models remove {name}."
    )
    seal = read_seal(folder)
    if seal is None:
        return [f"{folder} is not complete. {mend}"]
    faults = []
    for file in seal.files:
        path = folder / file.name
        if not path.is_file():
            faults.append(f"{path} is missing. {mend}")
        elif path.stat().st_size != file.size_bytes or digest(path, turn=turn) != file.sha256:
            again = f"Delete {folder} and it is made again." if is_made_here else mend
            faults.append(f"{path} is damaged. {again}")
    return faults
