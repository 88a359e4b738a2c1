import numpy as np
import pytest

from voicebot.audio import level_dbfs
from voicebot.beeping import BEEP_HZ, EDGE_MS, MARGIN_MS, abusive_spans, beeped, spans_of
from voicebot.events import Event, Logged, SpeechStarted, TranscriptFinal

RATES_HZ = [8_000, 16_000]


def speech(rate_hz, seconds=1.0, hz=300, amplitude=4_000):
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def strength(samples, rate_hz, hz):
    """Amplitude of the part at that frequency."""
    at = np.arange(len(samples)) / rate_hz
    return 2 * abs(np.mean(samples * np.exp(-2j * np.pi * hz * at)))


def words(*timed):
    return tuple({"text": text, "start_ms": start, "end_ms": end, "confidence": 0.9} for text, start, end in timed)


def final(spoken, *timed, side="caller", turn=1):
    return TranscriptFinal(side, turn, spoken, spoken, words(*timed), "test")


def log(*events: tuple[int, Event]) -> list[Logged]:
    return [Logged("c", seq, at_ms, event) for seq, (at_ms, event) in enumerate(events)]


# ---- the sound


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_tone_takes_the_place_of_the_word_and_of_nothing_else(rate_hz):
    sound = speech(rate_hz)
    result = beeped(sound, rate_hz, [(400, 600)])
    ms = rate_hz // 1_000
    assert np.array_equal(result[: 400 * ms], sound[: 400 * ms])
    assert np.array_equal(result[600 * ms :], sound[600 * ms :])
    inside = result[(400 + EDGE_MS) * ms : (600 - EDGE_MS) * ms]
    assert strength(inside[: 180 * ms], rate_hz, 300) < 0.01 * strength(sound[: 180 * ms], rate_hz, 300)
    assert abs(level_dbfs(inside) - level_dbfs(sound)) < 0.5
    assert strength(inside[: 180 * ms], rate_hz, BEEP_HZ) == pytest.approx(4_000, rel=0.02)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_its_edges_are_soft(rate_hz):
    result = beeped(speech(rate_hz, hz=100), rate_hz, [(400, 600)]).astype(int)
    steepest = 4_000 * 2 * np.pi * BEEP_HZ / rate_hz
    assert np.abs(np.diff(result)).max() <= 1.1 * steepest


def test_overlapping_words_are_one_tone():
    sound = speech(8_000)
    assert level_dbfs(beeped(sound, 8_000, [(300, 500), (450, 700)])[8 * 320 : 8 * 680]) == pytest.approx(
        level_dbfs(sound), abs=0.5
    )
    once, twice = (beeped(sound, 8_000, [(300, 500)] * times) for times in (1, 2))
    assert np.array_equal(once, twice)


def test_a_tone_is_never_faint_and_never_startling():
    quiet = beeped(speech(8_000, amplitude=10), 8_000, [(200, 800)])[2_000:6_000]
    loud = beeped(speech(8_000, amplitude=32_000), 8_000, [(200, 800)])[2_000:6_000]
    assert level_dbfs(quiet) == pytest.approx(-36, abs=0.5)
    assert level_dbfs(loud) == pytest.approx(-15, abs=0.5)


@pytest.mark.parametrize("span", [(-500, -100), (1_000, 1_200), (5_000, 6_000), (500, 500), (600, 400)])
def test_what_lies_outside_is_passed_over(span):
    sound = speech(8_000)
    assert np.array_equal(beeped(sound, 8_000, [span]), sound)


def test_a_span_over_an_end_is_beeped_as_far_as_there_is_sound():
    result = beeped(speech(8_000), 8_000, [(-100, 100), (900, 1_300)])
    assert strength(result[80:720], 8_000, 300) < 100
    assert strength(result[7_280:7_920], 8_000, 300) < 100
    assert not len(beeped(np.zeros(0, np.int16), 8_000, [(0, 100)]))


# ---- where


def test_a_word_is_beeped_whole_with_a_margin():
    events = log(
        (3_000, final("아 씨발놈아 진짜", ("아", 1_000, 1_200), ("씨발놈아", 1_300, 1_900), ("진짜", 2_000, 2_400)))
    )
    assert abusive_spans(events) == [("caller", 1_300 - MARGIN_MS, 1_900 + MARGIN_MS)]


def test_a_word_that_the_recognizer_cut_in_two_is_beeped_in_one():
    events = log((3_000, final("개 새끼야", ("개", 1_000, 1_200), ("새끼야", 1_230, 1_900))))
    assert abusive_spans(events) == [("caller", 1_000 - MARGIN_MS, 1_900 + MARGIN_MS)]


def test_without_times_the_letters_share_the_time_since_the_side_began_to_speak():
    events = log((1_000, SpeechStarted("caller")), (2_000, final("가나다라마 씨발 나")))
    assert abusive_spans(events) == [("caller", 1_600 - MARGIN_MS, 1_800 + MARGIN_MS)]


def test_without_any_times_it_was_said_just_before():
    events = log((5_000, final("씨발")))
    assert abusive_spans(events) == [("caller", 4_600 - MARGIN_MS, 5_000 + MARGIN_MS)]


def test_words_that_differ_from_what_was_settled_on_give_their_time_all_the_same():
    assert spans_of("씨발 진짜", words(("시바리", 1_000, 1_300), ("진짜", 1_300, 1_500)), None, 9_000) == [
        (1_000, 1_200)
    ]


def test_both_sides_are_told_apart_and_in_order():
    events = log(
        (3_000, final("씨발", ("씨발", 2_000, 2_400))),
        (3_100, final("닥쳐", ("닥쳐", 1_000, 1_400), side="agent")),
        (4_000, final("네", ("네", 3_500, 3_600))),
    )
    assert [side for side, _, _ in abusive_spans(events)] == ["agent", "caller"]


def test_a_clean_call_and_one_off_the_record_have_none():
    assert abusive_spans(log((0, final("네 안녕하세요")), (1, final("** **", ("**", 0, 100), ("**", 200, 300))))) == []
    assert abusive_spans([]) == []
