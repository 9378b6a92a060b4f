"""A runner that ends with the test, and services made for it."""

from collections.abc import Iterator

import pytest

from folioscope.gui.job_runner import JobRunner
from tests.gui.fakes import Fakes


@pytest.fixture
def runner(qapp: object) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.shutdown()


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()
