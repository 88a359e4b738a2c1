"""Entries of a company, and a server of models on loopback that a test can have misbehave."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.entry import Entry
from voicebot.dialogue.answer import Endpoint, open_answers
from voicebot.dialogue.answer.answers import Answers

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Hit:
    entry: Entry
    confidence: float


@dataclass(frozen=True)
class Models:
    """The server: what it has seen, and answers that ask one of its models."""

    address: str

    @property
    def url(self) -> str:
        return f"{self.address}/v1"

    def seen(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.address}/seen") as answer:
            return json.load(answer)

    def forget(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.address}/seen", method="DELETE")).close()

    def answers(
        self, model: str, first_clause_ms: int = 10_000, whole_ms: int = 20_000, answer_characters: int = 150
    ) -> Answers:
        endpoint = Endpoint(url=self.url, model=model, first_clause_ms=first_clause_ms, whole_ms=whole_ms)
        return open_answers(endpoint, answer_characters)


@pytest.fixture(scope="session")
def entries() -> dict[str, Entry]:
    found = {}
    for line in (HERE / "entries.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            identity, question, answer, examples = line.split("\t")
            found[identity] = Entry(identity, question, answer, examples=tuple(examples.split("|")))
    return found


@pytest.fixture
def hits(entries: dict[str, Entry]) -> list[Hit]:
    """What is found for 배송비 얼마예요?"""
    return [Hit(entries["N017"], 0.9), Hit(entries["N018"], 0.5), Hit(entries["N020"], 0.4)]


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def _server() -> Iterator[Models]:
    command = [sys.executable, "-m", "tests.servers.openai_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield Models(process.stdout.readline().strip())
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def models(_server: Models, monkeypatch: pytest.MonkeyPatch) -> Models:
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name)
    _server.forget()
    return _server
