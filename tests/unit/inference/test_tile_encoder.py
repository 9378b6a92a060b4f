"""What an encoder of tiles does beside embedding as transformers does."""

import shutil
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from folioscope.domain.embeddings import EmbeddingTask, PictureQuery, TextRole
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference import devices, sessions
from folioscope.inference.devices import RememberedChoice, RuntimeFacts
from folioscope.inference.engine import Build, Graphs, open_graphs
from folioscope.inference.sessions import CPU, CUDA
from folioscope.inference.tile_encoder import TileEncoder
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.made_light import LONGEST_PX, TILE_TOKENS
from tests.tiny_models import DESCRIBED, TINY_LIGHT
from tests.tiny_shelf import installed_shelf

TILE = 512


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[Precision, Path]:
    made = {}
    for precision in (Precision.FP32, Precision.W8A8):
        home = tmp_path_factory.mktemp(precision.value)
        (build,) = installed_shelf(home, TINY_LIGHT, precision=precision).info(TINY_LIGHT).builds
        made[precision] = build.folder
    return made


def opened(folder: Path, precision: Precision = Precision.FP32, **more) -> TileEncoder:
    manifest = read_visual_manifest(DESCRIBED / TINY_LIGHT / "manifest.toml")
    encoder = TileEncoder(manifest, folder, precision=precision, **more)
    encoder.open()
    return encoder


@pytest.fixture(scope="module")
def encoder(folders):
    made = opened(folders[Precision.FP32])
    yield made
    made.close()


def sheet(*colours: int, columns: int = 2) -> PageImage:
    """Return a page of whole tiles, each of one grey, or of noise where a grey is negative."""
    rows = -(-len(colours) // columns)
    rgb = np.zeros((rows * TILE, columns * TILE, 3), np.uint8)
    for place, grey in enumerate(colours):
        top, left = divmod(place, columns)
        noise = np.random.default_rng(abs(grey)).integers(0, 256, (TILE, TILE, 3))
        part = noise if grey < 0 else grey
        rgb[top * TILE : (top + 1) * TILE, left * TILE : (left + 1) * TILE] = part
    return PageImage(rgb)


class Counting:
    """Opens graphs whose runs of the vision half are counted in tiles."""

    def __init__(self) -> None:
        self.tiles = 0

    def __call__(self, build: Build, provider: str) -> Graphs:
        graphs = open_graphs(build, CPU).sessions
        return Graphs(provider, graphs | {"vision": _Counted(graphs["vision"], self)})


class _Counted:
    def __init__(self, inner, counting: Counting) -> None:
        self.inner, self.counting = inner, counting

    def __getattr__(self, name: str):
        return getattr(self.inner, name)

    def run(self, output, inputs, *, token=None):
        self.counting.tiles += inputs["pixel_values"].shape[1]
        return self.inner.run(output, inputs, token=token)


def test_rows_name_the_part_of_the_page_that_they_stand_for(encoder):
    """The picture of one tile changes; rows of its cells change most."""
    plain, changed = sheet(-1, -2, -3, -4), sheet(-1, -2, -5, -4)
    one, other = encoder.embed_pages([plain, changed])
    assert (one.grid.columns, one.grid.rows) == (16, 16)
    cells = one.multi.cells
    assert sorted(cells[cells >= 0]) == list(range(256))
    assert (cells == -1).sum() == len(cells) - 256 >= TILE_TOKENS  # the whole, and the prompt
    named = cells >= 0
    moved = np.linalg.norm(one.multi.rows - other.multi.rows, axis=1)[named]
    boxes = one.grid.page_boxes()[cells[named]]
    is_changed = (boxes[:, 0] < 0.5) & (boxes[:, 1] >= 0.5)
    assert moved[is_changed].min() > 2 * moved[~is_changed].max()


def test_pages_have_rows_and_no_single_vector(encoder):
    (page,) = encoder.embed_pages([sheet(-1, -2)])
    assert page.single.shape == (0,)
    assert encoder.spec.dim == 0
    assert page.multi.rows.shape[1] == 128
    np.testing.assert_allclose(np.linalg.norm(page.multi.rows, axis=1), 1, atol=1e-5)
    assert encoder.needs.longest_px == LONGEST_PX


def test_rows_of_a_query_name_its_characters(encoder):
    text = "loan agreement"
    found = encoder.embed_query(text)
    assert found.single.shape == (0,)
    assert found.grid is None
    assert len(found.spans) == len(found.multi.rows)
    around = found.spans[:, 0] < 0
    assert around.sum() == 12  # [CLS], ten <end_of_utterance>, [SEP]
    assert around[0]
    assert around[-11:].all()
    named = "".join(text[start:end] for start, end in found.spans[~around])
    assert named == text.replace(" ", "")


def test_a_long_text_loses_its_end_and_not_what_stands_behind_it(encoder):
    long = encoder.embed_query("the chart " * 3_000)
    assert len(long.multi.rows) == 2_048
    assert (long.spans[-11:] == -1).all()
    assert long.spans[-12, 1] > 2_000  # characters of the text, up to the last row before those


def test_a_passage_has_nothing_behind_it(encoder):
    found = encoder.embed_text("loan", role=TextRole.PASSAGE)
    assert (found.spans[:, 0] < 0).sum() == 2


def test_a_part_of_a_picture_is_asked_for_as_that_part_alone(encoder):
    page = sheet(-1, -2, -3, -4)
    part = PageImage(np.ascontiguousarray(page.rgb[:TILE, :TILE]))
    found = encoder.embed_query(PictureQuery(page, Box(0.0, 0.0, 0.5, 0.5)))
    (wanted,) = encoder.embed_pages([part])
    np.testing.assert_array_equal(found.multi.rows, wanted.multi.rows)


# --- tiles of one colour


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.W8A8])
def test_tiles_of_one_colour_are_seen_once_and_change_nothing(folders, precision, monkeypatch):
    """Bit by bit: against a model that sees every tile, and against one that saw them before."""
    pages = [sheet(255, 255, -1, 255), sheet(255, -2, 40, 255), sheet(255, 255, 255, 255)]
    counting = Counting()
    encoder = opened(folders[precision], precision, opener=counting)
    counting.tiles = 0
    first = encoder.embed_pages(pages)
    # white, grey and noise twice; the wholes of two pages; the third is white all over
    assert counting.tiles == 6
    again = encoder.embed_pages(pages)
    assert counting.tiles == 6 + 4
    monkeypatch.setattr("folioscope.inference.tile_towers.uniform_colour", lambda tile: None)
    counting.tiles = 0
    all_seen = encoder.embed_pages(pages)
    assert counting.tiles == 15
    for one, two, three in zip(first, again, all_seen, strict=True):
        np.testing.assert_array_equal(one.multi.rows, two.multi.rows)
        np.testing.assert_array_equal(one.multi.rows, three.multi.rows)


