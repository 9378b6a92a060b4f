"""A folder with two documents, and a library to read them into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.library_parts import OpenParts, open_parts
from tests.made_documents import text_pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    text_pdf(made / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    text_pdf(made / "heron.pdf", 3, sentence="A heron stands in the shallow water.")
    return made


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[OpenParts]:
    with open_parts(tmp_path / "library") as opened:
        yield opened
