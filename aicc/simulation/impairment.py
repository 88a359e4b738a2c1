"""A bad network between a recorded caller and the bot: packets that are lost, or late by chance."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Impairment:
    """``loss`` of all packets do not arrive; each of the others is late by 0 to ``jitter_ms``, overtaking included."""

    loss: float = 0.0
    jitter_ms: float = 0.0


class ImpairedPath:
    """What is sent over it arrives by ``deliver``, or does not. The same ``seed`` loses and delays the same packets."""

    def __init__(self, impairment: Impairment, deliver: Callable[[bytes], None], seed: int) -> None:
        self._impairment = impairment
        self._deliver = deliver
        self._chance = random.Random(seed)

    def send(self, packet: bytes) -> None:
        impairment = self._impairment
        if impairment.loss and self._chance.random() < impairment.loss:
            return
        if not impairment.jitter_ms:
            self._deliver(packet)
            return
        late_s = self._chance.uniform(0, impairment.jitter_ms) / 1000
        asyncio.get_running_loop().call_later(late_s, self._deliver, packet)
