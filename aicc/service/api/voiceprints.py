"""Customers who are known by their voice: who has agreed, how much was enrolled, and its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import AfterValidator, AwareDatetime, StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.wire import Asked, Told, plain
from assist.speaker.voiceprint import customer_name
from voicebot.store.voiceprints import VoiceprintRow

CLOCKS_DIFFER = timedelta(minutes=5)

Customer = Annotated[
    str,
    Path(description="The telephone number, with or without hyphens"),
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(plain),
    AfterValidator(customer_name),
]


class VoiceprintRecords(Protocol):
    """What :class:`voicebot.store.voiceprints.VoiceprintTable` knows without any key."""

    def find(self, customer: str) -> VoiceprintRow | None: ...

    def give_consent(self, customer: str, at: datetime) -> VoiceprintRow: ...

    def forget(self, customer: str) -> bool: ...


class VoiceprintTold(Told):
    """``calls`` is out of how many calls the voiceprint was made, 0 while there is but consent; the voice itself is
    never told."""

    customer: str
    consented_at: datetime
    is_enrolled: bool
    model: str | None
    calls: int
    speech_ms: int
    updated_at: datetime | None


class ConsentAsked(Asked):
    """``given_at`` is when the customer has agreed; now, where it is left out."""

    given_at: AwareDatetime | None = None


def voiceprints(records: VoiceprintRecords) -> APIRouter:
    routes = APIRouter(prefix="/api/customers/{customer}/voiceprint", tags=["voiceprints"])

    @routes.get("")
    async def one(customer: Customer) -> VoiceprintTold:
        """What is kept of a customer's voice."""
        row = await run_in_threadpool(records.find, customer)
        if row is None:
            raise _nothing_kept()
        return _told(row)

    @routes.put("/consent")
    async def consent(customer: Customer, asked: ConsentAsked) -> VoiceprintTold:
        """The customer agrees to be known by voice: the next calls are enrolled. A consent that is there stays."""
        now = datetime.now(UTC)
        if asked.given_at and asked.given_at > now + CLOCKS_DIFFER:
            raise Problem(422, "given_at is in the future", "send when the customer has agreed")
        return _told(await run_in_threadpool(records.give_consent, customer, asked.given_at or now))

    @routes.delete("", status_code=204)
    async def forget(customer: Customer) -> Response:
        """Takes the consent back, and deletes the voiceprint with it."""
        if not await run_in_threadpool(records.forget, customer):
            raise _nothing_kept()
        return Response(status_code=204)

    return routes


def _nothing_kept() -> Problem:
    return Problem(404, "nothing is kept of this customer's voice", "check the number, as the calls have it")


def _told(row: VoiceprintRow) -> VoiceprintTold:
    return VoiceprintTold(
        customer=row.customer,
        consented_at=row.consented_at,
        is_enrolled=row.sealed is not None,
        model=row.model,
        calls=len(row.calls),
        speech_ms=row.speech_ms,
        updated_at=row.updated_at,
    )
