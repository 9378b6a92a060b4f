"""Manifests: what a model is, where its data comes from and what shapes its vectors."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from folioscope.domain.protocols import EncoderSpec
from folioscope.inference.manifest_reading import decode_manifest

_AGAIN = "Install Folioscope again."
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")  # ids and revisions name folders


class WheelSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A data file that an installed Python distribution carries."""

    distribution: str
    path: str
    size_bytes: int
    sha256: str


class DownloadSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of a model repository, for machines where the wheel does not exist."""

    repository: str
    files: tuple[str, ...]


class ModelManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text encoder as its ``manifest.toml`` describes it. ``precision`` is the arithmetic.

    ``spared`` names matrix products that are computed more finely than the others. ``layout``
    counts the ways in which the same numbers were laid out in files: another one is made anew,
    and libraries stay as they are.
    """

    id: str
    title: str
    licence: str
    source: str
    revision: str
    precision: Literal["float32", "w4a8", "w8a8"]
    dims: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str
    pooling: Literal["mean"]
    chunking: Literal["separate"]
    wheel: WheelSource
    download: DownloadSource
    spared: tuple[str, ...] = ()
    layout: int = 1

    def __post_init__(self) -> None:
        """Refuse values that no model can have."""
        for name in (self.id, self.revision, *self.spared):
            if not _FOLDER_NAME.fullmatch(name):
                raise ValueError(f"`{name}` cannot name a folder")
        if min(self.dims, self.wheel.size_bytes, self.layout) < 1 or self.max_tokens < 3:
            raise ValueError("`dims`, `max_tokens`, `size_bytes` and `layout` must be positive")
        if not _SHA256.fullmatch(self.wheel.sha256):
            raise ValueError("`wheel.sha256` must be 64 hexadecimal digits")

    @property
    def arithmetic(self) -> str:
        """The precision with its exceptions."""
        return "-".join([self.precision, *self.spared])

    @property
    def build(self) -> str:
        """Name of the folder for files made from this revision at this precision."""
        layout = f"-layout{self.layout}" if self.layout > 1 else ""
        return f"{self.revision}-{self.arithmetic}{layout}"

    @property
    def spec(self) -> EncoderSpec:
        """What shapes the vectors, told to the library."""
        fingerprint = (
            f"{self.id} {self.revision} {self.arithmetic} {self.dims}d"
            f" query={self.query_prompt!r} passage={self.passage_prompt!r}"
            f" tokens={self.max_tokens} pooling={self.pooling} chunking={self.chunking}"
        )
        return EncoderSpec(
            name=self.id,
            revision=self.revision,
            precision=self.arithmetic,
            dim=self.dims,
            max_tokens=self.max_tokens,
            fingerprint=fingerprint,
        )


def load_manifest(path: Path) -> ModelManifest:
    """Read and check a manifest; raise InferenceError that names the file and the fault."""
    return decode_manifest(
        path,
        ModelManifest,
        if_unreadable=_AGAIN,
        if_invalid=_AGAIN,
    )
