"""The program ends with its exit code, also while a model is still at work for nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

# a command whose stage does not hear of the cancel, and goes in and out of C++ all the time
PROGRAM = """
import os, pathlib, signal, sys, threading
import numpy as np, onnxruntime
from folioscope import __main__
from folioscope.cli import program
from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.model_keeper import Choice, ModelKeeper

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
pictures = np.ones((200, 200), np.float32)
token, at_work = CancelToken(), threading.Event()

def work():
    while True:
        session.run(None, {"x": pictures})
        at_work.set()

class Model:
    open = staticmethod(work)

def staged():
    threading.Thread(target=lambda: at_work.wait(60) and token.cancel()).start()
    try:
        run_together([work], token)
    except Cancelled:
        print("cancelled")

def kept():
    keeper = ModelKeeper(lambda: Choice("one"), lambda _: Model(), missing="None.")
    with keeper.lend_if_open() as model:
        assert model is None
    at_work.wait(60)
    keeper.close()
    print("closed")

def shown():
    from folioscope.gui import app
    from folioscope.gui.start import WindowStart
    from folioscope.update_rooms import updates_of
    from folioscope.settings.store import SettingsStore
    from folioscope.system.logs import start_logging

    def close():
        at_work.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    start_logging()  # it tells the log what did not end
    place = pathlib.Path(sys.argv[1]).parent
    settings = SettingsStore(place / "settings.json")
    threading.Thread(target=close).start()
    app.run(
        work,
        library_name="Research",
        argv=["folioscope"],
        settings=settings,
        updates=lambda: updates_of(settings),
        start=WindowStart(place / "Library", place),
    )
    print("closed")

def command(_words, _wiring):
    works = {"a stage": staged, "a model being loaded": kept, "a job of a window": shown}
    works[sys.argv[2]]()
    return 7

program.main = command
sys.exit(__main__.main())
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that multiplies."""
    import onnx
    from onnx import TensorProto, helper

    node = helper.make_node("MatMul", ["x", "x"], ["y"])
    shape = [200, 200]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    graph = helper.make_graph([node], "product", [x], [y])
    path = tmp_path_factory.mktemp("model") / "product.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("a stage", "cancelled\n"),
        ("a model being loaded", "closed\n"),
        ("a job of a window", "closed\n"),
    ],
)
def test_what_still_works_for_nobody_costs_no_exit_code(
    product: Path, left: str, said: str
) -> None:
    """Python's end would abort it on its way out of C++, and the program with it."""
    command = [sys.executable, "-c", PROGRAM, str(product), left]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (7, said, "")
