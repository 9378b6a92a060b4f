"""The Debian package: what it says of itself, and what lies in it."""

import datetime as dt
import hashlib
import shutil
import tempfile
import textwrap
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path

from bundle.artifact import Bundle
from bundle.freezing import tell_what_is_in
from bundle.product import CONTACT, DESCRIPTION, DEVELOPER, LICENCE, NAME, SUMMARY, TITLE
from bundle.trimming import INNER
from linux.deb_file import write_deb
from linux.system_libraries import dependencies, leave_to_system
from linux.tree import set_times_and_modes, stage, write, write_packed

ARCHITECTURE = "amd64"
# Qt looks for them by name at run time
LOADED_BY_NAME = ("libegl1", "libgl1")
RECOMMENDED = ("fonts-droid-fallback | fonts-noto-cjk", "xdg-desktop-portal", "xdg-utils")
SUGGESTED = ("gnome-keyring | kwalletmanager", "okular | evince")


def build_deb(bundle: Bundle, out: Path, *, is_quick: bool = False) -> Path:
    """Write the package into ``out``; raise BuildError."""
    with tempfile.TemporaryDirectory(prefix="folioscope-deb-") as made:
        root = Path(made) / "root"
        stage(bundle, root / "usr")
        home = root / "usr" / "lib" / NAME
        leave_to_system(home / INNER)
        tell_what_is_in(home)
        stage_documents(root / "usr" / "share", bundle)
        set_times_and_modes(root, bundle.epoch_s)
        needed = sorted({*dependencies(root), *LOADED_BY_NAME})
        files = {
            "control": control_text(bundle.version, needed, installed_kib=_kib(root)),
            "md5sums": md5sums(root),
        }
        target = out / f"{NAME}_{debian_version(bundle.version)}_{ARCHITECTURE}.deb"
        write_deb(target, root, files, epoch_s=bundle.epoch_s, is_quick=is_quick)
    return target


def debian_version(version: str) -> str:
    """Return the version as Debian orders it: 1.2.0rc1 comes before 1.2.0."""
    for sign in ("a", "b", "rc"):
        number, found, rest = version.partition(sign)
        if found:
            return f"{number}~{sign}{rest}"
    return version


def control_text(version: str, needed: Iterable[str], *, installed_kib: int) -> str:
    """Return the control file."""
    long = "\n .\n".join(
        textwrap.fill(text, 78, initial_indent=" ", subsequent_indent=" ") for text in DESCRIPTION
    )
    return f"""\
Package: {NAME}
Version: {debian_version(version)}
Architecture: {ARCHITECTURE}
Maintainer: {DEVELOPER} <{CONTACT}>
Installed-Size: {installed_kib}
Depends: {", ".join(needed)}
Recommends: {", ".join(RECOMMENDED)}
Suggests: {", ".join(SUGGESTED)}
Section: utils
Priority: optional
Description: {SUMMARY[0].lower()}{SUMMARY[1:]}
{long}
"""


def copyright_text(parts: str, *, year: int) -> str:
    """Return Debian's copyright file; ``parts`` tells where the licences of others lie."""
    return f"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {TITLE}
Comment: Folioscope comes with libraries and models of others. Their licences, whole, and a bill
 of materials lie in {parts}.

Files: *
Copyright: {year} {DEVELOPER}
License: AGPL-3.0+
 This program is free software: you can redistribute it and/or modify it under the terms of the
 GNU Affero General Public License as published by the Free Software Foundation, either version 3
 of the License, or (at your option) any later version.
 .
 It is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the
 implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU Affero
 General Public License for more details.
 .
 The whole text is {parts}/LICENSE. Its name in SPDX is {LICENCE}.
"""


def changelog_text(version: str, epoch_s: int) -> str:
    """Return Debian's changelog, which names this version and says where to read on."""
    return f"""\
{NAME} ({debian_version(version)}) stable; urgency=medium

  * Version {version}. What changed is told by CHANGELOG.md.gz beside this file.

 -- {DEVELOPER} <{CONTACT}>  {formatdate(epoch_s)}
"""


def stage_documents(share: Path, bundle: Bundle) -> None:
    """Lay what Debian wants to read beside every package."""
    from release.changelog import CHANGELOG

    folder = share / "doc" / NAME
    legal = f"/usr/lib/{NAME}/legal"
    year = dt.datetime.fromtimestamp(bundle.epoch_s, dt.UTC).year
    write(folder / "copyright", copyright_text(legal, year=year))
    write_packed(folder / "changelog.gz", changelog_text(bundle.version, bundle.epoch_s))
    write_packed(folder / "CHANGELOG.md.gz", CHANGELOG.read_text("utf-8"))
    overrides = Path(__file__).resolve().parent / "lintian-overrides"
    target = share / "lintian" / "overrides" / NAME
    target.parent.mkdir(parents=True)
    shutil.copyfile(overrides, target)


def md5sums(root: Path) -> str:
    """Return the sums that dpkg verifies an installation with."""
    lines = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {path.relative_to(root).as_posix()}\n")
    return "".join(lines)


def _kib(root: Path) -> int:
    """Return the size as Debian counts it: whole KiB a file, one an empty folder or link."""
    paths = list(root.rglob("*"))
    return sum(
        -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
        for path in paths
    )
