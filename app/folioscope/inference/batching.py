"""Texts of like length go through a model together."""

from collections.abc import Iterator, Sequence

_SHORTEST_PAGE = 8  # characters


def batches_by_length(lengths: Sequence[int], *, most_tokens: int) -> Iterator[list[int]]:
    """Yield indices into ``lengths``, shortest first, so that little is padding.

    A batch holds at most ``most_tokens`` tokens with its padding, or one longer text alone.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > most_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def has_meaning(text: str) -> bool:
    """Whether a page's text is long enough to be looked up by its meaning."""
    return len(text.strip()) >= _SHORTEST_PAGE
