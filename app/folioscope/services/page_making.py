"""From what was read of a page to what a store keeps."""

from collections.abc import Collection
from dataclasses import dataclass

from folioscope.domain.pages import PageContent, PageRecord, PageRef, PageVectors, Region
from folioscope.domain.protocols import PageUnits
from folioscope.services.composing import compose

COMPOSING_VERSION = "compose-1"


@dataclass(frozen=True, slots=True, eq=False)
class ComposedPage:
    """A page that waits for its vectors."""

    content: PageContent
    units: PageUnits
    regions: tuple[Region, ...]


def composed(
    content: PageContent,
    *,
    document_title: str,
    file_name: str,
    repeated_lines: Collection[str] = frozenset(),
) -> ComposedPage:
    """Cut a page into the texts that get a vector each."""
    units, regions = compose(
        content,
        document_title=document_title,
        file_name=file_name,
        repeated_lines=repeated_lines,
    )
    return ComposedPage(content, units, regions)


def record(document_id: str, page: ComposedPage, vectors: PageVectors) -> PageRecord:
    """Put a page and its vectors together."""
    content = page.content
    return PageRecord(
        ref=PageRef(document_id, content.page_index),
        width_pt=content.width_pt,
        height_pt=content.height_pt,
        text=content.text,
        text_source=content.text_source,
        regions=page.regions,
        looks=content.looks,
        title_line=page.units.title,
        ink=content.ink,
        vectors=vectors,
    )
