"""The models that are made and installed on this machine."""

from dataclasses import dataclass
from pathlib import Path

from folioscope.inference.installing import digest, is_whole, read_seal


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
    folders = sorted(p for p in models_dir.glob("*/*") if p.is_dir() and p.name[0] != ".")
    return [
        InstalledModel(
            name=folder.parent.name,
            build=folder.name,
            folder=folder,
            size_bytes=sum(p.stat().st_size for p in folder.iterdir() if p.is_file()),
            is_whole=is_whole(folder),
        )
        for folder in folders
    ]


def verify_model(models_dir: Path, name: str) -> list[str]:
    """Compare the contents of a model's files with what was made; return faults as sentences.

    A model that is not installed has no faults: it is made at its next use.
    """
    faults = []
    for model in installed_models(models_dir):
        if model.name == name:
            faults += _faults_of(model.folder)
    return faults


def _faults_of(folder: Path) -> list[str]:
    seal = read_seal(folder)
    if seal is None:
        return [f"{folder} is not complete. It is made again at the next start."]
    faults = []
    for file in seal.files:
        path = folder / file.name
        if not path.is_file():
            faults.append(f"{path} is missing. It is made again at the next start.")
        elif path.stat().st_size != file.size_bytes or digest(path) != file.sha256:
            faults.append(f"{path} is damaged. Delete {folder} and it is made again.")
    return faults
