"""Our graphs and host code beside transformers'; `make parity` runs it."""
