"""A caller who keeps to a script, on a line without sound and on a virtual clock: a call of minutes takes no time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakes.clock import VirtualClock
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import HungUp, Silence
from voicebot.dialogue.slots.slot import Slot
from voicebot.events import Event, RecordingPaused, RecordingResumed

SYLLABLE_MS = 150  # of unhurried speech, the caller's and the bot's
SILENT = ""  # a turn in which the caller says nothing

Turn = str | Heard
Kind = TypeVar("Kind", bound=Event)


def pressed(keys: str) -> Heard:
    return Heard.of(keys, source="dtmf")


def badly_heard(text: str, confidence: float = 0.4) -> Heard:
    return Heard.of(text, confidence=confidence)


@dataclass(frozen=True)
class Said:
    """One ``say`` of the bot, with the turn that it answers."""

    text: str
    turn: int
    at_ms: float
    interruptible: bool
    slower: bool


@dataclass
class ScriptedLine:
    """Says the ``turns`` one after the other, then hangs up (``HungUp``); an empty one is silence.

    A text is heard as speech by a recognizer that is sure; ``pressed`` and ``badly_heard`` make other turns.
    ``said``, ``events`` and ``asked`` (what was asked for at each listening) are for the test to look at.
    """

    turns: Iterable[Turn]
    clock: VirtualClock = field(default_factory=VirtualClock)
    said: list[Said] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    asked: list[Slot | None] = field(default_factory=list)
    turn: int = 0
    _ended_ms: float = 0.0

    def __post_init__(self) -> None:
        self._rest = iter(self.turns)

    @property
    def turn_ms(self) -> int:
        return int(self.clock.ms - self._ended_ms)

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        self.said.append(Said(text, self.turn, self.clock.ms, interruptible, slower))

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        self.asked.append(asked)
        self.clock.pass_ms(SYLLABLE_MS * sum(len(said.text) for said in self.said if said.at_ms == self.clock.ms))
        turn = next(self._rest, None)
        if turn is None:
            raise HungUp
        if turn == SILENT:
            self.clock.pass_ms(silence_ms)
            return Silence(silence_ms)
        heard = Heard.of(turn) if isinstance(turn, str) else turn
        self.clock.pass_ms(SYLLABLE_MS * len(heard.spoken))
        self.turn += 1
        self._ended_ms = self.clock.ms
        return heard

    def record(self, event: Event) -> None:
        self.events.append(event)

    def keep(self, *, recording: bool) -> None:
        self.events.append(RecordingResumed() if recording else RecordingPaused())

    def answers(self, turn: int | None = None) -> str:
        """All that was said in answer to the caller's turn of that number (0: before the first), or to the last."""
        number = self.turn if turn is None else turn
        return " ".join(said.text for said in self.said if said.turn == number)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]
