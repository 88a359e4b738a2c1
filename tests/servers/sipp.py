"""Telephones of Debian's package sip-tester: sipp plays a scenario against a service, and its figures are read.

``from tests.servers.sipp import sipp`` gives tests the fixture ``sipp``. It skips where the package is not installed.
"""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

LOOPBACK = "127.0.0.1"
_FROM = "From: <sip:@number@@[local_ip]:[local_port]>;tag=[pid]-[call_number]"
_TO = "To: <sip:@called@@[remote_ip]:[remote_port]>"
_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_CONTACT = "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>"
_SAME = "Call-ID: [call_id]\nMax-Forwards: 70"
SDP = """v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 8 101
a=rtpmap:101 telephone-event/8000
"""
# what messages of one kind have in common, from the Via on where the branch is not that of another message
HEADERS = {
    "caller": f"{_VIA}\n{_FROM}\n{_TO}\n{_SAME}\n{_CONTACT}",  # begins a call
    "dialog": f"{_VIA}\n{_FROM}\n{_TO}[peer_tag_param]\n{_SAME}\n{_CONTACT}",  # goes on with it
    "refused": f"{_FROM}\n{_TO}[peer_tag_param]\n{_SAME}",  # an ACK to what is no 200
    "cancelled": f"{_FROM}\n{_TO}\n{_SAME}",
}
VALUES = {"sdp": SDP, "hold_ms": 200, "headers": "", "called": "15880000", "number": "01012345678", "limit_ms": 10_000}
Transport = Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``succeeded`` and ``failed`` are calls, ``repeated`` the requests that were sent again.

    ``setup_ms`` are the times between the two ``rtd="1"`` of the scenario. ``messages`` is all that was sent and
    received, where that was wanted, and ``errors`` what sipp says of it.
    """

    succeeded: int
    failed: int
    repeated: int
    setup_ms: list[float]
    messages: str
    errors: str

    def received(self, start: str) -> list[str]:
        """The messages that came and begin so."""
        found = re.findall(r"message received \[\d+\] bytes :\n\n(.*?)(?=^-{40,}|\Z)", self.messages, re.M | re.S)
        return [message for message in found if message.startswith(start)]

    def percentile_ms(self, percent: float) -> float:
        return sorted(self.setup_ms)[min(len(self.setup_ms) - 1, int(len(self.setup_ms) * percent / 100))]


@dataclass(slots=True)
class Run:
    """A sipp that plays. A test run that is killed takes it along."""

    folder: Path
    process: subprocess.Popen[bytes]

    def wait(self, limit_s: float = 60) -> Outcome:
        """Until all calls are over. A sipp that could not play at all fails the test with what it says."""
        try:
            code = self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"sipp has not ended after {limit_s:.0f} s:\n{self._said()}") from None
        assert code in (0, 1), f"sipp ended with {code}:\n{self._said()}"
        return self._outcome()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def _outcome(self) -> Outcome:
        rows = list(csv.DictReader((self.folder / "figures").open(), delimiter=";"))
        setup = [path.read_text() for path in self.folder.glob("*_rtt.csv")]
        return Outcome(
            succeeded=int(rows[-1]["SuccessfulCall(C)"]),
            failed=int(rows[-1]["FailedCall(C)"]),
            repeated=int(rows[-1]["Retransmissions(C)"]),
            setup_ms=[float(line.split(";")[1]) for text in setup for line in text.splitlines()[1:]],
            messages=self._read("messages"),
            errors=self._read("errors"),
        )

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace").replace("\r", "") if path.exists() else ""

    def _said(self) -> str:
        return self._read("errors")[-2_000:] + self._read("screen")[-1_000:]


@dataclass(slots=True)
class Sipp:
    """Plays the scenarios of a folder, XML in which ``@name@`` stands for a value; ``@sdp@`` is G.711 unless given."""

    folder: Path
    scenarios: Path
    _runs: list[Run] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(
        self,
        scenario: str,
        to: tuple[str, int],
        *,
        calls: int = 1,
        per_s: float = 10,
        transport: Transport = "udp",
        host: str = LOOPBACK,
        credentials: tuple[str, str] = ("", ""),
        are_messages_kept: bool = True,
        **values: object,
    ) -> Run:
        """Calls from ``host``; a step that waits for longer than ``limit_ms`` (10,000 unless given) fails its call."""
        folder = self.folder / f"{next(self._numbers)}-{scenario}"
        folder.mkdir()
        text = (self.scenarios / f"{scenario}.xml").read_text()
        chosen = VALUES | values
        (folder / "scenario.xml").write_text(_filled(_filled(text, HEADERS), chosen))
        options = [f"-sf scenario.xml -m {calls} -r {per_s} -i {host} -mi {host} -mp {_free_port(host)} -nostdin"]
        options += [f"-p {_free_port(host)}"]  # not 5060, where answers to somebody else may still arrive
        options += [f"-t {'u1' if transport == 'udp' else 't1'} -recv_timeout {chosen['limit_ms']}"]
        options += ["-trace_err -error_file errors"]
        options += ["-trace_stat -stf figures -fd 1 -trace_rtt -rtt_freq 1"]
        options += ["-trace_msg -message_file messages"] if are_messages_kept else []
        command = ["setpriv", "--pdeathsig=KILL", "--", "sipp", *" ".join(options).split()]
        command += ["-au", credentials[0], "-ap", credentials[1]] if credentials[0] else []
        with (folder / "screen").open("wb") as screen:
            run = Run(
                folder,
                subprocess.Popen(
                    [*command, f"{to[0]}:{to[1]}"],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=screen,
                    stderr=subprocess.STDOUT,
                    env=os.environ | {"TERM": "xterm"},  # it draws
                ),
            )
        self._runs.append(run)
        return run

    def stop(self) -> None:
        for run in self._runs:
            run.stop()


def _filled(text: str, values: Mapping[str, object]) -> str:
    """A line that is empty then is left out: it would end the headers."""
    for name, value in values.items():
        shown = str(value).strip("\n")
        text = text.replace(f"@{name}@" if shown else f"@{name}@\n", shown)
    return text


def _free_port(host: str) -> int:
    """For its sound, which takes the two above as well."""
    with socket.socket(type=socket.SOCK_DGRAM) as free:
        free.bind((host, 0))
        return int(free.getsockname()[1]) & ~1


@pytest.fixture(scope="module")
def sipp(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Iterator[Sipp]:
    """``scenarios`` is a fixture of whoever has some."""
    if shutil.which("sipp") is None:
        pytest.skip("sipp is not installed: apt-get install sip-tester")
    telephones = Sipp(tmp_path_factory.mktemp("sipp"), scenarios)
    yield telephones
    telephones.stop()
