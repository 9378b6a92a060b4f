"""What the doctor looks at besides the library: packages, machine, runtime, models."""

import sys
from importlib import metadata
from pathlib import Path

from folioscope import __version__
from folioscope.cli.doctor import Finding
from folioscope.domain.errors import FolioscopeError
from folioscope.system import machine, paths

_PACKAGES = ("PySide6-Essentials", "pymupdf", "lancedb", "tokenizers", "rapidocr")
_STARTER = "starter"
_LEAST_ROOM_BYTES = 1_000_000_000


def about_this(directory: Path) -> list[Finding]:
    """Tell versions and facts of the machine; ``directory`` is the library's."""
    facts = machine.look_at_machine(directory)
    has_room = facts.free_disk_bytes > _LEAST_ROOM_BYTES
    return [
        Finding("Folioscope", __version__),
        Finding("Python", sys.version.split()[0]),
        *(_package(name) for name in _PACKAGES),
        Finding("System", facts.system),
        Finding("Cores", str(facts.cores)),
        Finding("Memory", f"{facts.memory_bytes / 1e9:.1f} GB"),
        Finding(
            "Free on disk",
            f"{facts.free_disk_bytes / 1e9:.1f} GB",
            "" if has_room else "Less than 1 GB is left.",
            "Make room on this disk.",
        ),
        Finding("Models folder", str(paths.models_dir())),
        Finding("Settings folder", str(paths.config_dir())),
        Finding("Log folder", str(paths.log_dir())),
        *_shut_folders(directory, paths.models_dir(), paths.config_dir(), paths.log_dir()),
    ]


def _shut_folders(*folders: Path) -> list[Finding]:
    """Tell of what may not be entered on the way to folders that Folioscope needs."""
    shut = dict.fromkeys(filter(None, map(paths.shut_folder, folders)))
    mend = (
        "Have the right to enter it given to you, or name another folder in the environment"
        " variable FOLIOSCOPE_DATA."
    )
    return [
        Finding("Folder", str(folder), f"The folder {folder} may not be entered.", mend)
        for folder in shut
    ]


def about_models() -> list[Finding]:
    """Tell runtime, devices and models, each file compared with what was made.

    Of visual models only sizes are compared: ``models verify`` reads their gigabytes.
    """
    from folioscope.inference.models import installed_models, verify_model

    folder = paths.models_dir()
    findings, builds = [*_about_runtime(), *_shipped_models()], installed_models(folder)
    for name in sorted({model.name for model in builds}):
        own = [model for model in builds if model.name == name]
        is_visual = name != _STARTER
        reads_all = not is_visual or not all(model.is_whole for model in own)
        faults = verify_model(folder, name) if reads_all else []
        fact = f"installed: {', '.join(m.build for m in own)}" if is_visual else "installed"
        findings.append(Finding(f"Model {name}", fact, *faults[:1]))
    findings += [
        Finding("Model descriptions", "some cannot be used", str(problem))
        for problem in _shelf_problems(folder)
    ]
    is_made = builds or paths.shipped_dir("models").is_dir()
    return findings if is_made else [*findings, Finding("Models", "made at first use")]


def _shipped_models() -> list[Finding]:
    """Tell of the models that an installer brought, each file compared with what was made."""
    from folioscope.inference.models import faults_of, installed_models

    return [
        Finding(
            f"Model {model.name}",
            "comes with Folioscope",
            *faults_of(model.folder, mend="Install Folioscope again.")[:1],
        )
        for model in installed_models(paths.shipped_dir("models"))
    ]


def _shelf_problems(folder: Path) -> list[str]:
    from folioscope.inference.shelf import OnnxModelShelf

    return OnnxModelShelf(paths.shipped_dir("onnx_models"), folder).problems()


def _about_runtime() -> list[Finding]:
    from folioscope.inference.devices import runtime_facts

    try:
        runtime = runtime_facts()
    except FolioscopeError as error:
        return [Finding("ONNX Runtime", "not usable", error.what, error.hint)]
    return [
        Finding("ONNX Runtime", runtime.version),
        Finding("Providers", ", ".join(runtime.providers)),
    ]


def _package(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "missing", f"{name} is not installed.", f"pip install {name}")
