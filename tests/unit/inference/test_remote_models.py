"""Models behind ``_inference`` endpoints: vectors, scores, limits, and what is sent at all."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from folioscope.domain.embeddings import PictureQuery, RerankPage, TextRole
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import PageUnits
from folioscope.domain.remote_models import RemoteModel, RemoteOffer, RemoteTask
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.inference import remote_client
from folioscope.inference.remote_client import Waiting
from folioscope.inference.remote_encoders import (
    RemotePictureEncoder,
    RemoteReranker,
    RemoteTextEncoder,
)
from folioscope.inference.remote_servers import ElasticInferenceServers
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.answering_server import Answer, Asked
from tests.inference_server import DIM, InferenceServer, pixels_of, refused

SECRET = ElasticSecret(api_key="c2VjcmV0OmtleQ==")
TEXTS, OMNI, BLIND = ".jina-embeddings-v3", "omni", "blind"
RANKS, RANKS_PICTURES, LOGITS = "ranks", "ranks-pictures", ".rerank-v1-elasticsearch"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[InferenceServer]:
    monkeypatch.setattr("folioscope.inference.remote_vectors.PATIENT", Waiting(60.0, 0.001))
    monkeypatch.setattr("folioscope.inference.remote_vectors.BRIEF", Waiting(0.05, 0.001))
    monkeypatch.setattr(remote_client, "BRIEF", Waiting(0.05, 0.001))
    with InferenceServer() as lent:
        yield lent


def offer_of(server: InferenceServer, endpoint: str) -> RemoteOffer:
    offers = ElasticInferenceServers().offers(ElasticPlace(server.url), SECRET)
    return next(one for one in offers if one.endpoint == endpoint)


def agreed(server: InferenceServer, endpoint: str) -> RemoteModel:
    place, offer = ElasticPlace(server.url), offer_of(server, endpoint)
    model = ElasticInferenceServers().tried(place, SECRET, offer)
    server.sent.clear()
    return model


def texts(server: InferenceServer) -> RemoteTextEncoder:
    encoder = RemoteTextEncoder(agreed(server, TEXTS), SECRET)
    encoder.open()
    return encoder


def picture(seed: int, height: int = 24, width: int = 40) -> PageImage:
    rng = np.random.default_rng(seed)
    return PageImage(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def always(answer: Answer):
    return lambda asked: answer if asked.method == "POST" else None


def test_offers_are_listed_and_nothing_of_the_library_is_sent(server: InferenceServer) -> None:
    offers = ElasticInferenceServers().offers(ElasticPlace(server.url), SECRET)
    told = {one.endpoint: (one.task, one.service, one.model, one.dim) for one in offers}
    assert told[TEXTS] == (RemoteTask.TEXT_EMBEDDING, "elastic", "jina-embeddings-v3", DIM)
    assert told[RANKS] == (RemoteTask.RERANK, "jinaai", "jina-reranker-v2", 0)
    assert "chat" not in told
    assert server.served.paths() == ["GET /_inference"]
    assert server.served.asked[0].headers["authorization"] == "ApiKey c2VjcmV0OmtleQ=="


@pytest.mark.parametrize(
    ("endpoint", "dim", "sees"),
    [(TEXTS, DIM, False), (OMNI, DIM, True), (BLIND, DIM, False), (RANKS, 0, False),
     (RANKS_PICTURES, 0, True), (LOGITS, 0, False)],
)  # fmt: skip
def test_what_an_endpoint_can_do_is_tried(
    server: InferenceServer, endpoint: str, dim: int, sees: bool
) -> None:
    model = agreed(server, endpoint)
    assert (model.offer.dim, model.takes_pictures) == (dim, sees)


# --- texts


def test_texts_of_pages_become_vectors_of_length_1_each_sent_once(server: InferenceServer) -> None:
    encoder = texts(server)
    pages = [
        PageUnits("a long enough page", ("first region", "second region"), "Report"),
        PageUnits("another long page", ("first region",), "Report"),
        PageUnits("short", (), "Report"),
    ]
    made = encoder.embed_pages(pages)
    for vectors in made:
        assert np.linalg.norm(vectors.title) == pytest.approx(1, abs=1e-5)
        assert vectors.regions.dtype == np.float32
    assert made[0].regions.shape == (2, DIM)
    assert made[2].regions.shape == (0, DIM)
    assert made[2].page is None
    np.testing.assert_array_equal(made[0].regions[0], made[1].regions[0])
    assert sorted(server.sent) == sorted(set(server.sent))
    assert len(server.sent) == 5
    assert set(server.roles[1:]) == {"ingest"}
    query = encoder.embed_query("first region")
    assert float(query @ made[0].regions[0]) == pytest.approx(1, abs=1e-5)
    assert server.roles[-1] == "search"


def test_many_texts_go_in_several_requests_in_their_order(server: InferenceServer) -> None:
    encoder = texts(server)
    names = [f"word{n}" for n in range(50)]
    (made,) = encoder.embed_pages([PageUnits("", tuple(names), "Report")])
    assert len(server.roles) > 3
    for name, row in zip(names, made.regions, strict=True):
        np.testing.assert_allclose(row, encoder.embed_query(name), atol=1e-6)


def test_many_queries_go_in_few_requests(server: InferenceServer) -> None:
    encoder = texts(server)
    before = len(server.served.asked)
    names = [f"word{n}" for n in range(64)]
    made = encoder.embed_queries(names)
    assert len(server.served.asked) - before == 4
    np.testing.assert_allclose(made[40], encoder.embed_query("word40"), atol=1e-6)


def test_requests_that_are_too_large_are_cut(server: InferenceServer) -> None:
    encoder = texts(server)
    server.most_inputs = 3
    (made,) = encoder.embed_pages([PageUnits("", tuple(f"w{n}" for n in range(16)), "Report")])
    assert made.regions.shape == (16, DIM)


@pytest.mark.parametrize("text", ["", " \n", "\x00", "\ud800 lone", "x" * 100_000, "贷款 قرض"])
def test_odd_texts_get_vectors(server: InferenceServer, text: str) -> None:
    encoder = texts(server)
    (made,) = encoder.embed_pages([PageUnits(text, (text,), text)])
    assert np.isfinite(made.regions).all()
    assert all(0 < len(sent) <= 8_000 for sent in server.sent)


def test_versions_that_know_no_roles_are_asked_without(server: InferenceServer) -> None:
    server.takes_roles = False
    encoder = texts(server)
    encoder.embed_query("one")
    before = len(server.served.asked)
    encoder.embed_query("two")
    assert len(server.served.asked) == before + 1


def test_pages_of_a_texts_model_are_never_sent_as_pictures(server: InferenceServer) -> None:
    for endpoint in (TEXTS, BLIND):
        with pytest.raises(InferenceError, match="reads texts and sees no pictures"):
            RemotePictureEncoder(agreed(server, endpoint), SECRET).open()
    assert server.sent == []


# --- pictures


def test_pictures_of_pages_are_sent_without_loss(server: InferenceServer) -> None:
    encoder = RemotePictureEncoder(agreed(server, OMNI), SECRET)
    encoder.open()
    images = [picture(n, 20 + n, 30) for n in range(6)]
    made = encoder.embed_pages(images)
    assert [one.single.shape for one in made] == [(DIM,)] * 6
    assert all(one.multi is None for one in made)
    for sent, image in zip(server.sent, images, strict=True):
        np.testing.assert_array_equal(pixels_of(sent["content"]), image.rgb)
    np.testing.assert_allclose(
        encoder.embed_query(PictureQuery(images[0])).single, made[0].single, atol=1e-6
    )
    part = encoder.embed_query(PictureQuery(images[0], Box(0, 0, 0.5, 0.5)))
    assert pixels_of(server.sent[-1]["content"]).shape == (10, 15, 3)
    assert part.single.shape == (DIM,)
    asked = encoder.embed_text("loan", role=TextRole.QUERY)
    np.testing.assert_allclose(asked.single, encoder.embed_query("loan").single)


# --- reranking


def page(text: str, image: PageImage | None = None) -> RerankPage:
    return RerankPage(text, None if image is None else lambda: image, text)


@pytest.mark.parametrize("endpoint", [RANKS, LOGITS])
def test_pages_are_judged_by_their_texts(server: InferenceServer, endpoint: str) -> None:
    reranker = RemoteReranker(agreed(server, endpoint), SECRET)
    reranker.open()

    def fail() -> PageImage:
        raise AssertionError("nobody sees this picture")

    pages = [page("a loan agreement"), RerankPage("k", fail, "heron in water"), page("  ")]
    near, far, silent = reranker.scores("loan agreement", pages)
    assert 0 <= far < near <= 1
    assert silent == 0
    assert server.sent == ["a loan agreement", "heron in water"]


def test_pages_are_judged_by_their_pictures_where_the_endpoint_sees(
    server: InferenceServer,
) -> None:
    reranker = RemoteReranker(agreed(server, RANKS_PICTURES), SECRET)
    reranker.open()
    image = picture(1)
    same, other = reranker.scores(PictureQuery(image), [page("", image), page("", picture(2))])
    assert same > other
    np.testing.assert_array_equal(pixels_of(server.sent[0]), image.rgb)


# --- what goes wrong


def test_a_rate_limit_is_waited_out_and_nothing_is_embedded_twice(server: InferenceServer) -> None:
    encoder = texts(server)
    limit = Answer(429, refused("status_exception", "rate limit", 429).body, {"Retry-After": "0"})
    left = [limit, limit, Answer(503, "<html></html>", {}), Answer(cuts=True)]
    server.fault = lambda asked: left.pop() if asked.method == "POST" and left else None
    (made,) = encoder.embed_pages([PageUnits("", ("one", "two"), "Report")])
    assert made.regions.shape == (2, DIM)
    assert server.sent == ["one", "two", "Report"]


def test_whoever_searches_does_not_wait_for_a_rate_limit_for_long(server: InferenceServer) -> None:
    encoder = texts(server)
    server.fault = always(refused("status_exception", "rate limit", 429))
    with pytest.raises(InferenceError, match=r"rate limit of the model on .* is reached \(429\)"):
        encoder.embed_query("one")


def test_a_wait_that_is_too_long_is_told(server: InferenceServer) -> None:
    encoder = texts(server)
    server.fault = always(Answer(429, {}, {"Retry-After": "600"}))
    with pytest.raises(InferenceError, match="asks to wait 10 minutes"):
        encoder.embed_pages([PageUnits("", (), "Report")])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refused("security_exception", "unable to authenticate", 401), "does not know this API"),
        (refused("security_exception", "action is unauthorized", 403), "monitor_inference"),
        (refused("security_exception", "license is non-compliant for [inference]", 403),
         "licence of .* does not include inference"),
        (refused("status_exception", "input is too long for the model", 400),
         "could not use the model: input is too long"),
        (refused("status_exception", "upstream died", 500), "could not use the model: upstream"),
        (Answer(200, "<html>Welcome</html>", {}), "is not Elasticsearch"),
        (Answer(body={}), "something that Folioscope cannot use"),
        (Answer(body={"text_embedding": [{"embedding": ["x"]}]}), "something that Folioscope"),
        (Answer(body={"text_embedding": []}), "something that Folioscope cannot use"),
        (Answer(body={"text_embedding": [{"embedding": [0.0] * DIM}]}), "something that"),
        (Answer(body={"text_embedding": [{"embedding": [1.0]}]}), "now makes vectors of 1 number"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_one_sentence(
    server: InferenceServer, answer: Answer, told: str
) -> None:
    encoder = texts(server)
    server.fault = always(answer)
    with pytest.raises(InferenceError, match=told) as raised:
        encoder.embed_query("one")
    assert "c2VjcmV0" not in f"{raised.value}{raised.value.__cause__!r}"


def test_an_endpoint_that_is_gone_is_a_missing_model(server: InferenceServer) -> None:
    encoder = RemoteTextEncoder(agreed(server, TEXTS), SECRET)
    server.endpoints.pop(0)
    with pytest.raises(ModelMissingError, match=r"has no model \.jina-embeddings-v3"):
        encoder.open()


def test_an_endpoint_that_means_another_model_now_is_refused(server: InferenceServer) -> None:
    encoder = RemoteTextEncoder(agreed(server, TEXTS), SECRET)
    server.endpoints[0]["service"] = "openai"
    with pytest.raises(InferenceError, match=r"was changed: it is now .* of openai"):
        encoder.open()
    assert server.sent == []


def test_a_server_that_is_away_is_told(server: InferenceServer) -> None:
    model = agreed(server, TEXTS)
    gone = replace(model, place=ElasticPlace("http://127.0.0.1:9"))
    with pytest.raises(InferenceError, match=r"127\.0\.0\.1:9 cannot be reached"):
        RemoteTextEncoder(gone, SECRET).open()


def test_a_request_ends_with_its_token_though_nobody_answers(server: InferenceServer) -> None:
    encoder, token = texts(server), CancelToken()
    came, let_go = threading.Event(), threading.Event()

    def held(_asked: Asked) -> None:
        came.set()
        let_go.wait(20)

    server.fault = held
    threading.Thread(target=lambda: came.wait(20) and token.cancel(), daemon=True).start()
    with pytest.raises(Cancelled):
        encoder.embed_query("one", token=token)
    assert not let_go.is_set()
    let_go.set()


def test_a_pause_holds_pages_and_not_queries(server: InferenceServer) -> None:
    encoder, token = texts(server), CancelToken()
    token.pause()
    done: list[int] = []
    pages = [PageUnits("", ("one",), "Report")]
    worker = threading.Thread(
        target=lambda: done.append(len(encoder.embed_pages(pages, token=token)))
    )
    worker.start()
    assert encoder.embed_query("typed meanwhile", token=token).shape == (DIM,)
    assert done == []
    token.resume()
    worker.join(20)
    assert done == [1]


def test_a_closed_model_says_so(server: InferenceServer) -> None:
    encoder = texts(server)
    encoder.close()
    with pytest.raises(InferenceError, match="is not open"):
        encoder.embed_query("one")


def test_the_same_model_behind_another_name_has_the_same_fingerprint(
    server: InferenceServer,
) -> None:
    model = agreed(server, TEXTS)
    other = replace(model, offer=replace(model.offer, endpoint="mine"))
    assert other.fingerprint == model.fingerprint
    assert RemoteTextEncoder(other, SECRET).spec.fingerprint == model.fingerprint
    changed = replace(model, offer=replace(model.offer, model="jina-embeddings-v4"))
    assert changed.fingerprint != model.fingerprint
