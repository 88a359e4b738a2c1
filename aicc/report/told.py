"""Calls told as they happen, from the service's own live events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import typer
import websockets

from aicc.report.transcript import NAMES, Lines, ending
from aicc.simulation.service import Service
from voicebot.events import CallEnded, CallStarted, Logged

REST_S = 1.0  # what the end of the last call may take to be told

_COLOURS = (typer.colors.CYAN, typer.colors.YELLOW, typer.colors.MAGENTA, typer.colors.GREEN)


class Teller:
    """A line for whatever is said in any call, with the call's number before it; ``write`` prints it."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._calls: dict[str, tuple[int, Lines]] = {}
        self._running: set[str] = set()
        self._all_ended = asyncio.Event()
        self._all_ended.set()

    @contextlib.asynccontextmanager
    async def telling(self, service: Service) -> AsyncIterator[None]:
        """Tells all that happens while the block runs, from its very beginning."""
        assert service.address is not None
        url = service.address.replace("http", "ws", 1) + "/api/live"
        key = {"Authorization": f"Bearer {service.key}"}
        async with websockets.connect(url, additional_headers=key, max_size=None) as live:
            following = asyncio.create_task(self._follow(live))
            try:
                yield
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._all_ended.wait(), REST_S)
            finally:
                following.cancel()

    async def _follow(self, live: websockets.ClientConnection) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in live:
                logged = Logged.from_json(json.loads(message))
                if logged is not None:
                    self.tell(logged)

    def tell(self, logged: Logged) -> None:
        number, lines = self._calls.setdefault(logged.call_id, (len(self._calls) + 1, Lines()))
        event = logged.event
        if isinstance(event, CallStarted):
            self._running.add(logged.call_id)
            self._all_ended.clear()
            self._print(number, f"{event.caller or '번호 없음'} 전화 옴")
        if (line := lines.of(logged)) is not None:
            name = f"{NAMES[line.side]}  " if NAMES[line.side] else ""
            note = f" ({line.note})" if line.note else ""
            waited = typer.style(f"  {line.waited_ms} ms", dim=True) if line.waited_ms is not None else ""
            self._print(number, f"{name}{line.text}{note}{waited}")
        if isinstance(event, CallEnded):
            self._print(number, f"통화 끝: {ending(event)}, {event.duration_ms / 1000:.1f}초")
            self._running.discard(logged.call_id)
            if not self._running:
                self._all_ended.set()

    def _print(self, number: int, text: str) -> None:
        self._write(typer.style(f"[{number}] ", fg=_COLOURS[(number - 1) % len(_COLOURS)]) + text)
