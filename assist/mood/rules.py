"""What a company wants to be told of a call's mood: the section ``mood`` of its assist rules."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MOST_KEYWORDS = 200


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_is_pattern)]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AngerRules(_Rule):
    """When a caller counts as angry, and when no longer; between the two nothing changes."""

    angry_from: float = Field(default=0.6, gt=0, le=1, description="Score from which a caller is angry.")
    calm_to: float = Field(default=0.35, ge=0, lt=1, description="Score at which an angry caller is calm again.")
    words: tuple[Pattern, ...] = Field(
        default=(), max_length=MOST_KEYWORDS, description="What angry callers of this company say, beside the usual."
    )
    voice: bool = Field(default=True, description="Whether the voice counts, beside the words.")

    @model_validator(mode="after")
    def _in_order(self) -> AngerRules:
        if self.calm_to >= self.angry_from:
            raise ValueError(f"calm_to ({self.calm_to}) must be below angry_from ({self.angry_from})")
        return self


class SilenceRules(_Rule):
    """How long nobody may say anything, in seconds."""

    agent_s: int = Field(default=20, ge=5, le=600, description="While an agent talks with the caller.")
    bot_s: int = Field(default=40, ge=5, le=600, description="While the bot has the call; it asks again by itself.")


class KeywordRule(_Rule):
    """Words that somebody should hear of, once a call and side."""

    name: str = Field(min_length=1, max_length=40)
    words: tuple[Pattern, ...] = Field(min_length=1, max_length=MOST_KEYWORDS)
    said_by: Literal["caller", "agent", "both"] = "caller"


class MoodRules(_Rule):
    """All with defaults: an empty section watches for abuse, anger and silence."""

    anger: AngerRules = AngerRules()
    silence: SilenceRules = SilenceRules()
    keywords: tuple[KeywordRule, ...] = Field(default=(), max_length=MOST_KEYWORDS)
