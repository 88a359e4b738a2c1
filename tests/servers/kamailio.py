"""Debian's Kamailio, with the configuration that the documentation shows, on an address of loopback of its own.

``from tests.servers.kamailio import kamailio`` gives tests the fixture ``kamailio``, which starts them for a module.
It skips where the package is not installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CONFIGURATION = Path(__file__).parents[2] / "docs" / "examples" / "kamailio.cfg"
MODULES = next(iter(Path("/usr/lib").glob("*/kamailio/modules")), Path())
STARTS_WITHIN_S = 20.0
PING_S = 1
Make = Callable[..., "Kamailio"]


@dataclass
class Kamailio:
    """Listens at ``host``:``port`` over UDP, between ``services`` and ``gateways``, which are SIP addresses."""

    folder: Path
    host: str
    port: int
    services: Sequence[str]
    gateways: Sequence[str]
    definitions: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def start(self) -> None:
        groups = [f"1 {service} 0 0" for service in self.services] + [f"2 {gateway} 0 0" for gateway in self.gateways]
        (self.folder / "dispatcher.list").write_text("\n".join([*groups, ""]))
        definitions = [
            f"SIP_LISTEN=udp:{self.address}",
            f'DISPATCHER_LIST="{self.folder / "dispatcher.list"}"',
            f'CONTROL="{self._control}"',
            f"PING_S={PING_S}",
            *self.definitions,
        ]
        command = ["setpriv", "--pdeathsig=TERM", "--", "kamailio", "-DD", "-E", "-m", "32", "-M", "8"]
        command += ["-f", str(CONFIGURATION), "-L", str(MODULES), "-Y", str(self.folder), "-w", str(self.folder)]
        command += [word for definition in definitions for word in ("-A", definition)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.waits_for(lambda: len(self.states()) == len(groups), STARTS_WITHIN_S)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            finally:
                self._process.kill()

    def states(self) -> dict[str, str]:
        """The flags of each destination by its address: AP is active and probed, IP is left out until it answers."""
        command = ["kamcmd", "-s", self._control, "dispatcher.list"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
        return dict(re.findall(r"URI: (\S+)\s+FLAGS: (\S+)", told))

    def waits_for(self, holds: Callable[[], bool], limit_s: float = 10 * PING_S) -> None:
        until_s = time.monotonic() + limit_s
        while not holds():
            is_up = self._process is not None and self._process.poll() is None
            assert is_up and time.monotonic() < until_s, f"{self.states()}\n{self.log.read_text(errors='replace')}"
            time.sleep(0.05)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def _control(self) -> str:
        return f"unix:{self.folder / 'control'}"


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """``kamailio(host=..., port=..., services=..., gateways=...)``."""
    if shutil.which("kamailio") is None:
        pytest.skip("kamailio is not installed: apt-get install kamailio")
    started: list[Kamailio] = []

    def make(**chosen: Any) -> Kamailio:
        folder = tmp_path_factory.mktemp("kamailio")
        started.append(Kamailio(folder, chosen.pop("host"), chosen.pop("port"), **chosen))
        started[-1].start()
        return started[-1]

    yield make
    for proxy in started:
        proxy.stop()
