"""The block ``assist:`` of ``aicc.yaml``: what helps people while they talk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from aicc.door_settings import beside_the_file, variable
from assist.speaker.rules import SpeakerRules


class Juso(BaseModel):
    """The address service of the state (business.juso.go.kr): asked before the book, but never in calls.

    ``key_from`` names the environment variable that holds its key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = "https://business.juso.go.kr/addrlink/addrLinkApi.do"
    key_from: Annotated[str, AfterValidator(variable)] = "AICC_JUSO_KEY"


class Assist(BaseModel):
    """``threads`` do the helpers' work of all calls. ``addresses`` is the database that ``aicc address import`` makes;
    None: the scenario's own book."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    enabled: bool = True
    threads: int = Field(default=2, ge=1, le=64)
    addresses: Path | None = None
    juso: Juso | None = None
    speaker: SpeakerRules = SpeakerRules()

    @field_validator("addresses")
    @classmethod
    def _beside_the_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        return beside_the_file(path, info)
