"""Where icons, styles, translations and samples lie: beside the package, or in the clone."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _root() -> Path:
    installed = _PACKAGE / "_data" / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "resources"


def resource(*parts: str) -> Path:
    """Return the path of a resource, such as ``resource("icons", "x.svg")``."""
    return _root().joinpath(*parts)
