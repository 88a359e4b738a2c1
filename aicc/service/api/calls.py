"""Calls: found, looked into, begun, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.masking import Masked
from aicc.service.api.past import no_call
from aicc.service.api.problem import Problem
from aicc.service.api.service import CallWanted, NoDoor, NoScenario, NotTransferred, Service
from aicc.service.api.wire import UUID, Asked, CallId, Text, Told, plain
from voicebot.events import CallStarted, Latency, Logged
from voicebot.log import end_of
from voicebot.store import CallRow, State, Store, started_at_of

MAX_CALLS = 200  # of one page

# digits only reach the wire: nothing of a SIP address can be slipped in
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]([0-9 -]{0,28}[0-9])?$", min_length=2)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_가-힣][A-Za-z0-9_.가-힣-]{0,63}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_가-힣][A-Za-z0-9_가-힣]{0,63}$")]
Value = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(plain)]


class RecordingTold(Told):
    sha256: str
    size_bytes: int
    duration_ms: int
    sealed_at: datetime
    removed_at: datetime | None


class CallTold(Told):
    """A call; what ``call_started`` says is null while it has not been seen, the end's fields while it runs."""

    call_id: str
    state: State
    started_at: datetime
    ended_at: datetime | None = None
    direction: str | None
    door: str | None
    caller: str | None
    callee: str | None
    scenario: str | None
    ended_by: str | None = None
    reason: str | None = None
    duration_ms: int | None = None
    handoff: str | None = None
    turn_count: int = 0
    fault_count: int = 0
    recording: RecordingTold | None = None


class CallsTold(Told):
    """``next`` is the ``before`` of the next page; null on the last."""

    calls: list[CallTold]
    next: str | None


class TurnTold(Told):
    """What one side said in one go; of the bot ``written`` is what it meant to say, ``spoken`` what was heard of it."""

    seq: int
    turn: int
    side: str
    spoken: Masked
    written: Masked
    at_ms: int
    reason: str | None
    voice_to_voice_ms: int | None


class LatencyTold(Told):
    """How long the answer to a turn took, and where; ms."""

    turn: int
    endpoint_ms: int
    stt_ms: int
    mind_ms: int
    tts_ms: int
    voice_to_voice_ms: int


class WholeCallTold(CallTold):
    turns: list[TurnTold]
    latency: list[LatencyTold]


class CallAsked(Asked):
    """A call that the service shall place."""

    number: Number
    scenario: Name
    variables: Annotated[dict[Variable, Value], Field(default_factory=dict, max_length=50)]


class CallIdTold(Told):
    call_id: str


class KeysAsked(Asked):
    keys: Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,64}$")]


class TransferAsked(Asked):
    """``to`` is a SIP address such as ``sip:7001@pbx.example``."""

    to: Annotated[str, StringConstraints(pattern=r"^sips?:[!-;=?-~]{1,200}$")]


class TransferTold(Told):
    """``code`` is the final answer that the far side got from there, 0 where it did not say."""

    is_reached: bool
    code: int
    phrase: str


