"""A provider that runs, and a desk that knows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from aicc.people_settings import Oidc, PeopleSettings
from tests.aicc.service.people.conftest import Desk, Make
from tests.aicc.service.people.oidc.provider_process import CLIENT, SECRET


@dataclass(frozen=True)
class Running:
    address: str
    wire: httpx.Client

    def tell(self, what: str, said: Any) -> None:
        self.wire.post(f"{self.address}/{what}", json=said).raise_for_status()

    @property
    def asked(self) -> list[str]:
        found: list[str] = self.wire.get(f"{self.address}/asked").json()["asked"]
        return found


@pytest.fixture(scope="module")
def provider_process() -> Iterator[Running]:
    command, pipe = [sys.executable, str(Path(__file__).with_name("provider_process.py"))], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        with httpx.Client(trust_env=False, verify=False) as wire:
            yield Running(process.stdout.readline().strip(), wire)
        process.kill()


@pytest.fixture
def provider(provider_process: Running) -> Running:
    provider_process.tell("fault", "")
    provider_process.tell("account", {"sub": "77", "preferred_username": "jiyeong", "name": "김지영"})
    return provider_process


@pytest.fixture
def oidc_desk(make_desk: Make, provider: Running, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("AICC_OIDC_KEY", SECRET)
    oidc = Oidc(issuer=provider.address, client_id=CLIENT, client_secret_from="AICC_OIDC_KEY")
    return make_desk(settings=PeopleSettings(oidc=oidc), login_alone=True)
