"""Encoders made of Qwen2-VL or Qwen2.5-VL: jina-embeddings-v4 and its kin."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import Embedding, EmbeddingTask, TextRole
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32, MultiVector, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Graphs, Opener, open_graphs
from folioscope.inference.qwen_model import QwenModel, see_picture
from folioscope.inference.qwen_towers import QwenTowers, Seen
from folioscope.inference.rope_positions import Placed, Sequence3D
from folioscope.inference.sample_pictures import sample_pictures
from folioscope.inference.visual_files import TEXT
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_model import PictureEncoder
from folioscope.inference.visual_spec import chosen_dim, cut_to, task_number, visual_spec
from folioscope.inference.visual_tokenising import Tokens

_LAST = "last"  # a manifest's word for models that are read at their last token
_NOTHING: tuple[Float32, Float32 | None] = (np.zeros(0, np.float32), None)


class QwenEncoder(PictureEncoder[QwenTowers]):
    """An Encoder with single vectors and, where the model has them, a row a token or patch."""

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
        self._task, self._task_number = task, task_number(manifest, task)
        spec = visual_spec(manifest, folder, precision=precision, task=task, dim=self._dim)
        model = QwenModel(
            manifest,
            folder,
            precision=precision,
            sample=self._sample,
            opener=opener,
            prepare=QwenTowers,
        )
        super().__init__(model, spec)

    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched: a row for every token."""
        if token is not None:
            token.raise_if_cancelled()
        prompts, max_tokens = self._manifest.prompts, self._manifest.max_tokens
        # text-matching compares like with like: both sides are prompted as queries
        is_query = role is TextRole.QUERY or self._task is EmbeddingTask.TEXT_MATCHING
        tokens = self._model.words.tokenizer.tokens(
            prompts.query if is_query else prompts.passage,
            {"text": text},
            max_tokens=max_tokens,
            spans_of="text",
        )
        sequence = Sequence3D(tokens.ids, self._pool(len(tokens), 0, len(tokens)))
        ((single, rows),) = self._read([sequence], token)
        multi = None if rows is None else MultiVector(rows)
        return Embedding(cut_to(single, self._dim), multi, None, tokens.spans)

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        """Embed pages: the vision tower page by page, the text tower in batches.

        Rows are those of the patches, in reading order; those of the prompt are dropped. Raises
        Cancelled, InferenceError.
        """
        return self._embed_pictures(images, token, waits=True)

    def _embed_pictures(
        self, images: Sequence[PageImage], token: Cancellation | None, *, waits: bool = False
    ) -> list[Embedding]:
        prompt = self._picture_prompt()
        seen = []
        for image in images:
            if token is not None and waits:
                token.checkpoint()
            seen.append(see_picture(self._model, image, token))
        sequences = [self._around(prompt, each) for each in seen]
        made = self._read(sequences, token)
        return [self._of_page(*each) for each in zip(made, sequences, seen, strict=True)]

    def _picture_prompt(self) -> Tokens:
        return self._model.words.tokenizer.tokens(
            self._manifest.prompts.image, {}, max_tokens=self._manifest.max_tokens
        )

    def _around(self, prompt: Tokens, seen: Seen) -> Sequence3D:
        """Put a picture into the prompt; the mean is over it and the marks at its ends."""
        towers = self._model.words
        tokens, (first,) = towers.expanded(prompt, [seen.grid])
        start = np.flatnonzero(tokens.ids[:first] == towers.marks.start)
        last = first + len(seen.grid)
        end = last + np.flatnonzero(tokens.ids[last:] == towers.marks.end)
        pool = self._pool(
            len(tokens),
            int(start[-1]) if len(start) else first,
            int(end[0]) + 1 if len(end) else last,
        )
        return Sequence3D(tokens.ids, pool, (Placed(first, seen.grid, seen.features),))

    def _pool(self, length: int, first: int, behind: int) -> Float32:
        """Return the weights of the mean: over a range of tokens, or the last token alone."""
        pool = np.zeros(length, np.float32)
        if self._manifest.pooling == _LAST:
            pool[-1] = 1
        else:
            pool[first:behind] = 1
        return pool

    def _of_page(
        self, made: tuple[Float32, Float32 | None], sequence: Sequence3D, seen: Seen
    ) -> Embedding:
        single, rows = made
        multi = None
        if rows is not None:
            count, first = len(seen.grid), sequence.pictures[0].first
            cells = np.arange(count, dtype=np.int32)
            multi = MultiVector(rows[first : first + count].copy(), cells)
        return Embedding(cut_to(single, self._dim), multi, seen.grid)

    def _read(
        self, sequences: Sequence[Sequence3D], token: Cancellation | None
    ) -> list[tuple[Float32, Float32 | None]]:
        """Run the text tower: single vector and rows of each, in the order given."""
        towers = self._model.words
        made: list[tuple[Float32, Float32 | None]] = [_NOTHING] * len(sequences)
        lengths = [len(sequence) for sequence in sequences]
        for batch in towers.batches(self._model.engine.graphs, lengths):
            items = [sequences[index] for index in batch]
            values = self._model.engine.each(items, lambda g, part: self._heads(g, part, token))
            for index, value in zip(batch, values, strict=True):
                made[index] = value
        return made

    def _heads(
        self, graphs: Graphs, sequences: Sequence[Sequence3D], token: Cancellation | None
    ) -> list[tuple[Float32, Float32 | None]]:
        has_rows = "multi" in graphs[TEXT].outputs
        found = self._model.words.read(
            graphs,
            sequences,
            outputs=["single", "multi"] if has_rows else ["single"],
            task=self._task_number,
            token=token,
        )
        return [(values[0], values[1] if has_rows else None) for values in found]

    def _sample(self, graphs: Graphs) -> Float32:
        """Embed two pictures on any provider, to compare devices."""
        prompt, towers = self._picture_prompt(), self._model.words
        seen = [towers.see(graphs, image) for image in sample_pictures()]
        sequences = [self._around(prompt, each) for each in seen]
        return np.stack([self._heads(graphs, [each], None)[0][0] for each in sequences])
