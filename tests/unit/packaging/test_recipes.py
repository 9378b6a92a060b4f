"""The recipes for the machines that test, build and release on all three systems."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def read(file: Path) -> dict[Any, Any]:
    return yaml.safe_load(file.read_text("utf-8"))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in FILES:
        for name, job in read(file)["jobs"].items():
            yield f"{file.stem}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for where, job in jobs():
        for step in job.get("steps", []):
            yield where, job, step


def test_there_is_one_for_each_task() -> None:
    assert [file.stem for file in FILES] == ["build", "release", "test"]
    assert all(read(file)["name"] == file.stem for file in FILES)


def test_all_three_systems_are_tested_and_built_for() -> None:
    for name in ("test", "build"):
        text = (FOLDER / f"{name}.yml").read_text("utf-8")
        assert {"ubuntu", "windows", "macos"} <= set(re.findall(r"(\w+)-\d", text))


def test_what_others_wrote_is_pinned_to_what_was_read() -> None:
    lines = [line for file in FILES for line in file.read_text("utf-8").splitlines()]
    used = [line.strip().removeprefix("- ") for line in lines if "uses:" in line]
    others = [line for line in used if "uses: ./" not in line]
    assert others
    pinned = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in others if not pinned.fullmatch(line)] == []
    for line in used:
        if "uses: ./" in line:
            assert (ROOT / line.partition("./")[2]).is_file()


def test_nobody_may_write_but_who_makes_the_draft() -> None:
    assert all(read(file)["permissions"] == {"contents": "read"} for file in FILES)
    writing = [where for where, job in jobs() if "permissions" in job]
    assert writing == ["release: draft"]


def test_every_job_ends_at_some_time() -> None:
    calling = "uses"
    endless = [
        where for where, job in jobs() if calling not in job and "timeout-minutes" not in job
    ]
    assert endless == []


def test_what_they_run_is_there() -> None:
    told = " ".join(step.get("run", "") for _, _, step in steps())
    called = set(re.findall(r"(?:packaging|\.ci)/[\w/.]+", told))
    assert {"packaging/build.py", "packaging/smoke_test.py", ".ci/run"} <= called
    assert [name for name in called if not (ROOT / name).exists()] == []


def test_no_secret_is_in_a_command_line() -> None:
    assert [where for where, _, step in steps() if "secrets." in step.get("run", "")] == []


def test_the_commands_of_bash_are_sound(tmp_path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is missing (Debian: apt install shellcheck)")
    for number, (where, _, step) in enumerate(steps()):
        if "run" not in step or step.get("shell") == "pwsh":
            continue
        script = tmp_path / f"{number}.sh"
        text = EXPRESSION.sub("expression", step["run"])
        script.write_text(f"#!/usr/bin/env bash\nset -e\n{text}\n", "utf-8")
        done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
        assert done.stdout == "", f"{where}: {done.stdout}"
