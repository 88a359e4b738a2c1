"""The ``desk:`` block of aicc.yaml: how callers reach people, and what those people's panel shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[int, Field(ge=1, le=86_400)]


class DeskFlows(BaseModel):
    """Flows of the scenario by which the bot takes over again; one that a scenario does not have is not offered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nobody_there: str = "메시지 남기기"
    offer_callback: str = "콜백 제안"
    calling_back: str = "콜백 통화"
    back_to_bot: tuple[str, ...] = ("만족도 조사",)


class Desk(BaseModel):
    """``queues`` are titles by skill; a skill without one is shown by its own name. ``vip`` are numbers that go
    first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    queues: dict[str, str] = {}
    vip: tuple[str, ...] = ()
    ring_seconds: Seconds = 20
    wrapup_seconds: Seconds = 60
    sticky_days: Annotated[int, Field(ge=0, le=365)] = 7
    announce_every_seconds: Seconds = 30
    offer_callback_after_seconds: Seconds = 60
    service_level_seconds: Seconds = 20
    screen_pop_url: str | None = None
    embed_origins: tuple[str, ...] = ()
    flows: DeskFlows = DeskFlows()
