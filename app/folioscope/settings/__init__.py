"""Validated preferences and where they are kept."""
