"""The server of a benchmark, and what it tells of itself: processor time, heap, bytes."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from folioscope.stores.elastic.connection import ElasticConnection
from tests.elastic_node import TestServer, elastic_node, named_server, why_no_node

# fields by what they are for; a field that is in none counts as rest
FIELDS = {
    "vectors to search": ("page", "title", "regions.at", "ranked", "at"),
    "vectors to score by": ("vectors", "codes", "single", "body"),
    "words to search": ("tokens", "tokens.share", "tokens.ends", "said"),
    "words to score by": ("words",),
    "text and boxes to show": ("_source",),
    "copies for recovery, until merged": ("_recovery_source",),
}
REST = "rest"


@contextmanager
def lent_server() -> Iterator[TestServer]:
    """Lend the server that the environment names, or a node for as long as this takes."""
    named, why = named_server(), why_no_node()
    if named is not None:
        yield named
    elif why:
        raise SystemExit(why)
    else:
        with tempfile.TemporaryDirectory() as folder, elastic_node(Path(folder)) as node:
            yield node.server()


class ServerFigures:
    """Asks a server for figures of all its nodes, and of indices by their prefix."""

    def __init__(self, connection: ElasticConnection, prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix

    def processor_s(self) -> float:
        """Return the processor time it has spent so far."""
        spent = (node["process"]["cpu"]["total_in_millis"] for node in self._nodes())
        return float(sum(spent)) / 1000

    def heap_bytes(self) -> tuple[int, int]:
        """Return the heap in use, which holds what is not collected yet, and its limit."""
        memory = [node["jvm"]["mem"] for node in self._nodes()]
        used, most = ("heap_used_in_bytes", "heap_max_in_bytes")
        return sum(m[used] for m in memory), sum(m[most] for m in memory)

    def segments(self, name: str) -> int:
        """Return how many segments an index has."""
        said = self._read(f"/{self._prefix}-{name}/_stats/segments")
        return int(said["_all"]["primaries"]["segments"]["count"])

    def bytes_by_purpose(self, name: str) -> Counter[str]:
        """Return the bytes of an index (one copy) by what its fields are for."""
        path = f"/{self._prefix}-{name}/_disk_usage?run_expensive_tasks=true"
        found: Counter[str] = Counter()
        for index, said in self._connection.change("POST", path).items():
            if not index.startswith("_"):
                for field, sizes in said["fields"].items():
                    found[_purpose(field)] += sizes["total_in_bytes"]
        return found

    def bytes_on_disk(self, name: str) -> int:
        """Return the bytes of an index (primary shards), its journal included."""
        said = self._read(f"/{self._prefix}-{name}/_stats/store,translog")["_all"]["primaries"]
        return int(said["store"]["size_in_bytes"] + said["translog"]["size_in_bytes"])

    def merge_whole(self, name: str) -> None:
        """Make one segment of an index, and empty its journal."""
        path = f"/{self._prefix}-{name}"
        params = {"max_num_segments": "1", "flush": "true"}
        self._connection.change("POST", f"{path}/_forcemerge", params=params, timeout_s=3600)
        self._connection.refresh(f"{self._prefix}-{name}")

    def _nodes(self) -> list[Any]:
        return list(self._read("/_nodes/stats/process,jvm")["nodes"].values())

    def _read(self, path: str) -> Any:
        return self._connection.read("GET", path)


def _purpose(field: str) -> str:
    return next((purpose for purpose, fields in FIELDS.items() if field in fields), REST)
