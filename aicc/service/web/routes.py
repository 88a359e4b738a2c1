"""What a caller's page asks for, below ``/call``: no key, but a token for each call, and few calls a minute.

The page is a caller like any other: whoever reaches it may call, as whoever knows the number may dial.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.resources
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import RedirectResponse, Response

from aicc.service.api.guard import address_of
from aicc.service.api.problem import Problem
from aicc.service.api.service import CallLog
from aicc.service.api.wire import Start
from aicc.service.front import BUSY
from aicc.service.web.asked import (
    AnswersAsked,
    CallAsked,
    CallBegun,
    ChatAsked,
    ChatBegun,
    IceTold,
    KeysAsked,
    OfferAnswered,
    OfferAsked,
    OpenedAsked,
    PageTold,
    TextAsked,
    Token,
)
from aicc.service.web.captions import Caption, captions
from aicc.service.web.forwarded import caller_address
from aicc.service.web.page_call import CallOver, CallRefused, PageCall, TooOften
from aicc.service.web.shown_pages import NotAsked, NotShown
from aicc.service.web.web_calls import WebCalls
from voicebot.doors.webrtc.ice_server import IceServer

BUTTON = "button.js"
MEDIA_TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript"}
RETRY_BUSY_S, RETRY_AWAY_S = 10, 60  # the page tells callers apart by these: all lines taken, or nobody there
ENDED, NO_CALL, TOO_MANY = 1_000, 4_404, 4_429  # sockets are closed with; RFC 6455 7.4, or 4000 and HTTP's status


@dataclass(frozen=True, slots=True)
class Pages:
    """What the routes need. ``let_in`` says whether one more call from an address is not one too many; ``proxies`` are
    networks whose X-Forwarded-For is believed."""

    calls: WebCalls
    log: Callable[[str], CallLog | None]
    company: Callable[[], str]
    synthetic_voices_only: bool
    ice: Callable[[], Sequence[IceServer]]
    let_in: Callable[[str], bool]
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()

    def policy(self) -> str:
        """Only what comes from here runs; who may show the page in a frame are the company's own sites.

        Browsers that read ``frame-ancestors`` pass over the guard's ``x-frame-options``, which knows no list.
        """
        ancestors = " ".join(["'self'", *self.origins])
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
            f"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
        )


def web(pages: Pages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    folder = importlib.resources.files(__package__) / "pages"
    files = {file.name: file.read_bytes() for file in folder.iterdir() if _suffix(file.name) in MEDIA_TYPES}

    @routes.get("/")
    async def start() -> Response:
        return RedirectResponse("/call")

    @routes.get("/call")
    async def page() -> Response:
        headers = {
            "content-security-policy": pages.policy(),
            "permissions-policy": "microphone=(self), camera=(), geolocation=()",
        }
        return Response(files["call.html"], headers=headers, media_type=MEDIA_TYPES["html"])

    @routes.get("/call/files/{name}")
    async def file(name: str) -> Response:
        if name not in files:
            raise Problem(404, "no such file", "see /call")
        # the button's script is loaded by the company's own site
        headers = {"cross-origin-resource-policy": "cross-origin"} if name == BUTTON else {}
        return Response(files[name], headers=headers, media_type=MEDIA_TYPES[_suffix(name)])

    @routes.get("/call/page")
    async def told() -> PageTold:
        servers = [IceTold(urls=one.uri, username=one.username, credential=one.credential) for one in pages.ice()]
        return PageTold(company=pages.company(), synthetic_voices_only=pages.synthetic_voices_only, ice_servers=servers)

    @routes.post("/call/calls", status_code=201)
    async def begin(asked: CallAsked, request: Request) -> CallBegun:
        _let_in(request)
        with _told():
            call, sdp = await pages.calls.begin(asked.called, asked.sdp)
        return CallBegun(token=call.token, call_id=call.call_id, sdp=sdp)

    @routes.post("/call/chats", status_code=201)
    async def begin_chat(asked: ChatAsked, request: Request) -> ChatBegun:
        """A chat is a call without sound: what can be done to a call by its token can be done to it."""
        _let_in(request)
        with _told():
            chat = await pages.calls.begin_chat(asked.called)
        return ChatBegun(token=chat.token, call_id=chat.call_id)

    @routes.post("/call/calls/{token}/offer")
    async def reoffer(token: Token, asked: OfferAsked) -> OfferAnswered:
        """The network of the page has changed, or was away."""
        with _told():
            return OfferAnswered(sdp=await _call_of(token).reoffer(asked.sdp))

    @routes.post("/call/calls/{token}/keys", status_code=204)
    async def press(token: Token, asked: KeysAsked) -> None:
        with _told():
            await _call_of(token).press(asked.keys)

    @routes.post("/call/calls/{token}/text", status_code=204)
    async def write(token: Token, asked: TextAsked) -> None:
        with _told():
            await _call_of(token).type(asked.text)

    @routes.post("/call/calls/{token}/answers", status_code=204)
    async def answer(token: Token, asked: AnswersAsked) -> None:
        """What the caller has written into a form that an agent has sent."""
        with _told():
            await _call_of(token).answer(asked.shown, asked.values)

    @routes.post("/call/calls/{token}/opened", status_code=204)
    async def open_page(token: Token, asked: OpenedAsked) -> None:
        """The caller has opened a page that an agent has sent, and agrees that the agent knows."""
        with _told():
            await _call_of(token).open(asked.shown)

    @routes.post("/call/calls/{token}/bye", status_code=204)
    async def bye(token: Token) -> None:
        """A page that is closed says so with ``navigator.sendBeacon``: it sends no DELETE."""
        await _call_of(token).hang_up()

    @routes.websocket("/call/calls/{token}/captions")
    async def follow(socket: WebSocket, token: Token, start: Start = 0) -> None:
        """From number ``start`` on: a page that reconnects knows what it has. Closed with 1000 behind the end."""
        await socket.accept()
        if (call := pages.calls.of(token)) is None:
            await socket.close(NO_CALL, "no such call")
            return
        with contextlib.suppress(WebSocketDisconnect):
            try:
                with call.read():
                    await _send_all(socket, captions(call, pages.log, start))
            except TooOften:
                await socket.close(TOO_MANY, "too many readers of this call")

    def _let_in(request: Request) -> None:
        address = caller_address(address_of(request.scope), request.headers.get("x-forwarded-for", ""), pages.proxies)
        if not pages.let_in(address):
            raise Problem(429, "too many calls from here", "wait a minute", {"retry-after": "60"})

    def _call_of(token: str) -> PageCall:
        if (call := pages.calls.of(token)) is None:
            raise Problem(404, "no such call", "begin a new one")
        return call

    return routes


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What cannot be done, as an answer."""
    try:
        yield
    except CallRefused as refused:
        answer = refused.answer
        if answer.is_description:
            cure = "use a browser that speaks WebRTC with Opus"
            raise Problem(422, f"the browser's offer does not fit: {answer.reason}", cure) from None
        seconds = str(RETRY_BUSY_S if answer.reason == BUSY else RETRY_AWAY_S)
        raise Problem(503, f"not now: {answer.reason}", f"try again in {seconds} s", {"retry-after": seconds}) from None
    except CallOver:
        raise Problem(409, "the call is not running", "begin a new one") from None
    except NotShown:
        raise Problem(409, "there is no such page or form, or not any more", "answer the newest one, once") from None
    except NotAsked:
        raise Problem(422, "the form does not ask for that", "answer only its fields") from None
    except TooOften:
        raise Problem(429, "too much for one call", "wait a few seconds", {"retry-after": "5"}) from None


async def _send_all(socket: WebSocket, shown: AsyncIterator[Caption]) -> None:
    """Until the call has ended, or nobody reads any more."""

    async def send() -> None:
        async for one in shown:
            await socket.send_json(one)
        await socket.close(ENDED)

    sending, listening = asyncio.create_task(send()), asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        sending.cancel()
        listening.cancel()
        await asyncio.gather(sending, listening, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    """What a page says here is not for us; that it goes is."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
