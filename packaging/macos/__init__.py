"""What users of macOS install: an app in a disk image."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from bundle import product, trimming
from bundle.artifact import Artifact, BuildError, Bundle
from bundle.collecting import LEGAL_PLACE
from macos.property_list import info_plist

__all__ = ["APP", "ENTITLEMENTS", "artifacts", "build_image", "info_plist", "trim_app"]

APP = f"{product.TITLE}.app"
ENTITLEMENTS = Path(__file__).with_name("entitlements.plist")
_SCRIPT = Path(__file__).with_name("make_dmg.sh")
_ROOMS = ("Frameworks", "Resources")  # where PyInstaller puts code, and all else


def artifacts() -> tuple[Artifact, ...]:
    """Return what is built for macOS."""
    return (Artifact("macos-image", "Folioscope.app in a disk image", cannot, build_image),)


def cannot() -> str:
    """Return why the image cannot be built here; "" when it can."""
    return "" if sys.platform == "darwin" else "codesign and hdiutil are on macOS only"


def build_image(bundle: Bundle, folder: Path) -> Path:
    """Sign the app that lies beside the bundle and pack it; return the image.

    Raises BuildError where there is no app, and with what Apple's tools refuse.
    """
    app = bundle.folder.parent / APP
    if not app.is_dir():
        raise BuildError(f"{app} is missing: the spec makes it where this runs on macOS.")
    trim_app(app)
    _bring_legal(bundle.folder, app)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{product.NAME}-{bundle.version}-macos-{platform.machine()}.dmg"
    command = ["bash", str(_SCRIPT), str(app), str(target), str(ENTITLEMENTS)]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"{target.name} was not made; what was in the way stands above.")
    return target


def _bring_legal(bundle: Path, app: Path) -> None:
    """Copy what is told of licences into the app: of the bundle, which holds the same."""
    if (bundle / LEGAL_PLACE).is_dir():
        target = app / "Contents" / "Resources" / LEGAL_PLACE
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(bundle / LEGAL_PLACE, target)


def trim_app(app: Path) -> int:
    """Take out of the app what is taken out of the bundle; return the bytes saved."""
    saved = sum(trimming.trim_room(app / "Contents" / room) for room in _ROOMS)
    trimming.drop_dangling(app)
    return saved
