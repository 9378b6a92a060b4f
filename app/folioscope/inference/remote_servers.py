"""What servers offer, and what an endpoint turns out to do when it is tried."""

from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import RemoteModel, RemoteOffer
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.inference.remote_client import InferenceClient
from folioscope.inference.remote_encoders import tried
from folioscope.inference.remote_vectors import Endpoint


class ElasticInferenceServers:
    """Asks Elasticsearch servers; an InferenceServers."""

    def offers(
        self, place: ElasticPlace, secret: ElasticSecret, token: Cancellation | None = None
    ) -> list[RemoteOffer]:
        """List endpoints that embed or rerank."""
        client = InferenceClient(place, secret)
        client.open()
        try:
            return client.offers(token)
        finally:
            client.close()

    def tried(
        self,
        place: ElasticPlace,
        secret: ElasticSecret,
        offer: RemoteOffer,
        token: Cancellation | None = None,
    ) -> RemoteModel:
        """Try an endpoint with a word and a grey picture."""
        client = InferenceClient(place, secret)
        client.open()
        try:
            return tried(RemoteModel(offer, place), Endpoint(client, offer), token)
        finally:
            client.close()
