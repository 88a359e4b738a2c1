"""What is left of calls in a service when they are over: nothing should be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from aicc.simulation.service import Service, ServiceGone
from aicc.simulation.usage import Usage

LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Remains:
    """``transactions`` stay for 32 s on purpose (RFC 3261, timers D, H, J and L): copies may still come."""

    calls: int
    lines: int
    legs: int
    transactions: int

    @property
    def is_nothing(self) -> bool:
        return not (self.calls or self.lines or self.legs or self.transactions)

    @property
    def count(self) -> int:
        return self.calls + self.lines + self.legs + self.transactions


async def health(service: Service) -> dict[str, Any]:
    """What ``/health`` says; :class:`ServiceGone`."""
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"{service.address}/health")
            told: dict[str, Any] = answer.raise_for_status().json()
    except httpx.HTTPError as error:
        raise ServiceGone(f"the service at {service.address} does not answer any more ({error}): see above") from None
    return told


async def remains(service: Service) -> Remains:
    told = await health(service)
    telephone = told["telephone"]
    return Remains(told["calls"], *(telephone.get(name, 0) for name in ("lines", "legs", "transactions")))


async def calls_gone(service: Service, within_s: float) -> Remains:
    """Waits until no call, line or leg is left."""
    return await _watched(service, within_s, with_transactions=False)


async def all_gone(service: Service, within_s: float) -> Remains:
    """Waits until nothing is left; what still is after ``within_s``."""
    return await _watched(service, within_s, with_transactions=True)


async def _watched(service: Service, within_s: float, *, with_transactions: bool) -> Remains:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + within_s
    while True:
        left = await remains(service)
        if left.is_nothing or loop.time() > until_s or (not with_transactions and left.count == left.transactions):
            return left
        await asyncio.sleep(LOOK_S)


@dataclass(frozen=True, slots=True)
class Held:
    """What the processes of a service hold of the machine."""

    open_files: int
    memory_mb: float

    @classmethod
    def by(cls, service: Service) -> Held:
        assert service.pid is not None
        sample = Usage(service.pid).sample()
        return cls(sample.open_files, sample.memory_mb)

    def growth(self, before: Held) -> dict[str, object]:
        return {
            "open_files": self.open_files,
            "open_files_growth": self.open_files - before.open_files,
            "memory_mb": round(self.memory_mb, 1),
            "memory_growth_mb": round(self.memory_mb - before.memory_mb, 1),
        }
