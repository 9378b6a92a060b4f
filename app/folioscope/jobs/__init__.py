"""Cancellation, progress and outcomes of long work. Knows no Qt."""
