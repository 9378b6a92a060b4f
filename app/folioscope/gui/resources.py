"""Icons, styles, translations and samples by name."""

from pathlib import Path

from folioscope.system.paths import shipped_dir


def resource(*parts: str) -> Path:
    """Return the path of a resource, such as ``resource("icons", "x.svg")``."""
    return shipped_dir("resources").joinpath(*parts)
