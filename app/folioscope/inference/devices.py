"""What runs models on this machine."""

from dataclasses import dataclass

from folioscope.inference.sessions import import_runtime, installed_runtimes


@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """ONNX Runtime as installed: ``distribution`` is the package that brings it."""

    distribution: str
    version: str
    providers: tuple[str, ...]


def runtime_facts() -> RuntimeFacts:
    """Return the facts for ``doctor``; raise InferenceError when there is no usable runtime."""
    runtime = import_runtime()
    distribution = next(iter(installed_runtimes()), "onnxruntime")
    providers = tuple(runtime.get_available_providers())
    return RuntimeFacts(distribution, runtime.__version__, providers)
