"""A shelf without models, for a machine that knows of none."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.errors import ModelMissingError
from folioscope.domain.models import InstallProgress, ModelInfo, Precision
from folioscope.domain.protocols import Cancellation


class EmptyShelf:
    """A ModelShelf that lists nothing and says so."""

    def models(self) -> list[ModelInfo]:
        """Return nothing."""
        return []

    def info(self, name: str) -> NoReturn:
        """Raise ModelMissingError."""
        raise ModelMissingError(f"There is no model {name}.", hint="No visual models are known.")

    def licence_text(self, name: str) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)

    def install(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> None:
        """Raise ModelMissingError."""
        self.info(name)

    def remove(self, name: str, *, precision: Precision | None = None) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)

    def verify(
        self,
        name: str,
        *,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)

    def trial(
        self, name: str, *, precision: Precision | None = None, token: Cancellation | None = None
    ) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)

    def encoder(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
        dim: int | None = None,
    ) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)

    def reranker(self, name: str, *, precision: Precision | None = None) -> NoReturn:
        """Raise ModelMissingError."""
        self.info(name)
