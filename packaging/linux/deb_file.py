"""The file format of Debian packages: an ar archive of three members."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from bundle.artifact import BuildError

_HEADER = "{name:<16}{epoch:<12}0     0     100644  {size:<10}`\n"
# x86 code is packed an eighth smaller where jumps are told from the file's beginning (measured:
# 40.8 MB in place of 46.8 for LanceDB's library). dpkg reads such a file and cannot write it.
_XZ = ("--x86", "--lzma2=preset=9,dict=96MiB")
_XZ_QUICK = ("--lzma2=preset=0",)
_SCRIPTS = frozenset({"preinst", "postinst", "prerm", "postrm"})


def write_deb(
    target: Path, root: Path, control: Mapping[str, str], *, epoch_s: int, is_quick: bool = False
) -> None:
    """Write a package of the files in ``root`` and the texts of its control archive."""
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        packed = compress_tree(root, Path(made), epoch_s=epoch_s, is_quick=is_quick)
        texts = Path(made) / "control.tar"
        _write_control(texts, control, epoch_s)
        members = [("control.tar.xz", compress(texts, _XZ_QUICK)), ("data.tar.xz", packed)]
        half_made = Path(made) / target.name
        write_ar(half_made, members, epoch_s=epoch_s)
        half_made.replace(target)


def compress_tree(root: Path, work: Path, *, epoch_s: int, is_quick: bool = False) -> Path:
    """Pack all below ``root`` as root's own files into a .tar.xz in ``work``; return that."""
    data = work / "data.tar"
    _write_data(data, root, epoch_s)
    return compress(data, _XZ_QUICK if is_quick else _XZ)


def write_ar(target: Path, members: Iterable[tuple[str, Path]], *, epoch_s: int) -> None:
    """Write an ar archive whose first member says which format this is."""
    with target.open("wb") as file:
        file.write(b"!<arch>\n")
        _member(file, "debian-binary", io.BytesIO(b"2.0\n"), 4, epoch_s)
        for name, path in members:
            with path.open("rb") as source:
                _member(file, name, source, path.stat().st_size, epoch_s)


def compress(path: Path, filters: Iterable[str]) -> Path:
    """Pack a file by xz; return the packed one. Raises BuildError."""
    if shutil.which("xz") is None:
        raise BuildError("xz is missing; install xz-utils.")
    threads = os.cpu_count() or 1
    command = ["xz", "--force", f"--threads={threads}", "--check=crc64", *filters, str(path)]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"xz did not pack {path.name}.")
    return path.with_name(f"{path.name}.xz")


def _member(file: IO[bytes], name: str, source: IO[bytes], size: int, epoch_s: int) -> None:
    file.write(_HEADER.format(name=name, epoch=epoch_s, size=size).encode("ascii"))
    shutil.copyfileobj(source, file)
    if size % 2:
        file.write(b"\n")


def _write_data(target: Path, root: Path, epoch_s: int) -> None:
    """Write the files, folders first. Those of a kind follow each other, which packs better."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(root, ".", recursive=False, filter=_as_root(epoch_s))
        paths = list(root.rglob("*"))
        folders = sorted(p for p in paths if p.is_dir() and not p.is_symlink())
        files = sorted(set(paths) - set(folders), key=lambda p: (_kind(p), p))
        for path in [*folders, *files]:
            name = f"./{path.relative_to(root).as_posix()}"
            archive.add(path, name, recursive=False, filter=_as_root(epoch_s))


def _kind(path: Path) -> str:
    return ".so" if ".so" in path.name else path.suffix


def _as_root(epoch_s: int) -> Callable[[tarfile.TarInfo], tarfile.TarInfo]:
    def changed(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = epoch_s
        return info

    return changed


def _write_control(target: Path, files: Mapping[str, str], epoch_s: int) -> None:
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, text in sorted(files.items()):
            data = text.encode()
            info = tarfile.TarInfo(f"./{name}")
            info.size, info.mode = len(data), 0o755 if name in _SCRIPTS else 0o644
            archive.addfile(_as_root(epoch_s)(info), io.BytesIO(data))
