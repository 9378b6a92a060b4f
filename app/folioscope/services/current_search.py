"""Search that never mixes vectors of two models."""

from folioscope.domain.protocols import Cancellation
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.services.api import SearchService
from folioscope.services.library_stores import LibraryStores


class CurrentSearch:
    """A SearchService that refuses a library made with another model."""

    def __init__(self, search: SearchService, stores: LibraryStores) -> None:
        self._search = search
        self._stores = stores

    def search(
        self,
        text: str,
        *,
        scope: PageFilter,
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Answer a query; raise FingerprintMismatchError."""
        self._stores.check_fingerprint()
        return self._search.search(text, scope=scope, limit=limit, token=token)

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        """All pages that pass, newest file first; no vectors are looked at."""
        return self._search.browse(scope=scope, token=token)
