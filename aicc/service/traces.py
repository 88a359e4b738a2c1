"""Traces of calls (OpenTelemetry): one a call, a span a turn, and in it where its time went.

A trace carries no words and no numbers of callers: what was said stays in the event log. The trace's id is the call's
id without its dashes, so that whoever has one finds the other.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, set_span_in_context

from voicebot.events import (
    AnswerChosen,
    BotInterrupted,
    CallEnded,
    CallStarted,
    Event,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    TurnEnded,
)

NS_PER_MS = 1_000_000
MAX_CALLS = 10_000  # traces that are open at once; calls beyond them are not traced
MAX_TURNS = 1_000  # of one call whose facts are kept until their latency is known

Attributes = dict[str, str | int | bool]


@dataclass(slots=True)
class _Call:
    span: Span
    began_ns: int
    turns: dict[int, Attributes] = field(default_factory=dict)

    def ns(self, at_ms: int) -> int:
        return self.began_ns + at_ms * NS_PER_MS

    def know(self, turn: int, facts: Attributes) -> None:
        if turn in self.turns or len(self.turns) < MAX_TURNS:
            self.turns.setdefault(turn, {}).update(facts)


class CallIds(RandomIdGenerator):
    """Random ids, but for the trace that ``next_trace_id`` is set for."""

    next_trace_id: int | None = None

    def generate_trace_id(self) -> int:
        chosen, self.next_trace_id = self.next_trace_id, None
        return chosen or super().generate_trace_id()


class Traces:
    """Turns events into spans. Ended spans wait in a bounded queue and leave from a thread of the exporter's own; what
    does not fit there because the collector is away is dropped, and no call notices.
    """

    def __init__(self, exporter: SpanExporter, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._ids = CallIds()
        self._provider = TracerProvider(
            id_generator=self._ids, resource=Resource({"service.name": "aicc"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("aicc")
        self._now_ns = now_ns
        self._calls: dict[str, _Call] = {}

    def heard(self, logged: Logged) -> None:
        """An event of any call, in the order of its log, once each. Never waits."""
        event = logged.event
        if isinstance(event, CallStarted):
            self._begin(logged, event)
            return
        call = self._calls.get(logged.call_id)
        if call is None:  # its beginning was not heard, or there are too many
            return
        match event:
            case CallEnded():
                del self._calls[logged.call_id]
                call.span.set_attributes({"aicc.ended_by": event.by, "aicc.reason": event.reason})
                call.span.end(call.ns(logged.at_ms))
            case Latency():
                self._turn(call, logged.at_ms, event)
            case TurnEnded():
                call.know(event.turn, {"aicc.end_of_turn": event.reason, "aicc.silence_ms": event.silence_ms})
            case AnswerChosen():
                call.know(event.turn, {"aicc.answer": event.source})
            case BotInterrupted() | HandoffRequested() | Fault():
                call.span.add_event(*_mark(event), timestamp=call.ns(logged.at_ms))

    def close(self, limit_s: float = 5.0) -> None:
        """Ends the traces that are open and gives what waits ``limit_s`` to leave. Blocks: call it in a thread."""
        now_ns = self._now_ns()
        for call in self._calls.values():
            call.span.end(now_ns)
        self._calls.clear()
        # the provider's own shutdown takes as long as a collector that is away lets it
        leaving = threading.Thread(target=self._provider.shutdown, name="telemetry-closing", daemon=True)
        leaving.start()
        leaving.join(limit_s)

    def _begin(self, logged: Logged, event: CallStarted) -> None:
        if logged.call_id in self._calls or len(self._calls) >= MAX_CALLS:
            return
        began_ns = _began_ns(logged.call_id) or self._now_ns() - logged.at_ms * NS_PER_MS
        self._ids.next_trace_id = _trace_id(logged.call_id)
        span = self._tracer.start_span(
            "call",
            Context(),
            SpanKind.SERVER if event.direction == "in" else SpanKind.CLIENT,
            {
                "aicc.call_id": logged.call_id,
                "aicc.door": event.door,
                "aicc.direction": event.direction,
                "aicc.scenario": event.scenario,
            },
            start_time=began_ns + logged.at_ms * NS_PER_MS,
        )
        self._calls[logged.call_id] = _Call(span, began_ns)

    def _turn(self, call: _Call, at_ms: int, latency: Latency) -> None:
        """A span from the caller's last sample to the bot's first, and its parts one after the other."""

        start_ns = call.ns(at_ms - latency.voice_to_voice_ms)
        facts: Attributes = {"aicc.turn": latency.turn, **call.turns.pop(latency.turn, {})}
        turn = self._tracer.start_span("turn", set_span_in_context(call.span), attributes=facts, start_time=start_ns)
        inside = set_span_in_context(turn)
        at_ns = start_ns
        for part in ("endpoint", "stt", "mind", "tts"):
            span = self._tracer.start_span(part, inside, start_time=at_ns)
            at_ns += getattr(latency, f"{part}_ms") * NS_PER_MS
            span.end(at_ns)
        turn.end(call.ns(at_ms))


def _mark(event: Event) -> tuple[str, Attributes]:
    match event:
        case BotInterrupted():
            return "bot_interrupted", {"aicc.turn": event.turn}
        case HandoffRequested():
            return "handoff_requested", {"aicc.reason": event.reason}
        case Fault():
            return "fault", {"aicc.room": event.room, "aicc.cured_by": event.cured_by}
    raise AssertionError(event)


def _trace_id(call_id: str) -> int | None:
    try:
        return uuid.UUID(call_id).int or None
    except ValueError:
        return None


def _began_ns(call_id: str) -> int | None:
    """When a call with a UUIDv7 (RFC 9562, 5.7) began: its first 48 bits are milliseconds since 1970."""
    number = _trace_id(call_id)
    if number is None or uuid.UUID(int=number).version != 7:
        return None
    return (number >> 80) * NS_PER_MS
