"""A library of made pages, to be looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.look_parts import LookParts, open_look_parts


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[LookParts]:
    with open_look_parts(tmp_path) as opened:
        yield opened
