"""One service with its models and all doors open, for the tests of all modules that need to be heard."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import soundfile

from tests.doors.service import KEY, REAL, Service, serving, until
from tests.servers.baresip import free_port
from tests.voicebot.doors.sip.certificates import Authority
from voicebot.audio import Samples
from voicebot.events import Event
from voicebot.journal import NAME, read_journal


@dataclass(frozen=True, slots=True)
class Talking:
    """``callee_port`` is where telephones are that the service calls, ``tls_port`` where it is called over TLS;
    ``authority`` has signed its certificate."""

    service: Service
    callee_port: int
    tls_port: int
    audiosocket_port: int
    authority: Path

    @property
    def sip(self) -> str:
        return f"sip:15880000@127.0.0.1:{self.service.port}"

    def newest(self) -> Callable[[], str]:
        """Finds the id of the one call that has begun since."""
        before = self.service.call_ids()

        def find() -> str:
            until(lambda: self.service.call_ids() - before)
            [call_id] = self.service.call_ids() - before
            return call_id

        return find

    def so_far(self, call_id: str) -> list[Event]:
        """What has happened in a call that may be up."""
        try:
            return [logged.event for logged in read_journal(self.service.data / "calls" / call_id / NAME)]
        except FileNotFoundError:  # of a call of ours that nobody has taken yet
            return []

    def recorded(self, call_id: str) -> tuple[Samples, int]:
        """What a caller was to hear, and its rate in Hz; behind the end of the call."""
        folder = self.service.data / "calls" / call_id
        until((folder / "recording.sha256").exists)
        sound, rate_hz = soundfile.read(folder / "recording.flac", dtype="int16")
        return sound[:, 1], rate_hz

    def place(self, number: str = "01012345678") -> str:
        """The id of a call that the service places."""
        return place(self.service, number)


def place(service: Service, number: str = "01012345678") -> str:
    """Has a service call somebody; the id of the call."""
    variables = {"고객이름": "김누리", "상품": "냉장고"}
    answer = httpx.post(
        f"{service.address}/api/calls",
        json={"number": number, "scenario": "누리홈쇼핑", "variables": variables},
        headers={"authorization": f"Bearer {KEY}"},
        timeout=10,
    )
    assert answer.is_success, answer.text
    return str(answer.json()["call_id"])


@contextlib.contextmanager
def _open(folder: Path) -> Iterator[Talking]:
    authority = Authority(folder)
    pair = authority.sign("127.0.0.1")
    callee, tls, audiosocket = (free_port() for _ in range(3))
    outbound = {"proxy": f"sip:127.0.0.1:{callee}", "caller": "15880000", "ring_seconds": 5}
    listening = {"listen": f"127.0.0.1:{tls}", "certificate": str(pair.certificate), "key": str(pair.key)}
    with serving(
        folder,
        REAL,
        MEDIA_PROCESSES="1",
        INFERENCE="none",
        SIP__TLS=json.dumps(listening),
        SIP__OUTBOUND=json.dumps(outbound),
        AUDIOSOCKET__LISTEN=f"0.0.0.0:{audiosocket}",
    ) as service:
        yield Talking(service, callee, tls, audiosocket, authority.certificate)


@pytest.fixture(scope="session")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talking]:
    with _open(tmp_path_factory.mktemp("talking")) as started:
        yield started
