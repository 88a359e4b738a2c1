"""A call's events: from its log while it runs, from its journal or the store afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from aicc.service.api.past import Past
from aicc.service.api.service import Service
from aicc.service.api.wire import CallId, EventsTold, Start, Types, asked_types, json_of
from voicebot.events import CallEnded, Logged, type_of

MAX_EVENTS = 5_000  # of one page


def events(service: Service, past: Past) -> APIRouter:
    routes = APIRouter(prefix="/api/calls", tags=["calls"])

    @routes.get("/{call_id}/events", response_model=EventsTold)
    async def of_call(
        call_id: CallId,
        start: Start = 0,
        types: Types = None,
        limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 1_000,
    ) -> Response:
        """In order, from number start on. Of a running call next is where to ask again; what follows by itself is
        /api/calls/{call_id}/live."""
        wanted = asked_types(types)
        is_running = call_id in service.live()
        found = await past.events_of(call_id, service.log(call_id), start)
        body = await run_in_threadpool(_page, call_id, is_running, found, wanted, limit, start)
        return Response(body, media_type="application/json")

    return routes


def _page(
    call_id: str, is_running: bool, found: Sequence[Logged], wanted: frozenset[str], limit: int, start: int
) -> bytes:
    page: list[bytes] = []
    ended = not is_running or any(isinstance(logged.event, CallEnded) for logged in found)
    next_seq = None if ended else (found[-1].seq + 1 if found else start)
    for logged in found:
        if wanted and type_of(logged.event) not in wanted:
            continue
        if len(page) == limit:
            next_seq = logged.seq
            break
        page.append(json_of(logged))
    state = "ended" if ended else "running"
    head = orjson.dumps({"call_id": call_id, "state": state, "next": next_seq})
    return head[:-1] + b',"events":[' + b",".join(page) + b"]}"
