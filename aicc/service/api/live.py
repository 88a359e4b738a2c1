"""Events as they happen, over WebSockets: one call's, or all calls'; one JSON text each.

Who comes by a key has to show it, in the header or the first message; who has signed in does not.

A reader that keeps up sees every event once and in order. One that does not is closed with code 1013 and can replay:
the log of a call is whole, whoever reads it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from aicc.service.api.guard import address_of
from aicc.service.api.keys import KeyRing
from aicc.service.api.past import Past
from aicc.service.api.problem import Problem
from aicc.service.api.service import Service
from aicc.service.api.wire import CallId, Start, Types, asked_types, json_of
from aicc.service.live_calls import ReaderTooSlow
from aicc.service.metrics import Metrics
from aicc.service.people.sessions import Session
from voicebot.events import CallEnded, Logged, type_of
from voicebot.log import end_of
from voicebot.store import StoreUnavailable

log = logging.getLogger(__name__)

ENDED, GOING_AWAY, AGAIN_LATER = 1000, 1001, 1013  # RFC 6455, 7.4; 4401, 4404, 4422, 4429 are 4000 and HTTP's status
KEY_LIMIT_S = 5.0  # for the first message with the key
MAX_UNKNOWN = 100  # sockets that have not shown a key yet
MAX_REASON_BYTES = 123  # of a close frame (RFC 6455, 5.5)
EVENTS_AT_ONCE = 50  # a replay lets others on the loop after so many

Events = AsyncGenerator[Logged, None]
StillValid = Callable[[Session], Awaitable[bool]]
"""Whether whoever has opened a socket with a session is still signed in, as :meth:`Sessions.still_valid` says."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reader may take: ``send_s`` to take an event, ``close_s`` to take the word that it was too slow; and
    how long somebody who has signed out may read on, ``signed_out_s``."""

    send_s: float = 10.0
    close_s: float = 5.0
    signed_out_s: float = 5.0


class TooSlow(Exception):
    """The reader does not take what is sent."""


class Readers:
    """All WebSockets of this service. Without ``still_valid`` keys alone open them."""

    def __init__(
        self,
        service: Service,
        past: Past,
        keys: KeyRing,
        metrics: Metrics,
        patience: Patience,
        still_valid: StillValid | None = None,
    ) -> None:
        self._service, self._past, self._keys, self._metrics = service, past, keys, metrics
        self._patience, self._still_valid = patience, still_valid
        self._unknown = 0

    def routes(self) -> APIRouter:
        routes = APIRouter()

        @routes.websocket("/api/calls/{call_id}/live")
        async def one_call(socket: WebSocket, call_id: CallId, start: Start = 0, types: Types = None) -> None:
            await self._serve(socket, self._of_call(call_id, start), types, call_id)

        @routes.websocket("/api/live")
        async def all_calls(socket: WebSocket, replay: Annotated[bool, Query()] = False, types: Types = None) -> None:
            await self._serve(socket, self._of_all(replay), types)

        return routes

    async def _serve(self, socket: WebSocket, events: Events, types: str | None, call_id: str | None = None) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            code, reason = await self._outcome(socket, events, types, call_id)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.close_s):
                    await socket.close(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))

    async def _outcome(
        self, socket: WebSocket, events: Events, types: str | None, call_id: str | None
    ) -> tuple[int, str]:
        """Feeds a reader; the code and the reason to close with."""
        try:
            state = socket.scope["state"]
            session: Session | None = state.get("session")
            key = None if session else state["key"] or await self._shown_key(socket)
            has_ended = await self._feed(socket, key, session, events, asked_types(types))
            if has_ended or (call_id and await self._has_ended(call_id)):
                return ENDED, "the call has ended"
            return GOING_AWAY, "no more events come from here, though the call has not ended"
        except Problem as problem:
            code = 4_000 + problem.status if problem.status < 500 else AGAIN_LATER
            return code, f"{problem.error}: {problem.cure}"
        except StoreUnavailable as away:
            log.warning("%s", away)
            return AGAIN_LATER, "the database cannot be asked now: try again in a few seconds"
        except (TooSlow, ReaderTooSlow):
            return AGAIN_LATER, "events are read too slowly: connect again and replay"

    async def _shown_key(self, socket: WebSocket) -> str:
        """The key of the first message: browsers cannot set headers, and an address ends up in logs."""
        if self._unknown >= MAX_UNKNOWN:
            raise Problem(503, "too many connections wait to show a key", "try again in a few seconds")
        self._unknown += 1
        try:
            async with asyncio.timeout(KEY_LIMIT_S):
                said = await socket.receive_text()
            shown = json.loads(said)["key"]
        except TimeoutError:
            raise Problem(
                401, f"no key within {KEY_LIMIT_S:.0f} s", "send {key: KEY} as the first text message"
            ) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            shown = None
        finally:
            self._unknown -= 1
        if not isinstance(shown, str):
            raise Problem(401, "the first message shows no key", 'send {"key": KEY} as text')
        key = shown.strip()
        await self._keys.let_in(key, address_of(socket.scope))
        return key

    async def _feed(
        self, socket: WebSocket, key: str | None, session: Session | None, events: Events, wanted: frozenset[str]
    ) -> bool:
        """Sends until the events end, the reader goes, is too slow or is let in no more; whether a call ended."""
        self._metrics.reader_came()
        was_too_slow = False
        sending = asyncio.create_task(self._send_all(socket, key, events, wanted))
        others = [asyncio.create_task(_until_gone(socket))]
        if session and self._still_valid:
            others.append(asyncio.create_task(self._until_signed_out(session, self._still_valid)))
        try:
            await asyncio.wait((sending, *others), return_when=asyncio.FIRST_COMPLETED)
            for other in others:
                if other.done() and not sending.done():
                    other.result()
            return sending.result()
        except (TooSlow, ReaderTooSlow):
            was_too_slow = True
            raise
        finally:
            self._metrics.reader_went(was_too_slow)
            for task in (sending, *others):
                task.cancel()
            await asyncio.gather(sending, *others, return_exceptions=True)

    async def _until_signed_out(self, session: Session, still_valid: StillValid) -> None:
        while await still_valid(session):
            await asyncio.sleep(self._patience.signed_out_s)
        raise Problem(401, "not signed in any more", "sign in at /desk")

    async def _send_all(self, socket: WebSocket, key: str | None, events: Events, wanted: frozenset[str]) -> bool:
        count, is_over = 0, False
        async with contextlib.aclosing(events):
            async for logged in events:
                is_over = is_over or isinstance(logged.event, CallEnded)
                if wanted and type_of(logged.event) not in wanted:
                    continue
                if key is not None and not await self._keys.is_right(key):
                    raise Problem(401, "your key was revoked", "ask who runs this service for another")
                try:
                    async with asyncio.timeout(self._patience.send_s):
                        await socket.send_text(json_of(logged).decode())
                except TimeoutError:
                    raise TooSlow from None
                count += 1
                if count % EVENTS_AT_ONCE == 0:  # what is there already is sent without ever waiting
                    await asyncio.sleep(0)
        return is_over

    async def _of_call(self, call_id: str, start: int) -> Events:
        running = self._service.log(call_id)
        if running is not None:
            async for logged in running.follow(start):
                yield logged
            return
        for logged in await self._past.events_of(call_id, None, start):
            yield logged

    async def _has_ended(self, call_id: str) -> bool:
        events = await self._past.events_of(call_id, self._service.log(call_id))
        return end_of(events) is not None

    async def _of_all(self, replay: bool) -> Events:
        """With ``replay`` the running calls from their beginning first: no event is missed or comes twice between."""
        following = self._service.follow_all()
        first = asyncio.ensure_future(anext(following))
        try:
            await asyncio.sleep(0)  # it listens from here on
            replayed: dict[str, int] = {}
            for call_id in self._service.live() if replay else ():
                for logged in await self._past.events_of(call_id, self._service.log(call_id)):
                    replayed[call_id] = logged.seq
                    yield logged
            logged = await first
            while True:
                if logged.seq > replayed.get(logged.call_id, -1):
                    yield logged
                if isinstance(logged.event, CallEnded):
                    replayed.pop(logged.call_id, None)
                logged = await anext(following)
        finally:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    """What a reader says behind its key is not for us; that it goes is."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    raise WebSocketDisconnect
