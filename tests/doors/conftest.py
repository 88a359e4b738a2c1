"""Real peers against a real service."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.service import Service, serving
from tests.doors.talking import talking
from tests.servers.baresip import baresip
from tests.servers.sipp import sipp

__all__ = ["baresip", "sipp", "talking"]

SCENARIOS = Path(__file__).parent / "sipp"


@pytest.fixture(scope="session")
def scenarios() -> Path:
    return SCENARIOS


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Its calls have no sound; ``X-Do`` says what becomes of them (:mod:`tests.fakes.media`)."""
    with serving(tmp_path_factory.mktemp("service"), SIP__HEADERS='{"X-Do": "do"}', SLOTS="200") as running:
        yield running


@pytest.fixture(scope="session")
def own_address() -> str:
    """One of this machine that is not loopback's: whoever calls from there is a stranger."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # nothing is sent
        except OSError:
            pytest.skip("this machine has no address but loopback's: strangers cannot call")
        return str(probe.getsockname()[0])
