"""Batches hold every text once and no more tokens than asked."""

from hypothesis import given
from hypothesis import strategies as st

from folioscope.inference.batching import batches_by_length


@given(lengths=st.lists(st.integers(1, 512), max_size=200), most=st.integers(1, 3000))
def test_every_text_is_in_one_batch_that_fits(lengths, most):
    batches = list(batches_by_length(lengths, most_tokens=most))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= most or len(batch) == 1
