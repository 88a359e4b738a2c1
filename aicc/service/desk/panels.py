"""The open panels: what each person at the desk is told, and the calls that a panel follows word by word."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal, Protocol

import orjson
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from aicc.service.api.wire import MAX_SEQ, UUID, json_of
from voicebot.events import Logged
from voicebot.store import StoreUnavailable

log = logging.getLogger(__name__)

MOST_WAITING = 512  # messages for a panel that does not read; it is closed, connects anew and replays
MOST_EVENTS_WAITING = 64  # of these; a replay goes on as they are read
MOST_FOLLOWED = 24  # calls of one panel
MOST_PANELS = 8  # of one person: further ones take the place of the oldest
SEND_S = 10.0
STILL_S = 5.0  # between two looks whether whoever sits there is still signed in
SIGNED_OUT, AGAIN_LATER, REPLACED = 4401, 1013, 4409
MOST_MESSAGE_BYTES = 4_096


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Follow(_Asked):
    type: Literal["follow"]
    call_id: Annotated[str, Field(pattern=f"^{UUID}$")]
    start: Annotated[int, Field(ge=0, le=MAX_SEQ)] = 0


class _Unfollow(_Asked):
    type: Literal["unfollow"]
    call_id: Annotated[str, Field(pattern=f"^{UUID}$")]


class _Ping(_Asked):
    type: Literal["ping"]


_ASKED: TypeAdapter[_Follow | _Unfollow | _Ping] = TypeAdapter(
    Annotated[_Follow | _Unfollow | _Ping, Field(discriminator="type")]
)


class Room(Protocol):
    """The desk, as panels need it."""

    async def opened(self, name: str) -> None:
        """Somebody's first panel is there."""

    def closed(self, name: str) -> None:
        """Somebody's last panel is gone, or went silent."""

    def shown_to(self, name: str) -> dict[str, Any]:
        """The desk as this person sees it: the message ``desk``."""

    def offers_of(self, name: str) -> list[dict[str, Any]]:
        """What rings at this person's at the moment: messages ``offer``."""

    async def may_follow(self, name: str, call_id: str) -> bool:
        """Whether this person may hear of the call; one who may not is noted in the audit trail."""

    def events_of(self, call_id: str, start: int) -> AsyncIterator[Logged]:
        """Of a call that is up or was, from number ``start`` on."""


