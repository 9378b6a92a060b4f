"""A visual model from opening to closing: what all encoders and rerankers have in common."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from folioscope.domain.embeddings import DeviceChoice, Embedding, EncoderNeeds, QueryInput, TextRole
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import Cancellation, EncoderSpec
from folioscope.inference.engine import Build, Engine, Opener, Sample
from folioscope.inference.picture_preparing import asked_part
from folioscope.inference.visual_files import GRAPHS, TOKENIZER_FILE, least_cosine, needs_of
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import VisualTokenizer

Words = TypeVar("Words")


class VisualModel(Generic[Words]):
    """Loads graphs, and of the tokenizer what ``prepare`` makes of it. Safe from any thread."""

    def __init__(
        self,
        manifest: VisualManifest,
        folder: Path,
        *,
        precision: Precision,
        sample: Sample,
        opener: Opener,
        prepare: Callable[[VisualManifest, VisualTokenizer], Words],
    ) -> None:
        self._manifest = manifest
        self._build = Build(manifest.title, folder, GRAPHS, least_cosine(manifest, precision))
        self.engine = Engine(self._build, sample, opener=opener)
        self._prepare = prepare
        self._lock = threading.Lock()
        self._words: Words | None = None

    @property
    def device(self) -> DeviceChoice:
        """What runs it, and why."""
        return self.engine.device

    @property
    def needs(self) -> EncoderNeeds:
        """What it asks of a page's picture."""
        return needs_of(self._manifest, self.device)

    @property
    def words(self) -> Words:
        """What was made of the tokenizer; raise InferenceError while the model is not open."""
        words = self._words
        if words is None:
            raise InferenceError(f"The model {self._manifest.title} is not open.")
        return words

    def open(self) -> None:
        """Load the model unless it is loaded; raise ModelMissingError, InferenceError."""
        with self._lock:
            if self._words is None:
                self._build.require(TOKENIZER_FILE)
                tokenizer = VisualTokenizer.load(self._build.folder / TOKENIZER_FILE)
                self._words = self._prepare(self._manifest, tokenizer)
            self.engine.open()

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        self.engine.close()


class RunsModel(Generic[Words]):
    """Something that works with one model: it tells of it, opens it and closes it."""

    def __init__(self, model: VisualModel[Words], spec: EncoderSpec) -> None:
        self._model = model
        self._spec = spec

    @property
    def spec(self) -> EncoderSpec:
        """What shapes the vectors, or the scores."""
        return self._spec

    @property
    def needs(self) -> EncoderNeeds:
        """What it asks of a page's picture."""
        return self._model.needs

    @property
    def device(self) -> DeviceChoice:
        """What runs it, and why."""
        return self._model.device

    def open(self) -> None:
        """Load the model unless it is loaded; raise ModelMissingError, InferenceError."""
        self._model.open()

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        self._model.close()


class PictureEncoder(RunsModel[Words], ABC):
    """An Encoder that asks with a picture as it looks at pages, and with texts as queries."""

    def embed_query(self, query: QueryInput, *, token: Cancellation | None = None) -> Embedding:
        """Embed a text, a picture or a part of one. Raises Cancelled, InferenceError."""
        if isinstance(query, str):
            return self.embed_text(query, role=TextRole.QUERY, token=token)
        image = asked_part(query)
        if token is not None:
            token.raise_if_cancelled()
        return self._embed_pictures([image], token)[0]

    @abstractmethod
    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched."""

    @abstractmethod
    def _embed_pictures(
        self, images: Sequence[PageImage], token: Cancellation | None
    ) -> list[Embedding]:
        """Embed pictures that are all run together as far as the device bears it."""
