"""What a company says about suggestions: the section ``suggest`` of its ``assist.yaml``.

::

    required:
      - name: 위약금 안내
        when: {words: [정기배송 해지]}
        say: 정기배송은 위약금 없이 해지하실 수 있습니다.
        fits: [위약금은 없습니다]
    forbidden:
      - name: 보장
        fits: [100% 보장됩니다, "/무조건.{0,6}환불/"]
        say: 확인한 뒤에 다시 안내해 드리겠습니다.

``fits`` are examples, matched by their words whatever the endings, or /expressions/.
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_LEAST_SYLLABLES = 2  # of an example; whether a word in them carries meaning is seen when they are used


def _can_fit(text: str) -> str:
    if is_expression(text):
        try:
            re.compile(text[1:-1])
        except re.error as error:
            raise ValueError(f"{text} is no expression ({error}): mend it, or leave the slashes out") from None
    elif len(re.findall(r"[가-힣]|[A-Za-z0-9]+", text)) < _LEAST_SYLLABLES:
        raise ValueError(f'"{text}" has no word of its own, it would fit everything: write a longer example')
    return text


def is_expression(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


Line = Annotated[str, Field(min_length=1)]
Example = Annotated[Line, AfterValidator(_can_fit)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Written):
    """Any of these; a phrase without conditions is due in every call."""

    flows: tuple[Line, ...] = Field(default=(), description="Flows in whose course it has to be said.")
    words: tuple[Example, ...] = Field(default=(), description="What the caller says: words, or /expressions/.")
    slots: tuple[Line, ...] = Field(
        default=(), description="Names of slots, or types (phone, name), that the flow is about to ask for."
    )


class RequiredPhrase(_Written):
    """Something that has to be told; the bot's words count, the agent's do."""

    name: Line
    when: When = When()
    say: Example = Field(description="The sentence that is shown; said in these words it counts too.")
    fits: tuple[Example, ...] = ()


class ForbiddenPhrase(_Written):
    """Something that an agent must not say."""

    name: Line
    fits: tuple[Example, ...] = ()
    informal: bool = Field(default=False, description="Sentences that end without 요 or 니다: 반말.")
    say: Line = Field(description="What to say instead.")

    @model_validator(mode="after")
    def _fits_something(self) -> Self:
        if not self.fits and not self.informal:
            raise ValueError(f'"{self.name}" forbids nothing: give it fits, or informal: true')
        return self


class SuggestRules(_Written):
    """The section as a whole; an empty one suggests entries and questions, and watches no phrases."""

    required: tuple[RequiredPhrase, ...] = ()
    forbidden: tuple[ForbiddenPhrase, ...] = ()
    items: int = Field(default=3, ge=1, le=5, description="Entries of a suggestion.")
    reply_chars: int = Field(default=150, ge=40, le=400, description="The longest reply that is read aloud.")
    worded_within_ms: int = Field(
        default=3_000,
        ge=200,
        le=20_000,
        description="How long a chat model may word a reply; then there is none of it.",
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [*(rule.name for rule in self.required), *(rule.name for rule in self.forbidden)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f'two rules are called "{twice[0]}": give one of them another name')
        return self
