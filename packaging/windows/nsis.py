"""The installer's script for one build: which files, which version, who signs."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from bundle.artifact import BuildError

_HERE = Path(__file__).resolve().parent
_SCRIPTS = ("installer.nsi", "macros.nsh", "words.nsh")
EXTENSIONS = (
    ".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif", ".heic",
)  # fmt: skip
# "C:\Users\<20 letters>\AppData\Local\Programs\Folioscope\" beside the 259 letters that every
# program of Windows can handle
_LONGEST_PLACE = 259 - 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an installer is made from.

    ``side`` is a bitmap of 164 by 314 pixels; ``sign_command`` signs what ``%1`` stands for.
    """

    folder: Path
    version: str
    icon: Path
    side: Path
    publisher: str
    copyright: str
    sign_command: str = ""


def write_scripts(setup: Setup, out_file: Path, work: Path) -> Path:
    """Write everything makensis needs into a folder; return the script.

    Raises BuildError for files that Windows could not take.
    """
    files = files_of(setup.folder)
    refuse_bad_names(files)
    work.mkdir(parents=True, exist_ok=True)
    for name in _SCRIPTS:
        shutil.copyfile(_HERE / name, work / name)
    size = sum(path.stat().st_size for path in setup.folder.rglob("*") if path.is_file())
    written = {
        "product.nsh": product(setup, out_file, size_bytes=size),
        "files.nsh": install_lines(setup.folder, files),
        "remove.nsh": remove_lines(files),
    }
    for name, text in written.items():
        (work / name).write_text(text, "utf-8")
    return work / "installer.nsi"


def files_of(folder: Path) -> list[str]:
    """Return the places of all files below a folder, told with backslashes, in order."""
    places = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return sorted(place.replace("/", "\\") for place in places)


def refuse_bad_names(files: Iterable[str]) -> None:
    """Raise BuildError for a place that Windows cannot have, or that is too long."""
    seen: dict[str, str] = {}
    for place in files:
        if len(place) > _LONGEST_PLACE:
            raise BuildError(f"{place} is too long for Windows ({len(place)} letters).")
        if re.search(r'[<>:"|?*\x00-\x1f]|[. ](\\|$)', place):
            raise BuildError(f"{place} is no name that Windows can have.")
        if seen.setdefault(place.casefold(), place) != place:
            raise BuildError(f"{place} and {seen[place.casefold()]} are the same to Windows.")


def product(setup: Setup, out_file: Path, *, size_bytes: int) -> str:
    """Return the definitions of one build."""
    numbers = [int(number) for number in re.findall(r"\d+", setup.version)][:3]
    four = ".".join(map(str, [*numbers, *[0] * (4 - len(numbers))]))
    defined = {
        "VERSION": setup.version,
        "VERSION_FOUR": four,
        "PUBLISHER": setup.publisher,
        "COPYRIGHT": setup.copyright,
        "OUT_FILE": str(out_file),
        "ICON": str(setup.icon),
        "SIDE_PICTURE": str(setup.side),
        "SIZE_KB": str(-(-size_bytes // 1024)),
    }
    if setup.sign_command:
        defined["SIGN_COMMAND"] = setup.sign_command
    lines = [f"!define {name} '{quoted(value)}'" for name, value in defined.items()]
    types = [f'  !insertmacro ${{ACTION}} "{extension}"' for extension in EXTENSIONS]
    return "\n".join([*lines, "!macro ForEachType ACTION", *types, "!macroend", ""])


def install_lines(folder: Path, files: Sequence[str]) -> str:
    """Return the commands that unpack every file into its own folder."""
    lines, before = [], None
    for place in files:
        inner = place.rpartition("\\")[0]
        if inner != before:
            lines.append(f"SetOutPath '{_installed(inner)}'")
            before = inner
        lines.append(f"File '{_source(folder / PureWindowsPath(place).as_posix())}'")
    return "\n".join(lines) + "\n"


def remove_lines(files: Sequence[str]) -> str:
    """Return the commands that delete every file, and then the folders that are left empty."""
    folders = {place[: cut.start()] for place in files for cut in re.finditer(r"\\", place)}
    deepest_first = sorted(folders, key=lambda name: (-name.count("\\"), name))
    return "\n".join(
        [
            *(f"Delete '{_installed(place)}'" for place in files),
            *(f"RMDir '{_installed(inner)}'" for inner in deepest_first),
            "",
        ]
    )


def _installed(place: str) -> str:
    return f"$INSTDIR\\{quoted(place)}" if place else "$INSTDIR"


def quoted(text: str) -> str:
    """Return a text for between single quotation marks, with nothing in it to be filled in."""
    return text.replace("$", "$$").replace("'", "$\\'")


def _source(path: Path) -> str:
    """Return a file's path for ``File``, which fills in nothing but definitions."""
    return str(path).replace("'", "$\\'")


def compile_script(script: Path, *, for_wine: bool = False) -> None:
    """Run makensis, warnings being faults; raise BuildError with what it said.

    ``for_wine`` makes an installer of 64 bits, as Debian's NSIS can, for trying it there.
    """
    options = ["-DSTUB_64"] if for_wine else []
    command = ["makensis", "-V2", "-WX", "-NOCD", "-INPUTCHARSET", "UTF8", *options, str(script)]
    done = subprocess.run(
        command, cwd=script.parent, capture_output=True, text=True, check=False, errors="replace"
    )
    if done.returncode:
        raise BuildError(f"makensis refused the installer's script: {done.stdout}{done.stderr}")
