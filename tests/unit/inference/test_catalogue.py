"""Models are described by manifests, shipped or the user's own; a bad one hides no other."""

from pathlib import Path

import pytest

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.models import ModelKind, Precision
from folioscope.inference.catalogue import read_catalogue
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.system.paths import shipped_dir
from tests.tiny_models import DESCRIBED, TINY_CLIP, TINY_M0, TINY_V4, describe

SHIPPED = shipped_dir("onnx_models")


@pytest.fixture
def own(tmp_path) -> Path:
    describe(tmp_path / "own", TINY_V4, TINY_M0)
    return tmp_path / "own"


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "manifest.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_models_are_described(tmp_path):
    models = {m.name: m for m in OnnxModelShelf(SHIPPED, tmp_path).models()}
    assert set(models) == {
        "colmodernvbert", "jina-embeddings-v4", "jina-clip-v2", "jina-reranker-m0"
    }  # fmt: skip
    pages, photos = models["jina-embeddings-v4"], models["jina-clip-v2"]
    assert (pages.dims, pages.has_rows) == ((2048, 1024, 512, 256, 128), True)
    assert (photos.dims[0], photos.has_rows) == (1024, False)
    assert models["jina-reranker-m0"].kind is ModelKind.RERANKER
    for model in models.values():
        assert not model.is_installed
        assert model.is_commercial_use_allowed == (model.name == "colmodernvbert")
        assert model.licence_url in OnnxModelShelf(SHIPPED, tmp_path).licence_text(model.name)
        assert len(model.revision) == 40 or model.name == "colmodernvbert"


def test_the_pages_model_costs_what_its_parameters_weigh(tmp_path):
    """3.75 billion numbers and 0.18 of adapters, measured when whole files were made of them."""
    info = OnnxModelShelf(SHIPPED, tmp_path).info("jina-embeddings-v4")
    gigabytes = {cost.precision: cost.disk_bytes / 1e9 for cost in info.costs}
    assert gigabytes[Precision.FP16] == pytest.approx(7.9, abs=0.1)
    assert gigabytes[Precision.INT8] == pytest.approx(4.6, abs=0.1)
    assert gigabytes[Precision.INT4] == pytest.approx(2.9, abs=0.1)
    assert info.cost(Precision.INT8).installing_bytes / 1e9 == pytest.approx(12.5, abs=0.2)
    assert info.download_bytes / 1e9 == pytest.approx(7.9, abs=0.1)


def test_own_models_are_found_in_subfolders(own):
    (own / "mine" / "deeper").mkdir(parents=True)
    (own / TINY_M0).rename(own / "mine" / "deeper" / "of-another-name")
    found = read_catalogue(SHIPPED, own)
    assert found.entry(TINY_M0).folder == own / "mine" / "deeper" / "of-another-name"
    assert found.entry(TINY_V4).folder == own / TINY_V4
    assert list(found.entries)[:4] == [
        "colmodernvbert", "jina-clip-v2", "jina-embeddings-v4", "jina-reranker-m0"
    ]  # fmt: skip
    assert found.problems == {}


def test_a_model_on_another_disk_is_found_through_its_link(own, tmp_path):
    elsewhere = tmp_path / "other disk"
    (own / TINY_V4).rename(elsewhere)
    (own / TINY_V4).symlink_to(elsewhere, target_is_directory=True)
    (own / "back").symlink_to(own, target_is_directory=True)  # a loop ends
    catalogue = read_catalogue(SHIPPED, own)
    assert TINY_V4 in catalogue.entries
    assert catalogue.problems == {}


def test_a_folder_that_is_not_there_holds_no_models(tmp_path):
    assert set(read_catalogue(SHIPPED, tmp_path / "nowhere").entries) != set()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema = 1", "schema = 2", "this version knows 1"),
        ('kind = "encoder"', 'kind = "painter"', "is not valid"),
        ('name = "tiny-v4"', 'name = "../../elsewhere"', "cannot name a folder"),
        ('name = "tiny-v4"', 'name = "tiny-v4"\nsurprise = 1', "surprise"),
        ("dims = [", "dims = [[", "is not valid"),
        ('name = "config.json"', 'name = "../../../etc/passwd"', "not a path inside"),
        ('name = "config.json"', 'name = "/etc/passwd"', "not a path inside"),
        ('sha256 = "', 'sha256 = "x', "64 hexadecimal digits"),
    ],
)
def test_a_description_that_is_not_valid_is_told_and_hides_no_other(own, old, new, said):
    change(own / TINY_V4, old, new)
    shelf = OnnxModelShelf(SHIPPED, own)
    assert TINY_V4 not in {model.name for model in shelf.models()}
    assert {TINY_M0, "jina-clip-v2"} <= {model.name for model in shelf.models()}
    (problem,) = shelf.problems()
    assert said in problem
    assert str(own / TINY_V4 / "manifest.toml") in problem
    with pytest.raises(InferenceError, match="is not valid"):
        shelf.info(TINY_V4)


def test_a_model_whose_templates_are_gone_hides_no_other(own):
    for path in (own / TINY_V4).glob("*.gz"):
        path.unlink()
    shelf = OnnxModelShelf(SHIPPED, own)
    assert TINY_M0 in {model.name for model in shelf.models()}
    assert any("cannot be read" in problem for problem in shelf.problems())
    with pytest.raises(InferenceError, match="cannot be read"):
        shelf.info(TINY_V4)


def test_two_models_of_a_name_are_told(own):
    describe(own / "again", TINY_V4)
    found = read_catalogue(SHIPPED, own)
    ((path, problem),) = found.problems.items()
    assert "is called tiny-v4" in str(problem)
    assert found.entry(TINY_V4).folder != path.parent


def test_an_own_model_stands_for_a_shipped_one_of_its_name(own):
    change(own / TINY_V4, 'name = "tiny-v4"', 'name = "jina-embeddings-v4"')
    found = read_catalogue(SHIPPED, own)
    assert found.entry("jina-embeddings-v4").folder == own / TINY_V4
    assert found.problems == {}


def test_a_name_that_nobody_knows_is_told_with_those_there_are(own):
    with pytest.raises(ModelMissingError, match=r"No model is called v5.*jina-clip-v2.*tiny-v4"):
        read_catalogue(SHIPPED, own).entry("v5")


def test_a_missing_manifest_is_told(tmp_path):
    with pytest.raises(InferenceError, match="cannot be read"):
        read_visual_manifest(tmp_path / "manifest.toml")


def test_the_licence_beside_a_manifest_is_shown(own):
    (own / TINY_V4 / "LICENSE").write_text("You may.", "utf-8")
    assert OnnxModelShelf(SHIPPED, own).licence_text(TINY_V4) == "You may."


def test_files_of_a_precision_are_those_it_needs():
    manifest = read_visual_manifest(DESCRIBED / TINY_CLIP / "manifest.toml")
    names = {file.name for file in manifest.files_for(Precision.FP16)}
    assert "onnx/model_fp16.onnx" in names
    assert "onnx/model.onnx" not in names
    assert "tokenizer.json" in names
