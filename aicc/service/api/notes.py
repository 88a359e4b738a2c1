"""The note of a call: read, edited, in all its versions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Header
from fastapi.responses import Response
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from aicc.service.api.past import Past
from aicc.service.api.problem import Problem, ProblemTold
from aicc.service.api.service import Service
from aicc.service.api.wire import Asked, CallId, Text, Told, plain
from assist.wrapup.versions import Edit, EditConflict, edited, versions_of
from voicebot.events import Event, Logged, WrappedUp
from voicebot.store import started_at_of

READ_BACK_S = 5.0  # what was appended in a media process comes back by its link
PAUSE_S = 0.05


def _day(text: str) -> str:
    try:
        datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text or "2026-01-01")
    except ValueError:
        raise PydanticCustomError("day", "write a date such as 2026-11-30, or nothing") from None
    return text


Paragraph = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(plain)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(plain)]
Code = Annotated[str, StringConstraints(max_length=64), AfterValidator(plain)]
Due = Annotated[str, StringConstraints(max_length=40), AfterValidator(_day)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Resolved = Literal["resolved", "handed_over", "callback", "abandoned", "unresolved"]
"""As :data:`assist.wrapup.resolution.Kind` has them, which brings the analysis of sentences along."""
Captured = Paragraph | bool | int | Number | dict[Name, Paragraph] | None


class Appends(Protocol):
    """Who owns the logs of calls, running or over: :class:`aicc.service.appending.Appending`."""

    async def append(self, call_id: str, events: Sequence[Event]) -> bool:
        """What the log has already, by type and cause, is left out. False where there is no log any more."""


class NoteTold(Told):
    """A version of a call's note. ``edited_by`` is empty for the machine, whose version is 1; ``code`` is empty until
    a person has chosen one."""

    call_id: str
    version: int
    at: datetime
    edited_by: str
    summary: dict[str, Any]
    slots: dict[str, Any]
    follow_ups: list[dict[str, Any]]
    code: str
    suggested_code: str
    confidence: float


class NotesTold(Told):
    versions: list[NoteTold]


class SummaryAsked(Asked):
    """What is left out stays as it is. ``resolution_text`` says ``resolution`` in a sentence."""

    issue: Paragraph | None = None
    actions: Annotated[list[Paragraph], Field(max_length=30)] | Paragraph | None = None
    resolution: Resolved | None = None
    resolution_text: Paragraph | None = None


class FollowUpAsked(Asked):
    what: Paragraph
    due: Due = ""


class EditAsked(Asked):
    """What is left out stays as it is; ``slots`` and ``follow_ups`` are replaced as a whole. Only ``edited_by``: the
    note is right."""

    edited_by: Text
    summary: SummaryAsked | None = None
    slots: Annotated[dict[Name, Captured], Field(max_length=50)] | None = None
    follow_ups: Annotated[list[FollowUpAsked], Field(max_length=30)] | None = None
    code: Code | None = None

    def as_edit(self) -> Edit:
        return Edit(
            self.edited_by,
            self.summary.model_dump(exclude_none=True) if self.summary else None,
            self.slots,
            None if self.follow_ups is None else [one.model_dump() for one in self.follow_ups],
            self.code,
        )


def notes(service: Service, past: Past, appends: Appends) -> APIRouter:
    routes = APIRouter(prefix="/api/calls/{call_id}/wrapup", tags=["assist"])

    @routes.get("")
    async def newest(call_id: CallId, response: Response) -> NoteTold:
        """The newest version; its number is in the header ETag too."""
        return _tagged((await versions(call_id))[-1], response)

    @routes.get("/versions")
    async def every_version(call_id: CallId) -> NotesTold:
        """The machine's first."""
        return NotesTold(versions=[note_told(logged) for logged in await versions(call_id)])

    @routes.put("", responses={428: {"model": ProblemTold, "description": "The header If-Match is missing"}})
    async def edit(
        call_id: CallId,
        asked: EditAsked,
        response: Response,
        if_match: Annotated[
            str | None, Header(max_length=40, description='The version that was read and edited, as in "1"')
        ] = None,
    ) -> NoteTold:
        """Makes the next version. 409 where somebody else has made it meanwhile: nothing is lost, read that first."""
        based_on = _version_of(if_match)
        last = (await versions(call_id))[-1]
        assert isinstance(last.event, WrappedUp)
        try:
            wanted = edited(last.event, last.seq, based_on, asked.as_edit())
        except EditConflict as conflict:
            raise _conflict(conflict) from None
        if not await appends.append(call_id, (wanted,)):
            raise Problem(409, "the call's log is gone", "the note can be read, and not edited any more")
        return _tagged(await read_back(call_id, wanted), response)

    async def versions(call_id: str) -> list[Logged]:
        found = versions_of(await past.events_of(call_id, service.log(call_id)))
        if not found:
            raise Problem(404, "the call has no note yet", "it comes within seconds of the call's end")
        return found

    async def read_back(call_id: str, wanted: WrappedUp) -> Logged:
        """The log has one note of each cause: of two edits at once it is the other one that may be there."""
        limit_s = asyncio.get_running_loop().time() + READ_BACK_S
        while True:
            for logged in await versions(call_id):
                if isinstance(logged.event, WrappedUp) and logged.event.version == wanted.version:
                    if logged.event != wanted:
                        raise _conflict(EditConflict(wanted.version, logged.event.edited_by))
                    return logged
            if asyncio.get_running_loop().time() > limit_s:
                raise Problem(503, "the edit is not in the call's log yet", "read the note again in a few seconds")
            await asyncio.sleep(PAUSE_S)

    return routes


def note_told(logged: Logged) -> NoteTold:
    at = started_at_of(logged.call_id) + timedelta(milliseconds=logged.at_ms)
    return NoteTold.model_validate(logged.as_json() | {"at": at})


def _tagged(logged: Logged, response: Response) -> NoteTold:
    told = note_told(logged)
    response.headers["etag"] = f'"{told.version}"'
    return told


def _version_of(if_match: str | None) -> int:
    """Of the header (RFC 9110, 13.1.1), with or without quotes."""
    if if_match is None:
        raise Problem(428, "which version was edited is not said", 'send the header If-Match with it, as in "1"')
    match = re.fullmatch(r'"?([0-9]{1,9})"?', if_match.strip(), re.ASCII)
    if match is None:
        raise Problem(422, "If-Match is no version of a note", 'send the one that was edited, as in "1"')
    return int(match[1])


def _conflict(conflict: EditConflict) -> Problem:
    who = "somebody else" if conflict.edited_by else "the machine"
    error = f"version {conflict.newest} of the note is there, by {who}"
    return Problem(409, error, "read it, and edit that", {"etag": f'"{conflict.newest}"'})
