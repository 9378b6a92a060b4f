"""Paths, devices, logs and other facts of the machine."""
