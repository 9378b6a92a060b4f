"""Nouns, protocols and errors of Folioscope. No I/O, nothing but the standard library and NumPy."""