def test_other_colours_are_other_tiles(encoder):
    white, grey = encoder.embed_pages([sheet(255, 255), sheet(128, 128)])
    assert np.abs(white.multi.rows - grey.multi.rows).max() > 0.01


# --- devices


@pytest.fixture
def on_a_card(folders, tmp_path, monkeypatch):
    """An encoder that runs on a card by name; what computes there is the processor."""
    facts = RuntimeFacts("onnxruntime-gpu", "1", (CUDA, CPU))
    monkeypatch.setattr(devices, "runtime_facts", lambda: facts)
    choice = RememberedChoice("onnxruntime-gpu 1", (CUDA, CPU), CUDA, "It is the fastest.")
    folder = shutil.copytree(folders[Precision.FP32], tmp_path / "on-a-card")
    (folder / "device.json").write_bytes(msgspec.json.encode(choice))
    return opened(folder, opener=Counting())


def test_tiles_and_pages_side_by_side_are_as_pages_alone(on_a_card, encoder):
    beside = on_a_card
    assert beside.device.provider == CUDA
    assert beside.needs.batch_pages > 1
    pages = [sheet(-1, -2), sheet(-3, 255, -4, 9), sheet(-5, -6), sheet(-7, columns=1)]
    made = beside.embed_pages(pages)
    for page, image in zip(made, pages, strict=True):
        (alone,) = encoder.embed_pages([image])
        np.testing.assert_allclose(page.multi.rows, alone.multi.rows, atol=1e-5)
        np.testing.assert_array_equal(page.multi.cells, alone.multi.cells)


def test_devices_are_compared_by_two_pictures(encoder, folders):
    """What is compared must tell pictures apart, or any device would do."""
    graphs = encoder._model.engine.graphs
    vectors = encoder._sample(graphs)
    assert vectors.shape == (2, 128)
    assert np.abs(vectors[0] - vectors[1]).max() > 0.01


# --- cancelling, and what is not there


def test_cancelling_ends_a_run_between_tiles(folders):
    token = CancelToken()
    counting = Counting()
    encoder = opened(folders[Precision.FP32], opener=counting)
    counting.tiles = 0
    run = _Counted.run

    def cancel_after_three(self, output, inputs, *, token=None):
        found = run(self, output, inputs, token=token)
        if counting.tiles == 3:
            outer.cancel()
        return found

    outer = token
    _Counted.run = cancel_after_three
    try:
        with pytest.raises(Cancelled):
            encoder.embed_pages([sheet(-1, -2, -3, -4)], token=token)
    finally:
        _Counted.run = run
    assert counting.tiles == 3


def test_a_cancelled_token_starts_nothing(encoder):
    token = CancelToken()
    token.cancel()
    for ask in (
        lambda: encoder.embed_query("loan", token=token),
        lambda: encoder.embed_query(PictureQuery(sheet(-1)), token=token),
        lambda: encoder.embed_pages([sheet(-1)], token=token),
    ):
        with pytest.raises(Cancelled):
            ask()


def test_threads_get_the_same_rows(encoder):
    pages = [sheet(-1, -2), sheet(-3, 255)]
    wanted = [page.multi.rows for page in encoder.embed_pages(pages)]
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        found[number] = encoder.embed_pages([pages[number % 2]])[0].multi.rows

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, rows in found.items():
        np.testing.assert_array_equal(rows, wanted[number % 2])


def test_a_closed_or_missing_model_is_told(folders, tmp_path):
    encoder = opened(folders[Precision.FP32])
    encoder.close()
    with pytest.raises(InferenceError, match="is not open"):
        encoder.embed_query("loan")
    with pytest.raises(ModelMissingError, match=r"vision\.onnx is missing"):
        opened(tmp_path)


def test_lengths_and_tasks_that_it_has_not_are_refused(folders):
    with pytest.raises(InferenceError, match="no vector a page that could be cut to 128"):
        opened(folders[Precision.FP32], dim=128)
    with pytest.raises(InferenceError, match="no adapter for code"):
        opened(folders[Precision.FP32], task=EmbeddingTask.CODE)


def test_builds_of_one_moving_revision_are_told_apart(folders):
    """No commit of the official repository is published to us: the weights' hashes name them."""
    one, other = (opened(folder, p) for p, folder in folders.items())
    assert one.spec.revision != other.spec.revision
    assert one.spec.fingerprint != other.spec.fingerprint
    assert one.device.provider == sessions.CPU
