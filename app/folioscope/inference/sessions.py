"""The one place where ONNX Runtime sessions are made and run."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.protocols import Cancellation
from folioscope.system.machine import usable_cores
from folioscope.system.runtimes import check_runtimes

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
COREML = "CoreMLExecutionProvider"
DIRECTML = "DmlExecutionProvider"
_QUIET = 3  # log severity: errors only
_ENDS_WITHIN_S = 0.1  # how long a cancelled run may take to end before it is left to itself
# how the runtime and CUDA's libraries say that there is no room left
_NO_ROOM = re.compile(
    r"allocate memory|out of memory|bad allocation|bad_alloc|ALLOC_FAILED|CUDA failure 2\b"
    r"|E_OUTOFMEMORY|8007000E",
    re.IGNORECASE,
)
_OPTIONS: dict[str, dict[str, str]] = {
    # as much as is asked for and no more: the window's card is not ours alone
    CUDA: {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
}

Array = npt.NDArray[Any]


class OutOfRoomError(InferenceError):
    """The device has not enough memory for a run or a model."""


@dataclass(frozen=True, slots=True)
class SessionWishes:
    """How a model is loaded.

    ``keeps_arena``: memory of the largest run so far is kept for the next; else it is handed
    back after each run. Doing without an arena is no way to save: a full-size vision tower then
    took twice the processor time, all of it page faults, and half as much memory again.
    ``has_long_steps``: single operators may outlast a user's patience, so a cancelled run is
    left to end alone.
    """

    provider: str = CPU
    keeps_arena: bool = True
    has_long_steps: bool = False


_PLAIN = SessionWishes()


@dataclass(frozen=True, slots=True)
class Session:
    """A loaded model. Runs may overlap in several threads; none waits for another."""

    runtime: Any
    inner: Any
    has_long_steps: bool = False
    keeps_arena: bool = True

    @property
    def inputs(self) -> dict[str, tuple[int | str | None, ...]]:
        """Names and shapes of the inputs; sizes that vary are names or None."""
        return {value.name: tuple(value.shape) for value in self.inner.get_inputs()}

    @property
    def outputs(self) -> dict[str, tuple[int | str | None, ...]]:
        """Names and shapes of the outputs."""
        return {value.name: tuple(value.shape) for value in self.inner.get_outputs()}

    @property
    def notes(self) -> dict[str, str]:
        """What was noted in the file when it was made."""
        return dict(self.inner.get_modelmeta().custom_metadata_map)

    @property
    def provider(self) -> str:
        """What really runs it, as ONNX Runtime names it."""
        return str(self.inner.get_providers()[0])

    def run(
        self, output: str, inputs: Mapping[str, Array], *, token: Cancellation | None = None
    ) -> npt.NDArray[np.float32]:
        """Run once for one output; see ``run_all``."""
        return self.run_all([output], inputs, token=token)[0]

    def run_all(
        self,
        outputs: Sequence[str],
        inputs: Mapping[str, Array],
        *,
        token: Cancellation | None = None,
    ) -> list[npt.NDArray[np.float32]]:
        """Run once; on cancel the run ends between two operators and Cancelled is raised.

        Raises OutOfRoomError, InferenceError.
        """
        options = self.runtime.RunOptions()
        options.log_severity_level = _QUIET
        if not self.keeps_arena:
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        running = _Running(lambda: self.inner.run(list(outputs), dict(inputs), options))
        forget = token.on_cancel(lambda: setattr(options, "terminate", True)) if token else None
        try:
            if token is not None and self.has_long_steps:
                values = running.beside(token)
            else:
                values = running.here()
        except Exception as error:
            if token is not None:
                token.raise_if_cancelled()
            raise _told(error, "The model could not be run.") from error
        finally:
            if forget is not None:
                forget()
        if token is not None:
            token.raise_if_cancelled()
        return values


@dataclass(slots=True)
class _Running:
    """One run of a session, in this thread or beside it."""

    work: Callable[[], list[Array]]
    values: list[Array] = field(default_factory=list)
    error: Exception | None = None

    def here(self) -> list[Array]:
        return self.work()

    def beside(self, token: Cancellation) -> list[Array]:
        """Run in a thread of its own; after a cancel come back though an operator still works.

        What the run gives then is dropped when it ends.
        """
        ended = threading.Event()
        cancelled_or_ended = threading.Event()
        threading.Thread(target=self._work, args=(ended, cancelled_or_ended)).start()
        forget = token.on_cancel(cancelled_or_ended.set)
        try:
            cancelled_or_ended.wait()
        finally:
            forget()
        if token.is_cancelled and not ended.wait(_ENDS_WITHIN_S):
            token.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        return self.values

    def _work(self, ended: threading.Event, cancelled_or_ended: threading.Event) -> None:
        try:
            self.values = self.work()
        except Exception as error:  # noqa: BLE001  (raised again where it is waited for)
            self.error = error
        finally:
            ended.set()
            cancelled_or_ended.set()


def open_session(model: Path, wishes: SessionWishes = _PLAIN) -> Session:
    """Load an ONNX file; raise OutOfRoomError, InferenceError.

    A provider that is asked for and does not take the model is an InferenceError: ONNX Runtime
    itself would go on with the processor and say nothing.
    """
    runtime = import_runtime()
    providers: list[Any] = [(wishes.provider, _OPTIONS.get(wishes.provider, {}))]
    if wishes.provider != CPU:
        providers.append((CPU, {}))
    try:
        if wishes.provider == CUDA and hasattr(runtime, "preload_dlls"):
            runtime.preload_dlls()  # CUDA's libraries where pip puts them
        inner = runtime.InferenceSession(str(model), _options(runtime, wishes), providers=providers)
    except Exception as error:
        raise _told(error, f"The model file {model} cannot be loaded.") from error
    session = Session(runtime, inner, wishes.has_long_steps, wishes.keeps_arena)
    if session.provider != wishes.provider:
        raise InferenceError(
            f"ONNX Runtime does not run {model.name} with {wishes.provider} here.",
            hint="Check the driver of the graphics card.",
        )
    return session


def _options(runtime: Any, wishes: SessionWishes) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = usable_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    if wishes.provider == DIRECTML:  # its documentation asks for this
        options.enable_mem_pattern = False
    # idle threads must sleep: the window and the reading of pages share these cores
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _told(error: Exception, what: str) -> InferenceError:
    if isinstance(error, MemoryError) or _NO_ROOM.search(str(error)):
        return OutOfRoomError(
            f"{what} There is not enough memory for it.",
            hint="Close other programs, or choose a smaller precision.",
        )
    return InferenceError(what, hint="Run `folioscope doctor`.")


def import_runtime() -> Any:
    """Import ONNX Runtime; raise InferenceError when it is missing or there twice."""
    check_runtimes()
    try:
        import onnxruntime
    except ImportError as error:
        raise InferenceError(
            "ONNX Runtime is installed and does not load.",
            hint="Install it again, and on Windows the Visual C++ runtime of Microsoft.",
        ) from error
    return onnxruntime
