"""Manifests of visual models: what one is, what it is made from, and how it is asked.

One ``manifest.toml`` lies in the model's own folder with its templates (see
``onnx_models/README.md``), shipped with Folioscope or among the user's models.
"""

import re
from pathlib import Path

import msgspec

from folioscope.domain.models import ModelKind, Precision
from folioscope.inference.manifest_reading import decode_manifest

SCHEMA = 1
MANIFEST_FILE = "manifest.toml"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # names and revisions name folders
_PARTS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


class CheckpointFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file that the model is made from, ``name`` relative to the repository.

    ``size_bytes`` 0 and ``sha256`` "" where not known: what arrives is noted then.
    ``precisions``: those that need it; empty for all. ``is_optional``: not in every revision.
    """

    name: str
    size_bytes: int = 0
    sha256: str = ""
    precisions: tuple[Precision, ...] = ()
    is_optional: bool = False


class TemplateFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A graph without weights, beside the manifest."""

    file: str
    sha256: str = ""


class Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Graphs by flavour (``fp32``, ``fp16``) of the two towers."""

    vision: dict[str, TemplateFile]
    text: dict[str, TemplateFile]


class ImageRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How pictures are prepared. ``size_px``: models that see squares of one size, letterboxed.

    ``tile_px``: models that see a picture of ``longest_px`` cut into squares, each of which
    becomes ``tile_tokens`` tokens.
    """

    min_pixels: int = 3_136
    max_pixels: int = 602_112
    mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)
    size_px: int = 0
    tile_px: int = 0
    longest_px: int = 0
    tile_tokens: int = 0


class Prompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is put around texts and pictures.

    ``query`` and ``passage`` hold ``{text}``; ``image`` is all that goes with a page's picture,
    which for models that see tiles stands at ``{picture}``.
    Rerankers have ``pair`` with ``{document}`` and ``{query}``, and ``picture``, which stands
    there for a picture.
    """

    query: str = "{text}"
    passage: str = "{text}"
    image: str = ""
    pair: str = ""
    picture: str = ""


class SpecialTokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tokens with a meaning of their own, as written in the tokenizer; "" where there is none.

    ``score_id``: the token that rerankers end with; -1 where there is none.
    """

    image: str = ""
    vision_start: str = ""
    vision_end: str = ""
    padding: str = ""
    score_id: int = -1


class Tolerances(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How near a right run is to the float32 reference: least cosine by precision."""

    fp32: float = 0.9999
    fp16: float = 0.999
    int8: float = 0.98
    int4: float = 0.95
    w8a8: float = 0.97


class VisualManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A visual model as its ``manifest.toml`` describes it.

    ``tasks``: its adapters in the order of the graph's ``task`` input. ``dims``: lengths its
    single vectors can be cut to, largest first; empty where it has rows alone. ``rows_dim``:
    length of its late-interaction vectors, 0 for none. ``hidden``: width of the tokens between
    the towers. ``onnx``: official graphs by precision, for models without templates.
    ``parameters``: how many numbers those hold, for sizes that ``files`` do not tell.
    """

    schema: int
    name: str
    title: str
    kind: ModelKind
    architecture: str
    about: str = ""
    licence: str = ""
    licence_url: str = ""
    commercial: bool = False
    repository: str = ""
    revision: str = "local"
    dims: tuple[int, ...] = ()
    rows_dim: int = 0
    hidden: int = 0
    max_tokens: int = 32_768
    tasks: tuple[str, ...] = ()
    pooling: str = "mean"
    logit_bias: float = 0.0
    precisions: tuple[Precision, ...] = tuple(Precision)
    files: tuple[CheckpointFile, ...] = ()
    image: ImageRules = ImageRules()
    prompts: Prompts = Prompts()
    tokens: SpecialTokens = SpecialTokens()
    templates: Templates | None = None
    onnx: dict[Precision, str] = {}
    parameters: int = 0
    tolerances: Tolerances = Tolerances()

    def __post_init__(self) -> None:
        """Refuse what no model can be."""
        if self.schema != SCHEMA:
            raise ValueError(f"`schema` is {self.schema}, and this version knows {SCHEMA}")
        for name in (self.name, self.revision):
            if not _NAME.fullmatch(name):
                raise ValueError(f"`{name}` cannot name a folder")
        if self.templates is None and not self.onnx:
            raise ValueError("it has neither `templates` nor `onnx`")
        if self.kind is ModelKind.ENCODER and not (self.dims or self.rows_dim):
            raise ValueError("`dims` is missing")
        for path, sha256 in self._places():
            if not _PARTS.fullmatch(path) or ".." in path:
                raise ValueError(f"`{path}` is not a path inside the repository")
            if sha256 and not _SHA256.fullmatch(sha256):
                raise ValueError(f"the sha256 of `{path}` must be 64 hexadecimal digits")

    def _places(self) -> list[tuple[str, str]]:
        places = [(file.name, file.sha256) for file in self.files]
        places += [(name, "") for name in self.onnx.values()]
        if self.templates is not None:
            towers = (self.templates.vision, self.templates.text)
            places += [(t.file, t.sha256) for tower in towers for t in tower.values()]
        return places

    def build_name(self, precision: Precision) -> str:
        """Name of the folder for files made from this revision in a precision."""
        return f"{self.revision[:12]}-{precision.value}"

    def files_for(self, precision: Precision) -> list[CheckpointFile]:
        """Files that a build in this precision is made from."""
        return [f for f in self.files if not f.precisions or precision in f.precisions]


def read_visual_manifest(path: Path) -> VisualManifest:
    """Read and check a manifest; raise InferenceError that names the file and the fault."""
    return decode_manifest(
        path,
        VisualManifest,
        if_unreadable="Check the file and its folder.",
        if_invalid="Mend it, or make it again from the checkpoint.",
    )
