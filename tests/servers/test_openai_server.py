"""The server is what tests trust: it speaks the protocol where it behaves."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from kb.embedding.endpoint import EndpointEmbedding
from tests.servers.openai_answers import ANSWERS
from tests.servers.openai_faults import FAULTS


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, "-m", "tests.servers.openai_server"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(10)
    process.stdout.close()


def call(address, path, body=None):
    content = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{address}{path}", content)) as answer:
        return json.load(answer)


def test_models(address):
    assert {model["id"] for model in call(address, "/v1/models")["data"]} == {*ANSWERS, *FAULTS}


def test_a_chat_that_is_not_streamed(address):
    messages = [{"role": "user", "content": "<물음>배송비는?</물음>\n<답>3,000원입니다.</답>"}]
    answer = call(address, "/v1/chat/completions", {"model": "good", "messages": messages})
    assert answer["choices"][0]["message"]["content"] == "3,000원입니다."


def test_embeddings(address):
    embedding = EndpointEmbedding(f"{address}/v1", "any")
    same, other = embedding.documents(["배송비는 얼마인가요", "반품 기한"])
    question = embedding.questions(["배송비는 얼마예요"])[0]
    assert np.dot(question, same) > np.dot(question, other)


def test_unknown_paths_and_models(address):
    for path, body in (("/nowhere", None), ("/v1/chat/completions", {"model": "none", "messages": []})):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            call(address, path, body)
