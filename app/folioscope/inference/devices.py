"""What runs models on this machine, and which of it gives right vectors soonest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from folioscope.domain.embeddings import DeviceChoice
from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32
from folioscope.inference.sessions import (
    COREML,
    CPU,
    CUDA,
    DIRECTML,
    OutOfRoomError,
    import_runtime,
)
from folioscope.system.runtimes import installed_runtimes

# those that have proven to run such models; TensorRT and others build for minutes at each size
_CANDIDATES = (CUDA, COREML, DIRECTML, CPU)
_NAMES = {
    CPU: "the processor",
    CUDA: "the graphics card (CUDA)",
    COREML: "the graphics card (CoreML)",
    DIRECTML: "the graphics card (DirectML)",
}
_NOTE = "device.json"
_SAME = 1e-4  # vectors of two different pictures that differ less were not computed from them


@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """ONNX Runtime as installed: ``distribution`` is the package that brings it."""

    distribution: str
    version: str
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a provider made of two different pictures, and how soon: float32 (2, n)."""

    vectors: Float32
    seconds: float


class RememberedChoice(msgspec.Struct, frozen=True):
    """A choice as it is kept beside a build; it holds for one runtime and its providers."""

    runtime: str
    providers: tuple[str, ...]
    provider: str
    reason: str


def runtime_facts() -> RuntimeFacts:
    """Return the facts for ``doctor``; raise InferenceError when there is no usable runtime."""
    runtime = import_runtime()
    distribution = next(iter(installed_runtimes()), "onnxruntime")
    providers = tuple(runtime.get_available_providers())
    return RuntimeFacts(distribution, runtime.__version__, providers)


def candidate_providers() -> list[str]:
    """Return the providers that are there and worth trying, cards before the processor."""
    there = import_runtime().get_available_providers()
    return [name for name in _CANDIDATES if name in there]


def device_for(build: Path, try_on: Callable[[str], Probe], *, least_cosine: float) -> DeviceChoice:
    """Return what is to run a build: as remembered from its first use, or measured now.

    ``try_on`` loads the build with a provider and runs it. A choice among devices that all ran
    is kept in a small file in the build's folder and goes with it.
    """
    facts = runtime_facts()
    candidates = [name for name in _CANDIDATES if name in facts.providers]
    note = build / _NOTE
    kept = _remembered(note)
    runtime = f"{facts.distribution} {facts.version}"
    if kept and (kept.runtime, kept.providers) == (runtime, tuple(candidates)):
        return DeviceChoice(kept.provider, kept.reason)
    failed: list[str] = []

    def trying(provider: str) -> Probe:
        try:
            return try_on(provider)
        except InferenceError:
            failed.append(provider)
            raise

    choice = choose_device(candidates, trying, least_cosine=least_cosine)
    if not failed:  # a card that is full or lacks its driver today may do tomorrow
        _remember(
            note, RememberedChoice(runtime, tuple(candidates), choice.provider, choice.reason)
        )
    return choice


def remembered_device(build: Path) -> DeviceChoice | None:
    """Return what was chosen to run a build when it was first used; None before that."""
    kept = _remembered(build / _NOTE)
    return DeviceChoice(kept.provider, kept.reason) if kept else None


def choose_device(
    candidates: Sequence[str], try_on: Callable[[str], Probe], *, least_cosine: float
) -> DeviceChoice:
    """Try every candidate and return the fastest whose vectors are right, with the reason.

    Right are those of the processor, and what is as near to them as ``least_cosine``. Raises
    InferenceError when the processor's own are none, OutOfRoomError when nothing has room.
    """
    reference, lack = _reference(try_on)
    best: tuple[str, Probe] | None = None if reference is None else (CPU, reference)
    refusals = []
    for provider in candidates:
        if provider == CPU:
            continue
        try:
            probe = try_on(provider)
        except InferenceError as error:
            refusals.append(f"{_named(provider)} was tried and refused: {error.what}")
            continue
        fault = _fault(probe, reference, least_cosine)
        if fault:
            refusals.append(f"{_named(provider)} was tried and refused: {fault}.")
        elif best is None or probe.seconds < best[1].seconds:
            best = (provider, probe)
    if best is None:
        assert lack is not None
        raise lack
    return DeviceChoice(best[0], _reason(best, reference, refusals, is_alone=len(candidates) == 1))


def _reference(try_on: Callable[[str], Probe]) -> tuple[Probe | None, OutOfRoomError | None]:
    try:
        probe = try_on(CPU)
    except OutOfRoomError as error:  # a card with more memory than the machine
        return None, error
    fault = _fault(probe, None, 0.0)
    if fault:
        raise InferenceError(
            f"The model does not work on this machine: {fault}.",
            hint="Remove it and install it again, or choose another precision.",
        )
    return probe, None


def _fault(probe: Probe, reference: Probe | None, least_cosine: float) -> str:
    """Say what is wrong with vectors, or nothing."""
    if not np.isfinite(probe.vectors).all():
        return "its vectors hold values that are no numbers"
    if np.abs(probe.vectors[0] - probe.vectors[1]).max() < _SAME:
        return "it gives the same vector for different pictures"
    if reference is None:
        return ""
    cosine = _least_cosine(probe.vectors, reference.vectors)
    if cosine < least_cosine:
        return f"its vectors differ from those of the processor (cosine {cosine:.4f})"
    return ""


def _least_cosine(one: Float32, other: Float32) -> float:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(axis=1) / np.maximum(lengths, 1e-12)).min())


def _reason(
    best: tuple[str, Probe], reference: Probe | None, refusals: list[str], *, is_alone: bool
) -> str:
    provider, probe = best
    if is_alone:
        told = "The processor is all that ONNX Runtime can use here."
    elif reference is None:
        told = f"{_named(provider)} runs it; the processor's memory is too small to compare with."
    elif provider == CPU:
        told = "The processor is the fastest here."
    else:
        ratio = reference.seconds / max(probe.seconds, 1e-9)
        told = (
            f"{_named(provider)} is {ratio:.1f} times as fast as the processor, and its vectors"
            " agree."
        )
    return " ".join([told, *refusals])


def _named(provider: str) -> str:
    name = _NAMES.get(provider, provider)
    return name[0].upper() + name[1:]


def _remembered(note: Path) -> RememberedChoice | None:
    try:
        return msgspec.json.decode(note.read_bytes(), type=RememberedChoice)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _remember(note: Path, choice: RememberedChoice) -> None:
    try:
        note.write_bytes(msgspec.json.encode(choice))
    except OSError:
        return  # a folder that cannot be written: measured again next time
