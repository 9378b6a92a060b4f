"""Compiling one small library, in place of a large one of the same name."""

import shutil
from pathlib import Path

from bundle.artifact import BuildError
from linux.libraries import run_tool

COMPILER = "cc"


def compile_library(source: Path, target: Path, *options: str) -> None:
    """Compile one file into a library in place of ``target``; raise BuildError."""
    if shutil.which(COMPILER) is None:
        raise BuildError(f"{COMPILER} is missing; install gcc.")
    command = [COMPILER, "-shared", "-fPIC", "-nostdlib", "-w", "-Os", "-fno-builtin", "-s"]
    command += [f"-Wl,-soname,{target.name}", "-Wl,--build-id=none", *options]
    result = source.with_suffix(".so")
    run_tool([*command, "-o", str(result), str(source)])
    shutil.copyfile(result, target)
