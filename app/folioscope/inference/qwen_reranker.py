"""Rerankers made of Qwen2-VL: jina-reranker-m0 and its kin.

The document stands first and the query last, and behind it the token whose state is scored:
nothing may be cut off at the right.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import QueryInput, RerankPage
from folioscope.domain.errors import DocumentError
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Graphs, Opener, open_graphs
from folioscope.inference.feature_cache import FeatureCache
from folioscope.inference.picture_preparing import asked_part
from folioscope.inference.qwen_model import QwenModel, see_picture
from folioscope.inference.qwen_towers import QwenTowers, Seen
from folioscope.inference.rope_positions import Placed, Sequence3D
from folioscope.inference.sample_pictures import sample_pictures
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_model import RunsModel
from folioscope.inference.visual_spec import visual_spec

_MOST_QUERY_TOKENS = 512  # what jina-reranker-m0 was trained with
_DOCUMENT, _QUERY = "document", "query"
_SLACK = 16  # texts make a few tokens more where they meet the template
_SAMPLE_QUERY = "black bars"

_Side = str | Seen


class QwenReranker(RunsModel[QwenTowers]):
    """A Reranker: reads query and page together. Features of pages' pictures are kept by key."""

    def __init__(
        self,
        manifest: VisualManifest,
        folder: Path,
        *,
        precision: Precision,
        opener: Opener = open_graphs,
    ) -> None:
        self._manifest = manifest
        spec = visual_spec(manifest, folder, precision=precision)
        model = QwenModel(
            manifest,
            folder,
            precision=precision,
            sample=self._sample,
            opener=opener,
            prepare=QwenTowers,
        )
        super().__init__(model, spec)
        self._features = FeatureCache()

    def close(self) -> None:
        """Let go of the model and of the features it kept."""
        super().close()
        self._features.clear()

    def scores(
        self, query: QueryInput, pages: Sequence[RerankPage], *, token: Cancellation | None = None
    ) -> Iterator[float]:
        """Yield each page's relevance, 0 to 1, in the order given, as soon as it is known.

        A page whose picture cannot be loaded is judged by its text. Raises Cancelled,
        InferenceError, and DocumentError for a page with neither.
        """
        asked: _Side | None = None
        at_once = self.needs.batch_pages
        for start in range(0, len(pages), at_once):
            if token is not None:
                token.checkpoint()
            if asked is None:  # within the loop: nothing is run for no pages
                asked = self._asked(query, token)
            shown = [self._shown(page, token) for page in pages[start : start + at_once]]
            yield from self._judged(shown, asked, token)

    def _asked(self, query: QueryInput, token: Cancellation | None) -> _Side:
        if isinstance(query, str):
            return query
        image = asked_part(query)
        return see_picture(self._model, image, token)

    def _shown(self, page: RerankPage, token: Cancellation | None) -> _Side:
        """Return a page's features, or its text where there is no picture."""
        if page.load is None:
            return page.text
        kept = self._features.get(page.key) if page.key else None
        if kept is not None:
            return kept
        try:
            image: PageImage = page.load()
        except DocumentError:
            if page.text:
                return page.text
            raise
        seen = see_picture(self._model, image, token)
        if page.key:
            self._features.put(page.key, seen)
        return seen

    def _judged(
        self, documents: Sequence[_Side], query: _Side, token: Cancellation | None
    ) -> list[float]:
        towers = self._model.words
        pairs = [self._pair(towers, document, query) for document in documents]
        scores = [0.0] * len(pairs)
        for batch in towers.batches(self._model.engine.graphs, [len(pair) for pair in pairs]):
            logits = self._model.engine.each(
                [pairs[index] for index in batch],
                lambda graphs, part: towers.read(graphs, part, outputs=["logit"], token=token),
            )
            for index, (logit,) in zip(batch, logits, strict=True):
                scores[index] = self._probability(float(logit))
        return scores

    def _probability(self, logit: float) -> float:
        raised = float(np.clip(logit - self._manifest.logit_bias, -60, 60))
        return float(1 / (1 + np.exp(-raised)))

    def _pair(self, towers: QwenTowers, document: _Side, query: _Side) -> Sequence3D:
        """Make the tokens of a pair, document first; the mean is over the last token alone."""
        prompts, most = self._manifest.prompts, self._manifest.max_tokens - 1
        sides = {_DOCUMENT: document, _QUERY: query}
        seen = [side for side in sides.values() if isinstance(side, Seen)]
        texts = self._texts(towers, sides, most - sum(len(each.grid) for each in seen))
        tokens = towers.tokenizer.tokens(
            prompts.pair,
            texts,
            max_tokens=most,
            pictures={name: prompts.picture for name in sides if name not in texts},
        )
        tokens, firsts = towers.expanded(tokens, [each.grid for each in seen])
        ids = np.append(tokens.ids, self._manifest.tokens.score_id)
        pool = np.zeros(len(ids), np.float32)
        pool[-1] = 1
        placed = tuple(
            Placed(first, each.grid, each.features)
            for first, each in zip(firsts, seen, strict=True)
        )
        return Sequence3D(ids, pool, placed)

    def _texts(self, towers: QwenTowers, sides: dict[str, _Side], room: int) -> dict[str, str]:
        """Cut the query, then the document to what is left, so that the query stays whole."""
        tokenizer, nothing = towers.tokenizer, {_DOCUMENT: "", _QUERY: ""}
        most = self._manifest.max_tokens
        room -= _SLACK + len(
            tokenizer.tokens(self._manifest.prompts.pair, nothing, max_tokens=most)
        )
        texts: dict[str, str] = {}
        bounds = {_QUERY: _MOST_QUERY_TOKENS, _DOCUMENT: most - _MOST_QUERY_TOKENS}
        for name, bound in bounds.items():
            side = sides[name]
            if isinstance(side, str):
                texts[name] = tokenizer.cut(side, max_tokens=max(min(room, bound), 0))
                room -= len(tokenizer.tokens("{text}", {"text": texts[name]}, max_tokens=most))
        return texts

    def _sample(self, graphs: Graphs) -> Float32:
        """Judge two pictures on any provider, to compare devices."""
        towers, rows = self._model.words, []
        for image in sample_pictures():
            seen = towers.see(graphs, image)
            pair = self._pair(towers, seen, _SAMPLE_QUERY)
            ((logit,),) = towers.read(graphs, [pair], outputs=["logit"])
            rows.append(np.append(seen.features.mean(axis=0), logit))
        return np.stack(rows).astype(np.float32)
