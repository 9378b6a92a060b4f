"""Search that never mixes vectors of two models."""

from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.protocols import Cancellation
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import heeding
from folioscope.services.api import SearchService
from folioscope.services.library_stores import LibraryStores


class CurrentSearch:
    """A SearchService that refuses a library made with another model.

    Where pages are on a server, waiting for that ends with the caller's token.
    """

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
        with heeding(token):
            return self._search.search(text, scope=scope, limit=limit, token=token)

    def search_picture(
        self,
        picture: PictureQuery,
        *,
        scope: PageFilter,
        text: str = "",
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        """Find pages that look like a picture; their looks are of no fingerprint of the library.

        With a text the library's own vectors are asked, too: FingerprintMismatchError.
        """
        if text:
            self._stores.check_fingerprint()
        ask = self._search.search_picture
        with heeding(token):
            return ask(picture, scope=scope, text=text, limit=limit, token=token)

    def rerank(self, found: SearchResults, ctx: JobContext) -> SearchResults:
        """Read the best results again together with the query."""
        with heeding(ctx.token):
            return self._search.rerank(found, ctx)

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        """All pages that pass, newest file first; no vectors are looked at."""
        with heeding(token):
            return self._search.browse(scope=scope, token=token)
