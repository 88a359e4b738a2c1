"""A STUN and TURN server of Debian's package coturn, on free ports of loopback.

``from tests.servers.coturn import coturn`` gives tests the fixture ``coturn``: one server for those of a module. It
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

USER, PASSWORD, REALM = "caller", "secret-of-the-tests", "tests.example"
STARTS_WITHIN_S = 20
_BINDING_REQUEST = bytes.fromhex("000100002112a442") + bytes(12)  # RFC 8489 section 5


@dataclass
class Coturn:
    """Lets the one user above relay to anywhere, loopback included. ``options`` are coturn's own, without dashes."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls, folder: Path, *options: str) -> Coturn:
        with socket.socket(type=socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            return cls(folder, free.getsockname()[1], options)

    def start(self) -> None:
        """Answers when it answers."""
        settings = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", f"listening-port={self.port}", "lt-cred-mech"]
        settings += [f"user={USER}:{PASSWORD}", f"realm={REALM}", "allow-loopback-peers", "no-tls", "no-dtls", "no-cli"]
        settings += [f"userdb={self.folder / 'users'}", f"pidfile={self.folder / 'pid'}", "log-file=stdout", "verbose"]
        configuration = self.folder / "turnserver.conf"
        configuration.write_text("\n".join([*settings, *self.options, ""]))
        # a test run that is killed takes its server along
        command = ["setpriv", "--pdeathsig=INT", "--", "turnserver", "-c", str(configuration)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN_S
        with socket.socket(type=socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.1)
            asking.connect(("127.0.0.1", self.port))
            while True:
                try:
                    asking.send(_BINDING_REQUEST)
                    asking.recv(1_500)
                    return
                except OSError:  # nobody there, or nobody yet
                    alive = self._process.poll() is None and time.monotonic() < until
                    assert alive, self.log.read_text()
                    time.sleep(0.02)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def stun(self) -> str:
        return f"stun:127.0.0.1:{self.port}"

    @property
    def turn(self) -> str:
        """Over UDP; ``?transport=tcp`` behind it for TCP."""
        return f"turn:127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed: apt-get install coturn")
    server = Coturn.make(tmp_path_factory.mktemp("coturn"))
    server.start()
    yield server
    server.stop()
