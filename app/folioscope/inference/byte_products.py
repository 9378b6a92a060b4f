"""Whether this processor multiplies unsigned by signed bytes without overflowing.

Older x86 processors (AVX2 and AVX-512 without VNNI) add two products of bytes in 16 bits and
cut off what does not fit, silently. There weights are kept unsigned, which they multiply right
and at half the speed; everywhere else signed weights are exact and fast. Tried out rather than
looked up: the answer is the runtime's own, on the processor that it runs on.
"""

from functools import cache

import numpy as np

from folioscope.inference.sessions import import_runtime

_SIZE = 64  # enough for the runtime's vector kernels


@cache
def are_signed_products_exact() -> bool:
    """Multiply the largest bytes there are, and compare; raise InferenceError without runtime."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    runtime = import_runtime()
    weights = numpy_helper.from_array(np.full((_SIZE, _SIZE), 127, np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["rows", "weights"], ["sums"])],
        "largest bytes",
        [helper.make_tensor_value_info("rows", TensorProto.UINT8, [_SIZE, _SIZE])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [_SIZE, _SIZE])],
        [weights],
    )
    opsets = [helper.make_opsetid("", 20)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    (sums,) = session.run(None, {"rows": np.full((_SIZE, _SIZE), 255, np.uint8)})
    return bool((sums == 255 * 127 * _SIZE).all())
