"""An event loop whose time is a test's: its timers ring when virtual time has come to them."""

from __future__ import annotations

import asyncio

from tests.fakes.clock import VirtualClock


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._virtual_clock = clock

    def time(self) -> float:
        return self._virtual_clock.ms / 1000

    async def settle(self) -> None:
        """Everything runs that can run without time passing."""
        await asyncio.sleep(0)
        while self._ready:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
