"""Freezing Folioscope: one folder that runs where no Python is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import legal
from bundle import trimming
from bundle.artifact import BuildError, Bundle
from bundle.collecting import LEGAL_PLACE
from bundle.environment import BUILD, ROOT, venv_python
from bundle.icons import write_icon
from bundle.ocr_models import make_ocr_models
from bundle.product import NAME
from bundle.starter import make_starter
from release.number import source_date, version

SPEC = Path(__file__).resolve().parent / "folioscope.spec"


def freeze() -> Bundle:
    """Make the bundle anew in ``build/frozen``; raise BuildError with what is in the way."""
    models = BUILD / "models"
    make_starter(models)
    make_ocr_models(models / "ocr")
    texts = _write_legal(None)
    environment = {
        **os.environ,
        "FOLIOSCOPE_FREEZE_MODELS": str(models),
        "FOLIOSCOPE_FREEZE_LEGAL": str(texts),
        "FOLIOSCOPE_FREEZE_ICON": _icon(),
        "SOURCE_DATE_EPOCH": str(source_date()),
        "PYTHONHASHSEED": "1",  # the order of what is packed would hang on it
        # what users fetch is packed again, and far better than piece by piece; it starts faster
        "PYINSTALLER_ZLIB_COMPRESSION_LEVEL": "0",
    }
    _run_pyinstaller(environment)
    _bring_forward_legal(BUILD / "frozen" / NAME)
    bundle = Bundle(BUILD / "frozen" / NAME, version(), source_date())
    saved = trimming.trim(bundle.folder)
    print(f"Taken out because nothing uses it: {saved / 1e6:.0f} MB", flush=True)
    if sys.platform.startswith("linux"):
        from linux.refining import refine

        refine(bundle.folder)
    tell_what_is_in(bundle.folder)
    return bundle


def tell_what_is_in(folder: Path) -> None:
    """Write the legal files anew, for exactly what came in and stayed; raise BuildError.

    ``folder`` is the frozen program, or a copy of it from which something was taken since.
    """
    texts = _write_legal(legal.Bundled(folder / trimming.INNER, BUILD / "freezing" / NAME))
    shutil.rmtree(folder / LEGAL_PLACE)
    shutil.copytree(texts, folder / LEGAL_PLACE)


def _write_legal(bundled: legal.Bundled | None) -> Path:
    """Write the legal files into a folder with nothing else in it; return that."""
    texts = BUILD / "legal"
    shutil.rmtree(texts, ignore_errors=True)
    try:
        legal.write(venv_python(), texts, bundled=bundled)
    except legal.LegalError as error:
        raise BuildError(str(error)) from error
    return texts


def made_before() -> Bundle:
    """Return the bundle that an earlier build left; raise BuildError where none did."""
    folder = BUILD / "frozen" / NAME
    if not folder.is_dir():
        raise BuildError("Nothing is frozen yet. Build without --keep first.")
    return Bundle(folder, version(), source_date())


def _bring_forward_legal(folder: Path) -> None:
    """Move the licences beside the program, where people look; PyInstaller puts them deeper."""
    (folder / trimming.INNER / LEGAL_PLACE).replace(folder / LEGAL_PLACE)


def _icon() -> str:
    """Return the icon of the program files, which Linux has none of."""
    if sys.platform.startswith("linux"):
        return ""
    suffix = "ico" if sys.platform == "win32" else "icns"
    return str(write_icon(BUILD / f"{NAME}.{suffix}"))


def _run_pyinstaller(environment: dict[str, str]) -> None:
    command = [str(venv_python()), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(BUILD / "frozen"), "--workpath", str(BUILD / "freezing")]
    done = subprocess.run([*command, *folders, str(SPEC)], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise BuildError("PyInstaller did not finish; what it said stands above.")
