"""The AppImage: a file that is its own file system, where appimagetool and its runtime are."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bundle.artifact import BuildError, Bundle
from bundle.icons import svg_file
from bundle.product import APP_ID, NAME
from linux.tree import set_times_and_modes, stage

TOOL = "appimagetool"
# the small program in front of the file system; the tool would fetch it without being asked
RUNTIME = "FOLIOSCOPE_APPIMAGE_RUNTIME"


def cannot() -> str:
    """Return why no AppImage can be built here, "" when one can."""
    if shutil.which(TOOL) is None:
        return f"{TOOL} is not in the PATH"
    if not os.environ.get(RUNTIME):
        return f"{RUNTIME} does not name the runtime's file (runtime-x86_64 of type2-runtime)"
    if not Path(os.environ[RUNTIME]).is_file():
        return f"{RUNTIME} names a file that is not there"
    return ""


def build_appimage(bundle: Bundle, out: Path) -> Path:
    """Write the AppImage into ``out``; raise BuildError with what the tool refuses."""
    target = out / f"{NAME}-{bundle.version}-x86_64.AppImage"
    with tempfile.TemporaryDirectory(prefix="folioscope-appimage-") as made:
        root = Path(made) / f"{NAME}.AppDir"
        stage_appdir(bundle, root)
        command = [TOOL, "--runtime-file", os.environ[RUNTIME], str(root), str(target)]
        environment = {**os.environ, "ARCH": "x86_64", "SOURCE_DATE_EPOCH": str(bundle.epoch_s)}
        done = subprocess.run(command, env=environment, check=False)
    if done.returncode:
        target.unlink(missing_ok=True)
        raise BuildError(f"{TOOL} did not make {target.name}; what it said stands above.")
    return target


def stage_appdir(bundle: Bundle, root: Path) -> None:
    """Lay the folder that becomes the image: an installation, and what the tool looks for."""
    stage(bundle, root / "usr")
    (root / "AppRun").symlink_to(f"usr/bin/{NAME}")
    share = root / "usr" / "share"
    shutil.copyfile(share / "applications" / f"{NAME}.desktop", root / f"{NAME}.desktop")
    shutil.copyfile(svg_file(), root / f"{NAME}.svg")
    (root / ".DirIcon").symlink_to(f"{NAME}.svg")
    # stores look for this name beside the other
    pages = share / "metainfo"
    (pages / f"{NAME}.appdata.xml").symlink_to(f"{APP_ID}.metainfo.xml")
    set_times_and_modes(root, bundle.epoch_s)
