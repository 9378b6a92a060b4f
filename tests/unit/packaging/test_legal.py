"""What may be in an installer, and what is written about it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import legal
import licences
from legal.allowing import AllowList, licences_in, read_allow_list
from legal.parts import Kind, Part
from legal.texts import standard_text
from tests.conftest import ROOT

RULES = read_allow_list()
BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [
        {
            "type": "library",
            "name": "crate-of-glass",
            "version": "2.1",
            "author": "A. Nobody <a@example.org>",
            "purl": "pkg:cargo/crate-of-glass@2.1",
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
        }
    ],
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with no packages but those that a test plants."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return next(folder.glob("[bS]*/python*"))


@pytest.fixture
def plant(python: Path):
    """Install distributions into that Python, as pip would leave them; they go again."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    command = [str(python), "-c", asked]
    site = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    planted: list[Path] = []

    def put(name: str, *lines: str, files: dict[str, str] | None = None) -> str:
        info = site / f"{name}-1.0.dist-info"
        text = "\n".join(("Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines))
        record = []
        for path, content in {"METADATA": text + "\n", **(files or {})}.items():
            (info / path).parent.mkdir(parents=True, exist_ok=True)
            (info / path).write_text(content, "utf-8")
            record.append(f"{info.name}/{path},,")
            planted.append(info / path)
        (info / "RECORD").write_text("\n".join(record) + "\n", "utf-8")
        planted.append(info / "RECORD")
        return name

    yield put
    for file in planted:
        file.unlink(missing_ok=True)


def part(licence: str, name: str = "heron") -> Part:
    return Part(name=name, kind=Kind.PACKAGE, licence=licence, version="1.0")


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "GPL-2.0-only OR MIT",
        "(SSPL-1.0 OR Apache-2.0) AND BSD-3-Clause",
        "Apache-2.0 WITH LLVM-exception",
    ],
)
def test_licences_that_fit_may_come_in(licence: str) -> None:
    assert RULES.faults([part(licence)]) == []


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("", "heron 1.0 names no licence."),
        ("GPL-2.0-only", "not allowed: GPL-2.0-only"),
        ("CC-BY-NC-4.0", "not allowed: CC-BY-NC-4.0"),
        ("MIT AND SSPL-1.0", "not allowed: MIT AND SSPL-1.0"),
        ("GPL-2.0-only WITH Bootloader-exception", "not allowed"),
        ("LicenseRef-Proprietary", "not allowed"),
        ("Apache License (", "not understood: Apache License ("),
        ("Do what you like", "heron 1.0 has a licence that is not"),
    ],
)
def test_others_may_not(licence: str, told: str) -> None:
    [fault] = RULES.faults([part(licence)])
    assert told in fault


def test_a_part_is_excused_for_the_licence_that_was_read_and_no_other() -> None:
    rules = AllowList(frozenset({"MIT"}), {"heron": "OpenSSL"})
    assert rules.faults([part("OpenSSL")]) == []
    assert rules.faults([part("SSPL-1.0"), part("OpenSSL", "stork")]) != []
    assert len(rules.faults([part("SSPL-1.0"), part("OpenSSL", "stork")])) == 2


def test_the_text_of_every_licence_on_the_list_is_there() -> None:
    names = {name for text in RULES.allowed for name in licences_in(text, RULES)}
    names |= {name for text in RULES.excused.values() for name in licences_in(text, RULES)}
    names = {name for name in names if not name.startswith("LicenseRef-")}
    assert names
    assert [name for name in names if len(standard_text(name).read_text("utf-8")) < 200] == []


def test_everything_is_written_for_what_is_installed(python, plant, tmp_path) -> None:
    texts = {"licenses/LICENSE": "The stork's own text", "licenses/Nib_OFL.txt": "A font's"}
    plant("stork", "License-Expression: MIT", files=texts)
    heron = plant(
        "heron",
        "Classifier: License :: OSI Approved :: Apache Software License",
        "Requires-Dist: stork",
        'Requires-Dist: never; extra == "more"',
        files={"sboms/heron.cdx.json": json.dumps(BILL), "licenses/NOTICE": "Herons"},
    )
    legal.write(python, tmp_path / "legal", asked=[heron])
    folder = tmp_path / "legal"
    assert (folder / "licences/stork/LICENSE").read_text("utf-8") == "The stork's own text"
    assert (folder / "licences/stork/Nib_OFL.txt").read_text("utf-8") == "A font's"
    assert (folder / "licences/heron/NOTICE").exists()
    assert (folder / "licences/standard/Apache-2.0.txt").exists()
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    told = (folder / "THIRD-PARTY-LICENCES.txt").read_text("utf-8").splitlines()
    assert "stork 1.0: MIT; https://pypi.org/project/stork/" in told
    assert "crate-of-glass 2.1: MIT OR Apache-2.0; inside heron; by A. Nobody" in told


