"""How near is near enough."""

import numpy as np

# largest distance and least cosine to transformers in float32, by precision
LIMITS = {"fp32": (1e-4, 0.99999), "fp16": (2e-2, 0.999)}


def assert_near(made: np.ndarray, wanted: np.ndarray, precision: str = "fp32") -> None:
    """Compare vectors of length 1, (dim,) or (n, dim)."""
    most, least = LIMITS[precision]
    assert made.shape == wanted.shape
    assert made.dtype == np.float32
    assert np.abs(made - wanted).max() <= most
    cosines = (made * wanted).sum(axis=-1)
    cosines /= np.linalg.norm(made, axis=-1) * np.linalg.norm(wanted, axis=-1)
    assert cosines.min() >= least
