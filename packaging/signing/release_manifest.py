"""The manifest that tells installed versions of a newer one."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from folioscope.domain.errors import UpdateError
from folioscope.services.update_manifest import PRODUCT, SCHEMA, read_manifest
from signing.secret_keys import SigningError

_SYSTEMS = {
    ".deb": "linux", ".rpm": "linux", ".appimage": "linux", ".run": "linux", ".xz": "linux",
    ".exe": "win32", ".msi": "win32", ".dmg": "darwin", ".pkg": "darwin",
}  # fmt: skip
_ARM = ("arm64", "aarch64")


@dataclass(frozen=True)
class ReleasePlan:
    """What is published. ``downloads`` is the address of the folder with the files."""

    version: str
    page: str
    downloads: str
    files: Sequence[Path]
    notes: Mapping[str, str]
    minimum_system: Mapping[str, str] = field(default_factory=dict)
    valid_days: int = 120


def make_manifest(plan: ReleasePlan, *, now_s: float | None = None, serial: int = 0) -> bytes:
    """Return the manifest; raise SigningError where installed versions would refuse it.

    Without ``serial`` it is the time in seconds, which rises by itself.
    """
    now_s = time.time() if now_s is None else now_s
    now = datetime.fromtimestamp(int(now_s), UTC)
    told = {
        "product": PRODUCT,
        "schema": SCHEMA,
        "serial": serial or int(now_s),
        "version": plan.version,
        "released": now.date().isoformat(),
        "valid_until": (now + timedelta(days=plan.valid_days)).isoformat(),
        "page": plan.page,
        "minimum_system": dict(plan.minimum_system),
        "files": [_file(path, plan.downloads) for path in plan.files],
        "notes": dict(plan.notes),
    }
    raw = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
    try:
        read_manifest(raw)
    except UpdateError as error:
        why = error.__cause__ or error
        raise SigningError(f"Installed versions would refuse this: {why}") from error
    return raw


def _file(path: Path, downloads: str) -> dict[str, Any]:
    system = _SYSTEMS.get(path.suffix.casefold())
    if system is None:
        raise SigningError(f"{path.name} is for no system that is known: {', '.join(_SYSTEMS)}.")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    is_arm = any(name in path.name.casefold() for name in _ARM)
    return {
        "name": path.name,
        "url": f"{downloads.rstrip('/')}/{path.name}",
        "size_bytes": path.stat().st_size,
        "sha256": sha256,
        "system": system,
        "architecture": "arm64" if is_arm else "x86_64",
    }
