"""How a designer describes a slot: its type, how it is asked for, confirmed, and when to give up."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(min_length=1)]
Prompts = Annotated[Line | list[Line], Field(description="One wording, or several that take turns.")]


class SlotBase(BaseModel):
    """What every type of slot has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Prompts = Field(description="The question that asks for it.")
    easier: Prompts | None = Field(
        default=None, description="The question in easier words, after an answer that was not understood."
    )
    invalid: Prompts | dict[str, Line] | None = Field(
        default=None,
        description="Said of a value that does not fit; by problem where it matters: "
        "`digits` (too few or many), `past`, `future`, `closed`, `rule` (the expression of `valid`), `unknown`.",
    )
    valid: str | None = Field(default=None, description="An expression that a value must satisfy.")
    confirm: Literal["never", "unsure", "always"] = Field(
        default="unsure", description="Whether the caller is asked if it is right."
    )
    confirm_ask: Line | None = Field(default=None, description="The question that confirms; else the engine's.")
    retries: int = Field(default=2, ge=0, le=5, description="Further askings before a person takes over.")
    optional: bool = Field(default=False, description="Whether a caller who does not know it may go on without.")
    keep: Literal["flow", "call", "confirm"] = Field(
        default="flow",
        description="How long the value lives: to the end of the flow, of the call, or of the call but "
        "confirmed when a second flow wants it.",
    )
    from_call: Literal["caller_number"] | None = Field(
        default=None, description="Where it is taken from without asking, if there."
    )
    private: bool = Field(default=False, description="Masked in logs and summaries: birth dates, card numbers.")


class YesNo(SlotBase):
    type: Literal["yes_no"]
    offer: bool = Field(default=True, description="Whether it offers something, so that 괜찮아요 turns it down.")


class Choice(SlotBase):
    type: Literal["choice"]
    options: dict[str, list[str]] = Field(min_length=2, description="Option: further words for it.")


class Digits(SlotBase):
    type: Literal["digits"]
    called: list[str] = Field(default=[], description="What callers call it: 생년월일, 인증번호.")
    lengths: list[int] = Field(min_length=1, description="The lengths that there are: [6], or [8, 12].")


class Phone(SlotBase):
    type: Literal["phone"]
    mobile_only: bool = False


class OrderNumber(SlotBase):
    type: Literal["order_number"]
    lengths: list[int] = [8, 12]


class Amount(SlotBase):
    type: Literal["amount"]
    least: int | None = None
    most: int | None = None


class Date(SlotBase):
    type: Literal["date"]
    wants: Literal["future", "past", "any"] = "future"


class Time(SlotBase):
    type: Literal["time"]
    opens: time | None = Field(default=None, description="Business hours settle whether 3시 is in the morning.")
    closes: time | None = None


class Name(SlotBase):
    type: Literal["name"]


class Address(SlotBase):
    type: Literal["address"]


class FreeText(SlotBase):
    type: Literal["text"]


SlotSettings = Annotated[
    YesNo | Choice | Digits | Phone | OrderNumber | Amount | Date | Time | Name | Address | FreeText,
    Field(discriminator="type"),
]
