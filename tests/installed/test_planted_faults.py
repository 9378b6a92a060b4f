"""The smoke test must find every fault that is planted in a package, and none in a sound one."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from smoke.bare_root import why_not_here
from tests.installed.stand_in import build, build_archive, sound_files

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "usr/bin/folioscope"
CONTROL = "DEBIAN/control"
ENTRY = "usr/share/applications/folioscope.desktop"

pytestmark = [
    pytest.mark.skipif(bool(why_not_here()), reason=why_not_here() or "can be made"),
    pytest.mark.timeout(900),  # the first one makes the root
]

Files = dict[str, str]


@dataclass(frozen=True)
class Fault:
    """A change to a sound package, and the step that must fail because of it."""

    name: str
    plant: Callable[[Files], None]
    step: str


def script(name: str, old: str, new: str, step: str) -> Fault:
    """Plant a fault in the program itself."""

    def plant(files: Files) -> None:
        assert old in files[SCRIPT]
        files[SCRIPT] = files[SCRIPT].replace(old, new, 1)

    return Fault(name, plant, step)


def other(name: str, path: str, text: str, step: str) -> Fault:
    """Plant a file, or exchange one."""
    return Fault(name, lambda files: files.__setitem__(path, text), step)


def replaced(name: str, path: str, change: tuple[str, str], step: str) -> Fault:
    """Plant a fault in a file that is no program."""
    return Fault(name, lambda f: f.__setitem__(path, f[path].replace(*change)), step)


CALL = "bash -c ': >/dev/tcp/192.0.2.1/9' 2>/dev/null"
DOCTOR = 'doctor) echo "All is well." ;;'
INDEX = "index)\n"
SEARCH = "search)\n"
TOLD = "use by a user, without network: it tells its version"
INDEXED = "use by a user, without network: the samples are indexed"
FOUND = "use by a user, without network: searches find"
WRITTEN = "use by a user, without network: nothing was written but"
UNUSED = "install: purged unused, it leaves nothing"
FAULTS = [
    replaced("needs-nothing-there-is", CONTROL, ("libxdmcp6", "libnone"), "install: apt finds"),
    replaced("brings-python", CONTROL, ("libxdmcp6", "python3-minimal"), "install: no Python"),
    other("installs-with-noise", "DEBIAN/postinst", "#!/bin/sh\necho none >&2\n", "apt finds"),
    other("leaves-a-file", "DEBIAN/postinst", "#!/bin/sh\ntouch /var/lib/folio\n", UNUSED),
    other("changes-foreign-files", "DEBIAN/prerm", "#!/bin/sh\nrm -f /etc/issue\n", UNUSED),
    replaced("starts-nothing", ENTRY, ("folioscope gui", "folio gui"), "install: the menu's"),
    replaced("shows-nothing", ENTRY, ("Icon=folioscope", "Icon=other"), "install: the menu's"),
    script("other-version", "Folioscope 0.0.1", "Folioscope 9.9", TOLD),
    script("warns", DOCTOR, "doctor) echo qt.qpa: no plugin >&2 ;;", TOLD),
    script("ends-badly", DOCTOR, "doctor) exit 1 ;;", TOLD),
    script("stays-behind", INDEX, "index)\n  sleep 900 &\n", INDEXED),
    script("stays-in-memory", INDEX, "index)\n  touch /dev/shm/sem.one\n", INDEXED),
    script("calls-home", INDEX, f"index)\n  {CALL}\n", INDEXED),
    script("loses-pages", '"pages_read": 11', '"pages_read": 10', INDEXED),
    script("finds-another-page", '"page": 4', '"page": 5', FOUND),
    script("writes-beside", INDEX, "index)\n  touch /tmp/left\n", WRITTEN),
    script("writes-beside-at-home", INDEX, 'index)\n  mkdir "$HOME/.folio"\n', WRITTEN),
    script("wants-to-write", SEARCH, "search)\n  touch /usr/share/x || exit 3\n", FOUND),
    script("needs-unicode", SEARCH, 'search)\n  [ "$LANG" = C ] && exit 70\n', "a locale without"),
    script("speaks-to-makers", "There is no library", "PermissionError: no library", "a home that"),
    other(
        "upgrade-loses-library",
        "DEBIAN/prerm",
        '#!/bin/sh\n[ "$1" != upgrade ] || rm -rf /home/ada/.local/share/folioscope/Library\n',
        "upgrade over itself while a library exists: the same files",
    ),
]
ARCHIVE_FAULTS = [
    script("writes-beside-itself", SEARCH, 'search)\n  touch "$0.log" || exit 3\n', "a read-only"),
    script("writes-for-its-owner", SEARCH, 'search)\n  [ -O "$0" ] || exit 3\n', "another user"),
    script("leaves-a-file-at-home", INDEX, 'index)\n  touch "$HOME/.folio"\n', "nothing is left"),
]


def smoke(package: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "packaging" / "smoke_test.py"), str(package)]
    command += ["--no-window", "--kept", str(folder / "kept")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_sound_package_passes(tmp_path: Path) -> None:
    done = smoke(build(sound_files(), tmp_path), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept: /home/ada/.local/share/folioscope" in done.stdout


def test_a_sound_archive_passes(tmp_path: Path) -> None:
    done = smoke(build_archive(sound_files(), tmp_path), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "xz is missing" in done.stdout
    assert "kept: " in done.stdout


@pytest.mark.parametrize("fault", ARCHIVE_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_planted_in_an_archive_is_found(fault: Fault, tmp_path: Path) -> None:
    files = sound_files()
    fault.plant(files)
    done = smoke(build_archive(files, tmp_path), tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert fault.step in done.stdout.splitlines()[-1], done.stdout


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Fault, tmp_path: Path) -> None:
    files = sound_files()
    fault.plant(files)
    done = smoke(build(files, tmp_path), tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    closing = done.stdout.splitlines()[-1]
    assert closing.startswith("The artifact failed: ")
    assert fault.step in closing, done.stdout
