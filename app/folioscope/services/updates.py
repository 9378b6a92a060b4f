"""Looking for a newer version: only where the user turned that on, and never installing it.

What comes is refused unless its publisher signed it, it is not older than what was seen before,
and it has not expired: so nobody on the way can hide a newer version, or offer an old one.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from folioscope.domain.errors import UntrustedUpdateError, UpdateError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.updates import (
    Release,
    ReleaseFile,
    UpdateSource,
    UpdateStanding,
    UpdateState,
)
from folioscope.jobs.progress import JobContext
from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import Cancelled, ChildToken
from folioscope.services.update_manifest import compare, read_manifest
from folioscope.services.update_memory import Remembered, UpdateMemory
from folioscope.settings.store import SettingsStore
from folioscope.system import minisign
from folioscope.system.update_fetching import Fetched

_logger = logging.getLogger(__name__)
SIGNATURE_SUFFIX = ".minisig"
_PERIOD = timedelta(days=1)  # asked by itself no more often
_CLOCK_SLACK = timedelta(days=1)  # so much a clock may be off
_LONGEST_S = 60.0  # for manifest and signature together, however slowly they come
NO_KEY = "This build was made without the key that newer versions are signed with."


class Fetching(Protocol):
    """Gets a file from a server."""

    def fetch(self, address: str, token: Cancellation) -> Fetched:
        """Return the file; raise UpdateError, Cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """What decides which file fits. ``system`` is sys.platform; ``system_version`` may be ""."""

    system: str
    architecture: str
    system_version: str


