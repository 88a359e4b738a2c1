"""Notes on their way to the CRM: what waits, what has arrived, what was given up and can be retried."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import field_validator
from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.wire import UUID, Told
from voicebot.store.deliveries import Deliveries, DeliveryState, NotRetried

MAX_DELIVERIES = 200  # of one page

DeliveryId = Annotated[str, Path(pattern=f"^{UUID}$", description="A delivery's id, as the receiver gets it")]


class DeliveryTold(Told):
    """A version of a call's note on its way; ``url`` is told without its query. ``attempts`` counts since it was made,
    or last retried; ``next_at`` means something while it is waiting."""

    id: str
    call_id: str
    version: int
    url: str
    created_at: datetime
    state: DeliveryState
    attempts: int
    next_at: datetime
    done_at: datetime | None
    last_error: str | None

    @field_validator("url")
    @classmethod
    def _without_query(cls, url: str) -> str:
        return url.partition("?")[0]  # some receivers want a secret there


class DeliveriesTold(Told):
    """``next`` is the ``before`` of the next page; null on the last."""

    deliveries: list[DeliveryTold]
    next: str | None


def deliveries(kept: Deliveries) -> APIRouter:
    routes = APIRouter(prefix="/api/deliveries", tags=["assist"])

    @routes.get("")
    async def found(
        state: DeliveryState | None = None,
        before: Annotated[str | None, Query(pattern=f"^{UUID}$", description="The next of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_DELIVERIES)] = 50,
    ) -> DeliveriesTold:
        """Notes on their way to the CRM, newest first."""
        rows = await run_in_threadpool(kept.find, state, limit + 1, before)
        page = [DeliveryTold.model_validate(row) for row in rows[:limit]]
        return DeliveriesTold(deliveries=page, next=page[-1].id if len(rows) > limit else None)

    @routes.post("/{delivery_id}/retry")
    async def retry(delivery_id: DeliveryId) -> DeliveryTold:
        """Sends it now, and again as if it were new. 409 where it has arrived, or a newer version of the note has."""
        try:
            row = await run_in_threadpool(kept.retry, delivery_id, datetime.now(UTC))
        except NotRetried as refused:
            raise Problem(409, str(refused), "nothing has to be done") from None
        if row is None:
            raise Problem(404, f'no delivery "{delivery_id}"', "look for it with get /api/deliveries")
        return DeliveryTold.model_validate(row)

    return routes
