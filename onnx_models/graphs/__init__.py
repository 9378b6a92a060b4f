"""Qwen2.5-VL and Qwen2-VL written for ONNX: what depends on the data is an input."""
