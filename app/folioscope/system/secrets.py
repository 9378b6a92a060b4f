"""Passwords and API keys of servers: from the environment, a file, or the system's keyring.

They are in no settings, log or error text. Looked for in this order: FOLIOSCOPE_ES_API_KEY or
FOLIOSCOPE_ES_PASSWORD, the file that the place names, the keyring.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from folioscope.domain.errors import SettingsError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret

API_KEY, PASSWORD = "FOLIOSCOPE_ES_API_KEY", "FOLIOSCOPE_ES_PASSWORD"
_SERVICE = "Folioscope"
_MOST_BYTES = 16_384  # of a file with a key; a larger one is something else


class SystemSecrets:
    """Finds and keeps what servers are shown."""

    def find(self, place: ElasticPlace) -> ElasticSecret:
        """Return the secret for a server, an empty one where there is none.

        Raises SettingsError for a file that cannot be read.
        """
        if place.user:
            return ElasticSecret(password=self._password(place))
        return ElasticSecret(api_key=self._api_key(place))

    def keep(self, place: ElasticPlace, secret: ElasticSecret) -> None:
        """Keep a secret in the keyring; raise SettingsError where the system has none."""
        value = secret.password if place.user else secret.api_key
        if not value:
            return
        with _telling_of_keyring():
            import keyring

            keyring.set_password(_SERVICE, _name(place), value)
            if keyring.get_password(_SERVICE, _name(place)) != value:
                raise LookupError("the keyring forgets what it is given")

    def forget(self, place: ElasticPlace) -> None:
        """Take a secret out of the keyring, if it is there."""
        with contextlib.suppress(Exception):  # not there, or there is no keyring: as wanted
            import keyring

            keyring.delete_password(_SERVICE, _name(place))

    def _api_key(self, place: ElasticPlace) -> str:
        if value := os.environ.get(API_KEY, "").strip():
            return value
        return _read(place.api_key_file) if place.api_key_file else _kept(place)

    def _password(self, place: ElasticPlace) -> str:
        if value := os.environ.get(PASSWORD, ""):
            return value
        return _read(place.password_file) if place.password_file else _kept(place)


def _name(place: ElasticPlace) -> str:
    """Return what the secret is called: one for each server and user."""
    return f"{place.user or 'API key'} at {place.url.rstrip('/')}"


def _kept(place: ElasticPlace) -> str:
    """Ask the keyring; one that is not there, or locked, holds nothing."""
    try:
        import keyring

        return keyring.get_password(_SERVICE, _name(place)) or ""
    except Exception:  # noqa: BLE001  (backends raise what their systems do)
        return ""


def _read(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        value = data.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name} could not be read.", hint="It should hold the key or password and no more."
        ) from error
    if not value or len(data) > _MOST_BYTES or "\n" in value:
        raise SettingsError(f"{name} does not hold a key or password alone on one line.")
    return value


@contextlib.contextmanager
def _telling_of_keyring() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise SettingsError(
            "This system keeps no secrets for Folioscope: its keyring is missing or locked.",
            hint=f"Give a file with --api-key-file or --password-file, or set {API_KEY}.",
        ) from error
