"""A release is signed, and its signature holds for those who have Folioscope and for minisign."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import sign_release
from folioscope.domain.updates import UpdateSource
from folioscope.services.update_manifest import read_manifest
from folioscope.system.minisign import parse_key
from folioscope.update_rooms import read_source
from signing.secret_keys import SigningError, make_key, needs_password, read_key, write_key

# made by minisign 0.11, without a password
MINISIGN_KEY = """\
untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAATX8zXShJcShaHfCszQBrXzfG\
1tWeP3yZGJNQfvzowZaLUxnF7AAL6+ZCYgOgF6exJYTEqY6IS3RiH9Ga+x5rT28s08LMeDSNAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
AAAAAAAAAAAAAAA=
"""
ADDRESS = "https://folioscope.example/latest.json"


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(sign_release.PASSWORD, "correct horse")
    assert sign_release.main(["keygen", str(tmp_path / "keys")]) == 0
    return tmp_path / "keys"


def manifest(tmp_path: Path, *more: str) -> Path:
    artifact = tmp_path / "folioscope_0.1.0_arm64.deb"
    artifact.write_bytes(b"a package")
    out = tmp_path / "latest.json"
    arguments = ["manifest", "--page", "https://a.example/get", "--out", str(out)]
    arguments += ["--downloads", "https://a.example/files/", str(artifact), *more]
    assert sign_release.main(arguments) == 0
    return out


def test_a_release_goes_from_key_to_verified(keys: Path, tmp_path: Path) -> None:
    pinned = tmp_path / "updates.toml"
    public = ["--key", str(keys / "folioscope.pub")]
    pin = ["pin", "--address", ADDRESS, *public, "--pinned", str(pinned)]
    assert sign_release.main(pin) == 0
    source = read_source(pinned)
    assert source.address == ADDRESS
    assert len(source.keys) == 1
    out = manifest(tmp_path, "--minimum", "linux=2.28", "--serial", "12")
    assert sign_release.main(["sign", str(out), "--key", str(keys / "folioscope.key")]) == 0
    assert sign_release.main(["verify", str(out), "--pinned", str(pinned)]) == 0
    out.write_bytes(out.read_bytes().replace(b"a.example", b"b.example"))
    assert sign_release.main(["verify", str(out), "--pinned", str(pinned)]) == 1


def test_a_manifest_tells_what_can_be_downloaded(tmp_path: Path) -> None:
    told = read_manifest(manifest(tmp_path, "--version", "0.1.0").read_bytes())
    assert told.version == "0.1.0"
    file = told.files[0]
    assert (file.system, file.architecture, file.size_bytes) == ("linux", "arm64", 9)
    assert file.url == "https://a.example/files/folioscope_0.1.0_arm64.deb"
    assert "Find pages in PDFs" in told.notes["en"]
    assert (told.valid_until.date() - told.released).days == 120


def test_serials_rise_with_time(tmp_path: Path) -> None:
    first = read_manifest(manifest(tmp_path).read_bytes()).serial
    assert first > 1_700_000_000
    assert read_manifest(manifest(tmp_path).read_bytes()).serial >= first


@pytest.mark.parametrize(
    "arguments",
    [("--page", "http://a.example/"), ("--version", "newest"), ("--minimum", "darwin=Ventura")],
)
def test_what_installed_versions_would_refuse_is_not_made(
    tmp_path: Path, arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "latest.json"
    usual = ["--page", "https://a.example/", "--downloads", "https://a.example/"]
    assert sign_release.main(["manifest", *usual, "--out", str(out), *arguments]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not out.exists()


def test_a_key_is_never_overwritten_and_nobody_else_reads_it(
    keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (keys / "folioscope.key").read_bytes()
    assert (keys / "folioscope.key").stat().st_mode & 0o077 == 0
    assert sign_release.main(["keygen", str(keys)]) == 1
    assert "never overwritten" in capsys.readouterr().err
    assert (keys / "folioscope.key").read_bytes() == before


def test_a_wrong_password_signs_nothing(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = manifest(tmp_path)
    monkeypatch.setenv(sign_release.PASSWORD, "wrong")
    assert sign_release.main(["sign", str(out), "--key", str(keys / "folioscope.key")]) == 1
    assert "is wrong" in capsys.readouterr().err
    assert not out.with_name("latest.json.minisig").exists()


def test_something_else_than_a_manifest_is_not_signed(keys: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"product": "other"}))
    assert sign_release.main(["sign", str(other), "--key", str(keys / "folioscope.key")]) == 1
    assert not other.with_name("other.json.minisig").exists()


def test_a_key_of_minisign_signs_too(tmp_path: Path) -> None:
    path = tmp_path / "minisign.key"
    path.write_text(MINISIGN_KEY)
    assert not needs_password(path)
    assert read_key(path, password="").public.name == "287149285D337F4D"


@pytest.mark.parametrize("text", ["", "comment\n", "comment\nRWQAAEIy\n", "c\n" + "A" * 212])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.key"
    path.write_text(text)
    with pytest.raises(SigningError, match=str(path)):
        read_key(path, password="")


def test_a_comment_of_two_lines_is_not_signed() -> None:
    with pytest.raises(SigningError, match="one line"):
        make_key().sign(b"", "a\nb")


def test_what_is_pinned_in_this_tree_can_be_used() -> None:
    source = read_source(sign_release.PINNED)
    assert bool(source.address) == bool(source.keys)
    assert all(parse_key(key).text == key for key in source.keys)
    assert source.address.startswith("https://") or not source.address


@pytest.mark.parametrize("text", ["", "address = 1\n", "keys = []", "\xff"])
def test_a_file_that_pins_nothing_pins_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "updates.toml").write_text(text, "latin-1")
    assert read_source(tmp_path / "updates.toml") == UpdateSource()
    assert read_source(tmp_path / "missing.toml") == UpdateSource()


@pytest.mark.skipif(not shutil.which("minisign"), reason="minisign is not installed")
@pytest.mark.parametrize("password", ["", "pass word"])
def test_minisign_takes_our_keys_and_signatures(tmp_path: Path, password: str) -> None:
    secret, public = write_key(make_key(), tmp_path, password=password)
    file = tmp_path / "file"
    file.write_bytes(b"data")
    ours = read_key(secret, password=password).sign(b"data", "ours")
    (tmp_path / "file.minisig").write_text(ours)
    check = ["minisign", "-V", "-p", public, "-m", file]
    assert "Trusted comment: ours" in subprocess.check_output(check, text=True)
    if not password:  # it asks for passwords on the terminal
        subprocess.run(["minisign", "-S", "-s", secret, "-m", file, "-t", "theirs"], check=True)
        assert "Trusted comment: theirs" in subprocess.check_output(check, text=True)
