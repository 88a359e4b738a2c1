"""Whole streams: speech by espeak-ng on a telephone line, and the sounds that are not speech."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_fixtures.sounds import NOT_SPEECH, at_level, mixed
from audio_fixtures.voice_activity import Utterance, synthesized, utterance
from voicebot.audio import MU_LAW, Samples, resample
from voicebot.vad import UnusableSound, VoiceActivity, VoiceDetector, VoiceEnded, VoiceStarted
from voicebot.vad.silero import RATES_HZ, Silero, State

DETECTOR = VoiceDetector()
SPOKEN = synthesized(6)


def said(number: int, rate_hz: int) -> Utterance:
    """A sentence between two seconds of silence, through G.711 where the rate is the telephone's."""
    samples, from_hz = SPOKEN[number]
    whole = utterance(samples, from_hz, rate_hz)
    if rate_hz == 16_000:
        return whole
    return Utterance(MU_LAW.decode(MU_LAW.encode(whole.samples)), rate_hz, whole.start_ms, whole.end_ms)


def in_frames(stream: VoiceActivity, samples: Samples, frame: int) -> list[object]:
    return [event for start in range(0, len(samples), frame) for event in stream.hear(samples[start : start + frame])]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("number", range(4))
def test_a_sentence_is_one_stretch_with_its_start_and_end(number: int, rate_hz: int) -> None:
    sentence = said(number, rate_hz)
    started, ended = DETECTOR.stream(rate_hz).hear(sentence.samples)
    assert isinstance(started, VoiceStarted)
    assert isinstance(ended, VoiceEnded)
    assert abs(started.at_ms - sentence.start_ms) <= 100
    assert abs(ended.at_ms - sentence.end_ms) <= 50


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", NOT_SPEECH)
def test_what_is_not_speech_gives_no_event(name: str, rate_hz: int) -> None:
    sound = NOT_SPEECH[name](12.0, rate_hz)
    assert DETECTOR.stream(rate_hz).hear(sound) == []


@pytest.mark.parametrize("noise", ["pink noise", "street", "hold music"])
def test_a_caller_is_heard_over_noise_10_db_below(noise: str) -> None:
    sentence = said(0, 8_000)
    loud = at_level(NOT_SPEECH[noise](len(sentence.samples) / 8_000, 8_000), -36)
    started, *_ = DETECTOR.stream(8_000).hear(mixed(sentence.samples, loud))
    assert isinstance(started, VoiceStarted)
    assert abs(started.at_ms - sentence.start_ms) <= 150


def test_a_short_yes_is_heard_and_its_start_known_while_it_is_spoken() -> None:
    sentence = said(0, 8_000)
    syllable = sentence.samples[: (sentence.start_ms + 250) * 8]
    stream = DETECTOR.stream(8_000)
    assert isinstance(in_frames(stream, syllable, 160)[0], VoiceStarted)
    assert stream.speaking


def test_silence_is_counted_from_the_last_voice() -> None:
    sentence = said(1, 8_000)
    stream = DETECTOR.stream(8_000)
    stream.hear(sentence.samples[: 500 * 8])
    assert (stream.speaking, stream.silence_ms) == (False, 500)
    stream.hear(sentence.samples[500 * 8 : (sentence.start_ms + 600) * 8])
    assert stream.speaking
    assert stream.silence_ms <= 60
    stream.hear(sentence.samples[(sentence.start_ms + 600) * 8 : (sentence.end_ms + 500) * 8])
    assert not stream.speaking
    assert 440 <= stream.silence_ms <= 540


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=30))
def test_how_the_sound_is_cut_changes_nothing(lengths: list[int]) -> None:
    samples = np.concatenate([said(0, 8_000).samples, said(1, 8_000).samples])
    stream, events = DETECTOR.stream(8_000), []
    for piece in np.split(samples, np.minimum(np.cumsum(lengths), len(samples))):
        events += stream.hear(piece)
    assert events == DETECTOR.stream(8_000).hear(samples)


