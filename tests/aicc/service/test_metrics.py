from prometheus_client.parser import text_string_to_metric_families

from aicc.service.metrics import Metrics
from tests.timing import cpu_s
from voicebot.events import (
    BotInterrupted,
    BotResumed,
    CallEnded,
    CallStarted,
    Event,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.link import Status


def heard(metrics: Metrics, call_id: str, *events: Event) -> None:
    for seq, event in enumerate(events):
        metrics.heard(Logged(call_id, seq, seq * 100, event))


def shown(metrics: Metrics) -> dict[str, float]:
    """What a Prometheus reads: ``name{label=value}`` to number."""
    told: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            told[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return told


def started(door: str = "wav") -> CallStarted:
    return CallStarted("in", door, "010", "1588", "nuri")  # type: ignore[arg-type]


def test_calls_are_counted_by_door_and_outcome() -> None:
    metrics = Metrics()
    heard(metrics, "a", started())
    heard(metrics, "b", started("sip"), CallEnded("caller", "hung_up", 61_000))
    heard(metrics, "c", started("sip"), CallEnded("bot", "flow", 30_000))
    told = shown(metrics)
    assert told["aicc_calls_running{door=wav}"] == 1
    assert told["aicc_calls_running{door=sip}"] == 0
    assert told["aicc_calls_total{door=sip,outcome=caller}"] == 1
    assert told["aicc_calls_total{door=sip,outcome=bot}"] == 1
    assert told["aicc_calls_started_total{direction=in,door=sip}"] == 2
    assert told["aicc_call_seconds_sum"] == 91
    assert told["aicc_call_seconds_bucket{le=60.0}"] == 1


def test_a_call_whose_beginning_was_not_heard_does_not_make_fewer_than_none_run() -> None:
    metrics = Metrics()
    heard(metrics, "a", CallEnded("network", "lost", 1_000))
    told = shown(metrics)
    assert told["aicc_calls_total{door=unknown,outcome=network}"] == 1
    assert "aicc_calls_running{door=unknown}" not in told


def test_answer_times_are_in_ms_and_in_parts() -> None:
    metrics = Metrics()
    heard(metrics, "a", started(), Latency(1, 250, 30, 120, 50, 450), Latency(2, 900, 30, 1_200, 50, 2_180))
    told = shown(metrics)
    assert told["aicc_voice_to_voice_ms_count"] == 2
    assert told["aicc_voice_to_voice_ms_sum"] == 2_630
    assert told["aicc_voice_to_voice_ms_bucket{le=500.0}"] == 1
    assert told["aicc_voice_to_voice_ms_bucket{le=2000.0}"] == 1
    assert told["aicc_voice_to_voice_ms_bucket{le=3000.0}"] == 2
    for part, total in (("endpoint", 1_150), ("stt", 60), ("mind", 1_320), ("tts", 100)):
        assert told[f"aicc_{part}_ms_sum"] == total


def test_what_happens_in_calls_is_counted() -> None:
    metrics = Metrics()
    heard(
        metrics,
        "a",
        started(),
        TranscriptPartial("caller", 1, "환", "환", 0),
        TurnEnded(1, "환불", "환불", 300, "ending"),
        BotInterrupted(1, "안녕하세요", "안녕"),
        BotResumed(1, "안녕하세요"),
        Fault("mouth", "no voice", "another voice"),
        HandoffRequested("asked", "refund", "환불 문의"),
    )
    told = shown(metrics)
    assert told["aicc_turns_total{reason=ending}"] == 1
    assert told["aicc_barge_ins_total"] == told["aicc_resumes_total"] == 1
    assert told["aicc_faults_total{room=mouth}"] == 1
    assert told["aicc_handoffs_total{reason=asked}"] == 1
    assert told["aicc_events_total{type=transcript_partial}"] == 1
    assert sum(value for name, value in told.items() if name.startswith("aicc_events_total")) == 7


def test_nothing_that_was_said_and_nobody_who_said_it_is_shown() -> None:
    metrics = Metrics()
    heard(metrics, "call-1", CallStarted("in", "sip", "01012345678", "15881234", "nuri"))
    heard(metrics, "call-1", TurnEnded(1, "환불", "환불", 300, "ending"), Fault("mouth", "비밀", "x"))
    text = metrics.text().decode()
    for word in ("01012345678", "환불", "비밀", "call-1"):
        assert word not in text


def reported(slots: int, calls: int, loop_lag_p95_ms: float, late_frames: int) -> Status:
    return Status(calls, slots, loop_lag_p95_ms, 1_000, late_frames, 0.2, 40, 500.0)


def test_processes_come_report_and_die() -> None:
    metrics = Metrics()
    metrics.status("media-0", reported(slots=40, calls=3, loop_lag_p95_ms=1.5, late_frames=2))
    metrics.status("media-1", reported(slots=40, calls=0, loop_lag_p95_ms=0.2, late_frames=0))
    metrics.status("media-0", reported(slots=40, calls=4, loop_lag_p95_ms=12.0, late_frames=5))
    told = shown(metrics)
    assert told["aicc_media_processes_up"] == 2
    assert told["aicc_slots{process=media-0}"] == 40
    assert told["aicc_slots_used{process=media-0}"] == 4
    assert told["aicc_loop_lag_ms{process=media-0}"] == 12
    assert told["aicc_loop_lags_ms_bucket{le=2.0,process=media-0}"] == 1
    assert told["aicc_late_frames_total{process=media-0}"] == 5
    assert told["aicc_bot_frames_total{process=media-0}"] == 1_000

    metrics.process_gone("media-0", is_restarted=True)
    told = shown(metrics)
    assert (told["aicc_media_processes_up"], told["aicc_media_process_restarts_total"]) == (1, 1)
    assert "aicc_slots{process=media-0}" not in told, "a dead process has no slots"

    metrics.status("media-0", reported(slots=40, calls=0, loop_lag_p95_ms=0.1, late_frames=1))
    told = shown(metrics)
    assert told["aicc_late_frames_total{process=media-0}"] == 6, "its successor counts from 0 again"
    metrics.process_gone("media-0", is_restarted=False)
    metrics.process_gone("never-reported", is_restarted=False)
    assert shown(metrics)["aicc_media_process_restarts_total"] == 1


def test_the_store_and_readers_are_watched() -> None:
    metrics = Metrics()
    metrics.store_lag(120)
    metrics.reader_came()
    metrics.reader_came()
    metrics.reader_went(was_too_slow=True)
    told = shown(metrics)
    assert told["aicc_store_lag_events"] == 120
    assert (told["aicc_live_readers"], told["aicc_live_readers_dropped_total"]) == (1, 1)
    assert told["process_resident_memory_bytes"] > 1_000_000


def test_an_event_costs_next_to_nothing() -> None:
    """A hundred lively calls send some two thousand events a second; a tenth of a core is far too much for them."""
    metrics = Metrics()
    partial = Logged("a", 1, 0, TranscriptPartial("caller", 1, "환", "환", 0))
    assert cpu_s(lambda: [metrics.heard(partial) for _ in range(20_000)]) / 20_000 < 50e-6
