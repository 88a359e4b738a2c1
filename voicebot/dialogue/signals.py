"""How a conversation leaves the place where it stands: raised inside a flow, caught where the way goes on."""

from dataclasses import dataclass
from typing import Literal

from voicebot.dialogue.understand import Reading

HandoffReason = Literal["asked", "no_answer", "flow", "abuse", "low_confidence", "emotion", "fault"]


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The bot has said goodbye; ``reason`` is for the log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A person takes over."""

    reason: HandoffReason
    skill: str
    summary: str


class Signal(Exception):
    """A way out of where the conversation stands."""


class Ended(Signal):
    """Nothing more is said by the bot."""

    def __init__(self, ending: Goodbye | Transfer) -> None:
        self.ending = ending


class LeaveFlow(Signal):
    """The running flow is given up; ``is_wish`` where the caller wanted it so, and hears that it was done."""

    def __init__(self, *, is_wish: bool) -> None:
        self.is_wish = is_wish


class ChangeOfMind(Signal):
    """The caller wants another flow in place of this one."""

    def __init__(self, flow: str, reading: Reading) -> None:
        self.flow = flow
        self.reading = reading


class FlowDone(Signal):
    """The running flow is through, wherever in it its way stands."""


class Instead(Signal):
    """The caller was offered something and wants something else, outside of any flow."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading


class RestartCall(Signal):
    """Everything from the beginning."""


class JumpTo(Signal):
    """On with the step of this id, in the list that holds it."""

    def __init__(self, step: str) -> None:
        self.step = step


class AskAgain(Signal):
    """A slot was corrected after the flow went on: back to where it was asked, now with its new value."""

    def __init__(self, slot: str) -> None:
        self.slot = slot
