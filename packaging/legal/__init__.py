"""What comes with an installer by law: licence texts, an overview, a bill of materials.

In a folder of its own, and the build stops where a part may not be passed on.
"""

import shutil
from pathlib import Path

from legal.allowing import read_allow_list, refuse_faults
from legal.bill import bill_of
from legal.bundled import Bundled
from legal.inventory import frozen, installed, parts_of
from legal.parts import LegalError, Part
from legal.texts import ROOT, write_texts
from release.number import source_date, version

__all__ = ["Bundled", "LegalError", "Part", "write"]


def write(
    python: Path,
    folder: Path,
    *,
    asked: list[str] | None = None,
    bundled: Bundled | None = None,
) -> list[Part]:
    """Write what the law asks for into a folder, for the packages that a Python has installed.

    Makes ``sbom.cdx.json`` (CycloneDX 1.6), ``THIRD-PARTY-LICENCES.txt``, ``licences/`` and our
    own ``LICENSE`` and ``LICENCES.md``. ``asked`` are requirements, in place of Folioscope's own;
    with ``bundled`` exactly what came into that frozen program is told, libraries of the system
    as well. Returns the parts. Raises LegalError, and writes nothing, where a licence is unknown
    or not allowed.
    """
    environment, distributions = frozen(python, bundled) if bundled else installed(python, asked)
    parts = parts_of(environment, distributions, bundled)
    rules = read_allow_list()
    refuse_faults(parts, rules)
    bill = bill_of(parts, version=version(), epoch_s=source_date())
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(folder, parts, distributions, rules)
    (folder / "sbom.cdx.json").write_text(bill, "utf-8")
    for name in ("LICENSE", "LICENCES.md"):
        shutil.copyfile(ROOT / name, folder / name)
    return parts
