"""The files of an installation below a prefix such as /usr or ~/.local."""

import datetime as dt
import gzip
import os
import shutil
from pathlib import Path

from bundle.artifact import Bundle
from bundle.icons import SIZES_PX, png, svg_file
from bundle.product import APP_ID, NAME
from folioscope.cli.arguments import parser
from linux import completions
from linux.commands import read_commands
from linux.desktop import desktop_entry, folder_menu, metainfo
from linux.manual import manual


def stage(bundle: Bundle, prefix: Path) -> None:
    """Lay everything below ``prefix``: the bundle in lib, the command a link in bin."""
    home = prefix / "lib" / NAME
    shutil.copytree(bundle.folder, home, symlinks=True)
    command = prefix / "bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(os.path.relpath(home / NAME, command.parent))
    stage_desktop(prefix / "share", bundle)
    stage_terminal(prefix / "share", bundle)


def stage_desktop(share: Path, bundle: Bundle) -> None:
    """Lay the desktop entry, the store's page and the icons."""
    write(share / "applications" / f"{NAME}.desktop", desktop_entry())
    write(share / "kio" / "servicemenus" / f"{NAME}-search.desktop", folder_menu())
    day = dt.datetime.fromtimestamp(bundle.epoch_s, dt.UTC).strftime("%Y-%m-%d")
    write(share / "metainfo" / f"{APP_ID}.metainfo.xml", metainfo(bundle.version, day))
    icons = share / "icons" / "hicolor"
    for size in SIZES_PX:
        target = icons / f"{size}x{size}" / "apps" / f"{NAME}.png"
        target.parent.mkdir(parents=True)
        target.write_bytes(png(size))
    write(icons / "scalable" / "apps" / f"{NAME}.svg", svg_file().read_text("utf-8"))


def stage_terminal(share: Path, bundle: Bundle) -> None:
    """Lay the manual page and the completions."""
    program = read_commands(parser())
    page = manual(program, version=bundle.version, epoch_s=bundle.epoch_s)
    write_packed(share / "man" / "man1" / f"{NAME}.1.gz", page)
    write(share / "bash-completion" / "completions" / NAME, completions.bash(program))
    write(share / "zsh" / "vendor-completions" / f"_{NAME}", completions.zsh(program))
    write(share / "fish" / "vendor_completions.d" / f"{NAME}.fish", completions.fish(program))


def write(path: Path, text: str) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def write_packed(path: Path, text: str) -> None:
    """Write a file packed by gzip, the same bytes for the same text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def set_times_and_modes(root: Path, epoch_s: int) -> None:
    """Date every file the same; everybody may read, the owner alone write, programs run."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.stat().st_mode & 0o100 and ".so" not in path.name
            path.chmod(0o755 if runs or path.is_dir() else 0o644)
        os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)
