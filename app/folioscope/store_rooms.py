"""Which class keeps a library's pages; part of the composition root."""

from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.domain.store_places import ElasticFacts, ElasticPlace, ElasticSecret, StorePlace
from folioscope.system import paths
from folioscope.system.identity import machine_id

if TYPE_CHECKING:
    from folioscope.domain.protocols import Cancellation, VectorStore


class LibraryStoreRooms:
    """Makes stores of the library in ``directory``; a services.chosen_store.StoreRooms.

    The client of Elasticsearch takes half a second to load: it is imported when it is needed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def store(self, place: StorePlace, secret: ElasticSecret) -> "VectorStore":
        """Return a store that is not open."""
        if place.elastic is None:
            from folioscope.stores.lance_store import LanceVectorStore

            return LanceVectorStore(self._directory)
        from folioscope.stores.elastic.store import ElasticsearchVectorStore

        machine = machine_id(paths.data_dir())
        return ElasticsearchVectorStore(
            place.elastic, secret, machine=machine, directory=self._directory
        )

    def ask(
        self, place: ElasticPlace, secret: ElasticSecret, token: "Cancellation | None"
    ) -> ElasticFacts:
        """Connect to a server and ask it; raise StoreError in one sentence."""
        from folioscope.stores.elastic.connection import ElasticConnection

        connection = ElasticConnection(place, secret)
        connection.open(token)
        try:
            return connection.facts(token)
        finally:
            connection.close()
