"""Passwords that the user typed; kept in memory only, for as long as the app runs."""

import threading


class Passwords:
    """Passwords by document. Safe from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[str, str] = {}

    def of(self, document_id: str) -> str:
        """Return the password, empty when there is none."""
        with self._guard:
            return self._known.get(document_id, "")

    def remember(self, document_id: str, password: str) -> None:
        """Keep a password that opened the document."""
        with self._guard:
            self._known[document_id] = password
