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
from dataclasses import dataclass, field
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
    """The caller's; of others each final is a turn of its own.

    ``reason``: a final ending was heard, the answer was complete, the pause was long enough, keys were pressed.
    """

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
    """``at`` is as the caller was told; ``due`` the same as a local time (ISO 8601), empty where it tells no hour."""

    at: str
    number: str
    due: str = ""


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


# ---- the desk


@dataclass(frozen=True, slots=True)
class Queued(Event):
    """The caller waits for a person: ``position`` from 1, ``wait_s`` the wait that is to be expected."""

    queue: str
    position: int
    wait_s: int


@dataclass(frozen=True, slots=True)
class AgentOffered(Event):
    """An agent's panel or telephone rings. ``agent`` is who it is by name to log in with, ``how`` where it rings."""

    agent: str
    how: Literal["panel", "sip"]


@dataclass(frozen=True, slots=True)
class AgentRefused(Event):
    """Whoever was offered the call does not take it: refused, let it ring, or was lost."""

    agent: str
    reason: Literal["refused", "no_answer", "lost", "withdrawn"]


@dataclass(frozen=True, slots=True)
class AgentJoined(Event):
    """``how``: for the caller, for a consultation that the caller does not hear, or over the head of another."""

    agent: str
    how: Literal["answered", "consulted", "took_over", "conference"]


@dataclass(frozen=True, slots=True)
class AgentLeft(Event):
    agent: str
    reason: Literal["hung_up", "transferred", "lost", "ended", "to_bot"]


@dataclass(frozen=True, slots=True)
class Held(Event):
    """The caller hears music."""

    agent: str


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    agent: str


@dataclass(frozen=True, slots=True)
class Transferred(Event):
    """The caller has gone from ``agent`` to ``to``: a person, a queue, a number or a flow of the bot's."""

    agent: str
    to: str
    how: Literal["cold", "warm", "queue", "bot"]


@dataclass(frozen=True, slots=True)
class Listened(Event):
    """A supervisor is there and the caller does not hear it; ``stopped``: not any more."""

    agent: str
    how: Literal["listening", "whispering", "stopped"]


@dataclass(frozen=True, slots=True)
class MessageLeft(Event):
    """What a caller wants to be told to the people who were not there."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class PageShown(Event):
    """An agent has sent a page or a form to the caller's browser. ``fields`` are those of a form, in order."""

    agent: str
    kind: Literal["page", "form"]
    title: str
    url: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageAnswered(Event):
    """What the caller wrote into the newest form; empty where it was turned down."""

    values: dict[str, str]


# ---- the helpers
#
# ``cause`` is the number of the event that they follow from. The log takes what a helper makes of one event as a whole,
# and once: a helper that starts anew and reads the log again says nothing twice.


@dataclass(frozen=True, slots=True)
class Suggested(Event):
    """What would help whoever answers ``turn``.

    ``items`` are ``{document, title, answer, score, why}``, the likeliest first; ``reply`` is ready to be read aloud.
    ``questions`` are what the flow still has to ask; ``phrases`` are ``{rule, kind, text}``, ``kind`` required, said,
    missing or forbidden.
    """

    turn: int
    items: tuple[dict[str, Any], ...]
    ms: int
    reply: str = ""
    questions: tuple[str, ...] = ()
    phrases: tuple[dict[str, Any], ...] = ()
    cause: int = 0


@dataclass(frozen=True, slots=True)
class SuggestionUsed(Event):
    """What became of a suggestion; ``suggestion`` is the number of the ``suggested`` that held ``document``."""

    suggestion: int
    document: str
    verdict: Literal["used", "useless", "wrong"]
    by: str = ""


@dataclass(frozen=True, slots=True)
class AddressNormalized(Event):
    """``candidates`` are ``{road, postcode, jibun, building, detail, score, missing}``, the likeliest first."""

    turn: int
    spoken: str
    candidates: tuple[dict[str, Any], ...]
    cause: int = 0


@dataclass(frozen=True, slots=True)
class SpeakerChecked(Event):
    """Whether the caller's voice is that of ``customer``.

    ``score`` is normalized, ``threshold`` the one that was chosen for it. ``refused`` says why there was no answer:
    ``too_little_speech``, ``two_voices``, ``not_speech``; empty where there is one.
    """

    customer: str
    score: float
    threshold: float
    accepted: bool
    speech_ms: int
    refused: str = ""
    cause: int = 0


@dataclass(frozen=True, slots=True)
class EmotionRead(Event):
    """``label`` calm or angry; ``score`` is 0 to 1."""

    side: Side
    label: Literal["calm", "angry"]
    score: float
    cause: int = 0


@dataclass(frozen=True, slots=True)
class AlertRaised(Event):
    """``text`` is for whoever looks at the call; abusive words in it are masked."""

    side: Side
    kind: Literal["abuse", "anger", "silence", "keyword"]
    text: str
    cause: int = 0


@dataclass(frozen=True, slots=True)
class WrappedUp(Event):
    """The note of a call, behind ``call_ended``; ``version`` counts from 1, and each edit is a further event.

    ``summary`` holds ``issue``, ``actions``, ``resolution``; ``slots`` what was captured, as it is written.
    ``follow_ups`` are ``{what, due}``, ``due`` a date (ISO 8601) or empty. ``code`` is the one that a person chose,
    empty until then; ``suggested_code`` comes with its ``confidence``, 0 to 1. ``edited_by`` is empty for the machine.
    """

    summary: dict[str, Any]
    code: str
    suggested_code: str
    confidence: float
    follow_ups: tuple[dict[str, Any], ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    edited_by: str = ""
    version: int = 1
    cause: int = 0


TYPES: dict[str, type[Event]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in Event.__subclasses__()
}
"""By the ``type`` of their JSON form: ``call_started``."""

_NAMES = {kind: name for name, kind in TYPES.items()}


def type_of(event: Event) -> str:
    return _NAMES[type(event)]


def fields_of(event: Event) -> dict[str, Any]:
    """Its ``type`` and its own fields, as JSON has them."""
    values = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {"type": type_of(event), **fields}


def event_of(fields: dict[str, Any]) -> Event | None:
    """The reverse; None for a type that is not known. Fields that this version does not know are left out."""
    kind = TYPES.get(fields["type"])
    if kind is None:
        return None
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items() if name in known}
    )


@dataclass(frozen=True, slots=True)
class Logged:
    """An event in its place in a call's log."""

    call_id: str
    seq: int
    at_ms: int
    event: Event

    def as_json(self) -> dict[str, Any]:
        """What the WebSocket, the REST API, Redis and ``aicc chat --json`` show."""
        return {"call_id": self.call_id, "seq": self.seq, "at_ms": self.at_ms, **fields_of(self.event)}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Logged | None:
        """The reverse; None for a type that is not known."""
        event = event_of(fields)
        return cls(fields["call_id"], fields["seq"], fields["at_ms"], event) if event else None
