"""The desk over HTTP: who is there, who waits, and what agents do with their calls; the panel's socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, WebSocket
from pydantic import AfterValidator, Field, StringConstraints

from aicc.service.api.problem import Problem
from aicc.service.api.wire import Asked, CallId, Told, plain
from aicc.service.desk.desk_service import DeskService
from aicc.service.people import Session, session_of
from voicebot.store.people import Person

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(plain)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(plain)]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=60_000), AfterValidator(plain)]
Message = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(plain)
]
Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,40}$")]
Url = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s\"'<>\\]+$")]


def _who(request: Request) -> Person:
    """A key of the API is nobody, and takes no calls."""
    return session_of(request).person


Who = Annotated[Person, Depends(_who)]


class StateAsked(Asked):
    state: Literal["ready", "away"]


class LegAsked(Asked):
    """``leg`` is one that is there already: its network has changed."""

    sdp: Sdp
    leg: Name | None = None


class LegTold(Told):
    leg: str
    sdp: str


class KeysAsked(Asked):
    keys: Keys


class PersonAsked(Asked):
    """A colleague's name to log in with, or a number."""

    to: Name


class TransferAsked(Asked):
    """``to`` is a colleague or a number, a skill, or a flow; of a warm transfer whoever is consulted."""

    to: Name | None = None
    how: Literal["cold", "warm", "queue", "bot"]


class ListenAsked(Asked):
    how: Literal["listening", "whispering", "taking_over", "stopped"]


class ShowAsked(Asked):
    """A page to open, or a form to fill in, in the caller's browser."""

    kind: Literal["page", "form"]
    title: Line
    url: Url | None = None
    fields: Annotated[tuple[Line, ...], Field(max_length=12)] = ()


class MessageAsked(Asked):
    text: Message


class CallbackTold(Told):
    id: str
    number: str
    at: datetime
    skill: str
    note: str
    status: str
    attempts: int


class CallbacksTold(Told):
    callbacks: list[CallbackTold]


class MessageTold(Told):
    id: str
    call_id: str
    number: str
    text: str
    at: datetime
    read_by: str | None


class MessagesTold(Told):
    messages: list[MessageTold]


