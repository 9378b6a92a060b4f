"""ColModernVBERT beside transformers: tiny, random, exported as the official file was."""

from functools import cache, lru_cache

import numpy as np
import pytest

from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.picture_tiling import TileRules
from folioscope.inference.tile_prompt import TilePrompt
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.inference.visual_tokenising import VisualTokenizer
from tests.made_light import (
    GRAPH,
    LONGEST_PX,
    SPECIAL_TOKENS,
    TILE_PX,
    write_light_parts,
)
from tests.parity.comparing import assert_near
from tests.parity.conftest import Place
from tests.parity.light import LightSizes, ReferenceLight, export, make_model, make_processor
from tests.parity.programs import run_folioscope
from tests.tiny_models import DESCRIBED, TINY_LIGHT
from tests.visual_cases import TEXTS

# what the official graph may look like: by torch's exporter of today and of yesterday, with the
# published size of a head and of a patch, and with a window that a page is longer than
EXPORTS = {
    "newer": (LightSizes(), False),
    "older": (LightSizes(), True),
    "heads": (
        LightSizes(
            hidden=128, layers=5, vision_hidden=128, inner=80, vision_inner=96, patch_px=16,
            local_attention=32,
        ),
        False,
    ),
}  # fmt: skip
# (width, height): portrait, landscape, square, tiny, very long, strips, odd
SHAPES = (
    (827, 1169), (1448, 2048), (1920, 1080), (700, 700), (1, 1), (3, 5), (27, 28), (512, 512),
    (513, 1024), (14_000, 700), (700, 14_000), (10, 3_000), (3_000, 10), (1001, 999),
)  # fmt: skip
COMPARED = ((827, 1169), (640, 400), (500, 500), (1, 1), (9, 400), (14_000, 600))
QUERIES = (
    *TEXTS,
    "",
    " ",
    "two  spaces,   three, and\ttabs\n\nlines ",
    "where is the chart of the income " * 9,
)


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3)).astype(np.uint8)


def rules(longest_px: int) -> TileRules:
    return TileRules(TILE_PX, longest_px, 8, (0.5,) * 3, (0.5,) * 3)


@lru_cache(maxsize=1)
def prompt(folder) -> TilePrompt:
    write_light_parts(folder)
    manifest = read_visual_manifest(DESCRIBED / TINY_LIGHT / "manifest.toml")
    return TilePrompt(manifest, VisualTokenizer.load(folder / "tokenizer.json"))


# --- preparing


@pytest.mark.parametrize(
    ("width", "height", "longest_px"),
    [*((*shape, 2_048) for shape in SHAPES), (827, 1169, 1_024), (827, 1169, 512), (30, 9, 512)],
)
def test_tiles_are_those_of_the_processor(width: int, height: int, longest_px: int) -> None:
    """Bit by bit; the smallest longest edge gives pictures that are not cut."""
    image = noise(width, height)
    made = make_processor(longest_px=longest_px).image_processor(
        images=[[image]], return_tensors="np", return_row_col_info=True,
        input_data_format="channels_last",
    )  # fmt: skip
    layout = rules(longest_px).layout(width, height)
    assert (made["rows"], made["cols"]) == ([[layout.rows]], [[layout.columns]])
    tiles = rules(longest_px).tiles(PageImage(image))
    assert len(tiles) == len(layout)
    np.testing.assert_array_equal(rules(longest_px).normalised(tiles), made["pixel_values"][0])


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_page_tokens_are_those_of_the_processor(width: int, height: int, tmp_path) -> None:
    from PIL import Image

    processor = make_processor(longest_px=2_048)
    wanted = processor.process_images([Image.fromarray(noise(width, height))])["input_ids"]
    made = prompt(tmp_path).tokens(rules(2_048).layout(width, height))
    assert made.ids.tolist() == wanted[0].tolist()


@pytest.mark.parametrize("text", QUERIES)
def test_query_tokens_are_those_of_the_processor(text: str, tmp_path) -> None:
    wanted = make_processor(longest_px=LONGEST_PX).process_queries([text])["input_ids"]
    own = prompt(tmp_path)
    made = own.tokenizer.tokens(own.manifest.prompts.query, {"text": text}, max_tokens=2_048)
    assert made.ids.tolist() == wanted[0].tolist()


@pytest.mark.parametrize("special", SPECIAL_TOKENS)
def test_special_tokens_in_queries_are_only_text(special: str, tmp_path) -> None:
    """As transformers splits them where it is told that they are text."""
    own = prompt(tmp_path)
    text = f"a page with {special} on it{special}"
    made = own.tokenizer.tokens("{text}", {"text": text}, max_tokens=2_048)
    tokenizer = make_processor(longest_px=LONGEST_PX).tokenizer
    plain = tokenizer(text, split_special_tokens=True)["input_ids"]
    assert made.ids[1:-1].tolist() == plain[1:-1]
    assert tokenizer.convert_tokens_to_ids(special) not in made.ids[1:-1].tolist()


# --- vectors


@pytest.fixture(scope="module")
def opened(place: Place, tmp_path_factory):
    """Encoders by name of export and precision, installed as users do, with their references."""

    @cache
    def installed(name: str) -> ReferenceLight:
        sizes, is_older = EXPORTS[name]
        model = make_model(sizes, seed=len(name))
        source = tmp_path_factory.mktemp(name)
        write_light_parts(source)
        export(model, source / GRAPH, older=is_older)
        home = place.models / f"light-{name}"
        home.mkdir(parents=True)
        text = (DESCRIBED / TINY_LIGHT / "manifest.toml").read_text("utf-8")
        text = text.replace('"tiny-light"', f'"light-{name}"')
        text = text.replace("hidden = 32", f"hidden = {sizes.hidden}")
        (home / "manifest.toml").write_text(text, "utf-8")
        for precision in ("fp32", "w8a8"):
            asked = ["models", "install", f"light-{name}", "--precision", precision]
            done = run_folioscope(place.models, *asked, "--from", source)
            assert done.returncode == 0, done.stderr
        return ReferenceLight(model, longest_px=LONGEST_PX)

    @cache
    def encoder(name: str, precision: str):
        reference = installed(name)
        made = place.shelf.encoder(f"light-{name}", precision=Precision(precision))
        made.open()
        return made, reference

    return encoder


@pytest.mark.parametrize("name", EXPORTS)
def test_pages_in_batches_with_padding(opened, name: str) -> None:
    encoder, reference = opened(name, "fp32")
    images = [noise(*shape) for shape in COMPARED]
    made = encoder.embed_pages([PageImage(image) for image in images])
    for page, wanted in zip(made, reference.pages(images), strict=True):
        assert_near(page.multi.rows, wanted)


@pytest.mark.parametrize("name", EXPORTS)
def test_queries_in_batches_with_padding(opened, name: str) -> None:
    encoder, reference = opened(name, "fp32")
    for text, wanted in zip(QUERIES, reference.queries(list(QUERIES)), strict=True):
        assert_near(encoder.embed_query(text).multi.rows, wanted)


@pytest.mark.parametrize("name", EXPORTS)
def test_bytes_point_the_same_way(opened, name: str) -> None:
    """Random weights are harder on few bits than trained ones."""
    encoder, reference = opened(name, "w8a8")
    image = noise(827, 1169)
    (page,), (wanted,) = encoder.embed_pages([PageImage(image)]), reference.pages([image])
    assert (page.multi.rows * wanted).sum(axis=-1).mean() > 0.99