class Updates:
    """Knows this version and the newest one. Safe from any thread; ``check`` blocks."""

    def __init__(
        self,
        source: UpdateSource,
        settings: SettingsStore,
        memory: UpdateMemory,
        fetcher: Fetching,
        *,
        version: str,
        machine: ThisMachine,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._source = source
        self._settings = settings
        self._memory = memory
        self._fetcher = fetcher
        self._version = version
        self._machine = machine
        self._now = now
        self._longest_s = longest_s

    def state(self) -> UpdateState:
        """Return what is known; asks nobody."""
        return self._state(self._memory.read())

    def set_on(self, *, is_on: bool) -> UpdateState:
        """Turn looking on or off; raise SettingsError where that cannot be saved."""
        self._settings.change(checks_updates=is_on)
        return self.state()

    @property
    def is_due(self) -> bool:
        """Whether it is to be looked by itself: turned on, possible, and not asked for a day."""
        if not self._can_look or not self._is_wanted():
            return False
        tried_at, now = self._memory.read().tried_at, self._now()
        return tried_at is None or not timedelta(0) <= now - tried_at < _PERIOD

    def check(self, ctx: JobContext) -> UpdateState:
        """Ask the publisher's server and return what is known then.

        Raises UpdateError, with all that was known unchanged; Cancelled.
        """
        if not self._can_look:
            raise UpdateError(NO_KEY, hint="Look on the page that you have Folioscope from.")
        if not self._is_wanted():
            raise _turned_off()
        known = msgspec.structs.replace(self._memory.read(), tried_at=self._now())
        self._memory.write(known)
        fetched, signature = self._fetch(ctx)
        release = self._accepted(fetched, signature.body, known)
        known = msgspec.structs.replace(
            self._memory.read(),
            serial=release.serial,
            manifest=fetched.body.decode(),
            checked_at=self._now(),
        )
        self._memory.write(known)
        _logger.info("The newest version is %s, this is %s", release.version, self._version)
        return self._state(self._memory.read())

    def note_told(self, version: str) -> None:
        """Remember that the user was told of a version; raise UpdateError."""
        self._memory.write(msgspec.structs.replace(self._memory.read(), told=version))

    def _is_wanted(self) -> bool:
        """Whether it is turned on, as the file says: it may have been turned off elsewhere."""
        return self._settings.read_again().checks_updates

    @property
    def _host(self) -> str:
        return urlsplit(self._source.address).hostname or ""

    @property
    def _can_look(self) -> bool:
        return bool(self._source.address and self._source.keys)

    # --- asking ----------------------------------------------------------------------------

    def _fetch(self, ctx: JobContext) -> tuple[Fetched, Fetched]:
        """Fetch manifest and signature; ends on cancel, or in time, whatever the server does."""
        came: list[Fetched] = []
        token = ChildToken(ctx.token)

        def ask() -> None:
            for suffix in ("", SIGNATURE_SUFFIX):
                came.append(self._fetcher.fetch(self._source.address + suffix, token))

        alarm = threading.Timer(self._longest_s, token.cancel)
        alarm.daemon = True
        alarm.start()
        try:
            run_together([ask], token, name="looking for a newer version")
        except Cancelled:
            ctx.token.raise_if_cancelled()
            raise UpdateError(
                f"{self._host} did not answer in time.", hint="Try again later."
            ) from None
        finally:
            alarm.cancel()
            token.release()
        return came[0], came[1]

    def _accepted(self, fetched: Fetched, signature: bytes, known: Remembered) -> Release:
        """Return what the manifest tells, or raise why it is refused."""
        self._check_clock(fetched.served_at)
        self._check_signature(fetched.body, signature)
        release = read_manifest(fetched.body)
        self._check_time(release)
        if release.serial < known.serial:
            raise UntrustedUpdateError(
                f"The notice of newer versions (number {release.serial}) is older than one seen"
                f" before (number {known.serial}), so it is refused."
            )
        if compare(release.version, self._version) < 0:
            raise UntrustedUpdateError(
                f"The notice of newer versions names {release.version}, which is older than this"
                f" version, {self._version}; so it is refused."
            )
        return release

    def _check_signature(self, body: bytes, signature: bytes) -> None:
        try:
            text = signature.decode("ascii")
        except UnicodeDecodeError as error:
            raise UntrustedUpdateError(minisign.NO_SIGNATURE) from error
        keys = [minisign.parse_key(key) for key in self._source.keys]
        minisign.verify(body, minisign.parse_signature(text), keys)

    def _check_clock(self, served_at: datetime | None) -> None:
        if served_at is not None and abs(served_at - self._now()) > _CLOCK_SLACK:
            raise _wrong_clock(self._now())

    def _check_time(self, release: Release) -> None:
        now = self._now()
        if (release.released - now.date()) > _CLOCK_SLACK:
            raise _wrong_clock(now)
        if now > release.valid_until:
            raise UntrustedUpdateError(
                f"The notice of newer versions expired on {release.valid_until.date()}, so it is"
                " refused: a newer one may be kept from you."
            )

    # --- what is known ---------------------------------------------------------------------

    def _state(self, known: Remembered) -> UpdateState:
        release = _kept_release(known)
        return UpdateState(
            version=self._version,
            is_on=self._is_wanted(),
            host=self._host,
            cannot="" if self._can_look else NO_KEY,
            standing=self._standing(release),
            checked_at=known.checked_at if release else None,
            release=release,
            files=self._files(release),
            is_told=bool(release and known.told == release.version),
        )

    def _standing(self, release: Release | None) -> UpdateStanding:
        if release is None:
            return UpdateStanding.UNKNOWN
        if compare(release.version, self._version) <= 0:
            return UpdateStanding.CURRENT
        oldest = release.minimum_system.get(self._machine.system, "")
        if oldest and not _reaches(self._machine.system_version, oldest):
            return UpdateStanding.NEEDS_SYSTEM
        return UpdateStanding.NEWER

    def _files(self, release: Release | None) -> tuple[ReleaseFile, ...]:
        mine = (self._machine.system, self._machine.architecture)
        files = release.files if release else ()
        return tuple(file for file in files if (file.system, file.architecture) == mine)


def _turned_off() -> UpdateError:
    return UpdateError(
        "Looking for newer versions is turned off.",
        hint="Turn it on in Settings → About, or by: folioscope updates on",
    )


def _wrong_clock(now: datetime) -> UpdateError:
    return UpdateError(
        f"The clock of this computer says {now.date()}, which cannot be.",
        hint="Set date and time, then look again.",
    )


def _kept_release(known: Remembered) -> Release | None:
    """Return the newest version as it was kept; it was verified before that."""
    if not known.manifest:
        return None
    try:
        return read_manifest(known.manifest.encode())
    except UpdateError:  # kept by a version that knew more
        return None


def _reaches(version: str, oldest: str) -> bool:
    """Whether a system is new enough; one that does not tell its version is taken to be."""
    have = [int(part) for part in version.split(".") if part.isdigit()]
    need = [int(part) for part in oldest.split(".")]
    return not have or have >= need
