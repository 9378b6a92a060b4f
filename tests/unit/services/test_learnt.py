"""What is learnt from example queries is learnt once."""

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.protocols import Cancellation, EncoderSpec
from folioscope.services.learnt import learn


class FakeMemory:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.kept[key] = value


class FakeEncoder:
    """Vectors made from the text's letters; counts how often it is asked."""

    def __init__(self, fingerprint: str) -> None:
        self.spec = EncoderSpec("fake", "1", "fp32", 8, 512, fingerprint)
        self.asked = 0

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        self.asked += 1
        vector = np.bincount([ord(c) % 8 for c in text], minlength=8).astype(np.float32)
        return vector / np.linalg.norm(vector)


def test_second_start_asks_the_encoder_nothing_and_knows_the_same() -> None:
    memory, first, second = FakeMemory(), FakeEncoder("a"), FakeEncoder("a")
    learnt = learn(first, memory)  # type: ignore[arg-type]
    again = learn(second, memory)  # type: ignore[arg-type]
    assert first.asked > 0
    assert second.asked == 0
    np.testing.assert_array_equal(again.mean, learnt.mean)
    np.testing.assert_array_equal(again.looks.groups, learnt.looks.groups)
    assert again.looks.columns == learnt.looks.columns


def test_another_encoder_learns_anew() -> None:
    memory, other = FakeMemory(), FakeEncoder("b")
    learn(FakeEncoder("a"), memory)  # type: ignore[arg-type]
    learn(other, memory)  # type: ignore[arg-type]
    assert other.asked > 0


def test_a_file_cut_short_is_learnt_again() -> None:
    memory = FakeMemory()
    learn(FakeEncoder("a"), memory)  # type: ignore[arg-type]
    memory.kept = {key: value[: len(value) // 2] for key, value in memory.kept.items()}
    anew = FakeEncoder("a")
    learn(anew, memory)  # type: ignore[arg-type]
    assert anew.asked > 0
