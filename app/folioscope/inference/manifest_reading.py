"""Reads a model's description, whatever kind of model it is of."""

from pathlib import Path
from typing import TypeVar

import msgspec

from folioscope.domain.errors import InferenceError

Manifest = TypeVar("Manifest")


def decode_manifest(
    path: Path, kind: type[Manifest], *, if_unreadable: str, if_invalid: str
) -> Manifest:
    """Read and check a TOML file; raise InferenceError with the hint for either fault."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InferenceError(
            f"The model description {path} cannot be read.", hint=if_unreadable
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise InferenceError(
            f"The model description {path} is not valid: {error}.", hint=if_invalid
        ) from error
