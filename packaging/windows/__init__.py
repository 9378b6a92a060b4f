"""What users of Windows install: one program that sets everything up for them alone."""

import shutil
import sys
import tempfile
from pathlib import Path

from bundle import product
from bundle.artifact import Artifact, BuildError, Bundle
from windows import nsis, signing
from windows.version_file import version_file

__all__ = ["artifacts", "build_installer", "version_file"]

PROGRAMS = ("folioscope.exe", "folioscope-window.exe")


def artifacts() -> tuple[Artifact, ...]:
    """Return what is built for Windows."""
    about = "installer for one user of Windows 10 and 11, 64 bits (NSIS)"
    return (Artifact("windows-installer", about, cannot, build_installer),)


def cannot() -> str:
    """Return why the installer cannot be built here; "" when it can."""
    if sys.platform != "win32":
        return "it packs what is frozen on Windows; run this there"
    if shutil.which("makensis") is None:
        return "makensis is missing; install NSIS 3.08 or later"
    return ""


def build_installer(bundle: Bundle, folder: Path) -> Path:
    """Write the installer of a bundle that was frozen on Windows; return its file.

    Raises BuildError for a bundle of another system and for whatever makensis refuses.
    """
    from bundle.icons import write_icon
    from windows.side_picture import write_side_picture

    if missing := [name for name in PROGRAMS if not (bundle.folder / name).is_file()]:
        raise BuildError(
            f"{bundle.folder} has no {missing[0]}: the installer for Windows packs what was frozen "
            "on Windows. Run build.py there."
        )
    for name in PROGRAMS:
        signing.sign(bundle.folder / name)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder.absolute() / f"{product.NAME}-{bundle.version}-windows-x64.exe"
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        setup = nsis.Setup(
            folder=bundle.folder.absolute(),
            version=bundle.version,
            icon=write_icon(work / "folioscope.ico"),
            side=write_side_picture(work / "side.bmp"),
            publisher=product.DEVELOPER,
            copyright=f"{product.DEVELOPER}, {product.LICENCE}",
            sign_command=signing.command_for_makensis(),
        )
        nsis.compile_script(nsis.write_scripts(setup, target, work))
    return target
