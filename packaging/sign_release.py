"""Makes, signs and checks what tells installed versions of a newer one.

    python packaging/sign_release.py keygen DIR            once, on a machine without network
    python packaging/sign_release.py pin --address URL --key DIR/folioscope.pub
    python packaging/sign_release.py manifest --page URL --downloads URL --out latest.json FILE…
    python packaging/sign_release.py sign latest.json --key DIR/folioscope.key
    python packaging/sign_release.py verify latest.json

``pin`` writes resources/updates.toml, before the build; two keys make room for a new one. What
was signed, latest.json and latest.json.minisig, goes to the pinned address. Keys and signatures
are minisign's: ``minisign -S`` and ``-V`` do as well. The password of a key is asked for, or
taken from FOLIOSCOPE_SIGNING_PASSWORD.
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "app"), str(ROOT / "packaging")]

from folioscope import __version__  # noqa: E402  (after the folders are known)
from folioscope.domain.errors import UpdateError  # noqa: E402
from folioscope.services.update_manifest import read_manifest  # noqa: E402
from folioscope.system import minisign  # noqa: E402
from folioscope.update_rooms import read_source  # noqa: E402
from release.notes import notes_of  # noqa: E402
from release.number import ReleaseError  # noqa: E402
from signing.release_manifest import ReleasePlan, make_manifest  # noqa: E402
from signing.secret_keys import (  # noqa: E402
    SigningError,
    make_key,
    needs_password,
    read_key,
    write_key,
)

PINNED = ROOT / "resources" / "updates.toml"
PASSWORD = "FOLIOSCOPE_SIGNING_PASSWORD"
_MOST_KEYS = 2


def main(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except (SigningError, ReleaseError, UpdateError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _keygen(options: argparse.Namespace) -> None:
    password = "" if options.no_password else _password("New password: ", twice=True)
    secret, public = write_key(make_key(), options.folder, password=password)
    print(f"{secret} signs; keep it secret, and a copy of it in another place.")
    print(f"{public} is what `pin` takes.")


def _pin(options: argparse.Namespace) -> None:
    if not options.address.startswith("https://"):
        raise SigningError("The address has to begin with https://.")
    keys = [minisign.parse_key(path.read_text("ascii")).text for path in options.key]
    if len(keys) > _MOST_KEYS:
        raise SigningError(f"At most {_MOST_KEYS} keys: the one in use, and the one to come.")
    comments = [line for line in PINNED.read_text("utf-8").splitlines() if line.startswith("#")]
    lines = [*comments, f"address = {json.dumps(options.address)}", f"keys = {json.dumps(keys)}"]
    options.pinned.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{options.pinned} holds {options.address} and {len(keys)} keys.")


def _manifest(options: argparse.Namespace) -> None:
    notes = {"en": notes_of(options.version)}
    if options.notes_zh_tw:
        notes["zh_TW"] = options.notes_zh_tw.read_text("utf-8")
    plan = ReleasePlan(
        options.version,
        options.page,
        options.downloads,
        options.files,
        notes,
        minimum_system=dict(told.split("=", 1) for told in options.minimum),
        valid_days=options.valid_days,
    )
    options.out.write_bytes(make_manifest(plan, serial=options.serial))
    print(f"{options.out} tells of {plan.version}, for {plan.valid_days} days.")


def _sign(options: argparse.Namespace) -> None:
    is_asked = needs_password(options.key)
    key = read_key(options.key, password=_password("Password: ") if is_asked else "")
    data = options.file.read_bytes()
    told = read_manifest(data)
    comment = f"folioscope {told.version}, number {told.serial}, file:{options.file.name}"
    target = options.file.with_name(f"{options.file.name}.minisig")
    target.write_text(key.sign(data, comment), "ascii")
    print(f"{target} is signed with {key.public.name}.")


def _verify(options: argparse.Namespace) -> None:
    pinned = read_source(options.pinned).keys
    texts = [path.read_text("ascii") for path in options.key] if options.key else pinned
    keys = [minisign.parse_key(text) for text in texts]
    data = options.file.read_bytes()
    signature = options.file.with_name(f"{options.file.name}.minisig").read_text("ascii")
    key = minisign.verify(data, minisign.parse_signature(signature), keys)
    told = read_manifest(data)
    print(f"{told.version}, number {told.serial}, until {told.valid_until}: signed by {key.name}.")


def _password(prompt: str, *, twice: bool = False) -> str:
    if value := os.environ.get(PASSWORD):
        return value
    if not sys.stdin.isatty():
        raise SigningError(f"Nobody can be asked for the password: set {PASSWORD}.")
    value = getpass.getpass(prompt)
    if not value or (twice and getpass.getpass("Once more: ") != value):
        raise SigningError("These are two passwords, or none. Nothing was made.")
    return value


def _parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    made = commands.add_parser("keygen", help="make a key")
    made.add_argument("folder", type=Path)
    made.add_argument("--no-password", action="store_true")
    made.set_defaults(act=_keygen)
    made = commands.add_parser("pin", help="say where builds look, and whose signature they take")
    made.add_argument("--address", required=True)
    made.add_argument("--key", type=Path, action="append", required=True)
    made.add_argument("--pinned", type=Path, default=PINNED)
    made.set_defaults(act=_pin)
    _add_manifest(commands.add_parser("manifest", help="write the manifest of a version"))
    made = commands.add_parser("sign", help="sign a manifest")
    made.add_argument("file", type=Path)
    made.add_argument("--key", type=Path, required=True)
    made.set_defaults(act=_sign)
    made = commands.add_parser("verify", help="check a manifest as installed versions do")
    made.add_argument("file", type=Path)
    made.add_argument("--key", type=Path, action="append", help="default: the pinned ones")
    made.add_argument("--pinned", type=Path, default=PINNED)
    made.set_defaults(act=_verify)
    return root


def _add_manifest(made: argparse.ArgumentParser) -> None:
    made.add_argument("files", type=Path, nargs="*", help="what can be downloaded")
    made.add_argument("--version", default=__version__)
    made.add_argument("--page", required=True, help="where people download it")
    made.add_argument("--downloads", required=True, help="the address of the files' folder")
    made.add_argument("--out", type=Path, required=True)
    made.add_argument("--notes-zh-tw", type=Path, help="the notes in Traditional Chinese")
    made.add_argument(
        "--minimum", action="append", default=[], metavar="SYSTEM=VERSION",
        help="the oldest system, such as darwin=13.0, win32=10.0.17763, linux=2.28 (glibc)",
    )  # fmt: skip
    made.add_argument("--valid-days", type=int, default=120)
    made.add_argument("--serial", type=int, default=0, help="default: the time in seconds")
    made.set_defaults(act=_manifest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
