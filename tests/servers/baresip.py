"""A telephone of Debian's package baresip, without a person: it dials, answers, presses keys, and notes what it hears.

``from tests.servers.baresip import baresip`` gives tests the fixture ``baresip``, which makes telephones of one test.
It skips where the package is not installed.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import soundfile

from voicebot.audio import Samples

MODULES = Path("/usr/lib/baresip/modules")
CODECS = {"opus": "opus/48000/2", "PCMU": "PCMU/8000/1", "PCMA": "PCMA/8000/1"}
STARTS_WITHIN_S = 10.0
PATIENCE_S = 15.0
Encryption = Literal["", "srtp", "srtp-mand"]
Make = Callable[..., "Baresip"]


@dataclass
class Baresip:
    """Is at sip:``user``@127.0.0.1:``port``. It says the WAV ``says``, else a tone, which it can with Opus alone.

    ``answers`` says whether it picks up by itself. One call at a time.
    """

    folder: Path
    port: int
    user: str = "01012345678"
    codec: str = "opus"
    encryption: Encryption = ""
    says: Path | None = None
    answers: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)
    _came: bytes = b""
    _process: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None

    def start(self) -> None:
        control_port = free_port()
        modules = ["g711", "opus", "aufile", "ausine", "aubridge", "sndfile", "srtp"]
        lines = [
            f"sip_listen 127.0.0.1:{self.port}",
            "net_interface 127.0.0.1",
            f"module_path {MODULES}",
            *(f"module {name}.so" for name in modules),
            "module_tmp account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            f"ctrl_tcp_listen 127.0.0.1:{control_port}",
            f"audio_source {f'aufile,{self.says}' if self.says else 'ausine,440'}",
            "audio_player aubridge,nobody",  # what is heard is in the files of the module sndfile
            "audio_alert aubridge,nobody",
            f"snd_path {self.folder}",
            f"audio_path {self.folder}",
            "rtp_ports 46000-47999",
        ]
        (self.folder / "config").write_text("\n".join([*lines, ""]))
        options = ["regint=0", f"audio_codecs={CODECS[self.codec]}"]
        options += [f"mediaenc={self.encryption}"] if self.encryption else []
        options += ["answermode=auto"] if self.answers else []
        (self.folder / "accounts").write_text(f"<sip:{self.user}@127.0.0.1:{self.port}>;{';'.join(options)}\n")
        (self.folder / "contacts").write_text("")
        command = ["setpriv", "--pdeathsig=KILL", "--", "baresip", "-4", "-f", str(self.folder)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until_s = time.monotonic() + STARTS_WITHIN_S
        while self._control is None:
            with contextlib.suppress(ConnectionRefusedError):
                self._control = socket.create_connection(("127.0.0.1", control_port))
                break
            alive = self._process.poll() is None and time.monotonic() < until_s
            assert alive, self.log.read_text(errors="replace")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            finally:
                self._process.kill()

    def call(self, address: str) -> None:
        """Returns when somebody has picked up."""
        self._do("dial", address)
        self.hears_of("CALL_ESTABLISHED")

    def press(self, keys: str) -> None:
        for key in keys:
            self._do("sndcode", key)

    def hang_up(self) -> None:
        """Or turns the call down, while it rings here."""
        self._do("hangup")
        self.hears_of("CALL_CLOSED")

    def hears_of(self, kind: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next event of this kind; those before it are passed over."""
        until_s = time.monotonic() + limit_s
        while True:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind:
                    return event
            left_s = until_s - time.monotonic()
            assert left_s > 0, f"no {kind} in {limit_s} s:\n{self.log.read_text(errors='replace')[-2000:]}"
            self._read(left_s)

    def heard(self) -> tuple[Samples, int]:
        """What came in the last call, mono, and its rate in Hz."""
        sound, rate_hz = soundfile.read(max(self.folder.glob("dump-*-dec.wav")), dtype="int16", always_2d=True)
        return np.ascontiguousarray(sound[:, 0]), rate_hz

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _do(self, command: str, parameters: str = "") -> None:
        assert self._control
        said = json.dumps({"command": command, "params": parameters}).encode()
        self._control.sendall(b"%d:%s," % (len(said), said))  # a netstring

    def _read(self, limit_s: float) -> None:
        assert self._control
        self._control.settimeout(limit_s)
        with contextlib.suppress(TimeoutError):
            self._came += self._control.recv(65_536)
        while b":" in self._came:
            length, _, rest = self._came.partition(b":")
            if len(rest) <= int(length):
                return
            self.events.append(json.loads(rest[: int(length)]))
            self._came = rest[int(length) + 1 :]


def free_port() -> int:
    """One for UDP and TCP, whose successor is free too: there it listens for TLS."""
    while True:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            first = 0
            for kind, offset in ((socket.SOCK_DGRAM, 0), (socket.SOCK_STREAM, 0), (socket.SOCK_STREAM, 1)):
                sock = stack.enter_context(socket.socket(type=kind))
                sock.bind(("127.0.0.1", first + offset if first else 0))
                first = first or sock.getsockname()[1]
            return first


@pytest.fixture
def baresip(tmp_path: Path) -> Iterator[Make]:
    if shutil.which("baresip") is None:
        pytest.skip("baresip is not installed: apt-get install baresip-core")
    started: list[Baresip] = []

    def make(**chosen: Any) -> Baresip:
        folder = tmp_path / f"baresip-{len(started)}"
        folder.mkdir()
        started.append(Baresip(folder, chosen.pop("port", None) or free_port(), **chosen))
        started[-1].start()
        return started[-1]

    yield make
    for telephone in started:
        telephone.stop()
