"""Vectors and scores from the command line, of models installed by the command line."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from folioscope.cli import program
from folioscope.domain.embeddings import TextRole
from folioscope.domain.pages import PageImage
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.wiring import AppWiring
from tests.conftest import ROOT
from tests.made_documents import text_pdf
from tests.tiny_models import TINY_CLIP, TINY_M0, TINY_MODELS, TINY_V4, describe, write_checkpoint


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """A user's folder of models with all three installed."""
    folder = tmp_path_factory.mktemp("models")
    describe(folder / "own")
    for name in TINY_MODELS:
        checkpoint = write_checkpoint(name, folder / "checkpoints" / name)
        arguments = ["models", "install", name, "--precision", "fp32", "--from", str(checkpoint)]
        assert program.main(["--models", str(folder / "own"), *arguments], AppWiring()) == 0
    return folder / "own"


@pytest.fixture(autouse=True)
def _at_home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / "data"))


@pytest.fixture
def run(models):
    def run_command(*arguments: object) -> int:
        return program.main(["--models", str(models), *map(str, arguments)], AppWiring())

    return run_command


@pytest.fixture
def encoder(models):
    opened = OnnxModelShelf(ROOT / "onnx_models", models).encoder(TINY_V4)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def picture(tmp_path) -> Path:
    """A picture that its EXIF data turns by a quarter."""
    pixels = np.random.default_rng(0).integers(0, 256, (120, 200, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    return tmp_path / "turned.png"


def test_a_text_becomes_one_row(run, encoder, tmp_path):
    out = tmp_path / "text.npy"
    assert run("embed", "--model", TINY_V4, "--text", "the page", "--out", out) == 0
    made = np.load(out)
    assert made.dtype == np.float32
    assert made.shape == (1, 64)
    np.testing.assert_allclose(made[0], encoder.embed_query("the page").single, atol=1e-6)


def test_roles_tasks_and_sizes_are_what_was_typed(run, encoder, tmp_path):
    out = tmp_path / "text.npy"
    embed = ("embed", "--model", TINY_V4, "--text", "the page", "--out", out)
    assert run(*embed, "--role", "passage") == 0
    passage = encoder.embed_text("the page", role=TextRole.PASSAGE)
    np.testing.assert_allclose(np.load(out)[0], passage.single, atol=1e-6)
    assert run(*embed, "--task", "code") == 0
    assert np.load(out)[0] @ encoder.embed_query("the page").single < 0.9999
    assert run(*embed, "--dims", 16) == 0
    assert np.load(out).shape == (1, 16)


def test_multi_is_a_row_a_token(run, encoder, tmp_path):
    out = tmp_path / "rows.npy"
    assert run("embed", "--model", TINY_V4, "--text", "the page", "--multi", "--out", out) == 0
    np.testing.assert_allclose(np.load(out), encoder.embed_query("the page").multi.rows, atol=1e-6)


def test_multi_is_a_row_a_patch_in_reading_order(run, encoder, picture, tmp_path):
    out = tmp_path / "rows.npy"
    assert run("embed", "--model", TINY_V4, "--image", picture, "--multi", "--out", out) == 0
    upright = np.asarray(Image.open(picture).transpose(Image.Transpose.ROTATE_270))
    (made,) = encoder.embed_pages([PageImage(np.ascontiguousarray(upright))])
    assert made.grid.rows > made.grid.columns  # it stands
    np.testing.assert_allclose(np.load(out), made.multi.rows, atol=1e-5)


@pytest.mark.parametrize("name", [TINY_V4, TINY_CLIP])
def test_pictures_with_alpha_and_pages_of_documents_are_read(run, tmp_path, name):
    noise = np.random.default_rng(1).integers(0, 256, (90, 60, 4), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "clear.png")
    text_pdf(tmp_path / "page.pdf", 1, sentence="The loan agreement.")
    rows = []
    for file in ("clear.png", "page.pdf"):
        out = tmp_path / f"{file}.npy"
        assert run("embed", "--model", name, "--image", tmp_path / file, "--out", out) == 0
        rows.append(np.load(out)[0])
    assert all(abs(np.linalg.norm(row) - 1) < 1e-5 for row in rows)
    assert rows[0] @ rows[1] < 0.9999


def test_json_says_what_was_written(run, tmp_path, capsys):
    out = tmp_path / "text.npy"
    assert run("embed", "--model", TINY_CLIP, "--text", "a dog", "--out", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["shape"] == [1, 64]
    assert told["model"] == TINY_CLIP
    assert "letterbox" in told["fingerprint"]


def test_judged_in_the_order_typed(run, picture, capsys):
    arguments = ["--text", "the page", "--image", picture, "--text", "an image", "--image", picture]
    assert run("rerank", "--model", TINY_M0, "--query", "the image", *arguments) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["index"] for line in lines] == [0, 1, 2, 3]
    assert [line.get("text") for line in lines] == ["the page", None, "an image", None]
    assert [line.get("image") for line in lines] == [None, str(picture), None, str(picture)]
    assert all(0 <= line["score"] <= 1 for line in lines)
    assert lines[1]["score"] == lines[3]["score"]
    assert len({line["score"] for line in lines}) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "nothing", "--text", "a"], "No model is called nothing"),
        (["--model", TINY_M0, "--text", "a"], "no encoder"),
        (["--model", TINY_V4, "--text", "a", "--dims", "7"], "no vectors of length 7"),
        (["--model", TINY_V4, "--text", "a", "--precision", "int4"], "not installed in int4"),
        (["--model", TINY_CLIP, "--text", "a", "--multi"], "Leave out --multi"),
        (["--model", TINY_CLIP, "--text", "a", "--task", "code"], "no adapter for code"),
        (["--model", TINY_V4, "--image", "no-such.png"], "does not exist"),
    ],
)
def test_what_cannot_be_embedded_is_one_sentence_and_no_file(
    run, tmp_path, monkeypatch, capsys, arguments, words
):
    monkeypatch.chdir(tmp_path)
    assert run("embed", *arguments, "--out", "out.npy") == 3
    told = capsys.readouterr()
    assert words in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("*.npy"))


