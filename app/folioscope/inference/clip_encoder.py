"""Encoders with two towers that meet in one space only at the end: jina-clip-v2.

Its own processor cuts a square out of the middle of a picture, which would lose the top and
bottom of every page. Here a page is fitted into the square whole, on white. Tiles were the other
way: several vectors a page, which neither its training nor a store of single vectors knows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import Embedding, EmbeddingTask, TextRole
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Graphs, Opener, open_graphs
from folioscope.inference.picture_preparing import PictureRules, letterboxed
from folioscope.inference.sample_pictures import sample_pictures
from folioscope.inference.sessions import Session
from folioscope.inference.visual_files import TEXT, VISION
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_model import PictureEncoder, VisualModel
from folioscope.inference.visual_spec import chosen_dim, cut_to, task_number, visual_spec
from folioscope.inference.visual_tokenising import VisualTokenizer


class ClipEncoder(PictureEncoder[VisualTokenizer]):
    """An Encoder with single vectors only."""

    def __init__(
        self,
        manifest: VisualManifest,
        folder: Path,
        *,
        precision: Precision,
        task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
        dim: int | None = None,
        opener: Opener = open_graphs,
    ) -> None:
        self._manifest = manifest
        self._dim = chosen_dim(manifest, dim)
        task_number(manifest, task)  # refuses what it has no adapter for
        side, image = manifest.image.size_px, manifest.image
        self._rules = PictureRules(image.mean, image.std)
        spec = visual_spec(
            manifest,
            folder,
            precision=precision,
            task=task,
            dim=self._dim,
            pictures=f"letterbox-{side}-white",
        )
        model = VisualModel(
            manifest,
            folder,
            precision=precision,
            sample=self._sample,
            opener=opener,
            prepare=_tokenizer_alone,
        )
        super().__init__(model, spec)

    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched."""
        if token is not None:
            token.raise_if_cancelled()
        prompts = self._manifest.prompts
        tokens = self._model.words.tokens(
            prompts.query if role is TextRole.QUERY else prompts.passage,
            {"text": text},
            max_tokens=self._manifest.max_tokens,
        )
        inputs = {"input_ids": tokens.ids[None]}
        (vector,) = self._model.engine.each(
            [inputs],
            lambda graphs, batch: list(
                graphs[TEXT].run(_output(graphs[TEXT]), batch[0], token=token)
            ),
        )
        return Embedding(cut_to(vector, self._dim))

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        """Embed pages, as many together as the device likes. Raises Cancelled, InferenceError."""
        made = []
        for batch in _groups(images, self.needs.batch_pages):
            if token is not None:
                token.checkpoint()
            made += self._embed_pictures(batch, token)
        return made

    def _embed_pictures(
        self, images: Sequence[PageImage], token: Cancellation | None
    ) -> list[Embedding]:
        squares = [self._square(image, token) for image in images]
        vectors = self._model.engine.each(squares, lambda graphs, part: _seen(graphs, part, token))
        return [Embedding(cut_to(vector, self._dim)) for vector in vectors]

    def _square(self, image: PageImage, token: Cancellation | None = None) -> Float32:
        side = self._manifest.image.size_px
        return letterboxed(image, side_px=side, rules=self._rules, token=token)

    def _sample(self, graphs: Graphs) -> Float32:
        """Embed two pictures on any provider, to compare devices."""
        squares = [self._square(image) for image in sample_pictures()]
        return np.stack([_seen(graphs, [square], None)[0] for square in squares])


def _tokenizer_alone(_manifest: VisualManifest, tokenizer: VisualTokenizer) -> VisualTokenizer:
    return tokenizer


def _seen(graphs: Graphs, squares: Sequence[Float32], token: Cancellation | None) -> list[Float32]:
    session = graphs[VISION]
    return list(session.run(_output(session), {"pixel_values": np.stack(squares)}, token=token))


def _output(session: Session) -> str:
    """Return the output with vectors, the normalised one of two."""
    names = list(session.outputs)
    return next((name for name in names if name.startswith("l2norm")), names[0])


def _groups(images: Sequence[PageImage], count: int) -> Iterator[Sequence[PageImage]]:
    for start in range(0, len(images), count):
        yield images[start : start + count]
