"""Calls told as they happen, from the service's own live events."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

import typer
import websockets

from aicc.report.transcript import NAMES, Lines
from aicc.simulation.service import Service
from voicebot.events import CallEnded, CallStarted, Logged

_COLOURS = (typer.colors.CYAN, typer.colors.YELLOW, typer.colors.MAGENTA, typer.colors.GREEN)


class Teller:
    """A line for whatever is said in any call, with the call's number before it; ``write`` prints it."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._calls: dict[str, tuple[int, Lines]] = {}

    async def follow(self, service: Service) -> None:
        """All that happens from now on, until it is cancelled or the service ends."""
        assert service.address is not None
        url = service.address.replace("http", "ws", 1) + "/api/live"
        with contextlib.suppress(websockets.ConnectionClosed):
            async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {service.key}"}) as live:
                async for message in live:
                    logged = Logged.from_json(json.loads(message))
                    if logged is not None:
                        self.tell(logged)

    def tell(self, logged: Logged) -> None:
        number, lines = self._calls.setdefault(logged.call_id, (len(self._calls) + 1, Lines()))
        match logged.event:
            case CallStarted(caller=caller):
                self._print(number, f"{caller or '번호 없음'} 전화 옴")
            case CallEnded(by=by, reason=reason, duration_ms=duration_ms):
                self._print(number, f"통화 끝 ({by}, {reason}, {duration_ms / 1000:.1f}초)")
        if (line := lines.of(logged)) is None:
            return
        name = f"{NAMES[line.side]}  " if NAMES[line.side] else ""
        note = f" ({line.note})" if line.note else ""
        waited = typer.style(f"  {line.waited_ms} ms", dim=True) if line.waited_ms is not None else ""
        self._print(number, f"{name}{line.text}{note}{waited}")

    def _print(self, number: int, text: str) -> None:
        self._write(typer.style(f"[{number}] ", fg=_COLOURS[(number - 1) % len(_COLOURS)]) + text)
