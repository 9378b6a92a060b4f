"""Folioscope: find the page you remember, in your own documents, on your own machine."""

__version__ = "0.1.0"
