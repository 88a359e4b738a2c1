"""The line to the caller, as the mind sees it: it says, it listens, it writes to the log. Sound is somebody else's."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.slot import Slot
from voicebot.events import Event


class HungUp(Exception):
    """The caller has gone; the conversation ends where it stands."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller was listened to and said nothing."""

    ms: int


class Line(Protocol):
    """One caller, for one conversation."""

    @property
    def turn(self) -> int:
        """The caller's last utterance, counted from 1; 0 before the first."""

    @property
    def turn_ms(self) -> int:
        """How long ago it ended."""

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        """Has the text said behind what was said before; returns before it is through. :class:`HungUp`.

        Speech that interrupts it is what :meth:`listen` returns next; what had not been said by then is dropped.
        """

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        """The caller's next utterance; :class:`HungUp`.

        ``asked`` is what was asked for: its shape tells when an answer is complete. ``silence_ms`` counts from the end
        of the bot's own speech.
        """

    def record(self, event: Event) -> None: ...

    def keep(self, *, recording: bool) -> None:
        """Pauses the recording, and resumes it: what is said meanwhile is kept neither as sound nor as words."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a call before anything was said. ``variables`` come from the door or from whoever placed it."""

    number: str = ""
    called: str = ""
    direction: Literal["in", "out"] = "in"
    variables: dict[str, str] = field(default_factory=dict)
