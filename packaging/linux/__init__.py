"""What Linux users install."""

import platform
import shutil
import sys
from functools import partial

from bundle.artifact import Artifact

_TOOLS = {"xz": "xz-utils", "strip": "binutils", "cc": "gcc"}
_DEB_TOOLS = {**_TOOLS, "dpkg-query": "dpkg"}
MOST_BYTES = 190_000_000  # of a package: what users of a slow line should have to fetch at most


def artifacts(*, is_quick: bool = False) -> tuple[Artifact, ...]:
    """Return what can be built for Linux; ``is_quick`` compresses little, and has no limit."""
    from linux.appimage import build_appimage
    from linux.appimage import cannot as lacks_appimage
    from linux.debian import build_deb
    from linux.portable import build_portable

    most_bytes = None if is_quick else MOST_BYTES
    return (
        Artifact(
            "deb",
            "a package for Debian and Ubuntu",
            partial(_lacking, _DEB_TOOLS),
            partial(build_deb, is_quick=is_quick),
            most_bytes,
        ),
        Artifact(
            "portable",
            "one file that unpacks itself, for any Linux and without root",
            partial(_lacking, _TOOLS),
            partial(build_portable, is_quick=is_quick),
        ),
        Artifact(
            "appimage",
            "an AppImage",
            lambda: _lacking(_TOOLS) or lacks_appimage(),
            build_appimage,
        ),
    )


def _lacking(tools: dict[str, str]) -> str:
    """Return why this machine builds nothing for Linux, "" when it can."""
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        return "it is built on Linux with an x86-64 processor"
    missing = [package for tool, package in tools.items() if shutil.which(tool) is None]
    return f"install {' '.join(missing)}" if missing else ""
