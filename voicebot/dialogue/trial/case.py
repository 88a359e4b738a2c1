"""What designers write to try out a scenario: conversations, and what must come of them.

``tests/*.yaml`` beside the flows::

    tests:
      - test: 배송 중인 주문을 물으면 도착일을 말한다
        caller: 010-1234-5678
        talk:
          - bot: 누리홈쇼핑
          - caller: 배송 조회하고 싶어요
          - bot: 주문번호
          - press: 20261122#
            bot: [배송 중, "{내일}"]
            called: GET /orders/20261122
          - silence
          - bot: 듣고 있어요
        ends: open

A step of ``talk`` is something the caller does, something that must come of it, or both. What must come is judged over
all that the bot does between that turn of the caller and the next. ``{오늘}``, ``{내일}``, ``{오늘+3}`` are dates.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, NaiveDatetime, model_validator

from voicebot.dialogue.scenario.step import Written


def _as_text(value: Any) -> Any:
    """A number may be written without quotes."""
    return str(value) if type(value) in (int, float) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float | dict) and not isinstance(value, bool) else value


def _readable(text: str) -> str:
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        try:
            re.compile(text[1:-1])
        except re.error as error:
            raise ValueError(f"{text} is no regular expression ({error}): mend it, or leave the slashes out") from None
    return text


Text = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | float), Field(min_length=1)]
Wording = Annotated[Text, AfterValidator(_readable)]
Wordings = Annotated[list[Wording], BeforeValidator(_as_list, json_schema_input_type=Text | list[Text])]
Texts = Annotated[list[Text], BeforeValidator(_as_list, json_schema_input_type=Text | list[Text])]

CALL = r"^(GET|POST|PUT|PATCH|DELETE) /\S*( \w+)?$"
Call = Annotated[str, Field(pattern=CALL)]
CallWithBody = Annotated[dict[Call, dict[str, Any]], Field(min_length=1, max_length=1)]
Calls = Annotated[
    list[Call | CallWithBody],
    BeforeValidator(_as_list, json_schema_input_type=Call | CallWithBody | list[Call | CallWithBody]),
]


class Trouble(Written):
    """What the sample of a service does wrong, from here on."""

    misbehave: Text = Field(
        pattern=r"^(slow(=\d{1,5})?|500|html|huge|drop|none)$",
        description="slow (or slow=MILLISECONDS), 500, html, huge, drop; none: it is well again.",
    )


class HandedOff(Written):
    """To whom and why a person takes over."""

    reason: Literal["asked", "no_answer", "flow", "abuse", "low_confidence", "emotion", "fault"] | None = None
    skill: str | None = None
    summary: Wordings = Field(default=[], description="What the summary for the agent must have in it.")


class Expected(Written):
    """What must come of a turn."""

    bot: Wordings = Field(
        default=[],
        description="What must be said, all of it: texts (spaces and punctuation do not count), or /expressions/.",
    )
    absent: Wordings = Field(default=[], description="What must not be said: texts, or /expressions/.")
    slots: dict[str, Any] = Field(
        default={}, description="What is known by now, as it is written or as JSON has it; null: nothing."
    )
    asked: Text | None = Field(default=None, description="The slot that the bot waits for.")
    called: Calls | None = Field(
        default=None,
        description="Which services were asked: METHOD /path, perhaps with the status behind it; KEY: VALUE below "
        "are parts of the body. An empty list: none were asked.",
    )
    flow: Text | None = Field(default=None, description="A flow that was entered, or goes on.")
    answer: Texts = Field(default=[], description="The ids of knowledge base entries that the answer comes from.")
    message: Wordings = Field(default=[], description="What a text message that was sent must have in it.")
    handed_off: bool | HandedOff | None = Field(default=None, description="That a person takes over, and who.")
    hung_up: bool | Text | None = Field(default=None, description="That the bot has hung up; or with which reason.")
    within_ms: int | None = Field(
        default=None, ge=1, description="How long the bot may think, without the time that services take."
    )


class Talk(Expected):
    """One step of a conversation: a turn of the caller, what must come of it, or both."""

    caller: Text | None = Field(default=None, description="What the caller says.")
    confidence: float = Field(default=1.0, ge=0, le=1, description="How sure the recognizer is of it.")
    press: Text | None = Field(default=None, pattern=r"^[0-9*#]+$", description="Keys that the caller presses.")
    silence: Literal[True] | None = Field(default=None, description="The caller says nothing.")
    hang_up: Literal[True] | None = Field(default=None, description="The caller hangs up.")
    services: dict[str, Trouble] = Field(default={}, description="Samples of services that fail from here on.")

    @model_validator(mode="after")
    def _one_thing(self) -> Talk:
        done = [name for name in ("caller", "press", "silence", "hang_up") if getattr(self, name) is not None]
        if len(done) > 1:
            raise ValueError(f"the caller does one thing at a time, not {' and '.join(done)}: make two steps of it")
        if self.confidence != 1.0 and self.caller is None:
            raise ValueError("confidence is of what the caller says: add caller, or delete it")
        if not self.model_fields_set:
            raise ValueError("an empty step: say what the caller does or what the bot must say")
        return self

    @property
    def is_turn(self) -> bool:
        """Whether the caller does something."""
        return any((self.caller, self.press, self.silence, self.hang_up))


def _word_alone(value: Any) -> Any:
    return {value: True} if value in ("silence", "hang_up") else value


WrittenTalk = Annotated[Talk, BeforeValidator(_word_alone, json_schema_input_type=Literal["silence", "hang_up"] | Talk)]


class Case(Written):
    """One conversation, from the ring to its end."""

    test: Text = Field(description="What must hold, in a sentence.")
    caller: Text = Field(default="", description="The caller's number; of an outbound call, whom the bot calls.")
    called: Text = Field(default="", description="The number that was called.")
    direction: Literal["in", "out"] = "in"
    variables: dict[str, Text] = Field(default={}, description="What whoever placed the call knows.")
    now: NaiveDatetime | None = Field(default=None, description="When the call is: 2026-11-22 14:00.")
    services: dict[str, Trouble] = Field(default={}, description="Samples of services that fail from the beginning.")
    talk: list[WrittenTalk] = Field(min_length=1)
    absent: Wordings = Field(default=[], description="What must not be said in the whole call.")
    ends: Literal["hang_up", "handoff", "open"] | None = Field(
        default=None, description="The bot hangs up, hands over, or is still there when the caller has no more to say."
    )


class CaseFile(Written):
    """A file of conversation tests."""

    now: NaiveDatetime | None = Field(default=None, description="When the calls are that do not say it themselves.")
    tests: list[Case] = Field(min_length=1)
