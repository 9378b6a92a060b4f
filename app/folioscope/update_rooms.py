"""Which classes stand behind looking for newer versions; part of the composition root."""

import platform
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from folioscope import __version__
from folioscope.domain.updates import UpdateSource
from folioscope.settings.store import SettingsStore
from folioscope.system import paths

if TYPE_CHECKING:
    from folioscope.services.updates import ThisMachine, Updates

_ARCHITECTURES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def updates_of(settings: SettingsStore) -> "Updates":
    """Return what looks for newer versions; nothing is asked before ``check``."""
    from folioscope.services.update_memory import UpdateMemory
    from folioscope.services.updates import Updates
    from folioscope.system.update_fetching import HttpsFetcher

    source = read_source(paths.shipped_dir("resources") / "updates.toml")
    return Updates(
        source,
        settings,
        UpdateMemory(paths.data_dir() / "updates.json", source.address),
        HttpsFetcher(),
        version=__version__,
        machine=this_machine(),
    )


def read_source(path: Path) -> UpdateSource:
    """Return where this build looks, and whose signature it takes; nothing where none is set."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        return UpdateSource(str(told["address"]), tuple(map(str, told["keys"])))
    except (OSError, ValueError, KeyError, TypeError):
        return UpdateSource()


def this_machine() -> "ThisMachine":
    """Return what decides which file of a version fits."""
    from folioscope.services.updates import ThisMachine

    machine = platform.machine().casefold()
    return ThisMachine(sys.platform, _ARCHITECTURES.get(machine, machine), _system_version())


def _system_version() -> str:
    """Return the version of Windows or macOS, or that of glibc; empty where it is not told."""
    if sys.platform == "darwin":
        return platform.mac_ver()[0]
    if sys.platform == "win32":
        return platform.version()
    name, version = platform.libc_ver()
    return version if name == "glibc" else ""
