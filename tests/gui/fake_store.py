"""Where pages are kept, as the window is told; nothing leaves the test."""

import threading
from dataclasses import dataclass, field, replace

from folioscope.domain.store_places import (
    ElasticFacts,
    ElasticPlace,
    ElasticSecret,
    StoreKind,
    StorePlace,
)
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.store_api import CopyReport, StoreFacts, StoreHealth

SERVER = StorePlace(StoreKind.ELASTICSEARCH, ElasticPlace("https://search.example.org:9200"))
FACTS = ElasticFacts(
    name="office",
    version="8.19.21",
    licence="basic",
    plugins=(),
    vector_index="int8_hnsw",
    has_rank_vectors=False,
    has_fusion=False,
    can_read=True,
    can_write=True,
    missing=("The server does not fuse results (RRF), so Folioscope does.",),
)


def reading_only(place: StorePlace = SERVER) -> StorePlace:
    """The same place, for those who may only search."""
    assert place.elastic is not None
    return StorePlace(place.kind, replace(place.elastic, is_read_only=True))


@dataclass
class FakeStore:
    """Notes what it was asked; a copy lasts until ``gate`` is set or it is cancelled."""

    place: StorePlace = field(default_factory=StorePlace)
    told: ElasticFacts = FACTS
    error: Exception | None = None
    tested: list[tuple[StorePlace, ElasticSecret]] = field(default_factory=list)
    used: list[tuple[StorePlace, ElasticSecret]] = field(default_factory=list)
    copied: list[StorePlace] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def facts(self) -> StoreFacts:
        return StoreFacts(self.place, "somewhere", StoreHealth.WORKING)

    def has_secret(self, place: StorePlace) -> bool:
        return False

    def test(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> ElasticFacts:
        self.tested.append((place, secret))
        if self.error:
            raise self.error
        return self.told

    def use(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> None:
        if self.error:
            raise self.error
        self.used.append((place, secret))
        self.place = place

    def copy(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> CopyReport:
        self.copied.append(place)
        ctx.report(Progress(300, 1624, "copying", None, 30.0))
        forget = ctx.token.on_cancel(self.gate.set)
        self.gate.wait(10)
        forget()
        ctx.token.raise_if_cancelled()
        if self.error:
            raise self.error
        return CopyReport(9, 1624, 0, 12, "0" * 64, 12, 4.0)
