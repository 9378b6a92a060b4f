"""Vectors in, hits out. The only room with LanceDB."""
