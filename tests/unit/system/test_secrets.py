"""Keys and passwords come from where the user put them, and go nowhere else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError, PasswordDeleteError

from folioscope.domain.errors import SettingsError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.system.secrets import SystemSecrets

PLACE = ElasticPlace("https://search.example.org:9200")


class KeptInMemory(KeyringBackend):
    """A keyring as a desktop has one."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


class Missing(KeptInMemory):
    """A machine without any."""

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError("no backend; the secret is hunter2")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError(f"no backend for {password}")


class Forgetful(KeptInMemory):
    """A keyring that is turned off: it takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept.clear()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOLIOSCOPE_ES_API_KEY", "FOLIOSCOPE_ES_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ring() -> Iterator[KeptInMemory]:
    before = keyring.get_keyring()
    made = KeptInMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_what_is_kept_in_the_keyring_is_found_for_that_server_and_user(ring: KeptInMemory) -> None:
    secrets, anna = SystemSecrets(), replace(PLACE, user="anna")
    secrets.keep(PLACE, ElasticSecret(api_key="a key"))
    secrets.keep(anna, ElasticSecret(password="hunter2"))
    assert secrets.find(PLACE) == ElasticSecret(api_key="a key")
    assert secrets.find(anna) == ElasticSecret(password="hunter2")
    assert secrets.find(replace(PLACE, user="ben")) == ElasticSecret()
    assert secrets.find(ElasticPlace("https://other.example.org")) == ElasticSecret()
    secrets.forget(PLACE)
    secrets.forget(PLACE)
    assert secrets.find(PLACE) == ElasticSecret()


def test_files_come_before_the_keyring_and_the_environment_before_both(
    ring: KeptInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, password = tmp_path / "key", tmp_path / "password"
    key.write_text("from a file\n", "utf-8")
    password.write_text("\ufeffpass word\r\n", "utf-8")
    secrets = SystemSecrets()
    place = replace(PLACE, api_key_file=str(key))
    secrets.keep(place, ElasticSecret(api_key="from the keyring"))
    assert secrets.find(place).api_key == "from a file"
    anna = replace(PLACE, user="anna", password_file=str(password))
    assert secrets.find(anna) == ElasticSecret(password="pass word")
    monkeypatch.setenv("FOLIOSCOPE_ES_API_KEY", "from the environment")
    monkeypatch.setenv("FOLIOSCOPE_ES_PASSWORD", "typed")
    assert secrets.find(place) == ElasticSecret(api_key="from the environment")
    assert secrets.find(anna) == ElasticSecret(password="typed")


@pytest.mark.parametrize("content", [b"", b"hunter2\ntwo\n", b"\xff\xfe\x00", b"k" * 20_000])
def test_a_file_that_is_no_key_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="key") as raised:
        SystemSecrets().find(replace(PLACE, api_key_file=str(path)))
    assert "hunter2" not in str(raised.value)
    path.unlink()
    with pytest.raises(SettingsError, match="could not be read"):
        SystemSecrets().find(replace(PLACE, api_key_file=str(path)))


@pytest.mark.parametrize("kind", [Missing, Forgetful])
def test_a_machine_without_keyring_is_told_what_else_there_is(kind: type[KeptInMemory]) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(kind())
    try:
        assert SystemSecrets().find(PLACE) == ElasticSecret()
        with pytest.raises(SettingsError, match="--api-key-file") as raised:
            SystemSecrets().keep(PLACE, ElasticSecret(api_key="hunter2"))
        assert "hunter2" not in str(raised.value)
    finally:
        keyring.set_keyring(before)


def test_nothing_is_kept_where_there_is_nothing(ring: KeptInMemory) -> None:
    SystemSecrets().keep(PLACE, ElasticSecret())
    assert ring.kept == {}
    assert "hunter2" not in repr(ElasticSecret(password="hunter2"))
