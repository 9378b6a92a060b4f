"""What a device makes of one large product of matrices: the ground for shares of its peak."""

import time
from functools import cache

import numpy as np
from onnx import helper, numpy_helper

from folioscope.domain.models import Precision
from folioscope.inference.sessions import import_runtime
from folioscope.system.machine import usable_cores

_SIZES = {"CPUExecutionProvider": (1_024, 2_048, 8_192), "CUDAExecutionProvider": (8_192,) * 3}
_ROUNDS = 5


@cache
def matmul_peak(precision: Precision, provider: str) -> float:
    """Return operations a second of a product in the precision's own arithmetic.

    A second is one of the cores' together for processors, and one of the clock for cards.
    int8 and int4 widths multiply bytes too, so their peak is that of bytes, as w8a8's is.
    """
    rows, inner, columns = _SIZES.get(provider, (2_048,) * 3)
    kind = np.float16 if precision is Precision.FP16 else np.float32
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, inner), np.float32).astype(kind)
    weights = rng.standard_normal((inner, columns), np.float32).astype(kind)
    on_bytes = precision in (Precision.INT8, Precision.INT4, Precision.W8A8)
    session = _session(weights, provider, on_bytes=on_bytes and provider.startswith("CPU"))
    best = min(_timed(session, x, provider) for _ in range(_ROUNDS))
    return 2.0 * rows * inner * columns / best


def _session(weights: np.ndarray, provider: str, *, on_bytes: bool):
    kind = helper.np_dtype_to_tensor_dtype(weights.dtype)
    inner, _ = weights.shape
    if on_bytes:
        node = helper.make_node("DynamicQuantizeMatMul", ["x", "w", "s"], ["y"],
                                domain="com.microsoft")  # fmt: skip
        made = [(weights * 20).clip(-127, 127).astype(np.int8), np.float32(0.05)]
    else:
        node, made = helper.make_node("MatMul", ["x", "w"], ["y"]), [weights]
    graph = helper.make_graph(
        [node, helper.make_node("ReduceMax", ["y"], ["top"], keepdims=0)],  # little to copy back
        "product",
        [helper.make_tensor_value_info("x", kind, ["rows", inner])],
        [helper.make_tensor_value_info("top", kind, [])],
        [numpy_helper.from_array(np.asarray(v), n) for v, n in zip(made, "ws", strict=False)],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    runtime = import_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = usable_cores()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(model.SerializeToString(), options, providers=[provider])


def _timed(session, x: np.ndarray, provider: str) -> float:
    clock = time.process_time if provider.startswith("CPU") else time.perf_counter
    started = clock()
    session.run(None, {"x": x})
    return clock() - started
