"""An OpenAI-compatible server that answers as told by the model's name: well, late, wrongly, or not at all.

``python -m tests.servers.openai_server [PORT]`` serves on loopback and prints its address. The models are the keys of
``ANSWERS``, which say something, and of ``FAULTS``, which break; ``/v1/models`` lists them all. ``GET /seen`` tells
what was asked since the last ``DELETE /seen``, and how many streams their readers closed before the end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sys
from collections.abc import Awaitable
from dataclasses import dataclass, field

from tests.servers.openai_answers import ANSWERS
from tests.servers.openai_faults import FAULTS, Body, Reply

Headers = dict[str, str]


@dataclass
class Seen:
    requests: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    closed_early: int = 0
    finished: int = 0


DIMENSIONS = 64


def _vector(text: str) -> list[float]:
    """Of the text's pairs of characters: the same text has the same vector, like texts have like ones."""
    vector = [0.0] * DIMENSIONS
    for at in range(max(1, len(text) - 1)):
        vector[int(hashlib.md5(text[at : at + 2].encode()).hexdigest(), 16) % DIMENSIONS] += 1
    return vector


class Server:
    def __init__(self) -> None:
        self.seen = Seen()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                await self._answer(*request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self,
        method: str,
        path: str,
        headers: Headers,
        content: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        body: Body = json.loads(content) if content else {}
        reply = Reply(writer, body)
        if path == "/v1/models":
            models = [{"id": name, "object": "model"} for name in (*ANSWERS, *FAULTS)]
            await reply.whole(json.dumps({"object": "list", "data": models}).encode())
        elif path == "/v1/embeddings":
            texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
            data = [{"index": at, "object": "embedding", "embedding": _vector(text)} for at, text in enumerate(texts)]
            await reply.whole(json.dumps({"object": "list", "data": data, "model": body["model"]}).encode())
        elif path == "/v1/chat/completions":
            self.seen.requests.append(body)
            self.seen.keys.append(headers.get("authorization", ""))
            await self._until_closed(self._complete(reply), reader)
        elif path == "/seen" and method == "DELETE":
            self.seen = Seen()
            await reply.whole(b"{}")
        elif path == "/seen":
            await reply.whole(json.dumps(self.seen.__dict__).encode())
        else:
            await reply.whole(b'{"error": {"message": "no such path"}}', "404 Not Found")

    async def _until_closed(self, answering: Awaitable[None], reader: asyncio.StreamReader) -> None:
        """An answer whose reader goes away is not finished."""
        seen = self.seen
        answer = asyncio.ensure_future(answering)
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        if answer.done() and answer.exception() is None:
            seen.finished += 1
        else:
            seen.closed_early += 1
        answer.cancel()
        gone.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)
        raise ConnectionResetError

    async def _complete(self, reply: Reply) -> None:
        model = str(reply.body["model"])
        if model in FAULTS:
            return await FAULTS[model](reply)
        if model not in ANSWERS:
            return await reply.whole(b'{"error": {"message": "no such model"}}', "404 Not Found")
        text = ANSWERS[model](reply.body["messages"])
        if reply.body.get("stream"):
            await reply.head()
            await reply.tokens(text)
            return await reply.end()
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        answer = {"id": "c", "object": "chat.completion", "created": 0, "model": model, "choices": [choice]}
        await reply.whole(json.dumps(answer).encode())


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, Headers, bytes] | None:
    line = (await reader.readline()).decode()
    if not line:
        return None
    method, path, _ = line.split(" ", 2)
    headers: Headers = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    return method, path, headers, content


async def main(port: int = 0) -> None:
    server = await asyncio.start_server(Server().serve, "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:2])))
