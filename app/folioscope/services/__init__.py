"""The use-cases, written against the protocols of the domain only."""
