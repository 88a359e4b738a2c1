"""Calls for the people at the desk: those that are over, how they sound, and what a customer called about before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.masking import Masked, masked_text
from aicc.service.api.past import Past, no_call
from aicc.service.api.peaks import Outlines
from aicc.service.api.problem import Problem
from aicc.service.api.service import Service
from aicc.service.api.wire import UUID, CallId, Text, Told
from voicebot.events import AgentJoined, AgentOffered, AgentRefused, CallStarted, Logged
from voicebot.store import CallRow
from voicebot.store.recorded import EarlierCall, RecordedCall, Wanted
from voicebot.store.search import Hit

MAX_CALLS = 100  # of one page
MAX_EARLIER = 20
BEFORE_HIT, BEHIND_HIT = 24, 48  # letters of a snippet

Name = Annotated[str, StringConstraints(max_length=64)]


@dataclass(frozen=True, slots=True)
class CallScope:
    """Whose calls somebody may see: everybody's, or those in which ``agent`` has talked or is just being asked to."""

    all: bool
    agent: str | None = None


Sees = Callable[[Request], CallScope]
"""By the person of a request, or its key."""


class SnippetTold(Told):
    """The first place that holds what was looked for: ``match``, and what stands around it in the same turn."""

    seq: int
    at_ms: int
    side: str
    before: str
    match: str
    after: str


class SeenCallTold(Told):
    """``agents`` have talked, by the names to log in with. ``code`` is the newest note's, a person's or suggested."""

    call_id: str
    began_at: datetime
    duration_ms: int | None
    direction: str | None
    door: str | None
    caller: str | None
    callee: str | None
    agents: list[str]
    skill: str | None
    code: str | None


class RecordedCallTold(SeenCallTold):
    has_recording: bool
    snippet: SnippetTold | None


class RecordedCallsTold(Told):
    """``next`` is the ``before`` of the next page; null on the last."""

    calls: list[RecordedCallTold]
    next: str | None


class EarlierCallTold(SeenCallTold):
    """``issue`` is what the call was about, by its note."""

    issue: Masked


class EarlierCallsTold(Told):
    calls: list[EarlierCallTold]


class PeaksTold(Told):
    """The loudest sample of each of equal parts, 0 to 1, at most as many as were asked for."""

    caller: list[float]
    other: list[float]
    duration_ms: int


def desk_calls(service: Service, past: Past, sees: Sees) -> APIRouter:
    routes = APIRouter(prefix="/api/desk", tags=["desk"])
    outlines = Outlines(service)

    @routes.get("/recorded")
    async def recorded(
        request: Request,
        q: Annotated[Text | None, Query(description="Said by anybody, whatever the spaces")] = None,
        begun_from: Annotated[
            AwareDatetime | None, Query(alias="from", description="Begun then or later; with its time zone")
        ] = None,
        begun_before: Annotated[
            AwareDatetime | None, Query(alias="to", description="Begun before then; with its time zone")
        ] = None,
        agent: Annotated[Name | None, Query(description="Has talked in the call")] = None,
        skill: Name | None = None,
        code: Name | None = None,
        before: Annotated[str | None, Query(pattern=f"^{UUID}$", description="The next of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_CALLS)] = 50,
    ) -> RecordedCallsTold:
        """Calls that are over and that whoever asks may see, newest first."""
        scope = sees(request)
        if not scope.all and not scope.agent:
            return RecordedCallsTold(calls=[], next=None)
        seen_by = None if scope.all else scope.agent
        wanted = Wanted(q, begun_from, begun_before, agent or None, seen_by, skill or None, code or None)
        found = await run_in_threadpool(service.store.recorded.find, wanted, limit + 1, before)
        page = [_recorded(one) for one in found[:limit]]
        return RecordedCallsTold(calls=page, next=page[-1].call_id if len(found) > limit else None)

    @routes.get("/recorded/{call_id}/peaks")
    async def peaks(
        call_id: CallId, request: Request, bins: Annotated[int, Query(ge=1, le=10_000)] = 2_000
    ) -> PeaksTold:
        """What a picture of the recording takes: left the caller, right all that the caller heard."""
        await may_see(request, call_id)
        outline = await outlines.of(call_id)
        caller, other = (outline.peaks(side, bins) for side in (0, 1))
        return PeaksTold(caller=caller, other=other, duration_ms=outline.duration_ms)

    @routes.get("/calls/{call_id}/history")
    async def history(call_id: CallId, request: Request) -> EarlierCallsTold:
        """Earlier calls of the same customer, newest first; whoever may see a call may see these lines."""
        number = _customer(await may_see(request, call_id), await events_of(call_id))
        earlier = await run_in_threadpool(service.store.recorded.earlier, call_id, number, MAX_EARLIER)
        return EarlierCallsTold(calls=[_earlier(one) for one in earlier])

    async def may_see(request: Request, call_id: str) -> CallRow | None:
        """Its row, None while the store has not heard of it. Raises Problem: 404 for no call, 403 for another's."""
        scope = sees(request)
        row = await run_in_threadpool(service.store.call, call_id)
        if row is None and service.log(call_id) is None:
            raise no_call(call_id)
        if scope.all:
            return row
        if scope.agent and (
            scope.agent in await run_in_threadpool(service.store.people_of, call_id)
            or _is_theirs(scope.agent, await events_of(call_id))
        ):
            return row
        raise Problem(403, "this call is not yours", "ask a supervisor to look into it")

    async def events_of(call_id: str) -> list[Logged]:
        """Of a call that is up; one that is over is in the store."""
        running = service.log(call_id)
        return await past.events_of(call_id, running) if running else []

    return routes


def _is_theirs(agent: str, events: list[Logged]) -> bool:
    """Whether they have talked in a running call, or are being asked to at this moment."""
    theirs = False
    for logged in events:
        match logged.event:
            case AgentJoined(agent=name) if name == agent:
                return True
            case AgentOffered(agent=name) if name == agent:
                theirs = True
            case AgentRefused(agent=name) if name == agent:
                theirs = False
    return theirs


def _customer(row: CallRow | None, events: list[Logged]) -> str:
    """The number at the other end, whoever called whom; empty where it is not known."""
    begun = next((logged.event for logged in events if isinstance(logged.event, CallStarted)), None)
    said = row if row and row.direction else begun
    if said is None:
        return ""
    return (said.callee if said.direction == "out" else said.caller) or ""


def _seen(call: CallRow, people: tuple[str, ...]) -> dict[str, object]:
    names = ("call_id", "duration_ms", "direction", "door", "caller", "callee", "skill", "code")
    return {name: getattr(call, name) for name in names} | {"began_at": call.started_at, "agents": list(people)}


def _recorded(found: RecordedCall) -> RecordedCallTold:
    recording = found.call.recording
    return RecordedCallTold.model_validate(
        _seen(found.call, found.people)
        | {"has_recording": recording is not None and recording.removed_at is None}
        | {"snippet": _snippet(found.hit) if found.hit else None}
    )


def _earlier(found: EarlierCall) -> EarlierCallTold:
    return EarlierCallTold.model_validate(_seen(found.call, found.people) | {"issue": found.issue})


def _snippet(hit: Hit) -> SnippetTold:
    shown = masked_text(hit.text)
    first, last = max(0, hit.start - BEFORE_HIT), min(len(shown), hit.end + BEHIND_HIT)
    before = ("…" if first else "") + shown[first : hit.start]
    after = shown[hit.end : last] + ("…" if last < len(shown) else "")
    match = shown[hit.start : hit.end]
    return SnippetTold(seq=hit.seq, at_ms=hit.at_ms, side=hit.side, before=before, match=match, after=after)
