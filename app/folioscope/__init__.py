"""Folioscope: find the page you remember, in your own documents, on your own machine."""

import os

__version__ = "0.1.0"

# ONNX Runtime tells Microsoft of its use, from the moment it is imported, unless told not to. Here
# is the one place that every process of ours passes first; workers inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
