"""What ``/metrics`` shows: counts and times of all calls of this service, in Prometheus's text format.

Times are in milliseconds, as everywhere in a call. Everything is heard from events and from what the processes report,
on the front's loop; nothing here is called by a call.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from voicebot.events import (
    BotInterrupted,
    BotResumed,
    CallEnded,
    CallStarted,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    TurnEnded,
    type_of,
)
from voicebot.link import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Bounds in ms. A caller waits at ease up to about 700 ms (hence the steps there) and speaks again from about 2 s on.
ANSWER_MS = (200, 300, 400, 500, 600, 700, 800, 1_000, 1_250, 1_500, 2_000, 3_000, 5_000, 10_000)
PART_MS = (5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000)
LAG_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
CALL_S = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1_200, 1_800, 3_600)

UNKNOWN_DOOR = "unknown"  # of a call whose beginning was not heard: the front was started anew


class Metrics:
    """One service's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

        self._running = Gauge("aicc_calls_running", "Calls that are up", ["door"], registry=registry)
        self._ended = Counter(
            "aicc_calls", "Calls that have ended, by who ended them", ["door", "outcome"], registry=registry
        )
        self._started = Counter("aicc_calls_started", "Calls that have begun", ["door", "direction"], registry=registry)
        self._length = Histogram("aicc_call_seconds", "How long calls last", buckets=CALL_S, registry=registry)
        self._handoffs = Counter("aicc_handoffs", "Calls handed to a person, by reason", ["reason"], registry=registry)

        self._voice_to_voice = Histogram(
            "aicc_voice_to_voice_ms",
            "From the caller's last sample to the bot's first",
            buckets=ANSWER_MS,
            registry=registry,
        )
        self._endpoint, self._stt, self._mind, self._tts = (
            Histogram(f"aicc_{part}_ms", what, buckets=PART_MS, registry=registry)
            for part, what in (
                ("endpoint", "Until a turn was judged to be over"),
                ("stt", "From there until its words were final"),
                ("mind", "From there until the first text was chosen"),
                ("tts", "From there until the first sound left"),
            )
        )
        self._turns = Counter("aicc_turns", "Turns of callers, by what ended them", ["reason"], registry=registry)
        self._barge_ins = Counter("aicc_barge_ins", "Times that a caller cut in", registry=registry)
        self._resumes = Counter(
            "aicc_resumes", "Times that the bot spoke on: no cutting in after all", registry=registry
        )
        self._faults = Counter("aicc_faults", "What broke, by room", ["room"], registry=registry)
        self._events = Counter("aicc_events", "Events relayed from media processes", ["type"], registry=registry)

        self._up = Gauge("aicc_media_processes_up", "Media processes that answer", registry=registry)
        self._restarts = Counter(
            "aicc_media_process_restarts", "Media processes started in place of one that died", registry=registry
        )
        self._slots = Gauge("aicc_slots", "Calls that a media process can take", ["process"], registry=registry)
        self._slots_used = Gauge("aicc_slots_used", "Slots with a call in them", ["process"], registry=registry)
        self._loop_lag = Gauge("aicc_loop_lag_ms", "How late a process's loop last was", ["process"], registry=registry)
        self._loop_lags = Histogram(
            "aicc_loop_lags_ms", "All loop lags reported", ["process"], buckets=LAG_MS, registry=registry
        )
        self._bot_frames = Counter(
            "aicc_bot_frames", "Frames of 20 ms in which a bot spoke", ["process"], registry=registry
        )
        self._late_frames = Counter(
            "aicc_late_frames", "Of those, how many left more than 20 ms late", ["process"], registry=registry
        )
        self._store_lag = Gauge(
            "aicc_store_lag_events", "Events that wait to be written to the store", registry=registry
        )
        self._readers = Gauge("aicc_live_readers", "WebSockets that follow calls", registry=registry)
        self._readers_dropped = Counter(
            "aicc_live_readers_dropped", "WebSockets closed for reading too slowly", registry=registry
        )

        self._doors: dict[str, str] = {}  # of the calls that are up
        self._frames_told: dict[str, tuple[int, int]] = {}

    def heard(self, logged: Logged) -> None:
        """An event of any call, in the order of its log, once each."""
        event = logged.event
        self._events.labels(type_of(event)).inc()
        match event:
            case CallStarted():
                if logged.call_id not in self._doors:
                    self._doors[logged.call_id] = event.door
                    self._running.labels(event.door).inc()
                    self._started.labels(event.door, event.direction).inc()
            case CallEnded():
                door = self._doors.pop(logged.call_id, None)
                if door is not None:
                    self._running.labels(door).dec()
                self._ended.labels(door or UNKNOWN_DOOR, event.by).inc()
                self._length.observe(event.duration_ms / 1_000)
            case Latency():
                self._voice_to_voice.observe(event.voice_to_voice_ms)
                self._endpoint.observe(event.endpoint_ms)
                self._stt.observe(event.stt_ms)
                self._mind.observe(event.mind_ms)
                self._tts.observe(event.tts_ms)
            case TurnEnded():
                self._turns.labels(event.reason).inc()
            case BotInterrupted():
                self._barge_ins.inc()
            case BotResumed():
                self._resumes.inc()
            case HandoffRequested():
                self._handoffs.labels(event.reason).inc()
            case Fault():
                self._faults.labels(event.room).inc()

    def status(self, process: str, told: Status) -> None:
        """What a media process reports of itself every second or so; frames count since it was started."""
        self._slots.labels(process).set(told.slots)
        self._slots_used.labels(process).set(told.calls)
        self._loop_lag.labels(process).set(told.loop_lag_p95_ms)
        self._loop_lags.labels(process).observe(told.loop_lag_p95_ms)
        frames, late_frames = self._frames_told.get(process, (0, 0))
        if told.frames < frames:  # another process under the same name
            frames, late_frames = 0, 0
        self._bot_frames.labels(process).inc(told.frames - frames)
        self._late_frames.labels(process).inc(told.late_frames - late_frames)
        self._frames_told[process] = (told.frames, told.late_frames)
        self._up.set(len(self._frames_told))

    def process_gone(self, process: str, is_restarted: bool) -> None:
        """A media process has ended; ``is_restarted`` where another takes its place because it died."""
        for gauge in (self._slots, self._slots_used, self._loop_lag):
            gauge.remove_by_labels({"process": process})
        self._frames_told.pop(process, None)
        self._up.set(len(self._frames_told))
        if is_restarted:
            self._restarts.inc()

    def store_lag(self, events: int) -> None:
        """How many events have been heard and are not in the store yet."""
        self._store_lag.set(events)

    def reader_came(self) -> None:
        self._readers.inc()

    def reader_went(self, was_too_slow: bool) -> None:
        self._readers.dec()
        if was_too_slow:
            self._readers_dropped.inc()

    def text(self) -> bytes:
        """All of it, as :data:`CONTENT_TYPE`."""
        return generate_latest(self.registry)
