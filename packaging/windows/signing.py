"""Signing of programs and installers, by whatever command the machine that builds has for it."""

import os
import shlex
import subprocess
from pathlib import Path

from bundle.artifact import BuildError

COMMAND = "FOLIOSCOPE_WINDOWS_SIGN"
"""The environment variable with the command; ``{file}`` stands for the file, signed in its place.

For example ``signtool sign /fd sha256 /tr http://timestamp.example.org /td sha256 {file}``.
"""
_FILE = "{file}"


def sign_command() -> str:
    """Return the command, "" when nothing is signed; raise BuildError for one without a file."""
    command = os.environ.get(COMMAND, "").strip()
    if command and _FILE not in command:
        raise BuildError(f"{COMMAND} has to name the file: write {_FILE} where it belongs.")
    return command


def sign(file: Path) -> None:
    """Sign a file where a command for it is set; raise BuildError when that fails."""
    command = sign_command()
    if not command:
        return
    words = [word.replace(_FILE, str(file)) for word in shlex.split(command, posix=os.name != "nt")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
    if done.returncode:
        raise BuildError(f"{file.name} was not signed: {(done.stderr or done.stdout).strip()}")


def command_for_makensis() -> str:
    """Return the command as makensis runs it, with ``%1`` for the file; "" for none."""
    return sign_command().replace(_FILE, '"%1"')
