"""The event log's vocabulary: what can happen in a call, one frozen dataclass each, and their JSON form.

A thing that happened is in the past tense. Every event of a call carries ``call_id``, ``seq`` (from 0, no gaps,
given by the log's one owner) and ``at_ms`` (since the call began); :class:`Logged` adds them. Texts come as ``spoken``
(what the recognizer heard) and ``written`` (what people read). ``turn`` counts the utterances of both people from 1;
what the bot says carries the turn it answers, 0 when unasked.

Readers skip types they do not know: an old desk reads a new log.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Side = Literal["caller", "agent", "supervisor"]
Value: TypeAlias = str | int | float | bool | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a call."""


# ---- the call


@dataclass(frozen=True, slots=True)
class CallStarted(Event):
    direction: Literal["in", "out"]
    door: Literal["sip", "webrtc", "audiosocket", "wav", "chat"]
    caller: str
    callee: str
    scenario: str


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    by: Literal["caller", "bot", "agent", "network", "service"]
    reason: str
    duration_ms: int
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Fault(Event):
    """Something broke in ``room``; ``cured_by`` says how the call went on."""

    room: str
    what: str
    cured_by: str


# ---- the ear


@dataclass(frozen=True, slots=True)
class SpeechStarted(Event):
    side: Side


@dataclass(frozen=True, slots=True)
class SpeechEnded(Event):
    side: Side


@dataclass(frozen=True, slots=True)
class TranscriptPartial(Event):
    side: Side
    turn: int
    spoken: str
    written: str
    stable_chars: int


@dataclass(frozen=True, slots=True)
class TranscriptFinal(Event):
    """``words`` are ``{text, start_ms, end_ms, confidence}``; ``engine`` names the recognizer, or who typed."""

    side: Side
    turn: int
    spoken: str
    written: str
    words: tuple[dict[str, Any], ...]
    engine: str


@dataclass(frozen=True, slots=True)
class TurnEnded(Event):
    """``reason``: a final ending was heard, the answer was complete, the pause was long enough, keys were pressed."""

    turn: int
    spoken: str
    written: str
    silence_ms: int
    reason: Literal["ending", "complete", "timeout", "dtmf"]


@dataclass(frozen=True, slots=True)
class Dtmf(Event):
    digit: str
    side: Side = "caller"


# ---- the mind


@dataclass(frozen=True, slots=True)
class FlowEntered(Event):
    flow: str
    node: str


@dataclass(frozen=True, slots=True)
class FlowLeft(Event):
    """``node`` is the step at which the flow was left."""

    flow: str
    node: str


@dataclass(frozen=True, slots=True)
class SlotFilled(Event):
    slot: str
    value: Value
    written: str
    spoken: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SlotCorrected(Event):
    slot: str
    value: Value
    written: str
    spoken: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ServiceCalled(Event):
    """``status`` is the HTTP status, or a word for what came instead: timeout, unreachable, not_json, too_large."""

    service: str
    ms: int
    status: int | str


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    to: str
    kind: str


@dataclass(frozen=True, slots=True)
class CallbackBooked(Event):
    at: str
    number: str


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    what: str


@dataclass(frozen=True, slots=True)
class AnswerChosen(Event):
    """What the bot decided to say to a turn, why, and how long it thought; ``documents`` are ``{id, score}``."""

    turn: int
    source: Literal["flow", "faq", "llm", "repair"]
    documents: tuple[dict[str, Any], ...]
    text: str
    ms: int


@dataclass(frozen=True, slots=True)
class HandoffRequested(Event):
    reason: Literal["asked", "no_answer", "flow", "abuse", "low_confidence", "emotion", "fault"]
    skill: str
    summary: str


# ---- the mouth


@dataclass(frozen=True, slots=True)
class BotStarted(Event):
    turn: int
    text: str
    first_audio_ms: int


@dataclass(frozen=True, slots=True)
class BotPaused(Event):
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class BotResumed(Event):
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class BotFinished(Event):
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class BotInterrupted(Event):
    """``heard_text`` is what had reached the caller."""

    turn: int
    text: str
    heard_text: str


# ---- the whole call


@dataclass(frozen=True, slots=True)
class Latency(Event):
    """How long the answer to a turn took, in ms, and where: ``voice_to_voice_ms`` is from the caller's last sample of
    speech to the bot's first.

    Its parts follow each other: ``endpoint_ms`` until the turn was judged to be over, ``stt_ms`` until its words were
    final, ``mind_ms`` until the first text was chosen, ``tts_ms`` until its first sound left.
    """

    turn: int
    endpoint_ms: int
    stt_ms: int
    mind_ms: int
    tts_ms: int
    voice_to_voice_ms: int


@dataclass(frozen=True, slots=True)
class LineMeasured(Event):
    """How well the two sides heard each other, told once, before ``call_ended``; of calls over RTP alone.

    Of the caller's ``packets`` so many were ``lost`` or came too ``late``; ``delay_ms`` is what their jitter cost in
    the end. ``their_loss`` (0 to 1) and ``round_trip_ms`` are by the far side's own reports, if it made any.
    """

    packets: int
    lost: int
    late: int
    jitter_ms: float
    delay_ms: float
    their_loss: float | None = None
    round_trip_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RecordingPaused(Event):
    """From here on the recording holds silence, and digits are hidden in the log."""


@dataclass(frozen=True, slots=True)
class RecordingResumed(Event):
    pass


TYPES: dict[str, type[Event]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in Event.__subclasses__()
}
"""By the ``type`` of their JSON form: ``call_started``."""

_NAMES = {kind: name for name, kind in TYPES.items()}


def type_of(event: Event) -> str:
    return _NAMES[type(event)]


@dataclass(frozen=True, slots=True)
class Logged:
    """An event in its place in a call's log."""

    call_id: str
    seq: int
    at_ms: int
    event: Event

    def as_json(self) -> dict[str, Any]:
        """What the WebSocket, the REST API, Redis and ``aicc chat --json`` show."""
        values = {field.name: getattr(self.event, field.name) for field in dataclasses.fields(self.event)}
        fields = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return {"call_id": self.call_id, "seq": self.seq, "at_ms": self.at_ms, "type": type_of(self.event), **fields}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Logged | None:
        """The reverse; None for a type that is not known.

        Fields that this version does not know are left out.
        """
        kind = TYPES.get(fields["type"])
        if kind is None:
            return None
        known = {field.name for field in dataclasses.fields(kind)}
        values = {
            name: tuple(value) if isinstance(value, list) else value for name, value in fields.items() if name in known
        }
        return cls(fields["call_id"], fields["seq"], fields["at_ms"], kind(**values))
