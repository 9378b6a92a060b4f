"""The part of a store that keeps vectors of visual models, the same for every store here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from folioscope.domain.embeddings import Embedding, VisualPage
from folioscope.domain.pages import PageRef


class VisualKeeping(Protocol):
    """Where vectors of visual models are; see VectorStore for what each method promises."""

    def put(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None: ...
    def put_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None: ...
    def pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]: ...
    def missing(self, model: str, *, limit: int) -> list[PageRef]: ...
    def counts(self) -> dict[str, int]: ...
    def sizes(self) -> dict[str, int]: ...
    def drop(self, model: str) -> None: ...


class VisualStoring(ABC):
    """Gives a store the methods for visual vectors."""

    @property
    @abstractmethod
    def _visuals(self) -> VisualKeeping: ...

    def put_visual(self, model: str, pages: Sequence[tuple[PageRef, Embedding]]) -> None:
        """Keep pages' vectors of a visual model, all or none; pages that are gone are passed over.

        Raises StoreError for vectors that are not finite, without length, or of another size
        than those kept of this model.
        """
        self._visuals.put(model, pages)

    def put_visual_pages(self, model: str, pages: Sequence[tuple[PageRef, VisualPage]]) -> None:
        """Keep what ``visual_pages`` of another store gave, as it is; else like ``put_visual``."""
        self._visuals.put_pages(model, pages)

    def visual_pages(self, model: str, refs: Sequence[PageRef]) -> list[VisualPage | None]:
        """Fetch what was kept of pages, in the order asked; None where there is nothing."""
        return self._visuals.pages(model, refs)

    def visual_missing(self, model: str, *, limit: int) -> list[PageRef]:
        """Pages without vectors of that model: newest file first, then by page."""
        return self._visuals.missing(model, limit=limit)

    def visual_counts(self) -> dict[str, int]:
        """Count the pages that have vectors, by model."""
        return self._visuals.counts()

    def visual_sizes(self) -> dict[str, int]:
        """Tell about how many bytes the vectors take on disk, by model; 0 where it is not told."""
        return self._visuals.sizes()

    def drop_visual(self, model: str) -> None:
        """Forget all vectors of a model."""
        self._visuals.drop(model)
