"""Turn taking that a test can count on: what sounds finished needs 200 ms of silence, all else 900."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from voicebot.dialogue.slots.slot import Slot
from voicebot.turn import Needed

SURE_PAUSE_MS, OPEN_PAUSE_MS = 200, 900
_FINISHED = "요다까죠네예"


@dataclass
class FakeTurnTaking:
    """``pauses`` are those inside turns, ``cut_offs`` those behind turns that went on, in ms."""

    pauses: list[int] = field(default_factory=list)
    cut_offs: list[int] = field(default_factory=list)

    def needed(self, transcript: str, asked: Slot | None, now: datetime) -> Needed:
        return Needed(SURE_PAUSE_MS, "ending") if transcript[-1] in _FINISHED else Needed(OPEN_PAUSE_MS, "timeout")

    def went_on(self, pause_ms: int) -> None:
        self.pauses.append(pause_ms)

    def cut_off(self, pause_ms: int) -> None:
        self.cut_offs.append(pause_ms)

    def ended(self, transcript: str) -> None:
        """How turns were said changes nothing here."""
