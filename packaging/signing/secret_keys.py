"""Secret keys and signatures as minisign writes them; ``minisign`` can use the same files.

The form is told at https://jedisct1.github.io/minisign/. A key is encrypted with a password, by
scrypt and XOR, unless it was made without one.
"""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from folioscope.system.minisign import PublicKey, digest_of

_KEY, _HASHED, _CHECKSUM = b"Ed", b"ED", b"B2"
_SCRYPT, _PLAIN = b"Sc", b"\0\0"
# libsodium's limits for N = 2^17, r = 8: 128 MB, which a builder has and a guesser feels
_OPERATIONS, _MEMORY_BYTES = 1 << 22, 1 << 27
_MOST_MEMORY_BYTES = 1 << 30  # what minisign itself asks for
_BLOCK = 8


class SigningError(Exception):
    """What kept a key from being used, in a sentence."""


@dataclass(frozen=True)
class SecretKey:
    """A key to sign with; ``seed`` are the 32 bytes of Ed25519."""

    key_id: bytes
    seed: bytes

    @property
    def public(self) -> PublicKey:
        """What others check with."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PublicKey(self.key_id, key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes, comment: str) -> str:
        """Return the text of a signature file; ``comment`` is signed too."""
        if not comment.isprintable():
            raise SigningError("The comment of a signature is one line.")
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        signature = key.sign(digest_of(data))
        over_comment = key.sign(signature + comment.encode())
        return (
            f"untrusted comment: signature of Folioscope, key {self.public.name}\n"
            f"{_line(_HASHED + self.key_id + signature)}\n"
            f"trusted comment: {comment}\n"
            f"{_line(over_comment)}\n"
        )


def make_key() -> SecretKey:
    """Return a new key."""
    key = Ed25519PrivateKey.generate()
    seed = key.private_bytes_raw()
    return SecretKey(secrets.token_bytes(8), seed)


def write_key(key: SecretKey, folder: Path, *, password: str) -> tuple[Path, Path]:
    """Write ``folioscope.key`` and ``folioscope.pub``; an empty password leaves it open."""
    secret, public = folder / "folioscope.key", folder / "folioscope.pub"
    taken = next((path for path in (secret, public) if path.exists()), None)
    if taken:
        raise SigningError(f"{taken} is there already; a key is never overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    about = f"minisign public key {key.public.name}"
    public.write_text(f"untrusted comment: {about}\n{key.public.text}\n", "ascii")
    text = f"untrusted comment: Folioscope signs releases with it\n{_packed(key, password)}\n"
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return secret, public


def needs_password(path: Path) -> bool:
    """Whether a secret key is encrypted."""
    return _raw(path)[2:4] == _SCRYPT


def read_key(path: Path, *, password: str) -> SecretKey:
    """Read a secret key; raise SigningError where it is none or the password is wrong."""
    raw = _raw(path)
    salt, operations, memory = raw[6:38], _number(raw[38:46]), _number(raw[46:54])
    hidden = raw[54:]
    if raw[2:4] == _SCRYPT:
        hidden = _mixed(hidden, password, salt, operations=operations, memory_bytes=memory)
    key_id, seed, public, checksum = hidden[:8], hidden[8:40], hidden[40:72], hidden[72:]
    key = SecretKey(key_id, seed)
    is_sound = key.public.ed25519 == public
    # minisign itself leaves the checksum of an open key empty
    if not is_sound or (any(checksum) and checksum != _checksum(hidden[:72])):
        raise SigningError(f"The password for {path} is wrong, or the key is damaged.")
    return key


def _raw(path: Path) -> bytes:
    try:
        raw = base64.b64decode(path.read_text("ascii").splitlines()[1], validate=True)
    except (OSError, ValueError, IndexError) as error:
        raise SigningError(f"{path} could not be read as a secret key of minisign.") from error
    if len(raw) != 158 or raw[:2] != _KEY or raw[2:4] not in (_SCRYPT, _PLAIN):
        raise SigningError(f"{path} is no secret key of minisign.")
    return raw


def _packed(key: SecretKey, password: str) -> str:
    open_part = key.key_id + key.seed + key.public.ed25519
    hidden = open_part + _checksum(open_part)
    salt = secrets.token_bytes(32)
    kind = _SCRYPT if password else _PLAIN
    if password:
        hidden = _mixed(hidden, password, salt, operations=_OPERATIONS, memory_bytes=_MEMORY_BYTES)
    limits = _OPERATIONS.to_bytes(8, "little") + _MEMORY_BYTES.to_bytes(8, "little")
    return _line(_KEY + kind + _CHECKSUM + salt + limits + hidden)


def _checksum(open_part: bytes) -> bytes:
    return hashlib.blake2b(_KEY + open_part, digest_size=32).digest()


def _mixed(data: bytes, password: str, salt: bytes, *, operations: int, memory_bytes: int) -> bytes:
    """Encrypt or decrypt: XOR with what scrypt makes of the password."""
    exponent, parallel = _scrypt_costs(operations, memory_bytes)
    stream = hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=1 << exponent,
        r=_BLOCK,
        p=parallel,
        maxmem=(128 * _BLOCK << exponent) + (64 << 20),
        dklen=len(data),
    )
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))


def _scrypt_costs(operations: int, memory_bytes: int) -> tuple[int, int]:
    """Return the exponent of N, and p, as libsodium picks them from its two limits.

    crypto_pwhash_scryptsalsa208sha256: pickparams in pwhash_scryptsalsa208sha256.c.
    """
    if memory_bytes > _MOST_MEMORY_BYTES:
        raise SigningError("The key asks for more memory than minisign ever does.")
    operations = max(operations, 32768)
    if operations < memory_bytes // 32:
        return _exponent(operations // (_BLOCK * 4)), 1
    exponent = _exponent(memory_bytes // (_BLOCK * 128))
    return exponent, max(1, min(operations // 4 >> exponent, 0x3FFFFFFF) // _BLOCK)


def _exponent(most: int) -> int:
    return next(n for n in range(1, 63) if 1 << n > most // 2)


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _line(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