class Panels:
    """All of them, by person. For one event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open: dict[str, list[_Panel]] = {}

    def names(self) -> list[str]:
        return list(self._open)

    @property
    def count(self) -> int:
        return sum(len(panels) for panels in self._open.values())

    def tell(self, name: str, message: Mapping[str, Any]) -> None:
        """To all panels of a person; who has none open misses it."""
        if panels := self._open.get(name):
            text = orjson.dumps(message, default=str).decode()
            for panel in panels:
                panel.put(text)

    def show(self) -> None:
        """The desk anew, to everybody."""
        for name in self._open:
            self.tell(name, self._room.shown_to(name))

    async def serve(self, socket: WebSocket, name: str, still_valid: Callable[[], Awaitable[bool]]) -> None:
        """One panel of ``name``, from its being accepted to its end."""
        await socket.accept()
        panel = _Panel(socket, self._room, name)
        panels = self._open.setdefault(name, [])
        panels.append(panel)
        try:
            if len(panels) > MOST_PANELS:
                panels[0].close(REPLACED, "another panel of yours has taken its place")
            if len(panels) == 1:
                await self._room.opened(name)
            panel.put(orjson.dumps(self._room.shown_to(name), default=str).decode())
            for offer in self._room.offers_of(name):
                panel.put(orjson.dumps(offer, default=str).decode())
            await panel.run(still_valid)
        finally:
            panels.remove(panel)
            if not panels:
                del self._open[name]
                self._room.closed(name)

    def sign_out(self, name: str) -> None:
        for panel in self._open.get(name, ()):
            panel.close(SIGNED_OUT, "signed out")


class _Panel:
    def __init__(self, socket: WebSocket, room: Room, name: str) -> None:
        self._socket, self._room, self._name = socket, room, name
        self._waiting: asyncio.Queue[tuple[str, bool]] = asyncio.Queue(MOST_WAITING)
        self._room_for_events = asyncio.Semaphore(MOST_EVENTS_WAITING)
        self._following: dict[str, asyncio.Task[None]] = {}
        self._closing: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def put(self, text: str) -> None:
        """A panel for which too much waits is closed: it connects again and sees how things are then."""
        try:
            self._waiting.put_nowait((text, False))
        except asyncio.QueueFull:
            self.close(AGAIN_LATER, "messages are read too slowly: connect again")

    def close(self, code: int, reason: str) -> None:
        if not self._closing.done():
            self._closing.set_result((code, reason))

    async def run(self, still_valid: Callable[[], Awaitable[bool]]) -> None:
        tasks: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(work) for work in (self._send(), self._listen(), self._watch(still_valid))
        }
        try:
            await asyncio.wait({*tasks, self._closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *self._following.values()):
                task.cancel()
            await asyncio.gather(*tasks, *self._following.values(), return_exceptions=True)
        if self._closing.done():
            code, reason = self._closing.result()
            with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                async with asyncio.timeout(SEND_S):
                    if code == SIGNED_OUT:
                        await self._socket.send_text('{"type":"signed_out"}')
                    await self._socket.close(code, reason)

    async def _send(self) -> None:
        while True:
            text, is_event = await self._waiting.get()
            if is_event:
                self._room_for_events.release()
            try:
                async with asyncio.timeout(SEND_S):
                    await self._socket.send_text(text)
            except TimeoutError:
                self.close(AGAIN_LATER, "messages are read too slowly: connect again")
                return
            except (WebSocketDisconnect, RuntimeError):
                return

    async def _watch(self, still_valid: Callable[[], Awaitable[bool]]) -> None:
        while await still_valid():
            await asyncio.sleep(STILL_S)
        self.close(SIGNED_OUT, "signed out")

    async def _listen(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                said = await self._socket.receive_text()
                try:
                    asked = _ASKED.validate_json(said if len(said) <= MOST_MESSAGE_BYTES else "")
                except ValidationError:
                    self.put('{"type":"error","error":"a message is not understood","cure":"load the panel anew"}')
                    continue
                match asked:
                    case _Follow(call_id=call_id, start=start):
                        await self._follow(call_id, start)
                    case _Unfollow(call_id=call_id):
                        if task := self._following.pop(call_id, None):
                            task.cancel()
                    case _Ping():
                        self.put('{"type":"pong"}')

    async def _follow(self, call_id: str, start: int) -> None:
        try:
            may_follow = await self._room.may_follow(self._name, call_id)
        except StoreUnavailable:
            self._told(call_id, "the database cannot be asked now", "try again in a few seconds")
            return
        if not may_follow:
            self._told(call_id, "this call is not yours", "ask a supervisor")
            return
        if old := self._following.pop(call_id, None):
            old.cancel()
        if len(self._following) >= MOST_FOLLOWED:
            self._told(call_id, f"{MOST_FOLLOWED} calls are followed already", "close one")
            return
        self._following[call_id] = asyncio.create_task(self._send_events(call_id, start))

    async def _send_events(self, call_id: str, start: int) -> None:
        try:
            async for logged in self._room.events_of(call_id, start):
                await self._room_for_events.acquire()
                await self._waiting.put(('{"type":"event","event":' + json_of(logged).decode() + "}", True))
        except Exception:
            log.exception("call %s cannot be followed any more by %s", call_id, self._name)
            self._told(call_id, "the call cannot be followed", "load the panel anew")
        finally:
            if self._following.get(call_id) is asyncio.current_task():
                del self._following[call_id]

    def _told(self, call_id: str, error: str, cure: str) -> None:
        self.put(orjson.dumps({"type": "error", "call_id": call_id, "error": error, "cure": cure}).decode())
