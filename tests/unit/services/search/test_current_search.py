"""Waiting for a server that answers nobody ends with whoever asked."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from folioscope.domain.queries import PageFilter
from folioscope.jobs.tokens import Cancelled, CancelToken, heeded_token
from folioscope.services.current_search import CurrentSearch
from folioscope.stores.lance_store import LanceVectorStore
from tests.library_parts import open_parts


class SilentStore(LanceVectorStore):
    """Kept on a server, as it were, that answers no search."""

    def __init__(self, directory: Path, asked: threading.Event) -> None:
        super().__init__(directory)
        self._asked = asked

    def search(self, *_: object, **__: object) -> None:  # type: ignore[override]
        self._wait()

    def page_refs(self, *_: object, **__: object) -> None:  # type: ignore[override]
        self._wait()

    def _wait(self) -> None:
        token = heeded_token()
        assert token is not None
        ended = threading.Event()
        token.on_cancel(ended.set)
        self._asked.set()
        assert ended.wait(20)
        raise Cancelled


Ask = Callable[[CurrentSearch, CancelToken], object]


@pytest.mark.parametrize(
    "ask",
    [
        lambda search, token: search.search("heron", scope=PageFilter(), token=token),
        lambda search, token: search.browse(scope=PageFilter(), token=token),
    ],
    ids=["search", "browse"],
)
def test_a_search_that_waits_for_a_server_can_be_cancelled(tmp_path: Path, ask: Ask) -> None:
    asked, token = threading.Event(), CancelToken()
    threading.Thread(target=lambda: asked.wait(20) and token.cancel(), daemon=True).start()
    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: SilentStore(library, asked)) as parts:
        with pytest.raises(Cancelled):
            ask(parts.search, token)
        assert heeded_token() is None
