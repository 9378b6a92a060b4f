"""Signatures in minisign's form, so that anybody can check them: ``minisign -V``.

The form is told at https://jedisct1.github.io/minisign/. Only the one it calls hashed is read:
Ed25519 over the BLAKE2b of the data, and over signature and trusted comment.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from folioscope.domain.errors import UntrustedUpdateError, UpdateError

_KEY, _HASHED = b"Ed", b"ED"  # what begins a key, and a signature over a hash
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
_MOST_COMMENT = 1024
NO_SIGNATURE = (
    "The signature of the notice of newer versions cannot be read, so the notice is refused."
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with."""

    key_id: bytes
    ed25519: bytes

    @property
    def name(self) -> str:
        """Its id as minisign writes it."""
        return f"{int.from_bytes(self.key_id, 'little'):016X}"

    @property
    def text(self) -> str:
        """The key on one line, as ``minisign -P`` takes it."""
        return base64.b64encode(_KEY + self.key_id + self.ed25519).decode("ascii")


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature. ``trusted_comment`` is signed too, by ``comment_signature``."""

    key_id: bytes
    signature: bytes
    trusted_comment: str
    comment_signature: bytes


def digest_of(data: bytes) -> bytes:
    """Return what is signed in place of the data."""
    return hashlib.blake2b(data).digest()


def parse_key(text: str) -> PublicKey:
    """Read a public key: its line, or a file with a comment above it; raise UpdateError."""
    lines = text.strip().splitlines()
    raw = _decoded(lines[-1]) if 1 <= len(lines) <= 2 else b""
    if len(raw) != 42 or raw[:2] != _KEY:
        raise UpdateError("That is no public key in minisign's form.")
    return PublicKey(raw[2:10], raw[10:])


def parse_signature(text: str) -> Signature:
    """Read a signature file; raise UntrustedUpdateError for what is none."""
    lines = text.splitlines()
    if len(lines) == 4 and lines[0].startswith(_UNTRUSTED) and lines[2].startswith(_TRUSTED):
        raw, comment_signature = _decoded(lines[1]), _decoded(lines[3])
        comment = lines[2].removeprefix(_TRUSTED)
        is_whole = (len(raw), len(comment_signature)) == (74, 64)
        if is_whole and raw[:2] == _HASHED and len(comment) <= _MOST_COMMENT:
            return Signature(raw[2:10], raw[10:], comment, comment_signature)
    raise UntrustedUpdateError(NO_SIGNATURE)


def verify(data: bytes, signature: Signature, keys: Sequence[PublicKey]) -> PublicKey:
    """Return the key that signed the data; raise UntrustedUpdateError where none of them did."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = next((key for key in keys if key.key_id == signature.key_id), None)
    if key is None:
        raise UntrustedUpdateError(
            "The notice of newer versions is signed with a key that this version does not know, so"
            " it is refused."
        )
    comment = signature.signature + signature.trusted_comment.encode()
    try:
        public = Ed25519PublicKey.from_public_bytes(key.ed25519)
        public.verify(signature.signature, digest_of(data))
        public.verify(signature.comment_signature, comment)
    except (InvalidSignature, ValueError) as error:
        raise UntrustedUpdateError(
            "The notice of newer versions is not what its publisher signed, so it is refused."
        ) from error
    return key


def _decoded(line: str) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
