"""A server with ``rank_vectors`` and scripts, made of one that has neither.

It hands everything on to a real server, and does itself what Elastic's documentation says of the
field (bytes, all rows of a document) and of ``maxSimDotProduct``: for each row asked for, the best
product with a row of the document, summed. ``is_licensed`` False: its licence has ended.
"""

import json
import re
import urllib.error
import urllib.request
from itertools import pairwise
from typing import Any

import numpy as np

from folioscope.stores.elastic import ranking
from tests.answering_server import PRODUCT, Answer, Asked

ENDED = {
    "type": "security_exception",
    "reason": "current license is non-compliant for [rank-vectors]",
}


class LicensedServer:
    """Answers as a licensed server at ``url`` would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.is_licensed = True
        self.rows: dict[str, np.ndarray[Any, np.dtype[np.int64]]] = {}
        self.asked: list[Any] = []  # rescoring scripts that came

    def answer(self, asked: Asked) -> Answer:
        """Answer one request."""
        if asked.path == "/_bulk":
            return self._handed_on(asked, self._without_rows(asked.lines))
        if asked.path == "/_msearch":
            return self._searched(asked)
        if asked.method == "PUT" and b"rank_vectors" in asked.body:
            return self._made(asked)
        answer = self._handed_on(asked, asked.body)
        if asked.method == "GET" and asked.path.endswith("_mapping") and answer.status == 200:
            _tell_of_ranks(answer.body)
        return answer

    def _made(self, asked: Asked) -> Answer:
        """Make an index, without the field that the server behind lacks."""
        body = asked.json
        fields = body["mappings"]["properties"]
        for name in [name for name, field in fields.items() if field.get("type") == "rank_vectors"]:
            field = fields.pop(name)
            assert field.get("element_type", "float") in ("float", "byte")
            body["mappings"].setdefault("_meta", {})["licensed"] = {name: field}
        return self._handed_on(asked, json.dumps(body).encode())

    def _without_rows(self, lines: list[Any]) -> bytes:
        """Keep what is for the field, and hand on the rest."""
        for head, source in pairwise(lines):
            if "index" in head and ranking.FIELD in source:
                rows = np.array(source.pop(ranking.FIELD))
                assert rows.ndim == 2
                assert np.abs(rows).max() < 128
                self.rows[head["index"]["_id"]] = rows
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    def _searched(self, asked: Asked) -> Answer:
        lines, wanted = asked.lines, {}
        for number, body in enumerate(lines[1::2]):
            if "rescore" in body:
                self.asked.append(body["rescore"])
                wanted[number] = body.pop("rescore"), body["size"]
                body["size"] = wanted[number][0]["window_size"]
        handed = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        answer = self._handed_on(asked, handed)
        for number, (rescore, size) in wanted.items():
            found = answer.body["responses"][number]  # type: ignore[index]
            if not self.is_licensed:
                found.clear()
                found.update(error=ENDED, status=403)
            else:
                found["hits"]["hits"] = self._ranked(found["hits"]["hits"], rescore)[:size]
        return answer

    def _ranked(self, hits: list[Any], rescore: Any) -> list[Any]:
        script = rescore["query"]["rescore_query"]["script_score"]["script"]
        assert re.search(r"maxSimDotProduct\(params\.rows, 'ranks'\)", script["source"])
        asked = np.array(script["params"]["rows"])

        def score(hit: Any) -> float:
            rows = self.rows.get(hit["fields"]["ref"][0])
            return 0.0 if rows is None else float((asked @ rows.T).max(axis=1).sum())

        return sorted(hits, key=score, reverse=True)

    def _handed_on(self, asked: Asked, body: bytes) -> Answer:
        query = f"?{asked.query}" if asked.query else ""
        kind = {k: v for k, v in asked.headers.items() if k.lower() in ("content-type", "accept")}
        request = urllib.request.Request(
            f"{self._url}{asked.path}{query}", body or None, kind, method=asked.method
        )
        try:
            with urllib.request.urlopen(request) as said:
                return _answer(said.status, said.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.read())


def _answer(status: int, data: bytes) -> Answer:
    return Answer(status, json.loads(data) if data else {}, dict(PRODUCT))


def _tell_of_ranks(mappings: Any) -> None:
    for index in mappings.values():
        said = index["mappings"]
        said.get("properties", {}).update(said.get("_meta", {}).get("licensed", {}))
