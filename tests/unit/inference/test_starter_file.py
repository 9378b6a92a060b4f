"""The data file is read whole or refused with a sentence."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folioscope.domain.errors import InferenceError
from folioscope.inference.starter_file import parse_starter_file
from tests import made_models
from tests.made_models import tiny_model

TINY = tiny_model()


def read_everything(data: np.ndarray) -> None:
    file = parse_starter_file(data)
    shape = file.shape
    file.blocks("emb.word", shape.words, shape.hidden).dense()
    for layer in range(shape.layers):
        file.blocks(f"l{layer}.fo.w", shape.hidden, shape.inner).dense()
        file.floats(f"l{layer}.fo.b", shape.hidden)


def test_dimensions_and_vocabulary_are_read():
    file = parse_starter_file(TINY.array)
    assert (file.shape.hidden, file.shape.layers) == (made_models.HIDDEN, made_models.LAYERS)
    assert [piece for piece, _ in file.vocabulary.pieces] == made_models.PIECES
    assert (file.vocabulary.start, file.vocabulary.end) == (0, 2)


@pytest.mark.parametrize("name", ["emb.word", "l0.q.w", "l1.fo.w"])
def test_weights_are_what_was_written(name):
    expected = TINY.weights[name]
    blocks = parse_starter_file(TINY.array).blocks(name, *expected.shape)
    np.testing.assert_array_equal(blocks.dense(), expected)


def test_floats_are_what_was_written():
    expected = TINY.weights["emb.pos"]
    read = parse_starter_file(TINY.array).floats("emb.pos", *expected.shape)
    np.testing.assert_array_equal(read, expected)


def test_another_beginning_is_refused():
    with pytest.raises(InferenceError, match="begins in another way"):
        parse_starter_file(np.frombuffer(b"GGUF" + TINY.data[4:], np.uint8))


def test_an_unknown_tensor_is_refused():
    with pytest.raises(InferenceError, match=r"l9\.q\.w is missing"):
        parse_starter_file(TINY.array).blocks("l9.q.w", 64, 64)


def test_a_tensor_of_another_shape_is_refused():
    with pytest.raises(InferenceError, match="another shape"):
        parse_starter_file(TINY.array).floats("emb.pos", 7, made_models.HIDDEN)


@given(length=st.integers(0, len(TINY.data) - 1))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_short_is_refused(length):
    with pytest.raises(InferenceError, match="damaged"):
        read_everything(TINY.array[:length])


@given(places=st.lists(st.tuples(st.integers(4, 600), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_changed_bytes_are_read_or_refused_and_never_crash(places):
    data = TINY.array.copy()
    for at, value in places:
        data[at] = value
    with contextlib.suppress(InferenceError):
        read_everything(data)
