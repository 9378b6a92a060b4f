"""The one place where ONNX Runtime sessions are made and run."""

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.protocols import Cancellation
from folioscope.system.machine import usable_cores

RUNTIMES = ("onnxruntime", "onnxruntime-gpu")
_QUIET = 3  # log severity: errors only


@dataclass(frozen=True, slots=True)
class Session:
    """A loaded model. Runs may overlap in several threads; none waits for another."""

    runtime: Any
    inner: Any

    def run(
        self,
        output: str,
        inputs: Mapping[str, npt.NDArray[Any]],
        *,
        token: Cancellation | None = None,
    ) -> npt.NDArray[np.float32]:
        """Run once; on cancel the run ends between two operators and Cancelled is raised."""
        options = self.runtime.RunOptions()
        options.log_severity_level = _QUIET
        forget = token.on_cancel(lambda: setattr(options, "terminate", True)) if token else None
        try:
            values: npt.NDArray[np.float32] = self.inner.run([output], dict(inputs), options)[0]
        except Exception as error:
            if token is not None:
                token.raise_if_cancelled()
            raise InferenceError(
                "The model could not be run.", hint="Run `folioscope doctor`."
            ) from error
        finally:
            if forget is not None:
                forget()
        if token is not None:
            token.raise_if_cancelled()
        return values


def open_session(model: Path) -> Session:
    """Load an ONNX file on the processor; raise InferenceError."""
    runtime = import_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = usable_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    # idle threads must sleep: the window and the reading of pages share these cores
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        inner = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise InferenceError(
            f"The model file {model} cannot be loaded.", hint="Run `folioscope doctor`."
        ) from error
    return Session(runtime=runtime, inner=inner)


def installed_runtimes() -> dict[str, str]:
    """Return the versions of the ONNX Runtime distributions that are installed."""
    versions = {}
    for name in RUNTIMES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def import_runtime() -> Any:
    """Import ONNX Runtime; raise InferenceError when it is missing or there twice."""
    found = installed_runtimes()
    if len(found) > 1:
        raise InferenceError(
            "Both onnxruntime and onnxruntime-gpu are installed, and each overwrites the other.",
            hint="Uninstall both, then install one of them.",
        )
    try:
        import onnxruntime
    except ImportError as error:
        raise InferenceError(
            "ONNX Runtime is not installed or does not load.",
            hint="Install onnxruntime, or onnxruntime-gpu on a machine with an NVIDIA card.",
        ) from error
    return onnxruntime
