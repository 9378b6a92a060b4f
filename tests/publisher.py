"""Somebody who publishes versions of Folioscope from a server on this machine's loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from folioscope.domain.updates import UpdateSource
from folioscope.services.update_memory import UpdateMemory
from folioscope.services.updates import ThisMachine, Updates
from folioscope.settings.store import SettingsStore
from folioscope.system.update_fetching import HttpsFetcher
from signing.secret_keys import SecretKey, make_key
from tests.loopback_hub import CERTIFICATE, LoopbackHub, loopback_hub

MANIFEST, SIGNATURE = "latest.json", "latest.json.minisig"
HERE = ThisMachine("linux", "x86_64", "2.36")


def notice(**changes: Any) -> dict[str, Any]:
    """Return a manifest of version 0.2.0 that nobody has cause to refuse, but for ``changes``."""
    now = datetime.now(UTC)
    return {
        "product": "folioscope",
        "schema": 1,
        "serial": 7,
        "version": "0.2.0",
        "released": now.date().isoformat(),
        "valid_until": (now + timedelta(days=30)).isoformat(),
        "page": "https://folioscope.example/download",
        "minimum_system": {"linux": "2.28", "win32": "10.0.17763"},
        "files": [
            {
                "name": "folioscope_0.2.0_amd64.deb",
                "url": "https://folioscope.example/folioscope_0.2.0_amd64.deb",
                "size_bytes": 180_000_000,
                "sha256": "ab" * 32,
                "system": "linux",
                "architecture": "x86_64",
            }
        ],
        "notes": {"en": "### Added\n- Marks on maps.", "zh_TW": "### 新增\n- 地圖上的標記。"},
    } | changes


class Publisher:
    """Writes what the server serves, and makes those who ask for it."""

    def __init__(self, hub: LoopbackHub, home: Path) -> None:
        self.hub = hub
        self.home = home
        self.key = make_key()
        self.settings = SettingsStore(home / "settings.json")

    @property
    def address(self) -> str:
        """Where the manifest is."""
        return f"{self.hub.endpoint}/{MANIFEST}"

    def publish(
        self, told: dict[str, Any] | bytes | None = None, *, key: SecretKey | None = None
    ) -> bytes:
        """Put a manifest and its signature on the server; returns the manifest."""
        told = notice() if told is None else told
        raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
        (self.hub.folder / MANIFEST).write_bytes(raw)
        (self.hub.folder / SIGNATURE).write_text((key or self.key).sign(raw, "a test"), "ascii")
        return raw

    def asker(
        self,
        *,
        is_on: bool = True,
        machine: ThisMachine = HERE,
        version: str = "0.1.0",
        ahead: timedelta = timedelta(0),
        silence_s: float = 10.0,
        longest_s: float = 60.0,
        keys: tuple[str, ...] | None = None,
    ) -> Updates:
        """Return what asks; ``ahead`` is how far its clock is wrong."""
        if self.settings.current.checks_updates != is_on:
            self.settings.change(checks_updates=is_on)
        return Updates(
            UpdateSource(self.address, (self.key.public.text,) if keys is None else keys),
            self.settings,
            UpdateMemory(self.home / "updates.json", self.address),
            HttpsFetcher(silence_s=silence_s),
            version=version,
            machine=machine,
            now=lambda: datetime.now(UTC) + ahead,
            longest_s=longest_s,
        )

    @property
    def kept(self) -> str:
        """What an asker keeps of what it accepted: all but the time of its last try."""
        file = self.home / "updates.json"
        known = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return json.dumps({k: v for k, v in known.items() if k not in ("tried_at", "address")})


@contextmanager
def publisher_at(folder: Path) -> Iterator[Publisher]:
    """Run a publisher whose certificate is trusted, whatever proxies this machine has."""
    served = folder / "served"
    served.mkdir()
    with pytest.MonkeyPatch.context() as patched, loopback_hub(served, is_secure=True) as hub:
        patched.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        patched.delenv("SSL_CERT_DIR", raising=False)
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patched.delenv(name, raising=False)
            patched.delenv(name.lower(), raising=False)
        yield Publisher(hub, folder)
