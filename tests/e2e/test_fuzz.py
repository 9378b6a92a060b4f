"""Seeded fuzzing: mutated documents end in a page, a failure or an error, and nothing else.

FOLIOSCOPE_FUZZ=5000 runs as many; FOLIOSCOPE_FUZZ_SEED starts elsewhere.
"""

import io
import os
import random
from pathlib import Path

import numpy as np
import pytest

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.reader import WorkerDocumentReader
from folioscope.domain.documents import Failure
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageContent
from folioscope.jobs.tokens import CancelToken
from tests.made_documents import locked_pdf, scanned_pdf, text_pdf, written_image

COUNT = int(os.environ.get("FOLIOSCOPE_FUZZ", "400"))
SEED = int(os.environ.get("FOLIOSCOPE_FUZZ_SEED", "20260101"))
LIMITS = ReadingLimits(page_timeout_s=3, memory_bytes=500_000_000)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> list[bytes]:
    """Small documents of every kind."""
    folder: Path = tmp_path_factory.mktemp("seeds")
    image = written_image(["A line of text"], size=(200, 120))
    files = [
        text_pdf(folder / "text.pdf", 2).read_bytes(),
        scanned_pdf(folder / "scan.pdf", image).read_bytes(),
        locked_pdf(folder / "owner.pdf", user="").read_bytes(),
    ]
    for form in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"):
        buffer = io.BytesIO()
        image.save(buffer, form)
        files.append(buffer.getvalue())
    return files


def mutated(content: bytes, dice: random.Random) -> bytes:
    """Flip, cut, double or overwrite parts; the first bytes mostly stay, or nobody would look."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        if len(data) < 32:
            break
        start = dice.randrange(8, len(data))
        length = min(dice.choice((1, 1, 2, 4, 16, 200)), len(data) - start)
        match dice.randrange(6):
            case 0:
                data[start] ^= 1 << dice.randrange(8)
            case 1:
                data[start : start + length] = dice.randbytes(length)
            case 2:
                del data[start : start + length]
            case 3:
                data[start:start] = data[start : start + length] * dice.randint(1, 4)
            case 4:
                data[start : start + length] = dice.choice((b"\xff", b"\0", b"9")) * length
            case 5:
                numbers = [n for n in range(8, len(data)) if 48 <= data[n] <= 57]
                if numbers:
                    data[dice.choice(numbers)] = dice.choice(b"0123456789")
    return bytes(data if dice.random() > 0.1 else data[: dice.randrange(16, len(data))])


def test_no_mutation_ends_the_reader(seeds, tmp_path):
    reader = WorkerDocumentReader(LIMITS)
    reader.open()
    pages = failures = refused = 0
    try:
        for number in range(COUNT):
            dice = random.Random(SEED + number)
            path = tmp_path / "mutated"
            path.write_bytes(mutated(dice.choice(seeds), dice))
            try:
                facts = reader.inspect(str(path))
            except DocumentError as error:
                failures += isinstance(error.failure, Failure)
                refused += 1
                continue
            wanted = range(min(3, facts.page_count))
            for page in reader.read_pages(str(path), wanted, token=CancelToken()):
                assert isinstance(page, PageContent | Failure), number
                pages += isinstance(page, PageContent)
                if isinstance(page, PageContent):
                    assert np.isfinite(page.looks).all(), number
                    assert np.isfinite(page.text.boxes).all(), number
        sound = text_pdf(tmp_path / "sound.pdf", 2)
        assert reader.inspect(str(sound)).page_count == 2
    finally:
        reader.close()
    assert pages > COUNT / 10  # the mutations are mild enough to get somewhere
    assert failures == refused > COUNT / 20  # and wild enough to matter
