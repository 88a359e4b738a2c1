"""How the models of ``openai_server`` break: each with a response in hand that it writes as badly as it likes."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from tests.servers.openai_answers import first_answer, first_sentence

Body = dict[str, Any]


class Reply:
    """One response, written by hand so that it can be as broken as wanted."""

    def __init__(self, writer: asyncio.StreamWriter, body: Body) -> None:
        self.writer, self.body = writer, body

    async def head(self, status: str = "200 OK", kind: str = "text/event-stream", length: int | None = None) -> None:
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        self.writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{framing}\r\nConnection: close\r\n\r\n".encode()
        )
        await self.writer.drain()

    async def whole(self, content: bytes, status: str = "200 OK", kind: str = "application/json") -> None:
        await self.head(status, kind, len(content))
        self.writer.write(content)
        await self.writer.drain()

    async def part(self, content: bytes) -> None:
        self.writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        await self.writer.drain()

    async def token(self, text: str) -> None:
        await self.part(
            _event({"index": 0, "delta": {"content": text}, "finish_reason": None}, str(self.body["model"]))
        )

    async def tokens(self, text: str, pause_s: float = 0) -> None:
        for at in range(0, len(text), 3):
            await self.token(text[at : at + 3])
            await asyncio.sleep(pause_s)

    async def end(self) -> None:
        await self.part(_event({"index": 0, "delta": {}, "finish_reason": "stop"}, str(self.body["model"])))
        await self.part(b"data: [DONE]\n\n")
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def forever(self) -> None:
        await asyncio.Event().wait()

    def reset(self) -> None:
        """RST instead of FIN."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def _event(choice: Body, model: str) -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


async def _stalls(reply: Reply) -> None:
    await reply.forever()


async def _stalls_behind_head(reply: Reply) -> None:
    await reply.head()
    await reply.forever()


async def _stalls_in_sentence(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_answer(reply.body["messages"])[:8])
    await reply.forever()


async def _stalls_behind_sentence(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_sentence(reply.body["messages"]) + " 쿠폰과")
    await reply.forever()


async def _drips(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_answer(reply.body["messages"]), pause_s=0.2)
    await reply.end()


async def _resets(reply: Reply) -> None:
    reply.reset()


async def _resets_in_sentence(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_answer(reply.body["messages"])[:8])
    reply.reset()


async def _resets_behind_sentence(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_sentence(reply.body["messages"]) + " 쿠폰과")
    reply.reset()


async def _ends_in_sentence(reply: Reply) -> None:
    await reply.head()
    await reply.tokens(first_sentence(reply.body["messages"]) + " 쿠폰과")
    reply.writer.close()


def _error(status: str) -> Callable[[Reply], Awaitable[None]]:
    async def answer(reply: Reply) -> None:
        await reply.whole(json.dumps({"error": {"message": "as told", "type": "server_error"}}).encode(), status)

    return answer


async def _html(reply: Reply) -> None:
    await reply.whole("<html><body><h1>점검 중입니다</h1></body></html>".encode(), kind="text/html")


async def _html_error(reply: Reply) -> None:
    await reply.whole(b"<html>Bad Gateway</html>" * 50, "502 Bad Gateway", "text/html")


async def _broken_events(reply: Reply) -> None:
    await reply.head()
    await reply.part(b'data: {"id": "c", "choices": [{"delta": {"cont\n\ndata: nothing\n\n')
    await reply.end()


async def _odd_events(reply: Reply) -> None:
    await reply.head()
    for odd in (b'data: {"choices": null}\n\n', b'data: {"choices": [7]}\n\n', b"data: []\n\n", b'data: "x"\n\n'):
        await reply.part(odd)
    await reply.end()


async def _error_event(reply: Reply) -> None:
    await reply.head()
    await reply.part(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')
    await reply.end()


_MANY = 10 << 20


async def _huge_line(reply: Reply) -> None:
    await reply.head()
    for _ in range(_MANY >> 16):
        await reply.part(b"x" * (1 << 16))
    await reply.end()


async def _huge_answer(reply: Reply) -> None:
    await reply.head()
    for _ in range(_MANY >> 14):
        await reply.token("가나다라마바사" * 700)
    await reply.end()


FAULTS: dict[str, Callable[[Reply], Awaitable[None]]] = {
    "stalls": _stalls,
    "stalls-behind-head": _stalls_behind_head,
    "stalls-in-sentence": _stalls_in_sentence,
    "stalls-behind-sentence": _stalls_behind_sentence,
    "drips": _drips,
    "resets": _resets,
    "resets-in-sentence": _resets_in_sentence,
    "resets-behind-sentence": _resets_behind_sentence,
    "ends-behind-sentence": _ends_in_sentence,
    "500": _error("500 Internal Server Error"),
    "429": _error("429 Too Many Requests"),
    "401": _error("401 Unauthorized"),
    "html": _html,
    "502-html": _html_error,
    "broken-events": _broken_events,
    "odd-events": _odd_events,
    "error-event": _error_event,
    "huge-line": _huge_line,
    "huge-answer": _huge_answer,
}
