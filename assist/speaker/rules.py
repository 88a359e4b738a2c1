"""What an installation chooses about speaker verification."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from assist.speaker.scoring import MOST_FREQUENT, RAREST


def _embedder(value: str) -> str:
    if not re.fullmatch(r"bundled|speechbrain:[A-Za-z0-9][A-Za-z0-9._+-]*", value):
        raise PydanticCustomError("form", "write bundled or speechbrain:NAME")
    return value


def _variable(value: str) -> str:
    # what stands there may be the key itself: it is not repeated
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        raise PydanticCustomError("form", "write the name of an environment variable that holds the key")
    return value


class SpeakerRules(BaseModel):
    """``false_accept_rate`` is how often another person's voice may pass for the customer's; a lower one refuses the
    customers themselves more often. ``key_from`` names the variable with the key of the voiceprints; without a key in
    it nobody is enrolled."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    embedder: Annotated[str, AfterValidator(_embedder)] = "bundled"
    false_accept_rate: float = Field(default=0.01, ge=RAREST, le=MOST_FREQUENT)
    key_from: Annotated[str, AfterValidator(_variable)] = "AICC_VOICEPRINT_KEY"
