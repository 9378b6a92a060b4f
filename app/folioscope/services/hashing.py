"""A content's identity: the sha256 of its bytes."""

import hashlib

from folioscope.domain.protocols import Cancellation

_CHUNK_BYTES = 1 << 20


def content_hash(path: str, token: Cancellation | None = None) -> str:
    """Return the hex sha256 of a file; raise OSError."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            if token is not None:
                token.checkpoint()
    return digest.hexdigest()
