"""An Elasticsearch server for the tests: one that is named, or a node started beside them.

``FOLIOSCOPE_TEST_ES_URL`` names a server, ``FOLIOSCOPE_TEST_ES_API_KEY`` (or ``…_USER`` and
``…_PASSWORD``) says who asks, and ``FOLIOSCOPE_TEST_ES_CA`` is a file with whom to trust.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.errors import StoreError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.stores.elastic.connection import ElasticConnection

NOWHERE = "no Elasticsearch: set FOLIOSCOPE_TEST_ES_URL, or lay the folder `shared` beside this one"
# starts the node, and kills it when whoever asked is gone, in whatever way
_WATCHED = """
import json, os, subprocess, sys
node, folder = sys.argv[1:]
done = subprocess.run([sys.executable, node, "start", folder], capture_output=True, text=True)
print(done.stdout.strip().splitlines()[-1] if done.returncode == 0 else json.dumps(
    {"error": done.stderr}), flush=True)
sys.stdin.read()
subprocess.run([sys.executable, node, "kill", folder])
"""


@dataclass(frozen=True, slots=True)
class TestServer:
    """Where a server for tests is; each test takes a prefix of its own."""

    __test__ = False
    url: str
    secret: ElasticSecret
    user: str = ""
    ca_file: str = ""

    def place(self, prefix: str = "") -> ElasticPlace:
        """Return indices that nobody else has."""
        own = prefix or f"folioscope-test-{uuid.uuid4().hex[:12]}"
        return ElasticPlace(self.url, prefix=own, ca_file=self.ca_file, user=self.user)

    def forget(self, place: ElasticPlace) -> None:
        """Delete all indices of a place."""
        connection = ElasticConnection(place, self.secret)
        connection.open()
        try:
            with contextlib.suppress(StoreError):
                found = connection.read("GET", f"/{place.prefix}-*", params={"features": "aliases"})
                for name in found:
                    connection.delete_index(name)
        finally:
            connection.close()


def named_server() -> TestServer | None:
    """Return the server that the environment names."""
    named = {
        name: os.environ.get(f"FOLIOSCOPE_TEST_ES_{name}", "")
        for name in ("URL", "API_KEY", "USER", "PASSWORD", "CA")
    }
    if not named["URL"]:
        return None
    secret = ElasticSecret(api_key=named["API_KEY"], password=named["PASSWORD"])
    return TestServer(named["URL"], secret, named["USER"], named["CA"])


@contextlib.contextmanager
def started_server(shared: Path, folder: Path) -> Iterator[TestServer]:
    """Start a node for as long as this process wants it; it does not outlive this process."""
    node = shared / "elasticsearch" / "node.py"
    watcher = subprocess.Popen(
        [sys.executable, "-c", _WATCHED, str(node), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert watcher.stdout is not None
    try:
        facts = json.loads(watcher.stdout.readline() or "{}")
        if "url" not in facts:
            raise RuntimeError(f"the test node did not start: {facts.get('error', 'no answer')}")
        yield TestServer(facts["url"], ElasticSecret())
    finally:
        with contextlib.suppress(ProcessLookupError):
            assert watcher.stdin is not None
            watcher.stdin.close()
            watcher.wait(30)
        if watcher.poll() is None:
            os.kill(watcher.pid, signal.SIGKILL)
