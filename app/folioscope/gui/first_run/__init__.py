"""What to do with an empty library."""
