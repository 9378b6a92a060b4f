"""Sentences that need to be seen, with what can be done."""
