"""Where things are on this machine."""

import os
from functools import cache
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def shipped_dir(name: str) -> Path:
    """Return a folder that comes with Folioscope: "onnx_models", "resources" or "models".

    An installed wheel carries them inside the package, a source tree beside ``app``. "models",
    which need not be there, holds those that an installer brings made.
    """
    bundled = _PACKAGE / "_data" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent.parent / name


def is_there(path: Path) -> bool:
    """Return whether something is at a path; where the system refuses to look, opening tells."""
    try:
        return path.exists()
    except OSError:
        return False


def shut_folder(path: Path) -> Path | None:
    """Return what the system does not let us enter, of a folder and those it lies in."""
    for folder in (*reversed(path.parents), path):
        try:
            os.stat(os.path.join(folder, os.curdir))  # noqa: PTH116, PTH118  (Path drops the dot)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            return folder
    return None


def data_dir() -> Path:
    """Return the user's folder for libraries and models (FOLIOSCOPE_DATA moves it)."""
    override = os.environ.get("FOLIOSCOPE_DATA")
    if override:
        return Path(override).expanduser().absolute()
    return Path(platformdirs.user_data_dir("folioscope", appauthor=False))


def default_library_dir() -> Path:
    """Return the library that opens when none is named (FOLIOSCOPE_LIBRARY)."""
    override = os.environ.get("FOLIOSCOPE_LIBRARY")
    return Path(override).expanduser().absolute() if override else data_dir() / "Library"


def models_dir() -> Path:
    """Return where models are installed (FOLIOSCOPE_MODELS)."""
    override = os.environ.get("FOLIOSCOPE_MODELS")
    return Path(override).expanduser().absolute() if override else data_dir() / "models"


def config_dir() -> Path:
    """Return where preferences are kept (FOLIOSCOPE_CONFIG, or FOLIOSCOPE_DATA's)."""
    if override := os.environ.get("FOLIOSCOPE_CONFIG"):
        return Path(override).expanduser().absolute()
    if os.environ.get("FOLIOSCOPE_DATA"):
        return data_dir() / "config"
    return Path(platformdirs.user_config_dir("folioscope", appauthor=False))


def log_dir() -> Path:
    """Return where logs are written."""
    if os.environ.get("FOLIOSCOPE_DATA"):
        return data_dir() / "logs"
    return Path(platformdirs.user_log_dir("folioscope", appauthor=False))
