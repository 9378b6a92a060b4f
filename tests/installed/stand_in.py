"""A package, or an archive, that stands in for Folioscope.

Its program is a shell script that answers as the smoke test expects. It is sound as it is. A
fault is a change of one of its files, or a file more.
"""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bundle.artifact import Bundle
from linux.portable import build_portable
from smoke.library import RIGHT_PAGES, sample_list

VERSION = "0.0.1"
_CONTROL = f"""\
Package: folioscope
Version: {VERSION}
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Depends: libxdmcp6
Description: stands in for Folioscope
"""
_SCRIPT = """\
#!/bin/sh
library="$HOME/.local/share/folioscope/Library"
if [ "$1" = --library ]; then
  library=$2
  shift 2
fi
if [ ! -w "$HOME" ]; then
  echo "There is no library at $library, as $HOME cannot be written to." >&2
  exit 3
fi
case "$1" in
--version) echo Folioscope {version} ;;
--help) echo "commands:" ;;
doctor) echo "All is well." ;;
index)
  mkdir -p "$library"
  if [ ! -w "$library" ]; then
    echo "The library in $library cannot be written to." >&2
    exit 3
  fi
  echo "{pages} pages" >"$library/pages"
  echo '{{"failed": [], "pages_read": {pages}}}'
  ;;
status)
  [ -f "$library/pages" ] || exit 3
  echo '{{"documents": 4, "pages": {pages}, "files": 4, "failed": 0}}'
  ;;
search)
  case "$3" in
{cases}
  esac
  ;;
esac
"""
_ENTRY = """\
[Desktop Entry]
Type=Application
Name=Folioscope
Exec=folioscope gui %F
Icon=folioscope
"""


def sound_files() -> dict[str, str]:
    """Return path → contents of a package that the smoke test must accept."""
    return {
        "DEBIAN/control": _CONTROL,
        "usr/bin/folioscope": _SCRIPT.format(
            version=VERSION,
            pages=sum(sample["pages"] for sample in sample_list()),
            cases="\n".join(_case(query, *page) for query, page in RIGHT_PAGES.items()),
        ),
        "usr/share/applications/folioscope.desktop": _ENTRY,
        "usr/share/icons/hicolor/scalable/apps/folioscope.svg": "<svg/>\n",
    }


def build(files: Mapping[str, str], folder: Path) -> Path:
    """Make the package of these files; returns its path."""
    tree = folder / "tree"
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        is_program = name.startswith(("usr/bin/", "DEBIAN/p"))
        path.chmod(0o755 if is_program else 0o644)
    package = folder / f"folioscope_{VERSION}_amd64.deb"
    command = ["dpkg-deb", "--root-owner-group", "--build", str(tree), str(package)]
    subprocess.run(command, check=True, capture_output=True)
    return package


def build_archive(files: Mapping[str, str], folder: Path) -> Path:
    """Make a portable archive of the same program; returns its path."""
    bundle = folder / "bundle" / "folioscope"
    bundle.mkdir(parents=True)
    program = bundle / "folioscope"
    program.write_text(files["usr/bin/folioscope"], "utf-8")
    program.chmod(0o755)
    return build_portable(Bundle(bundle, VERSION, 1_700_000_000), folder, is_quick=True)


def _case(query: str, file: str, page: int) -> str:
    hits = json.dumps({"hits": [{"file": f"/home/ada/Documents/{file}", "page": page}]})
    return f"  '{query}') echo '{hits}' ;;"
