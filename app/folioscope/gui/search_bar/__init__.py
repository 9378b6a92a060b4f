"""The head: field, filters and counts."""
