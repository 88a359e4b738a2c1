"""The desk put together: people who sign in, the queues, the panel's page, and all that is asked below /api/desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, WebSocket

from aicc.service.api.desk import desk_routes
from aicc.service.api.desk_calls import CallScope, desk_calls
from aicc.service.api.past import Past
from aicc.service.desk.desk_service import Around, DeskService
from aicc.service.desk.pages import desk_pages
from aicc.service.doors import Doors
from aicc.service.people import People, Session, person_of
from aicc.service.scenarios import Scenarios
from aicc.service.service import RunningService
from aicc.service.web.ice import ice_servers
from aicc.settings import Settings
from assist.rules import load_rules
from voicebot.dialogue.conversation import DESK_FLOW
from voicebot.events import Event, Logged
from voicebot.link import CallCommand, Reply

Ask = Callable[[str, CallCommand], Awaitable[Reply]]
Append = Callable[[str, Sequence[Event]], Awaitable[object]]


def open_desk(
    settings: Settings, service: RunningService, scenarios: Scenarios, doors: Doors, people: People, append: Append
) -> DeskService:
    past = Past(service.store, service.folder)

    async def events_of(call_id: str, start: int) -> AsyncIterator[Logged]:
        if (running := service.log(call_id)) is not None:
            async for logged in running.follow(start):
                yield logged
            return
        for logged in await past.events_of(call_id, None, start):
            yield logged

    async def place(number: str, variables: Mapping[str, str]) -> str:
        calling = {DESK_FLOW: settings.desk.flows.calling_back}
        return await doors.place(number, scenarios.answering(""), {**variables, **calling})

    async def refused(name: str, call_id: str) -> None:
        await people.trail.write_once(name, "", "refused", f"WS follow {call_id}", "not theirs")

    def company() -> Mapping[str, Any]:
        loaded = scenarios.loaded[0]
        rules = load_rules(loaded.folder / loaded.scenario.assist if loaded.scenario.assist else None)
        servers = [
            {"urls": server.uri, "username": server.username, "credential": server.credential}
            for server in ice_servers(settings.web.ice)
        ]
        return {
            "company": loaded.scenario.company,
            "skills": scenarios.skills(),
            "language": "ko",
            "flows": [
                {"name": flow, "title": flow} for flow in settings.desk.flows.back_to_bot if flow in loaded.flows
            ],
            "codes": [{"code": code.code, "title": code.label} for code in rules.wrapup.codes],
            "ice_servers": servers,
        }

    return DeskService(
        settings.desk,
        service.store,
        Around(
            ask=service.ask,
            append=append,
            events_of=events_of,
            place=place,
            telephone=lambda: doors.telephone,
            handed_by_sip=lambda skill: bool(settings.sip.handoff.get(skill) or settings.sip.handoff.get("default")),
            company=company,
            refused=refused,
        ),
    )


def desk_rooms(settings: Settings, service: RunningService, people: People, desk: DeskService) -> list[APIRouter]:
    """Everything that the panel loads and asks for."""

    def scope(request: Request) -> CallScope:
        person = person_of(request)
        is_all = person is None or person.role in ("supervisor", "reviewer", "admin")
        return CallScope(is_all, person.name if person else None)

    async def signed_in(socket: WebSocket) -> Session | None:
        """Strangers have not come so far; who shows a key of the API is nobody."""
        session: Session | None = getattr(socket.state, "session", None)
        if session is None:
            await socket.close(4401, "sign in at /desk")
        return session

    past = Past(service.store, service.folder)
    return [
        desk_routes(desk, signed_in, people.sessions.still_valid),
        desk_calls(service, past, scope),
        desk_pages(settings.desk.embed_origins),
    ]
