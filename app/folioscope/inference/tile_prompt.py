"""What stands for a tiled picture in a model's prompt, as the Idefics3 processor writes it."""

import re
from dataclasses import dataclass

from folioscope.inference.picture_tiling import TileLayout
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import Tokens, VisualTokenizer

PICTURE_FIELD = "picture"
_TOKEN = re.compile(r"<[a-z][a-z_]*>")  # <|begin_of_text|> is mere text to this tokenizer
_AROUND, _WHOLE = "<fake_token_around_image>", "<global-img>"


@dataclass(frozen=True, slots=True)
class TilePrompt:
    """Writes prompts for pictures of any layout."""

    manifest: VisualManifest
    tokenizer: VisualTokenizer

    def check(self) -> None:
        """Raise InferenceError unless the tokenizer has every token that prompts are made of."""
        image, rules = self.manifest.tokens.image, self.manifest.image
        tiles = range(1, -(-rules.longest_px // rules.tile_px) + 1)
        prompts = f"{self.manifest.prompts.query}{self.manifest.prompts.image}"
        names = [image, _AROUND, _WHOLE, *_TOKEN.findall(prompts)]
        names += [_place(row, column) for row in tiles for column in tiles]
        for name in names:
            self.tokenizer.number(name)

    @property
    def image_number(self) -> int:
        """The number of the token that stands for a part of a tile."""
        return self.tokenizer.number(self.manifest.tokens.image)

    def tokens(self, layout: TileLayout) -> Tokens:
        """Return the prompt with a picture in it."""
        return self.tokenizer.tokens(
            self.manifest.prompts.image,
            {},
            max_tokens=self.manifest.max_tokens,
            pictures={PICTURE_FIELD: self._picture(layout)},
        )

    def _picture(self, layout: TileLayout) -> str:
        tile = self.manifest.tokens.image * (layout.cells * layout.cells)
        whole = f"{_AROUND}{_WHOLE}{tile}{_AROUND}"
        if not layout.columns:
            return whole
        rows = []
        for row in range(1, layout.rows + 1):
            columns = range(1, layout.columns + 1)
            rows.append("".join(f"{_AROUND}{_place(row, c)}{tile}" for c in columns) + "\n")
        return "".join(rows) + "\n" + whole


def _place(row: int, column: int) -> str:
    return f"<row_{row}_col_{column}>"
