import uuid

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from aicc.service import traces as module
from aicc.service.traces import Traces
from voicebot.events import (
    AnswerChosen,
    BotInterrupted,
    CallEnded,
    CallStarted,
    Event,
    Fault,
    Latency,
    Logged,
    TurnEnded,
)
from voicebot.log import new_call_id

BEGAN_MS = 1_790_000_000_123
CALL = f"{BEGAN_MS:012x}"[:8] + "-" + f"{BEGAN_MS:012x}"[8:] + new_call_id()[13:]
STARTED = CallStarted("in", "sip", "01012345678", "15881234", "nuri")
TOLD = [
    (0, STARTED),
    (3_000, TurnEnded(1, "환불이요", "환불이요", 300, "ending")),
    (3_100, AnswerChosen(1, "faq", (), "환불은 삼 일 걸립니다", 100)),
    (3_250, Latency(1, 300, 20, 110, 50, 480)),
    (4_000, BotInterrupted(1, "환불은 삼 일 걸립니다", "환불은")),
    (5_000, Fault("mouth", "no voice", "another voice")),
    (9_000, CallEnded("caller", "hung_up", 9_000)),
]


def traced(told: list[tuple[int, Event]], call_id: str = CALL) -> dict[str, ReadableSpan]:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    for seq, (at_ms, event) in enumerate(told):
        traces.heard(Logged(call_id, seq, at_ms, event))
    traces.close()
    return {span.name: span for span in exporter.get_finished_spans()}


def ms(span: ReadableSpan) -> tuple[float, float]:
    """Begin and end, since the call began."""
    assert span.start_time and span.end_time
    return span.start_time / 1e6 - BEGAN_MS, span.end_time / 1e6 - BEGAN_MS


def test_a_call_is_a_trace_with_a_span_for_each_turn_and_its_parts() -> None:
    spans = traced(TOLD)
    assert set(spans) == {"call", "turn", "endpoint", "stt", "mind", "tts"}
    call, turn = spans["call"], spans["turn"]
    assert call.parent is None
    assert call.kind is SpanKind.SERVER
    assert turn.parent and call.context and turn.context
    assert turn.parent.span_id == call.context.span_id
    for part in ("endpoint", "stt", "mind", "tts"):
        parent = spans[part].parent
        assert parent and parent.span_id == turn.context.span_id


def test_times_are_those_of_the_call() -> None:
    """From the caller's last sample, 480 ms before the bot's first, the parts follow each other."""
    spans = traced(TOLD)
    assert ms(spans["call"]) == (0, 9_000)
    assert ms(spans["turn"]) == (2_770, 3_250)
    assert ms(spans["endpoint"]) == (2_770, 3_070)
    assert ms(spans["stt"]) == (3_070, 3_090)
    assert ms(spans["mind"]) == (3_090, 3_200)
    assert ms(spans["tts"]) == (3_200, 3_250)


def test_the_trace_is_found_by_the_calls_id() -> None:
    context = traced(TOLD)["call"].context
    assert context
    assert f"{context.trace_id:032x}" == CALL.replace("-", "")


def test_facts_are_told_and_words_and_numbers_are_not() -> None:
    spans = traced(TOLD)
    call, turn = dict(spans["call"].attributes or {}), dict(spans["turn"].attributes or {})
    assert call["aicc.call_id"] == CALL
    assert (call["aicc.door"], call["aicc.scenario"], call["aicc.ended_by"]) == ("sip", "nuri", "caller")
    assert turn == {"aicc.turn": 1, "aicc.end_of_turn": "ending", "aicc.silence_ms": 300, "aicc.answer": "faq"}
    assert [event.name for event in spans["call"].events] == ["bot_interrupted", "fault"]
    everything = "".join(span.to_json() for span in spans.values())
    for word in ("01012345678", "환불", "\\ud658", "no voice"):
        assert word not in everything


def test_calls_at_once_are_traces_apart() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    calls = [new_call_id() for _ in range(5)]
    for seq, (at_ms, event) in enumerate(TOLD):
        for call_id in calls:
            traces.heard(Logged(call_id, seq, at_ms, event))
    traces.close()
    spans = exporter.get_finished_spans()
    assert len(spans) == 30
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {
        one.replace("-", "") for one in calls
    }


def test_ids_that_are_no_uuid_and_calls_whose_beginning_was_missed() -> None:
    assert traced(TOLD, "call-1")["call"].context
    assert traced(TOLD, str(uuid.UUID(int=0)))["call"].context
    assert traced(TOLD[1:]) == {}
    assert traced([*TOLD, *TOLD[1:]]).keys() == traced(TOLD).keys()


def test_a_call_that_is_up_when_the_service_goes_down_is_traced() -> None:
    call = traced(TOLD[:-1])["call"]
    assert call.end_time and call.start_time
    assert call.end_time > call.start_time


def test_memory_is_bounded() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    traces.heard(Logged(CALL, 0, 0, STARTED))
    for turn in range(1, module.MAX_TURNS + 100):
        traces.heard(Logged(CALL, turn, turn, TurnEnded(turn, "", "", 1, "timeout")))
    assert len(traces._calls[CALL].turns) == module.MAX_TURNS
    traces.close()
