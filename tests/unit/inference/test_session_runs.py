"""Runs can be cancelled, even inside an operator; lack of memory is told apart."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference import sessions
from folioscope.inference.sessions import (
    CPU,
    CUDA,
    OutOfRoomError,
    Session,
    SessionWishes,
    open_session,
)
from folioscope.jobs.tokens import Cancelled, CancelToken

HEAVY = SessionWishes(has_long_steps=True)


@pytest.fixture
def doubling(tmp_path):
    """A model with two inputs and two outputs."""
    value = lambda name: onnx.helper.make_tensor_value_info(name, 1, ["n"])  # noqa: E731
    nodes = [
        onnx.helper.make_node("Add", ["a", "a"], ["twice"]),
        onnx.helper.make_node("Mul", ["a", "b"], ["product"]),
    ]
    graph = onnx.helper.make_graph(
        nodes, "g", [value("a"), value("b")], [value("twice"), value("product")]
    )
    opset = [onnx.helper.make_opsetid("", 20)]
    path = tmp_path / "model.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


class OneLongOperator:
    """Stands for a session in the middle of an operator that hears of nothing."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.is_over = threading.Event()

    def run(self, outputs, inputs, options):
        self.may_end.wait(30)
        self.is_over.set()
        return [np.ones(1, np.float32)]


class Failing:
    def __init__(self, message: str) -> None:
        self.message = message

    def run(self, outputs, inputs, options):
        raise RuntimeError(self.message)


def fake(inner, *, has_long_steps: bool = True) -> Session:
    runtime = SimpleNamespace(RunOptions=SimpleNamespace)
    return Session(runtime=runtime, inner=inner, has_long_steps=has_long_steps)


@pytest.mark.parametrize("wishes", [SessionWishes(), HEAVY, SessionWishes(keeps_arena=False)])
def test_several_outputs_come_in_the_order_asked(doubling, wishes):
    session = open_session(doubling, wishes)
    assert list(session.inputs) == ["a", "b"]
    assert list(session.outputs) == ["twice", "product"]
    assert session.provider == CPU
    inputs = {"a": np.array([1, 2], np.float32), "b": np.array([3, 4], np.float32)}
    product, twice = session.run_all(["product", "twice"], inputs, token=CancelToken())
    assert product.tolist() == [3, 8]
    assert twice.tolist() == [2, 4]


def test_a_cancel_does_not_wait_for_the_operator_to_end():
    inner, token = OneLongOperator(), CancelToken()
    timer = threading.Timer(0.05, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        fake(inner).run("x", {}, token=token)
    assert not inner.is_over.is_set()  # it came back first
    inner.may_end.set()
    assert inner.is_over.wait(10)


def test_a_run_that_is_cancelled_before_it_begins_is_cancelled(doubling):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        open_session(doubling, HEAVY).run("twice", {"a": np.ones(1, np.float32)}, token=token)


def test_a_terminated_run_of_the_real_runtime_is_cancelled(tmp_path):
    """A thousand products one behind the other: terminate is heard between two of them."""
    side = 700
    nodes = [onnx.helper.make_node("MatMul", [f"v{n}", "w"], [f"v{n + 1}"]) for n in range(1_000)]
    value = lambda name: onnx.helper.make_tensor_value_info(name, 1, [side, side])  # noqa: E731
    graph = onnx.helper.make_graph(nodes, "g", [value("v0"), value("w")], [value("v1000")])
    opset = [onnx.helper.make_opsetid("", 20)]
    path = tmp_path / "long.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    session, token = open_session(path, HEAVY), CancelToken()
    zeros = np.zeros((side, side), np.float32)
    before = threading.active_count()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Cancelled):
        session.run("v1000", {"v0": zeros, "w": zeros}, token=token)
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before  # the run ended by itself


@pytest.mark.parametrize(
    "message",
    [
        "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 9",
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
        "std::bad_alloc",
    ],
)
@pytest.mark.parametrize("has_long_steps", [True, False])
def test_lack_of_memory_is_told_apart(message, has_long_steps):
    with pytest.raises(OutOfRoomError, match="not enough memory"):
        fake(Failing(message), has_long_steps=has_long_steps).run("x", {}, token=CancelToken())


def test_other_failures_are_told_as_such():
    with pytest.raises(InferenceError, match="could not be run") as told:
        fake(Failing("Got invalid dimensions for input")).run("x", {}, token=CancelToken())
    assert not isinstance(told.value, OutOfRoomError)


def test_a_provider_that_silently_falls_back_is_refused(doubling, monkeypatch):
    real = sessions.import_runtime()
    pretending = SimpleNamespace(
        SessionOptions=real.SessionOptions,
        InferenceSession=lambda path, options, providers: real.InferenceSession(
            path, options, providers=[CPU]
        ),
    )
    monkeypatch.setattr(sessions, "import_runtime", lambda: pretending)
    with pytest.raises(InferenceError, match=r"does not run model\.onnx with CUDA"):
        open_session(doubling, SessionWishes(provider=CUDA))
