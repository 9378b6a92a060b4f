"""Which ONNX Runtime is installed: exactly one has to be."""

import importlib.metadata
import importlib.util

from folioscope.domain.errors import InferenceError

# every one of these writes the same folder, so that the one installed last wins in silence
RUNTIMES = ("onnxruntime", "onnxruntime-gpu")
_MODULE = "onnxruntime"
_INSTALL = (
    'Install it with: pip install "folioscope[cpu]", '
    'or "folioscope[gpu]" on a machine with an NVIDIA card.'
)


def installed_runtimes() -> dict[str, str]:
    """Return the versions of the ONNX Runtime distributions that are installed."""
    versions = {}
    for name in RUNTIMES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def check_runtimes() -> None:
    """Raise InferenceError where ONNX Runtime is missing or there twice; nothing is loaded.

    A packaged app has the runtime without the metadata, so what is missing is told by the module.
    """
    if len(installed_runtimes()) > 1:
        raise InferenceError(
            "Both onnxruntime and onnxruntime-gpu are installed, and each overwrites the other.",
            hint="Uninstall both, then install Folioscope with [cpu] or with [gpu], never both.",
        )
    if importlib.util.find_spec(_MODULE) is None:
        raise InferenceError("ONNX Runtime is not installed.", hint=_INSTALL)