def test_the_bill_says_what_is_inside_what(python, plant, tmp_path) -> None:
    plant("stork", "License-Expression: MIT")
    files = {"sboms/heron.cdx.json": json.dumps(BILL)}
    heron = plant("heron", "License: Apache-2.0", "Requires-Dist: stork", files=files)
    legal.write(python, tmp_path, asked=[heron])
    bill = json.loads((tmp_path / "sbom.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {component["name"]: component for component in bill["components"]}
    assert parts["heron"]["purl"] == "pkg:pypi/heron@1.0"
    assert parts["heron"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert parts["crate-of-glass"]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert "version" in parts["Python"]
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert parts["crate-of-glass"]["bom-ref"] in needs[parts["heron"]["bom-ref"]]
    assert parts["stork"]["bom-ref"] in needs["folioscope"]


def test_the_same_parts_give_the_same_bytes(python, plant, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    heron = plant("heron", "License-Expression: MIT")
    for name in ("first", "second"):
        legal.write(python, tmp_path / name, asked=[heron])
    bills = {(tmp_path / name / "sbom.cdx.json").read_bytes() for name in ("first", "second")}
    assert len(bills) == 1
    assert b"2026-01-01T00:00:00" in bills.pop()


def test_a_planted_package_fails_the_build(python, plant, tmp_path) -> None:
    planted = plant("planted", "License-Expression: LicenseRef-Proprietary")
    command = [sys.executable, "-m", "legal", "--python", str(python), "--for", planted]
    ended = subprocess.run(
        [*command, "--out", str(tmp_path / "legal")],
        cwd=ROOT / "packaging",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3
    assert ended.stderr.startswith("planted 1.0 has a licence that is not allowed: LicenseRef-")
    assert "licences_allowed.toml" in ended.stderr
    assert not (tmp_path / "legal").exists()


@pytest.mark.parametrize(
    ("lines", "told"),
    [([], "planted 1.0 names no licence"), (["License: Ask me first"], "Ask me first")],
)
def test_so_does_one_whose_licence_is_unknown(python, plant, tmp_path, lines, told) -> None:
    planted = plant("planted", *lines)
    with pytest.raises(legal.LegalError, match=told):
        legal.write(python, tmp_path / "legal", asked=[planted])
    assert not (tmp_path / "legal").exists()


def test_a_planted_package_inside_another_fails_it_too(python, plant, tmp_path) -> None:
    component = {**BILL["components"][0], "licenses": [{"license": {"id": "CC-BY-NC-4.0"}}]}
    files = {"sboms/a.json": json.dumps({**BILL, "components": [component]})}
    heron = plant("heron", "License-Expression: MIT", files=files)
    with pytest.raises(legal.LegalError, match=r"glass 2\.1 .inside heron. .*CC-BY-NC-4\.0"):
        legal.write(python, tmp_path, asked=[heron])


def test_what_is_not_installed_is_told(python, plant, tmp_path) -> None:
    heron = plant("heron", "License-Expression: MIT", "Requires-Dist: absent-stork")
    with pytest.raises(legal.LegalError, match="absent-stork is not installed"):
        legal.write(python, tmp_path, asked=[heron])


def test_all_that_folioscope_brings_may_be_passed_on() -> None:
    environment, distributions = legal.inventory.installed(Path(sys.executable))
    parts = legal.inventory.parts_of(environment, distributions)
    assert RULES.faults(parts) == []
    names = {part.name for part in parts}
    assert {"Qt", "MuPDF", "onnxruntime", "Python"} <= names
    models = [part for part in parts if part.kind is Kind.MODEL]
    assert models
    assert all(len(part.sha256) == 64 for part in models)


def test_licences_are_read_where_another_reader_of_metadata_took_over(monkeypatch) -> None:
    other = pytest.importorskip("importlib_metadata")  # keyring brings it to older Pythons
    plain = licences.table()
    monkeypatch.setattr(licences, "metadata", other)
    assert licences.table() == plain
