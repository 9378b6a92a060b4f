"""A dressed application for every test of the window."""

import pytest
from PySide6.QtWidgets import QApplication

from folioscope.gui.theme import SystemTheme


@pytest.fixture(scope="session", autouse=True)
def themed(qapp: QApplication) -> SystemTheme:
    """Fusion, palette and sheet as the program sets them."""
    return SystemTheme(qapp)
