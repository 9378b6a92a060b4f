"""The starter encoder: multilingual-e5-small on the processor, nothing to download."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32, PageVectors
from folioscope.domain.protocols import Cancellation, EncoderSpec, PageUnits
from folioscope.inference.batching import batches_by_length, has_meaning
from folioscope.inference.manifest import ModelManifest, load_manifest
from folioscope.inference.sessions import Session, import_runtime, open_session
from folioscope.inference.starter_making import MODEL_FILE, TOKENIZER_FILE, ensure_starter
from folioscope.inference.starter_tokenizer import clean, encode
from folioscope.system.paths import shipped_dir

MANIFEST = Path("starter") / "manifest.toml"
# A query may wait for the batch that is running beside it, so batches stay small; larger ones
# are no faster on a processor.
_MOST_TOKENS_A_BATCH = 1_536
_TEXTS_A_STEP = 64  # texts tokenised between two looks at the token
_PADDING = 1


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: Session
    tokenizer: Tokenizer


class StarterTextEncoder:
    """A TextEncoder. ``open()`` makes the model at its first use and loads it."""

    def __init__(self, manifest: ModelManifest, models_dir: Path) -> None:
        self._manifest = manifest
        self._models_dir = models_dir
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def spec(self) -> EncoderSpec:
        """What shapes the vectors."""
        return self._manifest.spec

    def open(self) -> None:
        """Make and load the model unless it is loaded; raise InferenceError."""
        with self._lock:
            if self._loaded is None:
                import_runtime()  # tell what is missing before seconds of making
                self._loaded = self._load()

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        with self._lock:
            self._loaded = None

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        """Embed a query: float32 (dim,), of length 1. Raises Cancelled, InferenceError."""
        if token is not None:
            token.raise_if_cancelled()
        vectors = self._embed([self._manifest.query_prompt + text], token, waits=False)
        vector: Float32 = vectors[0]
        return vector

    def embed_pages(
        self, pages: Sequence[PageUnits], *, token: Cancellation | None = None
    ) -> list[PageVectors]:
        """Embed pages together: each different text once, batched by length over all of them.

        Raises Cancelled, InferenceError.
        """
        if token is not None:
            token.checkpoint()
        rows: dict[str, int] = {}
        for page in pages:
            for text in (
                *([page.page] if has_meaning(page.page) else []),
                *page.regions,
                page.title,
            ):
                rows.setdefault(text, len(rows))
        prompt = self._manifest.passage_prompt
        vectors = self._embed([prompt + text for text in rows], token, waits=True)
        return [
            PageVectors(
                page=vectors[rows[page.page]].copy() if has_meaning(page.page) else None,
                title=vectors[rows[page.title]].copy(),
                regions=vectors[[rows[text] for text in page.regions]],
            )
            for page in pages
        ]

    def _embed(self, texts: list[str], token: Cancellation | None, *, waits: bool) -> Float32:
        """Embed prompted texts: float32 (n, dim). With ``waits``, a pause holds the work."""
        loaded = self._loaded
        if loaded is None:
            raise InferenceError(f"The model {self._manifest.title} is not open.")
        encodings = self._tokenise(loaded.tokenizer, texts, token)
        vectors = np.empty((len(texts), self._manifest.dims), np.float32)
        lengths = [len(encoding.ids) for encoding in encodings]
        for batch in batches_by_length(lengths, most_tokens=_MOST_TOKENS_A_BATCH):
            if token is not None and waits:
                token.checkpoint()
            inputs = _padded([encodings[i] for i in batch])
            vectors[batch] = loaded.session.run("embedding", inputs, token=token)
        return vectors

    def _tokenise(
        self, tokenizer: Tokenizer, texts: list[str], token: Cancellation | None
    ) -> list[Encoding]:
        encodings: list[Encoding] = []
        for start in range(0, len(texts), _TEXTS_A_STEP):
            if token is not None:
                token.raise_if_cancelled()
            step = texts[start : start + _TEXTS_A_STEP]
            cleaned = [clean(text, max_tokens=self._manifest.max_tokens) for text in step]
            encodings += encode(tokenizer, cleaned)
        return encodings

    def _load(self) -> _Loaded:
        folder = ensure_starter(self._manifest, self._models_dir)
        try:
            return self._read(folder)
        except InferenceError:  # the right sizes, and yet not what was written
            ensure_starter(self._manifest, self._models_dir, anew=True)
            return self._read(folder)

    def _read(self, folder: Path) -> _Loaded:
        session = open_session(folder / MODEL_FILE)
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:
            raise InferenceError(
                f"The tokenizer {folder / TOKENIZER_FILE} cannot be loaded.",
                hint="Run `folioscope doctor`.",
            ) from error
        return _Loaded(session, tokenizer)


def load_starter_encoder(models_dir: Path) -> StarterTextEncoder:
    """Return the starter encoder as its manifest describes it, not opened yet."""
    return StarterTextEncoder(load_manifest(shipped_dir("onnx_models") / MANIFEST), models_dir)


def _padded(encodings: list[Encoding]) -> dict[str, npt.NDArray[np.int64]]:
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = np.full((len(encodings), longest), _PADDING, np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask}
