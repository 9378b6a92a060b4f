"""Tests that need root, debootstrap and an archive of Debian; not among the everyday ones.

``sudo .venv/bin/python -m pytest tests/installed`` runs them.
"""
