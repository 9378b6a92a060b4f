"""The sample documents that come with Folioscope."""

import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path

from folioscope.gui.resources import resource

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it is offered, in the window's language."""

    path: Path
    title: str
    description: str
    page_count: int
    query: str


def load_samples(language: str) -> list[Sample]:
    """Read the list of samples; none where it did not come with the installation."""
    listing = resource("samples", "index.toml")
    try:
        entries = tomllib.loads(listing.read_text("utf-8"))["document"]
        return [_sample(entry, listing.parent, language) for entry in entries]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        _logger.warning("No samples: %s", error)
        return []


def _sample(entry: dict[str, object], folder: Path, language: str) -> Sample:
    def said(name: str) -> str:
        texts = entry[name]
        assert isinstance(texts, dict)
        return str(texts.get(language, texts["en"]))

    return Sample(
        path=folder / str(entry["file"]),
        title=said("title"),
        description=said("description"),
        page_count=int(str(entry["pages"])),
        query=said("query"),
    )
