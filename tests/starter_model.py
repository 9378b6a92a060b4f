"""The real starter model, made once for all tests of a run."""

import os
from functools import cache
from pathlib import Path

import pytest

from folioscope.inference.starter import StarterTextEncoder, load_starter_encoder


@cache
def _opened(models_dir: Path) -> StarterTextEncoder:
    encoder = load_starter_encoder(models_dir)
    encoder.open()
    return encoder


@pytest.fixture(scope="session")
def starter_models_dir(tmp_path_factory) -> Path:
    """A folder of models (FOLIOSCOPE_TEST_CACHE keeps it between runs)."""
    named = os.environ.get("FOLIOSCOPE_TEST_CACHE")
    return Path(named) / "models" if named else tmp_path_factory.getbasetemp() / "models"


@pytest.fixture(scope="session")
def starter(starter_models_dir) -> StarterTextEncoder:
    """The starter encoder, open. Tests leave it open."""
    return _opened(starter_models_dir)
