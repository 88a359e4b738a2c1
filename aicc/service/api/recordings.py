"""Recordings of calls that are over: FLAC, caller left and bot right, whole or in parts."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from aicc.service.api.masking import beeped_recording
from aicc.service.api.past import Past, no_call
from aicc.service.api.problem import Problem
from aicc.service.api.ranges import Unsatisfiable, asked_part
from aicc.service.api.service import Service
from aicc.service.api.wire import CallId
from voicebot.encryption import EncryptionError
from voicebot.events import Logged
from voicebot.recording_file import left_in
from voicebot.sealing import SHA256_NAME, open_recording, sealed_in
from voicebot.store import Store

log = logging.getLogger(__name__)

BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed recording, open; ``size_bytes`` are those of the FLAC, whatever it takes on disk."""

    file: BinaryIO
    size_bytes: int
    sha256: str


def recordings(service: Service, past: Past) -> APIRouter:
    routes = APIRouter(prefix="/api/calls", tags=["calls"])

    # HEAD too, for players; not in the schema twice
    @routes.head("/{call_id}/recording", include_in_schema=False)
    @routes.get(
        "/{call_id}/recording",
        response_class=Response,
        responses={
            200: {"content": {"audio/flac": {}}, "description": "The recording"},
            206: {"content": {"audio/flac": {}}, "description": "The part that the header Range asks for"},
            404: {"description": "No such call, not recorded, or removed by the rule of retention"},
            409: {"description": "The call is running, or its recording is being sealed"},
            416: {"description": "No such part"},
        },
    )
    async def recording(call_id: CallId, request: Request, beeped: bool = False) -> Response:
        """16-bit stereo at the call's rate, left the caller, right all that the caller heard.

        With `beeped` a tone lies over abusive words.
        """
        if call_id in service.live():
            raise Problem(409, "the call is running", "ask again when it has ended")
        folder = service.folder / "calls" / call_id
        kept = await run_in_threadpool(open_kept, service.store, folder, call_id, service.recording_key)
        if beeped:
            kept = await run_in_threadpool(_beeped, kept, await past.events_of(call_id, None))
        response = _answer(request, kept, call_id)
        if not isinstance(response, StreamingResponse):
            kept.file.close()
        return response

    return routes


def open_kept(store: Store, folder: Path, call_id: str, key: bytes | None) -> Kept:
    """A call's sealed recording. Raises Problem with the reason why there is none."""
    row = store.call(call_id)
    if row is None:
        raise no_call(call_id)
    if row.recording and row.recording.removed_at:
        day = row.recording.removed_at.date().isoformat()
        raise Problem(404, f"the recording was removed on {day} by the rule of retention", "the events are still there")
    # the store hears of a recording a moment after it lies there, and knows where it lay before all was moved
    path = sealed_in(folder) or (Path(row.recording.path) if row.recording else None)
    if path is None:
        if left_in(folder) is not None:
            raise Problem(409, "the recording is being sealed", "ask again in a few seconds", {"retry-after": "2"})
        raise Problem(404, "the call was not recorded", "see its events")
    try:
        sha256 = row.recording.sha256 if row.recording else (folder / SHA256_NAME).read_text("ascii").split()[0]
        file = open_recording(path, key)
    except FileNotFoundError:
        raise Problem(404, "the file of the recording is gone", "look for it in a backup") from None
    except EncryptionError as error:
        log.warning("%s", error)
        cure = "set the key that recordings were encrypted with that day; the log says more"
        raise Problem(503, "the recording cannot be decrypted", cure) from None
    return Kept(file, file.seek(0, io.SEEK_END), sha256)


def _beeped(kept: Kept, events: Sequence[Logged]) -> Kept:
    with kept.file:
        file = beeped_recording(kept.file, events)
    return Kept(file, file.seek(0, io.SEEK_END), f"{kept.sha256}-beeped")


def _answer(request: Request, kept: Kept, call_id: str) -> Response:
    tag = f'"{kept.sha256}"'
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",  # may be kept, has to be asked for again with its tag
        "content-disposition": f'inline; filename="{call_id}.flac"',
    }
    if _names(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    # a part of another file than the one that the client has would not fit (RFC 9110, 13.1.5)
    is_same = request.headers.get("if-range", tag) == tag
    try:
        part = asked_part(request.headers.get("range") if is_same else None, kept.size_bytes)
    except Unsatisfiable:
        told = {"content-range": f"bytes */{kept.size_bytes}"}
        return Problem(416, f"the recording has {kept.size_bytes} bytes", "ask for a part of it", told).answer()
    start, end = (part.start, part.end) if part else (0, kept.size_bytes - 1)
    if part:
        headers["content-range"] = f"bytes {start}-{end}/{kept.size_bytes}"
    headers["content-length"] = str(end - start + 1)
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(None, status, headers, "audio/flac")
    return StreamingResponse(_blocks(kept.file, start, end), status, headers, "audio/flac")


def _names(header: str | None, tag: str) -> bool:
    """If-None-Match: a list of tags, weak or not, or any (RFC 9110, 13.1.2)."""
    names = [name.strip().removeprefix("W/") for name in (header or "").split(",")]
    return tag in names or names == ["*"]


async def _blocks(file: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    """Bytes ``start`` to ``end``, both included, read and decrypted off the loop; closes the file."""
    left = end - start + 1
    try:
        await run_in_threadpool(file.seek, start)
        while left and (block := await run_in_threadpool(file.read, min(left, BLOCK_BYTES))):
            left -= len(block)
            yield block
    finally:
        file.close()
