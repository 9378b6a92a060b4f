"""Models on a server, as the window is told of them; nothing leaves the test."""

from dataclasses import dataclass, field

from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import RemoteModel, RemoteOffer, RemoteTask, RemoteUse
from folioscope.domain.store_places import ElasticPlace

TEXTS = RemoteOffer("jina-texts", RemoteTask.TEXT_EMBEDDING, "elastic", "jina-embeddings-v3", 1024)
OMNI = RemoteOffer("omni", RemoteTask.EMBEDDING, "elasticsearch", "jina-omni")
RANKS = RemoteOffer("ranks", RemoteTask.RERANK, "jinaai", "jina-reranker-v2")


@dataclass
class FakeRemote:
    """Notes what was agreed to and forgotten."""

    offered: list[RemoteOffer] = field(default_factory=lambda: [TEXTS, OMNI, RANKS])
    held: list[RemoteModel] = field(default_factory=list)
    error: Exception | None = None
    breaks: tuple[str, ...] = ()

    def offers(self, token: Cancellation | None = None) -> list[RemoteOffer]:
        if self.error:
            raise self.error
        return self.offered

    def agreed(self) -> list[RemoteModel]:
        return list(self.held)

    def what_leaves(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
        return (f"{use.value} is sent to search.example.org.", f"It is run by {offer.service}.")

    def what_breaks(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
        return self.breaks

    def agree(
        self, offer: RemoteOffer, use: RemoteUse, token: Cancellation | None = None
    ) -> RemoteModel:
        if self.error:
            raise self.error
        place = ElasticPlace("https://search.example.org")
        model = RemoteModel(offer, place, frozenset({use}), False, "2026-01-31")
        self.held.append(model)
        return model

    def forget(self, endpoint: str) -> None:
        self.held = [model for model in self.held if model.offer.endpoint != endpoint]
