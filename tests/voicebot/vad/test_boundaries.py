"""The policy alone, driven by lists of probabilities and levels, a window of 32 ms each."""

from collections.abc import Sequence

from voicebot.vad.boundaries import HANGOVER_MS, Boundaries, Judged, VoiceEnded, VoiceEvent, VoiceStarted

WINDOW_MS = 32
LINE_DBFS, VOICE_DBFS = -70.0, -26.0


def follow(
    boundaries: Boundaries, probabilities: Sequence[float], levels_dbfs: Sequence[float] | None = None, from_ms: int = 0
) -> list[tuple[VoiceEvent, int]]:
    """The events, each with the time at which it was known."""
    levels = levels_dbfs or [VOICE_DBFS if probability >= 0.35 else LINE_DBFS for probability in probabilities]
    events = []
    for index, (probability, level) in enumerate(zip(probabilities, levels, strict=True)):
        start_ms = from_ms + index * WINDOW_MS
        event = boundaries.hear(Judged(start_ms, start_ms + WINDOW_MS, probability, level))
        if event is not None:
            events.append((event, start_ms + WINDOW_MS))
    return events


def test_speech_starts_where_its_first_window_began_and_ends_after_its_last() -> None:
    assert follow(Boundaries(), [0.0] * 3 + [0.9] * 5 + [0.0] * 6) == [
        (VoiceStarted(96), 160),
        (VoiceEnded(256), 256 + HANGOVER_MS),
    ]


def test_one_loud_window_is_not_speech() -> None:
    assert follow(Boundaries(), [0.0, 0.99, 0.1, 0.0, 0.99, 0.4, 0.9, 0.0]) == []


def test_within_speech_less_is_asked_than_at_its_start() -> None:
    assert follow(Boundaries(), [0.4] * 20) == []
    assert [event for event, _ in follow(Boundaries(), [0.6, 0.6] + [0.4] * 20)] == [VoiceStarted(0)]


def test_the_closure_of_a_stop_does_not_end_speech() -> None:
    events = follow(Boundaries(), [0.9] * 4 + [0.05] * 3 + [0.9] * 4)
    assert [event for event, _ in events] == [VoiceStarted(0)]


def test_a_pause_gives_two_stretches() -> None:
    events = [event for event, _ in follow(Boundaries(), [0.9] * 4 + [0.05] * 8 + [0.9] * 4)]
    assert events == [VoiceStarted(0), VoiceEnded(128), VoiceStarted(384)]


def test_the_end_is_where_the_level_fell_though_the_judge_held_on() -> None:
    probabilities = [0.0] * 5 + [0.95] * 8 + [0.8, 0.6, 0.4, 0.1, 0.1]
    levels = [LINE_DBFS] * 5 + [VOICE_DBFS] * 8 + [LINE_DBFS] * 5
    assert follow(Boundaries(), probabilities, levels)[1:] == [(VoiceEnded(13 * 32), 18 * 32)]


def test_the_level_alone_ends_nothing() -> None:
    probabilities = [0.0] * 5 + [0.95] * 20
    levels = [LINE_DBFS] * 5 + [VOICE_DBFS] * 8 + [LINE_DBFS] * 10 + [VOICE_DBFS] * 2
    assert [event for event, _ in follow(Boundaries(), probabilities, levels)] == [VoiceStarted(160)]


def test_in_loud_noise_the_judge_alone_says_when_speech_ended() -> None:
    noise_dbfs = VOICE_DBFS - 8  # soft syllables drown in it
    probabilities = [0.0] * 5 + [0.95] * 8 + [0.8] * 3 + [0.1] * 5
    levels = [noise_dbfs] * 5 + [VOICE_DBFS] * 8 + [noise_dbfs] * 8
    assert [event for event, _ in follow(Boundaries(), probabilities, levels)][1:] == [VoiceEnded(16 * 32)]


def test_what_the_gate_kept_out_counts_as_silence() -> None:
    boundaries = Boundaries()
    follow(boundaries, [0.9] * 4)
    assert boundaries.pass_over(128 + HANGOVER_MS - 32) is None
    assert boundaries.pass_over(128 + HANGOVER_MS) == VoiceEnded(128)
    assert boundaries.pass_over(1_000) is None


def test_two_single_windows_around_a_gap_are_not_speech() -> None:
    boundaries = Boundaries()
    assert follow(boundaries, [0.9]) == []
    assert boundaries.pass_over(320) is None
    assert follow(boundaries, [0.9], from_ms=320) == []
