"""A system that takes notes, on a real port of loopback: it can be down, slow, rude, and checks what it gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assist.wrapup import signature

KEY = b"a key that both sides know"


@dataclass
class Crm:
    """Each request is treated as ``script`` says next, and at its end as ``always`` says: a status, ``hangs`` (no
    answer), ``drips`` (a byte of headers at a time, for ever) or ``dies`` (the note is taken, the connection ends
    before the answer).

    ``notes`` are those that were taken, once each, by their ids; ``requests`` are all that came.
    """

    script: list[int | str] = field(default_factory=list)
    always: int | str = 200
    headers: dict[str, str] = field(default_factory=dict)
    now_s: float | None = None
    """With it the age of deliveries is checked too."""
    port: int = 0
    requests: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    _server: asyncio.Server | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notes?of=aicc"

    async def __aenter__(self) -> Crm:
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def until(self, requests: int) -> None:
        """Until so many have come."""
        while len(self.requests) < requests:
            self._changed.clear()
            await self._changed.wait()

    def versions(self) -> list[int]:
        """In the order in which they were taken."""
        return [note["note"]["version"] for note in self.notes.values()]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest if one)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await self._answer(line, headers, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.at_once -= 1
            writer.close()

    async def _answer(self, line: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> None:
        how = self.script.pop(0) if self.script else self.always
        self.requests.append({"line": line, **headers})
        self._changed.set()
        match how:
            case "hangs":
                await asyncio.Event().wait()
            case "drips":
                writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while True:
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.sleep(0.01)
            case "dies":
                self._take(headers, body)
            case int():
                status = self._take(headers, body) if 200 <= how < 300 else how
                more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
                writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\n{more}\r\n".encode())
                await writer.drain()

    def _take(self, headers: dict[str, str], body: bytes) -> int:
        now_s = float(headers["x-aicc-timestamp"]) if self.now_s is None else self.now_s
        try:
            signature.check(KEY, headers, body, now_s)
        except signature.SignatureInvalid as invalid:
            self.refused.append(str(invalid))
            return 401
        told = json.loads(body)
        assert headers["x-aicc-delivery"] == headers["idempotency-key"] == told["delivery"]
        self.notes.setdefault(told["delivery"], told)
        return 200


def ids(requests: Sequence[dict[str, str]]) -> list[str]:
    return [request["x-aicc-delivery"] for request in requests]
