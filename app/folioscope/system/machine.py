"""Facts of this machine."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from folioscope.system.paths import is_there


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores, memory and free disk room, as ``doctor`` and Settings show them."""

    system: str
    cores: int
    memory_bytes: int
    free_disk_bytes: int


def usable_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux knows affinity
        return os.cpu_count() or 1


def free_bytes(directory: Path) -> int:
    """Return the free room on the disk of a folder that may not exist yet."""
    known = next((p for p in (directory, *directory.parents) if is_there(p)), Path.home())
    return shutil.disk_usage(known).free


def look_at_machine(directory: Path) -> Machine:
    """Return the facts; the disk is the one that ``directory`` lies on."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        cores=usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        free_disk_bytes=free_bytes(directory),
    )


def is_on_battery() -> bool:
    """Whether the machine has a battery and runs on it just now."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError):  # systems that do not tell
        return False
    return battery is not None and battery.power_plugged is False