def calls(service: Service) -> APIRouter:
    routes = APIRouter(prefix="/api/calls", tags=["calls"])

    @routes.get("")
    async def found(
        state: State | None = None,
        caller: Annotated[Text | None, Query(description="The whole number, as the call has it")] = None,
        scenario: Text | None = None,
        since: Annotated[AwareDatetime | None, Query(description="Begun then or later; with its time zone")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Begun before then; with its time zone")] = None,
        text: Annotated[Text | None, Query(description="Said by anybody, whatever the spaces")] = None,
        before: Annotated[str | None, Query(pattern=f"^{UUID}$", description="The next of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_CALLS)] = 50,
    ) -> CallsTold:
        """Newest first. Calls that begin meanwhile shift no page."""

        def ask() -> list[CallRow]:
            return service.store.calls(
                limit + 1, before, state=state, caller=caller, scenario=scenario, since=since, until=until, text=text
            )

        rows = await run_in_threadpool(ask)
        page = [CallTold.model_validate(row) for row in rows[:limit]]
        return CallsTold(calls=page, next=page[-1].call_id if len(rows) > limit else None)

    @routes.get("/{call_id}")
    async def one(call_id: CallId) -> WholeCallTold:
        """With what was said, and how long each answer took. Of a running call the store is about a second behind."""
        log, is_running = service.log(call_id), call_id in service.live()
        told = await run_in_threadpool(_whole, service.store, call_id, log.read() if log else [], is_running)
        if told is None:
            raise no_call(call_id)
        return told

    @routes.post("", status_code=201)
    async def place(asked: CallAsked) -> CallIdTold:
        """Calls somebody. 503 while no door can place calls; variables are the scenario's."""
        if service.is_draining:
            raise Problem(503, "the service is going down", "place the call when it is back")
        digits = "".join(letter for letter in asked.number if letter not in " -")
        try:
            return CallIdTold(call_id=await service.place(CallWanted(digits, asked.scenario, dict(asked.variables))))
        except NoDoor as none:
            raise Problem(503, str(none), "try again later, or configure a door that places calls") from None
        except NoScenario as none:
            raise Problem(422, str(none), "name a scenario that is installed") from None

    @routes.post("/{call_id}/keys")
    async def send_keys(call_id: CallId, asked: KeysAsked) -> CallIdTold:
        """Presses keys towards a telephone, as for the menu of another machine."""
        if not await service.send_keys(call_id, asked.keys):
            raise await _not_running(call_id)
        return CallIdTold(call_id=call_id)

    @routes.post("/{call_id}/transfer")
    async def transfer(call_id: CallId, asked: TransferAsked) -> TransferTold:
        """Has a telephone call somebody else (REFER), and tells how that went; once it is there the call here ends."""
        try:
            told = await service.transfer(call_id, asked.to)
        except NotTransferred as refused:
            raise Problem(409, str(refused), "wait for the transfer that is under way, or name a SIP address") from None
        if told is None:
            raise await _not_running(call_id)
        return TransferTold.model_validate(told)

    async def _not_running(call_id: str) -> Problem:
        if await run_in_threadpool(service.store.call, call_id) is None:
            return no_call(call_id)
        return Problem(409, "the call is not a telephone's, or not running", "nothing has to be done")

    @routes.post("/{call_id}/hang_up")
    async def hang_up(call_id: CallId) -> CallIdTold:
        """Ends a running call."""
        if not await service.hang_up(call_id):
            if await run_in_threadpool(service.store.call, call_id) is None:
                raise no_call(call_id)
            raise Problem(409, "the call is not running", "nothing has to be done")
        return CallIdTold(call_id=call_id)

    return routes


def _whole(store: Store, call_id: str, newest: Sequence[Logged], is_running: bool) -> WholeCallTold | None:
    """``newest``: events of a call that is up or has just ended, which the store may not have yet."""
    row = store.call(call_id) or _row_of(call_id, newest)
    if row is None:
        return None
    events = {logged.seq: logged.event for logged in (*store.events(call_id), *newest)}
    told = CallTold.model_validate(row).model_dump()
    if is_running:
        told["state"] = "running"
    elif end := end_of(newest):
        ended_at = row.started_at + timedelta(milliseconds=end.duration_ms)
        told |= {"state": "ended", "ended_at": ended_at, "ended_by": end.by, "reason": end.reason}
        told["duration_ms"] = end.duration_ms
    return WholeCallTold(
        **told,
        turns=[TurnTold.model_validate(turn) for turn in row.turns],
        latency=[LatencyTold.model_validate(event) for event in events.values() if isinstance(event, Latency)],
    )


def _row_of(call_id: str, events: Sequence[Logged]) -> CallRow | None:
    """Of a call so new that the store has not heard of it."""
    for logged in events:
        if isinstance(begun := logged.event, CallStarted):
            said = (begun.direction, begun.door, begun.caller, begun.callee, begun.scenario)
            return CallRow(call_id, started_at_of(call_id), *said, "running", None, None, None, None, None, 0, 0)
    return None
