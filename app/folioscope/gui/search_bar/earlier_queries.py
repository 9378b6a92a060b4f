"""Queries asked before, for the Up key in the field."""

from collections.abc import Iterable

_MOST = 50


class EarlierQueries:
    """Walks through queries, newest first; what was being typed comes back at the end."""

    def __init__(self, queries: Iterable[str] = ()) -> None:
        self._queries = [q for q in queries if q][:_MOST]
        self._at = -1
        self._draft = ""

    def note(self, text: str) -> None:
        """Remember a query as the newest, and begin anew."""
        query = text.strip()
        if query:
            self._queries = [query, *(q for q in self._queries if q != query)][:_MOST]
        self._at = -1

    def older(self, present: str) -> str | None:
        """Return the next older query, None at the end."""
        if self._at == -1:
            self._draft = present
        at = self._at + 1
        while at < len(self._queries) and self._queries[at] == present:
            at += 1
        if at >= len(self._queries):
            return None
        self._at = at
        return self._queries[at]

    def newer(self) -> str | None:
        """Return the next newer query or what was being typed; None if not walking."""
        if self._at == -1:
            return None
        self._at -= 1
        return self._draft if self._at == -1 else self._queries[self._at]

    def all(self) -> list[str]:
        """Return the queries, newest first."""
        return list(self._queries)
