"""The house rules of DEVELOPERS.md that a machine can hold us to."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "folioscope"
SOURCES = sorted(APP.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
MOST_LINES_A_FUNCTION = 40
BANNED_MODULES = {"util", "utils", "helper", "helpers", "misc", "common", "stuff"}
BANNED_CLASS = re.compile(r"Manager$|^Base[A-Z]|Helper|Utils?$|Abstract[A-Z]")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".json", ".yml", ".yaml", ".sh", ".qss", ".ts", ".txt", ""}
# folders where nobody but one developer's machine keeps things
PRIVATE_PATH = re.compile(r"(?<![\w.~>)\]}])/(?:work|root|farm)/[\w.]")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def is_protocol(node: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(base) for base in node.bases)


def public_definitions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield public classes and functions with their names.

    Left out: what a protocol's name says by itself, and Qt's own names that we fill in.
    """
    for node in body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield f"{owner}{node.name}", node
            if not is_protocol(node):
                yield from public_definitions(node.body, f"{owner}{node.name}.")
        elif node.name == node.name.lower() and not is_setter(node):
            yield f"{owner}{node.name}", node


def is_setter(node: Function) -> bool:
    return any(ast.unparse(d).endswith((".setter", "overload")) for d in node.decorator_list)


def functions() -> Iterator[tuple[str, Function]]:
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function):
                yield f"{name_of(path)}:{node.lineno} {node.name}", node


def body_lines(node: Function) -> int:
    """Count a function's lines without its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_files_stay_short() -> None:
    lengths = {name_of(p): len(p.read_text("utf-8").splitlines()) for p in [*SOURCES, *TESTS]}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}


def test_functions_stay_short() -> None:
    long = {name: body_lines(node) for name, node in functions()}
    assert {name: n for name, n in long.items() if n > MOST_LINES_A_FUNCTION} == {}


def test_no_banned_names() -> None:
    modules = [name_of(p) for p in SOURCES if {p.stem, p.parent.name} & BANNED_MODULES]
    classes = [
        f"{name_of(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and BANNED_CLASS.search(node.name)
    ]
    assert modules + classes == []


def test_arguments_are_named_not_passed_through() -> None:
    passing = [n for n, node in functions() if node.args.kwarg and node.args.kwarg.arg == "kwargs"]
    assert passing == []


def test_public_names_have_docstrings() -> None:
    silent = [
        f"{name_of(path)}: {name}"
        for path in SOURCES
        for name, node in public_definitions(parsed(path).body)
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    ]
    assert silent == []


def test_modules_say_what_they_are_for() -> None:
    assert [name_of(p) for p in SOURCES if not ast.get_docstring(parsed(p))] == []


def repository_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in TEXT_SUFFIXES and path.is_file():
            yield name, path.read_text("utf-8", errors="replace")


def test_no_paths_of_one_machine() -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in repository_texts()
        for match in PRIVATE_PATH.finditer(text)
    ]
    assert found == []


def test_rooms_import_downwards_only() -> None:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "app")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_needs_numpy_and_nothing_else() -> None:
    program = (
        "import pkgutil, sys, importlib, numpy; before = {m.split('.')[0] for m in sys.modules};"
        "import folioscope.domain as d;"
        "rooms = pkgutil.walk_packages(d.__path__, d.__name__ + '.');"
        "[importlib.import_module(m.name) for m in rooms];"
        "new = {m.split('.')[0] for m in sys.modules} - before - sys.stdlib_module_names;"
        "sys.exit(', '.join(sorted(new - {'folioscope'})) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "app")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_licences_name_what_is_installed() -> None:
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        import licences
    finally:
        sys.path.remove(str(ROOT / "packaging"))
    listed = (ROOT / "LICENCES.md").read_text("utf-8").casefold()
    installed = licences.installed_requirements()
    unnamed = [name for name, dist in installed.items() if not licences.licence_of(dist)]
    assert unnamed == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wishes = [*project["dependencies"], *project["optional-dependencies"]["cpu"]]
    direct = {licences.canonicalize_name(licences.Requirement(w).name) for w in wishes}
    for name in direct & set(installed):
        written = installed[name].metadata["Name"].casefold()
        assert f"| {written} |" in listed, f"run packaging/licences.py: {name} is not listed"


def test_samples_are_listed_with_their_pages() -> None:
    import pymupdf

    folder = ROOT / "resources" / "samples"
    entries = tomllib.loads((folder / "index.toml").read_text("utf-8"))["document"]
    files = {p.name for p in folder.iterdir()} - {"index.toml"}
    assert {entry["file"] for entry in entries} == files
    for entry in entries:
        for text in ("title", "description", "query"):
            assert set(entry[text]) == {"en", "zh_TW"}
        with pymupdf.open(folder / entry["file"]) as document:
            assert document.page_count == entry["pages"]
    assert sum((folder / name).stat().st_size for name in files) < 1_500_000
