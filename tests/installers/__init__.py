"""Installers that are really run, by tools that few have: ``pytest tests/installers``."""
