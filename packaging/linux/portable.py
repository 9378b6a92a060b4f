"""The portable archive: one file that unpacks and runs itself, for any Linux and without root."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from bundle.artifact import Bundle
from bundle.product import NAME
from linux.deb_file import compress_tree
from linux.desktop import desktop_entry, folder_menu
from linux.tree import set_times_and_modes, stage_desktop, stage_terminal, write

HERE = Path(__file__).resolve().parent
PROGRAM = "@PROGRAM@"  # stands in the desktop entry until the place of the installation is known


def build_portable(bundle: Bundle, out: Path, *, is_quick: bool = False) -> Path:
    """Write the archive into ``out``; raise BuildError."""
    target = out / f"{NAME}-{bundle.version}-linux-x86_64.run"
    with tempfile.TemporaryDirectory(prefix=".portable-", dir=out) as made:
        root = Path(made) / "root"
        shutil.copytree(bundle.folder, root, symlinks=True)
        stage_portable(root / "portable", bundle)
        set_times_and_modes(root, bundle.epoch_s)
        payload = compress_tree(root, Path(made), epoch_s=bundle.epoch_s, is_quick=is_quick)
        half_made = Path(made) / target.name
        write_archive(half_made, payload, version=bundle.version, unpacked_kib=_kib(root))
        half_made.replace(target)
    return target


def stage_portable(folder: Path, bundle: Bundle) -> None:
    """Lay what installing for one user needs."""
    stage_desktop(folder / "share", bundle)
    stage_terminal(folder / "share", bundle)
    (folder / "share" / "applications" / f"{NAME}.desktop").unlink()
    (folder / "share" / "kio" / "servicemenus" / f"{NAME}-search.desktop").unlink()
    write(folder / "entry", desktop_entry(PROGRAM))
    write(folder / "menu", folder_menu(PROGRAM))
    for name in ("install", "uninstall"):
        shutil.copyfile(HERE / f"portable_{name}.sh", folder / name)
        (folder / name).chmod(0o755)


def write_archive(target: Path, payload: Path, *, version: str, unpacked_kib: int) -> None:
    """Write the script that users run, and behind it what it unpacks."""
    data = payload.read_bytes()
    head = (HERE / "portable_head.sh").read_text("utf-8")
    facts = {
        "VERSION": version,
        "CHECKSUM": hashlib.sha256(data).hexdigest(),
        "LINES": str(head.count("\n") + 1),
        "KIB": str(unpacked_kib + 20_000),
    }
    for name, value in facts.items():
        head = head.replace(f"@{name}@", value)
    target.write_bytes(head.encode() + data)
    target.chmod(0o755)


def _kib(root: Path) -> int:
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(-(-path.stat().st_size // 1024) for path in files)
