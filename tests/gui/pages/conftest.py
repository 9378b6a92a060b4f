"""The same runner and services as for the results."""

from tests.gui.results.conftest import fakes, runner

__all__ = ["fakes", "runner"]
