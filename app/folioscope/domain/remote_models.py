"""Models that run on a server: offered by it, and used once somebody agreed to what leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from folioscope.domain.store_places import ElasticPlace, ElasticSecret

if TYPE_CHECKING:  # it needs NumPy, and preferences are read before that
    from folioscope.domain.protocols import Cancellation

PREFIX = "elastic:"  # before an endpoint's id, it makes the name of a model


class RemoteTask(StrEnum):
    """What an inference endpoint of Elasticsearch does, in its own words.

    EMBEDDING takes texts and, depending on the model, pictures too.
    """

    TEXT_EMBEDDING = "text_embedding"
    EMBEDDING = "embedding"
    RERANK = "rerank"


class RemoteUse(StrEnum):
    """What a model on a server is used for here.

    TEXTS: in place of the starter, for the texts of pages. PICTURES: as the visual model.
    """

    TEXTS = "texts"
    PICTURES = "pictures"
    RERANKER = "reranker"


_USES = {
    RemoteTask.TEXT_EMBEDDING: (RemoteUse.TEXTS,),
    RemoteTask.EMBEDDING: (RemoteUse.TEXTS, RemoteUse.PICTURES),
    RemoteTask.RERANK: (RemoteUse.RERANKER,),
}


@dataclass(frozen=True, slots=True)
class RemoteOffer:
    """An endpoint as a server tells of it; ``dim`` is 0 where it does not say.

    ``service`` is who runs the model: ``elasticsearch`` for the server itself, ``elastic`` for
    the Elastic Inference Service, else another provider.
    """

    endpoint: str
    task: RemoteTask
    service: str
    model: str = ""
    dim: int = 0

    @property
    def uses(self) -> tuple[RemoteUse, ...]:
        """What it may be used for, the likeliest first; whether it sees is known once tried."""
        return _USES[self.task]


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """An endpoint that may be used: somebody agreed on ``agreed_on`` (a date) to what leaves.

    ``dim`` and ``takes_pictures`` were tried, not believed.
    """

    offer: RemoteOffer
    place: ElasticPlace
    uses: frozenset[RemoteUse] = field(default_factory=frozenset)
    takes_pictures: bool = False
    agreed_on: str = ""

    @property
    def name(self) -> str:
        """What it is called in settings."""
        return f"{PREFIX}{self.offer.endpoint}"

    @property
    def fingerprint(self) -> str:
        """What shapes its vectors: the same model behind another name gives the same ones."""
        offer = self.offer
        model = offer.model or f"{offer.endpoint} at {self.place.url.rstrip('/')}"
        return f"{offer.service}/{model}/{offer.dim}"


class InferenceServers(Protocol):
    """Asks servers for their inference endpoints. Errors are InferenceError and its kin."""

    def offers(
        self, place: ElasticPlace, secret: ElasticSecret, token: Cancellation | None = None
    ) -> list[RemoteOffer]:
        """List endpoints that embed or rerank; nothing of the library is sent."""
        ...

    def tried(
        self,
        place: ElasticPlace,
        secret: ElasticSecret,
        offer: RemoteOffer,
        token: Cancellation | None = None,
    ) -> RemoteModel:
        """Try an endpoint with a word and a grey picture; returns what it can do."""
        ...
