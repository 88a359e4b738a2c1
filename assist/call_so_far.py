"""What is known of a call by its events so far: who said what, what was filled in, where the conversation stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    CallbackBooked,
    CallEnded,
    CallStarted,
    ConsentGiven,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    Logged,
    MessageSent,
    RecordingPaused,
    RecordingResumed,
    ServiceCalled,
    Side,
    SlotCorrected,
    SlotFilled,
    TranscriptFinal,
    TurnEnded,
)

Who = Side | Literal["bot"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said in one go, and when it was over; of the bot what was heard of it."""

    seq: int
    at_ms: int
    side: Who
    turn: int
    spoken: str
    written: str


class CallSoFar:
    """One call's; :meth:`take` is given every event, in order.

    ``said`` has callers' whole turns (``turn_ended``), the finals of agents, and what the bot said. ``slots`` are the
    newest values by name. ``flow`` and ``node`` are where the conversation is, empty outside of flows; ``flows`` are
    all that were entered, in order. While ``is_off_record`` nothing of the sound is kept, or listened to.
    """

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.started: CallStarted | None = None
        self.ended: CallEnded | None = None
        self.last_seq, self.at_ms = -1, 0
        self.flow = self.node = ""
        self.is_off_record = False
        self.flows: list[str] = []
        self.said: list[Said] = []
        self.slots: dict[str, SlotFilled | SlotCorrected] = {}
        self.consents: set[str] = set()
        self.answers: list[AnswerChosen] = []
        self.handoffs: list[HandoffRequested] = []
        self.services: list[ServiceCalled] = []
        self.messages: list[MessageSent] = []
        self.callbacks: list[CallbackBooked] = []

    @property
    def customer(self) -> str:
        """Whom the call is with, as far as the line tells: the number at the far end."""
        if self.started is None:
            return ""
        return self.started.caller if self.started.direction == "in" else self.started.callee

    def take(self, logged: Logged) -> None:
        self.last_seq, self.at_ms = logged.seq, logged.at_ms
        match event := logged.event:
            case CallStarted():
                self.started = event
            case CallEnded():
                self.ended = event
            case TurnEnded(turn, spoken, written):
                self._say(logged, "caller", turn, spoken, written)
            case TranscriptFinal(side, turn, spoken, written) if side != "caller":
                self._say(logged, side, turn, spoken, written)
            case BotFinished(turn, text):
                self._say(logged, "bot", turn, text, text)
            case BotInterrupted(turn, _, heard_text):
                self._say(logged, "bot", turn, heard_text, heard_text)
            case SlotFilled() | SlotCorrected():
                self.slots[event.slot] = event
            case FlowEntered(flow, node):
                self.flow, self.node = flow, node
                self.flows.append(flow)
            case FlowLeft():
                self.flow = self.node = ""
            case ConsentGiven(what):
                self.consents.add(what)
            case AnswerChosen():
                self.answers.append(event)
            case HandoffRequested():
                self.handoffs.append(event)
            case RecordingPaused() | RecordingResumed():
                self.is_off_record = isinstance(event, RecordingPaused)
            case ServiceCalled():
                self.services.append(event)
            case MessageSent():
                self.messages.append(event)
            case CallbackBooked():
                self.callbacks.append(event)

    def _say(self, logged: Logged, side: Who, turn: int, spoken: str, written: str) -> None:
        if written:
            self.said.append(Said(logged.seq, logged.at_ms, side, turn, spoken, written))
