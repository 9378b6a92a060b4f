"""A card without memory gets smaller batches, then the processor goes on and says so."""

from types import SimpleNamespace

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference import devices
from folioscope.inference.engine import Build, Engine, Graphs
from folioscope.inference.sessions import CPU, CUDA, OutOfRoomError

VECTORS = np.eye(2, 8, dtype=np.float32)


class Machine:
    """A machine with a card: ``most`` items fit into it at once, and it is the faster one."""

    def __init__(self, most: int) -> None:
        self.most = {CUDA: most, CPU: 100}
        self.opened: list[str] = []
        self.batches: list[tuple[str, int]] = []
        self.broken: set[str] = set()

    def open(self, build: Build, provider: str) -> Graphs:
        self.opened.append(provider)
        if provider in self.broken:
            raise InferenceError("The driver has gone away.")
        return Graphs(provider, {})

    def sample(self, graphs: Graphs) -> np.ndarray:
        if graphs.provider == CPU:
            sum(range(200_000))  # takes longer than nothing
        return VECTORS

    def run(self, graphs: Graphs, items):
        self.batches.append((graphs.provider, len(items)))
        if len(items) > self.most[graphs.provider]:
            raise OutOfRoomError("The model could not be run.")
        return [item * 10 for item in items]


@pytest.fixture
def with_card(monkeypatch):
    facts = SimpleNamespace(distribution="onnxruntime-gpu", version="1", providers=(CUDA, CPU))
    monkeypatch.setattr(devices, "runtime_facts", lambda: facts)


def opened(machine: Machine, tmp_path) -> Engine:
    build = Build("Tiny", tmp_path / "build", {}, 0.99)
    build.folder.mkdir(exist_ok=True)
    engine = Engine(build, machine.sample, opener=machine.open)
    engine.open()
    return engine


def test_the_faster_device_is_opened_once(with_card, tmp_path):
    machine = Machine(most=8)
    engine = opened(machine, tmp_path)
    assert engine.device.provider == CUDA
    assert machine.opened == [CPU, CUDA]
    engine.open()
    assert machine.opened == [CPU, CUDA]
    again = Machine(most=8)
    assert opened(again, tmp_path).device == engine.device
    assert again.opened == [CUDA]  # remembered


def test_what_fits_runs_together(with_card, tmp_path):
    machine = Machine(most=8)
    assert opened(machine, tmp_path).each([1, 2, 3], machine.run) == [10, 20, 30]
    assert machine.batches == [(CUDA, 3)]


def test_what_does_not_fit_is_halved_in_order(with_card, tmp_path):
    machine = Machine(most=2)
    engine = opened(machine, tmp_path)
    assert engine.each([1, 2, 3, 4, 5], machine.run) == [10, 20, 30, 40, 50]
    assert engine.device.provider == CUDA
    assert max(size for _, size in machine.batches[2:]) <= 3


def test_one_item_that_does_not_fit_moves_the_model_to_the_processor(with_card, tmp_path):
    machine = Machine(most=0)
    engine = opened(machine, tmp_path)
    assert engine.each([1, 2], machine.run) == [10, 20]
    assert engine.device.provider == CPU
    assert "ran out of memory" in engine.device.reason
    machine.batches.clear()
    assert engine.each([3], machine.run) == [30]
    assert machine.batches == [(CPU, 1)]
    assert machine.opened.count(CPU) == 2  # once tried, once moved to


def test_the_next_start_gives_the_card_another_chance(with_card, tmp_path):
    machine = Machine(most=0)
    opened(machine, tmp_path).each([1], machine.run)
    assert opened(Machine(most=8), tmp_path).device.provider == CUDA


def test_what_is_too_much_for_the_processor_is_told(with_card, tmp_path):
    machine = Machine(most=0)
    machine.most[CPU] = 0
    with pytest.raises(OutOfRoomError):
        opened(machine, tmp_path).each([1], machine.run)


def test_a_card_that_has_gone_is_replaced_and_the_reason_told(with_card, tmp_path):
    opened(Machine(most=8), tmp_path)
    machine = Machine(most=8)
    machine.broken.add(CUDA)
    engine = opened(machine, tmp_path)
    assert engine.device.provider == CPU
    assert "driver has gone away" in engine.device.reason


def test_an_engine_that_is_not_open_says_so(tmp_path):
    machine = Machine(most=1)
    engine = Engine(Build("Tiny", tmp_path, {}, 0.99), machine.sample, opener=machine.open)
    with pytest.raises(InferenceError, match="Tiny is not open"):
        engine.each([1], machine.run)
