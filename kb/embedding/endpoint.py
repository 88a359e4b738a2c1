"""An OpenAI-compatible ``/v1/embeddings`` endpoint: vLLM, Ollama, text-embeddings-inference, a cloud.

The key, where one is needed, is taken from the environment variable ``AICC_EMBEDDING_KEY`` and from nowhere else.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import numpy as np
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.embedding.prefixes import Prefixes
from kb.embedding.unit import unit

KEY_VARIABLE = "AICC_EMBEDDING_KEY"
TEXTS_AT_ONCE = 64
# A number takes up to 25 characters, a vector up to 8,192 numbers; what is longer than a batch of those is no answer.
LARGEST_ANSWER_BYTES = 25 * 8_192 * TEXTS_AT_ONCE


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one answer may take in all, how often to ask, and the pause before asking again, doubled each time."""

    timeout_s: float
    attempts: int
    pause_s: float = 0.5


# A caller waits for the vector of a question; nobody waits for those of an ingest.
WHILE_A_CALLER_WAITS = Patience(timeout_s=2, attempts=1)
WHILE_INGESTING = Patience(timeout_s=60, attempts=4)


class _Passing(Exception):
    """A failure that may be over in a moment."""


class EndpointEmbedding:
    """The model ``model`` at ``address``, asked once when opened; raises :class:`EmbeddingUnavailable` in every call.

    ``address`` goes up to ``/v1``, which may be left out where it has no path.
    """

    def __init__(
        self, address: str, model: str, asking: Patience = WHILE_A_CALLER_WAITS, ingesting: Patience = WHILE_INGESTING
    ) -> None:
        self.name = f"endpoint:{model}"
        base = address.rstrip("/")
        self._address = f"{base if '/' in base.partition('://')[2] else base + '/v1'}/embeddings"
        self._model, self._asking, self._ingesting = model, asking, ingesting
        self._prefixes = Prefixes.of_name(model)
        key = os.environ.get(KEY_VARIABLE)
        self._client = httpx.Client(headers={"Authorization": f"Bearer {key}"} if key else {})
        self.dimensions = 0
        self.dimensions = int(self._embed(["안녕하세요"], ingesting).shape[1])

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._of(self._prefixes.question, texts, self._asking if len(texts) == 1 else self._ingesting)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._of(self._prefixes.document, texts, self._ingesting)

    def _of(self, prefix: str, texts: Sequence[str], patience: Patience) -> Vectors:
        """Texts without content are not sent, which some servers refuse."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        full = [index for index, text in enumerate(texts) if text.strip()]
        for begin in range(0, len(full), TEXTS_AT_ONCE):
            some = full[begin : begin + TEXTS_AT_ONCE]
            vectors[some] = self._embed([prefix + texts[index] for index in some], patience)
        return vectors

    def _embed(self, texts: list[str], patience: Patience) -> Vectors:
        retrying = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(patience.attempts),
            wait=wait_exponential(multiplier=patience.pause_s, max=10),
            reraise=True,
        )
        try:
            return retrying(self._ask, texts, patience.timeout_s)
        except _Passing as failure:
            raise self._unavailable(str(failure), "check that the server runs and embedding_url in aicc.yaml") from None

    def _ask(self, texts: list[str], timeout_s: float) -> Vectors:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            with self._client.stream("POST", self._address, json=body, timeout=timeout_s) as answer:
                content = self._read(answer, time.monotonic() + timeout_s)
        except httpx.TimeoutException:
            raise _Passing(f"did not answer within {timeout_s:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self._unavailable(f"has no good address ({error})", "check embedding_url in aicc.yaml") from None
        except httpx.HTTPError as error:
            raise _Passing(f"cannot be reached ({_one_line(str(error)) or type(error).__name__})") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise _Passing(f"answered {answer.status_code}")
        if answer.status_code in (401, 403):
            raise self._unavailable(f"answered {answer.status_code}", f"put its key into {KEY_VARIABLE}")
        if answer.status_code != 200:
            said = _one_line(content.decode("utf-8", "replace"))
            raise self._unavailable(f"answered {answer.status_code} ({said})", f'check that it serves "{self._model}"')
        return self._vectors(content, len(texts))

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        """The body; httpx limits the time between two parts of it, and not that of all of them."""
        content = bytearray()
        for part in answer.iter_bytes():
            content += part
            if len(content) > LARGEST_ANSWER_BYTES:
                raise self._unavailable("answered without end", "check what runs there")
            if time.monotonic() > until:
                raise _Passing("is too slow with its answer")
        return bytes(content)

    def _vectors(self, content: bytes, count: int) -> Vectors:
        try:
            rows = list(json.loads(content)["data"])
            places = [row.get("index", place) for place, row in enumerate(rows)]
            vectors = np.asarray([rows[place]["embedding"] for place in np.argsort(places)], np.float32)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._unavailable("did not answer with embeddings", "check what runs there") from None
        if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
            raise self._unavailable(f"answered {count} texts with numbers of shape {vectors.shape}", "check the model")
        if self.dimensions and vectors.shape[1] != self.dimensions:
            fact = f"answered with {vectors.shape[1]} numbers a text, and with {self.dimensions} before"
            raise self._unavailable(fact, "name one model that stays the same, and ingest again")
        return unit(vectors)

    def _unavailable(self, fact: str, way_out: str) -> EmbeddingUnavailable:
        return EmbeddingUnavailable(f'the embedding endpoint {self._address} of "{self._model}" {fact}: {way_out}')


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