def test_a_file_that_is_no_picture_is_named(run, tmp_path, capsys):
    (tmp_path / "notes.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    out = tmp_path / "out.npy"
    assert run("embed", "--model", TINY_V4, "--image", tmp_path / "notes.png", "--out", out) == 3
    assert "notes.png" in capsys.readouterr().err
    assert run("rerank", "--model", TINY_M0, "--query", "q", "--image", tmp_path / "notes.png") == 3
    assert "notes.png" in capsys.readouterr().err


def test_an_array_that_cannot_be_written_leaves_nothing(run, tmp_path, capsys):
    assert run("embed", "--model", TINY_V4, "--text", "a", "--out", tmp_path / "no" / "a.npy") == 3
    assert "cannot be written" in capsys.readouterr().err
    (tmp_path / "folder.npy").mkdir()
    assert run("embed", "--model", TINY_V4, "--text", "a", "--out", tmp_path / "folder.npy") == 3
    assert {path.name for path in tmp_path.iterdir()} <= {"folder.npy", "data"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["embed", "--model", TINY_V4, "--out", "a.npy"],
        ["embed", "--model", TINY_V4, "--text", "a", "--image", "b.png", "--out", "a.npy"],
        ["embed", "--model", TINY_V4, "--text", "a"],
        ["embed", "--model", TINY_V4, "--text", "a", "--role", "reader", "--out", "a.npy"],
        ["rerank", "--model", TINY_M0, "--text", "a"],
    ],
)
def test_what_is_not_understood_is_usage(run, arguments):
    assert run(*arguments) == 2


def test_nothing_to_judge_is_told(run, capsys):
    assert run("rerank", "--model", TINY_M0, "--query", "q") == 3
    assert "nothing to judge" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_judging(models, tmp_path):
    texts = [part for n in range(400) for part in ("--text", f"the page {n} " * 300)]
    command = [sys.executable, "-m", "folioscope", "--models", str(models), "rerank"]
    child = subprocess.Popen(
        [*command, "--model", TINY_M0, "--query", "the image", *texts],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            "PYTHONPATH": str(ROOT / "app"),
            "PATH": "/usr/bin:/bin",
            "FOLIOSCOPE_DATA": str(tmp_path),
        },
    )
    assert child.stdout is not None
    child.stdout.readline()  # the first score is there
    child.send_signal(signal.SIGINT)
    start = time.monotonic()
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Stopped" in told
    assert time.monotonic() - start < 30  # far from all of them
