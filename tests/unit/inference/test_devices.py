"""The fastest device that gives right vectors is chosen, and says why."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference import devices
from folioscope.inference.devices import Probe, choose_device, device_for
from folioscope.inference.sessions import COREML, CPU, CUDA, DIRECTML, OutOfRoomError

RIGHT = np.random.default_rng(0).standard_normal((2, 64)).astype(np.float32)
NEAR = (RIGHT + 0.01).astype(np.float32)


def probes(**results):
    """By CPU=, CUDA= …: (vectors, seconds) or an error."""
    names = {"CPU": CPU, "CUDA": CUDA, "COREML": COREML, "DIRECTML": DIRECTML}
    by_provider = {names[key]: value for key, value in results.items()}

    def try_on(provider):
        result = by_provider[provider]
        if isinstance(result, Exception):
            raise result
        return Probe(*result)

    return list(by_provider), try_on


def chosen(**results):
    candidates, try_on = probes(**results)
    return choose_device(candidates, try_on, least_cosine=0.99)


def test_a_card_that_is_faster_and_right_is_chosen():
    choice = chosen(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.1))
    assert choice.provider == CUDA
    assert "31.0 times as fast" in choice.reason


def test_a_card_that_is_slower_is_not():
    choice = chosen(DIRECTML=(RIGHT, 4.0), CPU=(RIGHT, 3.0))
    assert choice.provider == CPU
    assert "fastest" in choice.reason


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ((np.ones((2, 64), np.float32), 0.1), "same vector for different pictures"),
        ((np.full((2, 64), np.nan, np.float32), 0.1), "no numbers"),
        ((np.full((2, 64), np.inf, np.float32), 0.1), "no numbers"),
        ((RIGHT[::-1].copy(), 0.1), "differ from those of the processor"),
        ((RIGHT * -1, 0.1), "differ from those of the processor"),
        (InferenceError("The driver is too old."), "driver is too old"),
        (OutOfRoomError("There is not enough memory."), "not enough memory"),
    ],
)
def test_a_card_that_is_wrong_or_fails_is_refused_with_the_reason(result, words):
    choice = chosen(CUDA=result, CPU=(RIGHT, 3.0))
    assert choice.provider == CPU
    assert words in choice.reason
    assert "CUDA" in choice.reason


def test_the_fastest_of_several_is_chosen():
    choice = chosen(CUDA=(NEAR, 0.3), COREML=(RIGHT, 0.2), DIRECTML=(NEAR, 0.4), CPU=(RIGHT, 3.0))
    assert choice.provider == COREML


def test_the_processor_alone_is_checked_too():
    assert chosen(CPU=(RIGHT, 3.0)).provider == CPU
    for wrong in (np.ones((2, 64), np.float32), np.full((2, 64), np.nan, np.float32)):
        with pytest.raises(InferenceError, match="does not work on this machine"):
            chosen(CPU=(wrong, 3.0))


def test_a_machine_smaller_than_its_card_uses_the_card():
    full = OutOfRoomError("There is not enough memory.")
    choice = chosen(CUDA=(RIGHT, 0.1), CPU=full)
    assert choice.provider == CUDA
    assert "too small to compare" in choice.reason
    with pytest.raises(OutOfRoomError):
        chosen(CUDA=(np.ones((2, 64), np.float32), 0.1), CPU=full)


@pytest.fixture
def runtime(monkeypatch):
    """A runtime with a card; tests may change what it says of itself."""
    facts = SimpleNamespace(
        distribution="onnxruntime-gpu", version="1.32.0", providers=("TensorrtX", CUDA, CPU)
    )
    monkeypatch.setattr(devices, "runtime_facts", lambda: facts)
    return facts


def test_a_choice_is_kept_until_the_runtime_changes(tmp_path, runtime):
    build, tried = tmp_path / "r1-fp16", []
    build.mkdir()
    _, try_on = probes(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.0))

    def counted(provider):
        tried.append(provider)
        return try_on(provider)

    first = device_for(build, counted, least_cosine=0.99)
    assert sorted(tried) == sorted([CPU, CUDA])
    assert device_for(build, counted, least_cosine=0.99) == first
    assert len(tried) == 2
    runtime.version = "1.33.0"
    assert device_for(build, counted, least_cosine=0.99) == first
    assert len(tried) == 4
    runtime.providers = (CPU,)
    assert device_for(build, counted, least_cosine=0.99).provider == CPU
    kept = json.loads((tmp_path / "r1-fp16" / "device.json").read_text())
    assert kept["provider"] == CPU


@pytest.mark.parametrize(
    "failure", [OutOfRoomError("There is not enough memory."), InferenceError("No driver.")]
)
def test_a_card_that_failed_is_tried_again_next_time(tmp_path, runtime, failure):
    build = tmp_path / "r1-fp16"
    build.mkdir()
    _, failing = probes(CUDA=failure, CPU=(RIGHT, 3.0))
    assert device_for(build, failing, least_cosine=0.99).provider == CPU
    _, mended = probes(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.0))
    assert device_for(build, mended, least_cosine=0.99).provider == CUDA


def test_a_card_with_wrong_vectors_is_not_tried_again(tmp_path, runtime):
    build = tmp_path / "r1-fp16"
    build.mkdir()
    _, wrong = probes(CUDA=(np.ones((2, 64), np.float32), 0.1), CPU=(RIGHT, 3.0))
    first = device_for(build, wrong, least_cosine=0.99)
    assert "same vector" in first.reason
    _, mended = probes(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.0))
    assert device_for(build, mended, least_cosine=0.99) == first


def test_a_damaged_note_is_measured_again(tmp_path, runtime):
    build = tmp_path / "r1-fp16"
    build.mkdir()
    (tmp_path / "r1-fp16" / "device.json").write_bytes(b"\xff{")
    _, try_on = probes(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.0))
    assert device_for(build, try_on, least_cosine=0.99).provider == CUDA


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path, runtime):
    _, try_on = probes(CUDA=(NEAR, 0.1), CPU=(RIGHT, 3.0))
    away = tmp_path / "gone" / "r1-fp16"
    assert device_for(away, try_on, least_cosine=0.99).provider == CUDA
