"""Preferences, a page a section."""
