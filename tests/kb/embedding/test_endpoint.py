"""The endpoint against a real HTTP server on loopback that can be as bad as any."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from kb.embedding.embedding import EmbeddingUnavailable
from kb.embedding.endpoint import KEY_VARIABLE, EndpointEmbedding, Patience
from kb.embedding.unit import unit

QUICK = Patience(timeout_s=5, attempts=3, pause_s=0)
SIZE = 3
Misbehaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Embeds a text as its length and its first letters; ``faults`` answer the next requests instead."""

    address: str = ""
    faults: list[Misbehaviour] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


def numbers(text: str) -> list[float]:
    return [len(text), *(ord(letter) / 1_000 for letter in (text + "  ")[: SIZE - 1])]


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    with contextlib.suppress(ConnectionError):  # who has heard enough leaves
        handler.wfile.write(body)


class Handler(BaseHTTPRequestHandler):
    serves: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.serves.asked.append(asked)
        self.serves.paths.append(self.path)
        self.serves.keys.append(self.headers["Authorization"])
        if self.serves.faults:
            return self.serves.faults.pop(0)(self)
        rows = [{"index": index, "embedding": numbers(text)} for index, text in enumerate(asked["input"])]
        answer(self, 200, json.dumps({"object": "list", "data": rows[::-1]}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in (KEY_VARIABLE, "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    served = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (Handler,), {"serves": served}))
    served.address = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.released.set()
    http.shutdown()
    thread.join()
    http.server_close()


def opened(server: Server, model: str = "ko-embed", patience: Patience = QUICK) -> EndpointEmbedding:
    embedding = EndpointEmbedding(f"{server.address}/v1", model, patience, patience)
    server.asked.clear()
    return embedding


def status(code: int, body: bytes = b"{}") -> Misbehaviour:
    return lambda handler: answer(handler, code, body)


def test_vectors_come_in_the_order_of_the_texts(server: Server) -> None:
    embedding = opened(server)
    texts = [f"배송 {index}" * (index % 5 + 1) for index in range(150)]
    assert (embedding.name, embedding.dimensions) == ("endpoint:ko-embed", SIZE)
    assert np.allclose(embedding.documents(texts), unit([numbers(text) for text in texts]))
    assert [len(asked["input"]) for asked in server.asked] == [64, 64, 22]
    assert {asked["model"] for asked in server.asked} == {"ko-embed"}
    assert set(server.paths) == {"/v1/embeddings"}


def test_texts_without_content_are_not_sent(server: Server) -> None:
    embedding = opened(server)
    vectors = embedding.questions(["", "환불", "  "])
    assert [asked["input"] for asked in server.asked] == [["환불"]]
    assert [bool(vector.any()) for vector in vectors] == [False, True, False]


def test_an_address_without_a_path_means_its_v1(server: Server) -> None:
    EndpointEmbedding(f"{server.address}/", "m", QUICK, QUICK)
    EndpointEmbedding(f"{server.address}/other/v2/", "m", QUICK, QUICK)
    assert server.paths == ["/v1/embeddings", "/other/v2/embeddings"]


def test_e5_behind_an_endpoint_gets_its_prefixes(server: Server) -> None:
    embedding = opened(server, "intfloat/multilingual-e5-base")
    embedding.questions(["환불"])
    embedding.documents(["환불"])
    assert [asked["input"] for asked in server.asked] == [["query: 환불"], ["passage: 환불"]]


def test_the_key_comes_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(server)
    monkeypatch.setenv(KEY_VARIABLE, "open-sesame")
    embedding = opened(server)
    assert server.keys == [None, "Bearer open-sesame"]
    server.faults.append(status(401))
    with pytest.raises(EmbeddingUnavailable, match=f"answered 401: put its key into {KEY_VARIABLE}") as refused:
        embedding.questions(["환불"])
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_fault_that_passes_is_waited_for(server: Server, code: int) -> None:
    embedding = opened(server)
    server.faults += [status(code), status(code, b"<html>" * 99)]
    assert embedding.documents(["환불"]).any()
    assert len(server.asked) == 3


def test_a_fault_that_stays_is_told(server: Server) -> None:
    embedding = opened(server)
    server.faults += [status(500)] * 3
    with pytest.raises(EmbeddingUnavailable, match='of "ko-embed" answered 500: check that the server runs'):
        embedding.documents(["환불"])
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html>busy</html>", "did not answer with embeddings"),
        (b'{"data": [{"embedding": "x", "index": 0}]}', "did not answer with embeddings"),
        (b'{"data": [3]}', "did not answer with embeddings"),
        (b'{"data": 3}', "did not answer with embeddings"),
        (b"[" * 100_000, "did not answer with embeddings"),
        (b'{"data": []}', "answered 1 texts with numbers of shape"),
        (b'{"data": [{"embedding": [1, 2], "index": 0}]}', "answered with 2 numbers a text, and with 3 before"),
        (b'{"data": [{"embedding": [1, NaN, 2], "index": 0}]}', "answered 1 texts with numbers of shape"),
        (b'{"data": [{"embedding": [1, 2, 3]}, {"embedding": [1, 2, 3]}]}', "answered 1 texts with numbers of shape"),
        (b'{"data": "' + b"x" * 2**24, "answered without end"),
    ],
)
def test_nonsense_is_told_and_not_asked_again(server: Server, body: bytes, sentence: str) -> None:
    embedding = opened(server)
    server.faults.append(status(200, body))
    with pytest.raises(EmbeddingUnavailable, match=sentence) as told:
        embedding.questions(["환불"])
    assert "\n" not in str(told.value)
    assert len(server.asked) == 1


def test_a_model_it_does_not_serve_is_told_in_its_words(server: Server) -> None:
    server.faults.append(status(404, b'{"error": "model not found"}'))
    with pytest.raises(EmbeddingUnavailable, match=r'answered 404 \(.*model not found.*\): check that it serves "m"'):
        EndpointEmbedding(server.address, "m", QUICK, QUICK)


def test_a_caller_does_not_wait_for_a_server_that_stalls(server: Server) -> None:
    embedding = EndpointEmbedding(server.address, "m", Patience(timeout_s=0.2, attempts=1), QUICK)
    server.faults.append(lambda handler: server.released.wait(30) and None)
    with pytest.raises(EmbeddingUnavailable, match=r"did not answer within 0\.2 s"):
        embedding.questions(["환불"])


def test_nor_for_one_that_drips(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):
            while not server.released.wait(0.05):
                handler.wfile.write(b" ")

    embedding = EndpointEmbedding(server.address, "m", Patience(timeout_s=0.3, attempts=1), QUICK)
    server.faults.append(drip)
    with pytest.raises(EmbeddingUnavailable, match="is too slow with its answer"):
        embedding.questions(["환불"])


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://127.0.0.1:99999", "http://[::1", "ftp://x"])
def test_an_address_where_nothing_is(address: str) -> None:
    with pytest.raises(EmbeddingUnavailable, match=r"embedding_url in aicc\.yaml"):
        EndpointEmbedding(address, "m", QUICK, QUICK)
