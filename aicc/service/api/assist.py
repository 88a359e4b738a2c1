"""What helps a person with a call, for desks and other systems: suggestions, addresses, mood, alerts, the note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, TypeVar

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.deliveries import deliveries
from aicc.service.api.notes import Appends, NoteTold, note_told, notes
from aicc.service.api.past import Past
from aicc.service.api.problem import Problem
from aicc.service.api.service import Service
from aicc.service.api.wire import MAX_SEQ, Asked, CallId, Text, Told, plain
from assist.wrapup.versions import versions_of
from voicebot.events import (
    AddressNormalized,
    AlertRaised,
    EmotionRead,
    Event,
    Logged,
    SpeakerChecked,
    Suggested,
    SuggestionUsed,
)

MAX_SUGGESTIONS = 200  # of one answer
MAX_ALERTS = 50  # the newest ones

Verdict = Literal["used", "useless", "wrong"]
Spoken = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(plain)]
Seq = Annotated[int, Path(ge=0, le=MAX_SEQ, description="The seq of the event suggested")]


class ParsesAddresses(Protocol):
    def parse(self, text: str) -> Sequence[Mapping[str, Any]]:
        """Candidates as in ``address_normalized``, the likeliest first; some milliseconds, in a thread."""


class VerdictTold(Told):
    """What became of one document; of several words about it the last one."""

    document: str
    verdict: Verdict
    by: str


class SuggestionTold(Told):
    seq: int
    at_ms: int
    turn: int
    items: list[dict[str, Any]]
    reply: str
    questions: list[str]
    phrases: list[dict[str, Any]]
    verdicts: list[VerdictTold]


class SuggestionsTold(Told):
    suggestions: list[SuggestionTold]


class VerdictAsked(Asked):
    """``document`` is one of the suggestion's items, ``by`` whoever judges it."""

    document: Text
    verdict: Verdict
    by: Text


class AddressTold(Told):
    seq: int
    at_ms: int
    turn: int
    spoken: str
    candidates: list[dict[str, Any]]


class SpeakerTold(Told):
    """``refused`` says why there is no answer, empty where there is one."""

    seq: int
    at_ms: int
    customer: str
    score: float
    threshold: float
    accepted: bool
    speech_ms: int
    refused: str


class MoodTold(Told):
    seq: int
    at_ms: int
    side: str
    label: str
    score: float


class AlertTold(Told):
    seq: int
    at_ms: int
    side: str
    kind: str
    text: str


class AssistTold(Told):
    """The newest of each kind; null where there is none yet. ``mood`` is the caller's."""

    call_id: str
    suggestion: SuggestionTold | None
    address: AddressTold | None
    speaker: SpeakerTold | None
    mood: MoodTold | None
    alerts: list[AlertTold]
    wrapup: NoteTold | None


class AddressAsked(Asked):
    """As somebody says or writes it, whole or in part."""

    text: Spoken


class CandidateTold(Told):
    """``missing`` are the parts that are still to be asked for; ``score`` is 0 to 1."""

    road: str
    postcode: str
    jibun: str
    building: str
    detail: str
    score: float
    missing: list[str] | str


class CandidatesTold(Told):
    candidates: list[CandidateTold]


def assist(service: Service, past: Past, appends: Appends, addresses: ParsesAddresses | None = None) -> APIRouter:
    """All of it, the note and its deliveries too; without ``addresses`` none are parsed."""
    routes = APIRouter(tags=["assist"])

    async def events_of(call_id: str) -> Sequence[Logged]:
        return await past.events_of(call_id, service.log(call_id))

    @routes.get("/api/calls/{call_id}/assist")
    async def everything(call_id: CallId) -> AssistTold:
        """What the services have found so far: the newest of each kind, and the latest alerts, newest first."""
        events = await events_of(call_id)
        mood = (one for one in events if isinstance(one.event, EmotionRead) and one.event.side == "caller")
        versions = versions_of(events)
        return AssistTold(
            call_id=call_id,
            suggestion=next(iter(_suggestions(events, 1)), None),
            address=_newest(AddressTold, AddressNormalized, events),
            speaker=_newest(SpeakerTold, SpeakerChecked, events),
            mood=_newest(MoodTold, EmotionRead, mood),
            alerts=[_told(AlertTold, one) for one in _of(AlertRaised, events)[-MAX_ALERTS:][::-1]],
            wrapup=note_told(versions[-1]) if versions else None,
        )

    @routes.get("/api/calls/{call_id}/suggestions")
    async def suggestions(
        call_id: CallId, limit: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = 10
    ) -> SuggestionsTold:
        """The newest ones, newest first, and what became of their documents."""
        return SuggestionsTold(suggestions=_suggestions(await events_of(call_id), limit))

    @routes.post("/api/calls/{call_id}/suggestions/{seq}")
    async def judge(call_id: CallId, seq: Seq, asked: VerdictAsked) -> SuggestionTold:
        """Says what became of a suggested document, in running calls and in those that are over; a later word about it
        goes before this one."""
        found = next((one for one in _suggestions(await events_of(call_id)) if one.seq == seq), None)
        if found is None:
            raise Problem(
                404, f"event {seq} is no suggestion of this call", f"see get /api/calls/{call_id}/suggestions"
            )
        if asked.document not in (item.get("document") for item in found.items):
            raise Problem(404, f"suggestion {seq} has no such document", "name one of its items")
        said = VerdictTold(**asked.model_dump())
        if said in found.verdicts:
            return found  # pressed twice
        if not await appends.append(call_id, (SuggestionUsed(seq, said.document, said.verdict, said.by),)):
            raise Problem(409, "the call's log is gone", "nothing more can be said about it")
        others = [one for one in found.verdicts if one.document != said.document]
        return found.model_copy(update={"verdicts": [*others, said]})

    @routes.post("/api/addresses")
    async def parse(asked: AddressAsked) -> CandidatesTold:
        """The addresses that may be meant, the likeliest first."""
        if addresses is None:
            raise Problem(503, "no addresses are imported", 'import them with "aicc address import"')
        found = await run_in_threadpool(addresses.parse, asked.text)
        return CandidatesTold(candidates=[CandidateTold.model_validate(one) for one in found])

    routes.include_router(notes(service, past, appends))
    routes.include_router(deliveries(service.store.deliveries))
    return routes


AnyTold = TypeVar("AnyTold", bound=Told)


def _told(form: type[AnyTold], logged: Logged) -> AnyTold:
    return form.model_validate(logged.as_json())


def _of(kind: type[Event], events: Iterable[Logged]) -> list[Logged]:
    return [logged for logged in events if isinstance(logged.event, kind)]


def _newest(form: type[AnyTold], kind: type[Event], events: Iterable[Logged]) -> AnyTold | None:
    found = _of(kind, events)
    return _told(form, found[-1]) if found else None


def _suggestions(events: Sequence[Logged], limit: int = MAX_SEQ) -> list[SuggestionTold]:
    """The newest ``limit``, newest first, each with the last verdict about each of its documents."""
    verdicts: dict[int, dict[str, VerdictTold]] = {}
    for logged in _of(SuggestionUsed, events):
        assert isinstance(logged.event, SuggestionUsed)
        of_suggestion = verdicts.setdefault(logged.event.suggestion, {})
        of_suggestion.pop(logged.event.document, None)  # the last word stands last
        of_suggestion[logged.event.document] = _told(VerdictTold, logged)
    newest = _of(Suggested, events)[-limit:][::-1]
    return [
        SuggestionTold.model_validate(one.as_json() | {"verdicts": list(verdicts.get(one.seq, {}).values())})
        for one in newest
    ]
