"""ONNX Runtime: found, missing, there twice, and models it cannot load."""

import importlib.metadata
import sys

import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference.devices import runtime_facts
from folioscope.inference.sessions import open_session


def test_the_runtime_is_described():
    facts = runtime_facts()
    assert facts.distribution.startswith("onnxruntime")
    assert facts.version[0].isdigit()
    assert "CPUExecutionProvider" in facts.providers


def test_two_runtimes_are_refused(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.30")
    with pytest.raises(InferenceError, match="Both onnxruntime and onnxruntime-gpu"):
        runtime_facts()


def test_no_runtime_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InferenceError, match="not installed"):
        runtime_facts()


@pytest.mark.parametrize("data", [b"", b"no model", b"\x08\x09" * 500])
def test_a_file_that_is_no_model_is_named(tmp_path, data):
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(InferenceError, match=r"model\.onnx cannot be loaded"):
        open_session(path)
