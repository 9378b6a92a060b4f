"""Encoders that see a page in tiles and keep a row a token: ColModernVBERT.

The model has no vector for a page as a whole, so ``single`` is empty: what there is are the rows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import Embedding, EmbeddingTask, TextRole
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32, MultiVector, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Graphs, Opener, open_graphs
from folioscope.inference.picture_tiling import Bytes, TileLayout
from folioscope.inference.sample_pictures import sample_pictures
from folioscope.inference.sessions import CPU
from folioscope.inference.tile_prompt import TilePrompt
from folioscope.inference.tile_rules import rules_of
from folioscope.inference.tile_towers import PlainTiles, TilePicture, read_prompts, see_tiles
from folioscope.inference.visual_files import TEXT
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_model import PictureEncoder, VisualModel
from folioscope.inference.visual_spec import chosen_dim, task_number, visual_spec
from folioscope.inference.visual_tokenising import Tokens, VisualTokenizer

# A page alone fills a processor; a card takes several, of one length, so that none is padded
_MOST_TOKENS_ON_CARDS = 8_192
_NO_VECTOR = np.zeros(0, np.float32)


class TileEncoder(PictureEncoder[TilePrompt]):
    """An Encoder with a row a token: of pages for each square of a tile, the whole, the prompt."""

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
        chosen_dim(manifest, dim)  # refuses any: there is no vector to cut
        task_number(manifest, task)  # refuses what it has no adapter for
        self._rules = rules_of(manifest)
        self._plain = PlainTiles()
        spec = visual_spec(
            manifest,
            folder,
            precision=precision,
            task=task,
            pictures=f"tiles-{self._rules.longest_px}-{self._rules.tile_px}",
        )
        model = VisualModel(
            manifest,
            folder,
            precision=precision,
            sample=self._sample,
            opener=opener,
            prepare=_checked_prompt,
        )
        super().__init__(model, spec)

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        super().close()
        self._plain = PlainTiles()

    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched: a row for every token."""
        if token is not None:
            token.raise_if_cancelled()
        tokens = self._text_tokens(text, role)
        (rows,) = self._read([TilePicture(tokens)], token)
        return Embedding(_NO_VECTOR, MultiVector(rows), None, tokens.spans)

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        """Embed pages: tiles together as the device likes, then prompts in batches.

        Rows are those of all tokens, in the model's order. Raises Cancelled, InferenceError.
        """
        return self._embed_pictures(images, token, waits=True)

    def _text_tokens(self, text: str, role: TextRole) -> Tokens:
        prompts = self._manifest.prompts
        template = prompts.query if role is TextRole.QUERY else prompts.passage
        tokenizer, most = self._model.words.tokenizer, self._manifest.max_tokens
        around = len(tokenizer.tokens(template, {"text": ""}, max_tokens=most))
        return tokenizer.tokens(  # a long text loses its end, not what the template puts behind
            template,
            {"text": tokenizer.cut(text, max_tokens=most - around)},
            max_tokens=most,
            spans_of="text",
        )

    def _embed_pictures(
        self, images: Sequence[PageImage], token: Cancellation | None, *, waits: bool = False
    ) -> list[Embedding]:
        layouts, tiles = [], []
        for image in images:
            if token is not None and waits:
                token.checkpoint()
            layouts.append(self._rules.layout(image.width_px, image.height_px))
            tiles.append(self._rules.tiles(image, token=token))
        seen = self._see([tile for each in tiles for tile in each], token)
        pictures = list(self._with_prompts(layouts, seen))
        made = self._read(pictures, token)
        image_number = self._model.words.image_number
        return [
            self._of_page(rows, picture.tokens, layout, image_number)
            for rows, picture, layout in zip(made, pictures, layouts, strict=True)
        ]

    def _see(self, tiles: list[Bytes], token: Cancellation | None) -> list[Float32]:
        """Run the vision half; where memory lacks, on fewer tiles at a time."""
        return self._model.engine.each(
            tiles, lambda graphs, part: see_tiles(graphs, part, self._rules, self._plain, token)
        )

    def _with_prompts(
        self, layouts: Sequence[TileLayout], seen: Sequence[Float32]
    ) -> Iterator[TilePicture]:
        first = 0
        for layout in layouts:
            part = seen[first : first + len(layout)]
            first += len(layout)
            yield TilePicture(self._model.words.tokens(layout), np.stack(part))

    def _of_page(
        self, rows: Float32, tokens: Tokens, layout: TileLayout, image_number: int
    ) -> Embedding:
        cells = np.full(len(rows), -1, np.int32)
        cells[tokens.ids == image_number] = layout.cells_of_tokens()
        return Embedding(_NO_VECTOR, MultiVector(rows, cells), layout.grid)

    def _read(self, pictures: Sequence[TilePicture], token: Cancellation | None) -> list[Float32]:
        """Run the text half: the rows of each prompt, in the order given."""
        made: list[Float32] = [np.zeros((0, 0), np.float32)] * len(pictures)
        is_alone = self._model.engine.graphs.provider == CPU
        most = 1 if is_alone else _MOST_TOKENS_ON_CARDS
        for batch in _alike(list(map(len, pictures)), most_tokens=most):
            items = [pictures[number] for number in batch]
            values = self._model.engine.each(items, lambda g, part: self._rows(g, part, token))
            for number, value in zip(batch, values, strict=True):
                made[number] = value
        return made

    def _rows(
        self, graphs: Graphs, pictures: Sequence[TilePicture], token: Cancellation | None
    ) -> list[Float32]:
        return read_prompts(
            graphs[TEXT],
            pictures,
            rules=self._rules,
            width=self._manifest.hidden,
            token=token,
        )

    def _sample(self, graphs: Graphs) -> Float32:
        """Embed two pictures, each as one tile, on any provider, to compare devices."""
        layout = TileLayout(0, 0, self._rules.cells)
        vectors = []
        for image in sample_pictures():
            tiles = list(self._rules.small(image))
            seen = see_tiles(graphs, tiles, self._rules, PlainTiles(), None)
            (picture,) = self._with_prompts([layout], seen)
            vectors.append(self._rows(graphs, [picture], None)[0].mean(axis=0))
        return np.stack(vectors)


def _checked_prompt(manifest: VisualManifest, tokenizer: VisualTokenizer) -> TilePrompt:
    prompt = TilePrompt(manifest, tokenizer)
    prompt.check()
    return prompt


def _alike(lengths: Sequence[int], *, most_tokens: int) -> Iterator[list[int]]:
    """Yield indices of equal lengths, as many as have room together and at least one."""
    for length in dict.fromkeys(lengths):
        same = [index for index, each in enumerate(lengths) if each == length]
        step = max(1, most_tokens // length)
        for start in range(0, len(same), step):
            yield same[start : start + step]
