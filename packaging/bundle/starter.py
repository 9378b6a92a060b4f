"""The starter model, ready made: at users' first start nothing has to be computed or fetched."""

import shutil
from pathlib import Path

from bundle.artifact import BuildError
from folioscope.inference.manifest import load_manifest
from folioscope.inference.models import faults_of
from folioscope.inference.starter import MANIFEST
from folioscope.inference.starter_making import ensure_starter
from folioscope.system.paths import shipped_dir


def make_starter(folder: Path) -> Path:
    """Make the model below ``folder`` unless it is there whole; return its own folder.

    Other builds of it are removed. Raises BuildError where its files are damaged.
    """
    manifest = load_manifest(shipped_dir("onnx_models") / MANIFEST)
    for other in (folder / manifest.id).glob("*"):
        if other.name != manifest.build and other.is_dir():
            shutil.rmtree(other)
    made = ensure_starter(manifest, folder)
    if faults := faults_of(made):
        raise BuildError(f"The starter model was not made well: {faults[0]}")
    for lock in folder.rglob(".lock"):
        lock.unlink()
    return made
