"""Manifest, verified files, session, vectors. The only room with ONNX Runtime."""