def test_streams_of_both_rates_judged_together_hear_what_each_hears_alone() -> None:
    sentences = [said(0, 8_000), said(1, 16_000), said(2, 8_000), said(3, 16_000)]
    streams = [DETECTOR.stream(sentence.rate_hz) for sentence in sentences]
    heard: list[list[object]] = [[] for _ in streams]
    for tick in range(max(len(s.samples) * 50 // s.rate_hz for s in sentences) + 1):
        for stream, sentence in zip(streams, sentences, strict=True):
            frame = sentence.rate_hz // 50
            stream.accept(sentence.samples[tick * frame : (tick + 1) * frame])
        DETECTOR.judge(streams)
        for events, stream in zip(heard, streams, strict=True):
            events += stream.take_events()
    assert heard == [DETECTOR.stream(sentence.rate_hz).hear(sentence.samples) for sentence in sentences]


class CountingSilero(Silero):
    """The real model, and how many streams each run held."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[int] = []

    def probabilities(
        self, windows: Sequence[Samples], states: Sequence[State], rate_hz: int
    ) -> tuple[list[float], list[State]]:
        self.runs.append(len(windows))
        return super().probabilities(windows, states, rate_hz)


def test_silence_never_reaches_silero() -> None:
    silero = CountingSilero()
    VoiceDetector(silero).stream(8_000).hear(np.zeros(80_000, np.int16))
    assert silero.runs == []


def test_all_streams_of_a_tick_are_judged_in_one_run() -> None:
    silero = CountingSilero()
    detector = VoiceDetector(silero)
    spoken = said(0, 8_000)
    voiced = spoken.samples[spoken.start_ms * 8 : spoken.start_ms * 8 + 8_000]
    streams = [detector.stream(8_000) for _ in range(20)]
    for start in range(0, len(voiced), 160):
        for stream in streams:
            stream.accept(voiced[start : start + 160])
        detector.judge(streams)
    assert set(silero.runs) == {20}
    assert len(silero.runs) <= 1_000 // 32


def test_speech_that_was_never_judged_in_time_is_dropped_not_kept_for_ever() -> None:
    silero = CountingSilero()
    detector = VoiceDetector(silero)
    sentence = said(0, 8_000)
    stream = detector.stream(8_000)
    for _ in range(10):
        stream.accept(sentence.samples)
    detector.judge([stream])
    assert sum(silero.runs) * 32 <= 2_048
    assert stream.position_ms == 10 * len(sentence.samples) // 8
    spoken = resample(*SPOKEN[1], 8_000)
    assert any(isinstance(event, VoiceStarted) for event in stream.hear(spoken))


def test_nothing_is_fine() -> None:
    stream = DETECTOR.stream(8_000)
    assert stream.hear(np.zeros(0, np.int16)) == []
    assert (stream.speaking, stream.silence_ms, stream.position_ms) == (False, 0, 0)


@pytest.mark.parametrize("rate_hz", [0, 11_025, 44_100, 48_000])
def test_other_rates_are_refused_by_name(rate_hz: int) -> None:
    with pytest.raises(UnusableSound, match=f"got {rate_hz} Hz: resample first"):
        DETECTOR.stream(rate_hz)


@pytest.mark.parametrize(
    "samples",
    [np.zeros(160), np.zeros(0), np.zeros((160, 2), np.int16), np.zeros(160, np.int32), np.zeros(0, np.uint8)],
)
def test_other_sound_is_refused(samples: Samples) -> None:
    with pytest.raises(UnusableSound, match=r"int16 mono, got .* convert with"):
        DETECTOR.stream(8_000).hear(samples)


def test_the_loudest_possible_sound_breaks_nothing() -> None:
    square = np.resize(np.repeat(np.array([32_767, -32_768], np.int16), 20), 16_000)
    stream = DETECTOR.stream(8_000)
    stream.hear(square)
    assert stream.position_ms == 2_000
