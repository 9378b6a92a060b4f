"""Proof of what users install: an artifact in a Debian that has nothing else."""