def desk_routes(
    desk: DeskService,
    signed_in: Callable[[WebSocket], Awaitable[Session | None]],
    still_valid: Callable[[Session, bool], Awaitable[bool]],
) -> APIRouter:
    """``signed_in`` is the session behind a socket: None once that is closed."""
    routes = APIRouter(prefix="/api/desk", tags=["desk"])

    @routes.get("/config")
    async def config() -> dict[str, Any]:
        """What the panel has to know once: the company, queues, flows, codes and rules."""
        return desk.config()

    @routes.get("/agents")
    async def agents() -> dict[str, Any]:
        return {"agents": desk.agents()}

    @routes.get("/queues")
    async def queues() -> dict[str, Any]:
        return {"queues": desk.queues()}

    @routes.put("/state", status_code=204)
    async def state(asked: StateAsked, person: Who) -> None:
        """이석 or 대기, now or behind the call."""
        await desk.set_state(person, asked.state)

    @routes.get("/callbacks")
    async def callbacks() -> CallbacksTold:
        return CallbacksTold(callbacks=[CallbackTold.model_validate(one) for one in await desk.callbacks()])

    @routes.delete("/callbacks/{callback_id}", status_code=204)
    async def cancel(callback_id: str) -> None:
        await desk.cancel_callback(callback_id)

    @routes.get("/messages")
    async def messages() -> MessagesTold:
        """What callers left while nobody was there, newest first."""
        return MessagesTold(messages=[MessageTold.model_validate(one) for one in await desk.messages()])

    @routes.post("/messages/{message_id}/read", status_code=204)
    async def read(message_id: str, person: Who) -> None:
        await desk.read_message(person, message_id)

    # ---- calls

    @routes.post("/calls/{call_id}/leg")
    async def leg(call_id: CallId, asked: LegAsked, person: Who) -> LegTold:
        """The browser's sound for a call that rings, goes on, or is listened to; muted until it is accepted."""
        name, sdp = await desk.browser_leg(person, call_id, asked.sdp, asked.leg)
        return LegTold(leg=name, sdp=sdp)

    @routes.post("/calls/{call_id}/accept", status_code=204)
    async def accept(call_id: CallId, person: Who) -> None:
        await desk.accept(person, call_id)

    @routes.post("/calls/{call_id}/refuse", status_code=204)
    async def refuse(call_id: CallId, person: Who) -> None:
        await desk.refuse(person, call_id)

    @routes.post("/calls/{call_id}/take", status_code=204)
    async def take(call_id: CallId, person: Who) -> None:
        """A supervisor has a call that waits ring at himself."""
        await desk.take(person, call_id)

    @routes.post("/calls/{call_id}/hold", status_code=204)
    async def hold(call_id: CallId, person: Who) -> None:
        await desk.hold(person, call_id)

    @routes.post("/calls/{call_id}/resume", status_code=204)
    async def resume(call_id: CallId, person: Who) -> None:
        await desk.resume(person, call_id)

    @routes.post("/calls/{call_id}/hang_up", status_code=204)
    async def hang_up(call_id: CallId, person: Who) -> None:
        await desk.hang_up(person, call_id)

    @routes.post("/calls/{call_id}/keys", status_code=204)
    async def keys(call_id: CallId, asked: KeysAsked, person: Who) -> None:
        """Pressed towards the caller."""
        await desk.press(person, call_id, asked.keys)

    @routes.post("/calls/{call_id}/consult", status_code=204)
    async def consult(call_id: CallId, asked: PersonAsked, person: Who) -> None:
        """A colleague is called; the caller hears music meanwhile."""
        await desk.consult(person, call_id, asked.to)

    @routes.post("/calls/{call_id}/end_consult", status_code=204)
    async def end_consult(call_id: CallId, person: Who) -> None:
        await desk.end_consult(person, call_id)

    @routes.post("/calls/{call_id}/conference", status_code=204)
    async def conference(call_id: CallId, person: Who) -> None:
        """Caller, agent and whoever is consulted hear each other."""
        await desk.conference(person, call_id)

    @routes.post("/calls/{call_id}/transfer", status_code=204)
    async def transfer(call_id: CallId, asked: TransferAsked, person: Who) -> None:
        await desk.transfer(person, call_id, asked.how, asked.to or "")

    @routes.post("/calls/{call_id}/listen", status_code=204)
    async def listen(call_id: CallId, asked: ListenAsked, person: Who) -> None:
        """A supervisor, who has made a leg before, unless he stops."""
        await desk.listen(person, call_id, asked.how)

    @routes.post("/calls/{call_id}/show", status_code=204)
    async def show(call_id: CallId, asked: ShowAsked, person: Who) -> None:
        if (asked.kind == "page") != (asked.url is not None) or (asked.kind == "form") != bool(asked.fields):
            raise Problem(422, "a page has a url, a form has fields", "give the one that fits its kind")
        await desk.show(person, call_id, asked.kind, asked.title, asked.url or "", asked.fields)

    @routes.post("/calls/{call_id}/message", status_code=204)
    async def message(call_id: CallId, asked: MessageAsked, person: Who) -> None:
        """Written to the caller of a chat."""
        await desk.write(person, call_id, asked.text)

    @routes.post("/calls/{call_id}/done", status_code=204)
    async def done(call_id: CallId, person: Who) -> None:
        """후처리 is over."""
        desk.wrapped_up(person, call_id)

    @routes.websocket("/live")
    async def live(socket: WebSocket) -> None:
        if (session := await signed_in(socket)) is not None:
            await desk.panels.serve(socket, session.person.name, partial(still_valid, session, True))

    return routes
