"""The ``people:`` block of aicc.yaml: how long people stay signed in, and the company's own login."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from aicc.door_settings import Variable

Role = Literal["agent", "supervisor", "designer", "reviewer", "admin"]
"""As :mod:`voicebot.store.people` has them, which brings the database along."""

_HOST = r"[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]"
_LOOPBACK = r"127\.0\.0\.1|\[::1\]|localhost"


def _own_address(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(rf"https?://({_HOST})(:[0-9]{{1,5}})?", value):
        raise PydanticCustomError("form", "write where browsers find it, such as https://desk.example.com")
    return value


def _issuer(value: str) -> str:
    # OpenID Connect Discovery 1.0, 3: https, without query and fragment
    if not re.fullmatch(rf"(https://({_HOST})|http://({_LOOPBACK}))(:[0-9]{{1,5}})?(/[^\s?#]*)?", value):
        raise PydanticCustomError("form", "write its address as it names itself, such as https://login.example.com")
    return value


class Oidc(BaseModel):
    """An OpenID Connect provider. ``roles`` are values of the claim ``roles_claim`` and the roles that they mean, the
    first that fits counts; without any, only people who have been added here come in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    client_secret_from: Variable = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "회사 계정으로 로그인"
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: dict[str, Role] = {}


class PeopleSettings(BaseModel):
    """``url`` is where browsers find the service, where a proxy with TLS stands before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str | None, AfterValidator(_own_address)] = None
    idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    longest_hours: int = Field(default=12, ge=1, le=7 * 24)
    audit_keep_days: int = Field(default=730, ge=1, le=36_500)
    oidc: Oidc | None = None
