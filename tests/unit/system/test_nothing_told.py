"""What our engines would tell their makers: nothing may be gathered, let alone sent."""

import os
import subprocess
import sys
from pathlib import Path

import folioscope

# ONNX Runtime 1.32 gives the machine a number and gathers events for Microsoft when it is imported
PROGRAM = """
import folioscope
import onnxruntime
from onnx import TensorProto, helper

one = helper.make_tensor_value_info("one", TensorProto.FLOAT, [1])
other = helper.make_tensor_value_info("other", TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Identity", ["one"], ["other"])], "g", [one], [other])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
"""


def test_onnx_runtime_gathers_nothing(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "", "XDG_DATA_HOME": ""}
    kept = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    app = str(Path(folioscope.__file__).parent.parent)
    subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**kept, **home, "PYTHONPATH": app},
        check=True,
        capture_output=True,
    )
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == []


def test_a_user_cannot_turn_it_on_by_mistake() -> None:
    program = "import folioscope, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    app = str(Path(folioscope.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "ORT_DISABLE_TELEMETRY": "0", "PYTHONPATH": app},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "1"
