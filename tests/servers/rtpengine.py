"""Debian's rtpengine without its kernel module, at an address of loopback of its own.

``from tests.servers.rtpengine import rtpengine`` gives tests the fixture ``rtpengine``, one for those of a module. It
skips where the package is not installed.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.baresip import free_port

STARTS_WITHIN_S = 10.0


@dataclass
class Rtpengine:
    """Sound passes at ``host``; ``control`` is what Kamailio's module wants to know."""

    folder: Path
    host: str
    port: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def control(self) -> str:
        return f"udp:{self.host}:{self.port}"

    def start(self) -> None:
        command = ["setpriv", "--pdeathsig=TERM", "--", "rtpengine", "--foreground", "--log-stderr", "--table=-1"]
        command += ["--config-file=none", f"--pidfile={self.folder / 'pid'}", "--num-threads=2"]
        command += [f"--interface={self.host}", f"--listen-ng={self.host}:{self.port}"]
        command += ["--port-min=48000", "--port-max=49999"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until_s = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            is_up = self._process.poll() is None and time.monotonic() < until_s
            assert is_up, self.log.read_text(errors="replace")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            finally:
                self._process.kill()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _answers(self) -> bool:
        with socket.socket(type=socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.1)
            asking.connect((self.host, self.port))
            try:
                asking.send(b"1 d7:command4:pinge")
                return b"pong" in asking.recv(1_500)
            except OSError:  # nobody there, or nobody yet
                return False


@pytest.fixture(scope="module")
def rtpengine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rtpengine]:
    if shutil.which("rtpengine") is None:
        pytest.skip("rtpengine is not installed: apt-get install rtpengine-daemon")
    server = Rtpengine(tmp_path_factory.mktemp("rtpengine"), "127.0.0.5", free_port())
    server.start()
    yield server
    server.stop()
