import numpy as np

from tests.voicebot.doors.rtp.packets import voice
from voicebot.audio import Samples
from voicebot.doors.rtp.surplus import (
    HURRY_TICKS,
    MOST_SPEECH_MS,
    PAUSE_TICKS,
    SETTLED_TICKS,
    SPEECH_AGAIN_TICKS,
    SPEECH_TICKS,
    Cut,
    Surplus,
)

SPEECH = voice(160)
SILENCE = np.zeros(160, np.int16)
NOISE = np.random.default_rng(1).integers(-500, 500, 160).astype(np.int16)


def told(spare_ms: float, *, ticks: int, sound: Samples = SPEECH, sound_ms: float = 20) -> Surplus:
    surplus = Surplus()
    tell(surplus, spare_ms, ticks, sound, sound_ms)
    return surplus


def tell(surplus: Surplus, spare_ms: float, ticks: int, sound: Samples = SPEECH, sound_ms: float = 20) -> None:
    for _ in range(ticks):
        surplus.tick(spare_ms, sound, sound_ms)


def test_in_a_pause_whole_frames_go_as_soon_as_they_have_been_spare_for_half_a_second() -> None:
    assert told(65, ticks=SETTLED_TICKS - 1, sound=SILENCE).cut(SILENCE, 80) is None
    surplus = told(65, ticks=SETTLED_TICKS, sound=SILENCE)
    assert surplus.frames == 3
    assert surplus.cut(SILENCE, 60) == Cut(40, True)  # this tick's stays
    assert surplus.cut(SILENCE, 107) == Cut(67, True)


def test_only_the_least_that_was_spare_counts() -> None:
    surplus = told(65, ticks=SETTLED_TICKS, sound=SILENCE)
    tell(surplus, 25, 1, SILENCE)
    tell(surplus, 65, 10, SILENCE)
    assert surplus.frames == 1


def test_a_piece_of_a_frame_goes_though_nothing_is_spare() -> None:
    surplus = told(-10, ticks=SETTLED_TICKS, sound=SILENCE, sound_ms=33)
    assert surplus.frames == 0
    assert surplus.cut(SILENCE, 33) == Cut(13, True)


def test_a_silence_within_a_word_is_left_alone() -> None:
    surplus = told(65, ticks=SETTLED_TICKS)
    tell(surplus, 65, PAUSE_TICKS - 1, SILENCE)
    assert surplus.cut(SILENCE, 60) is None
    tell(surplus, 65, 1, SILENCE)
    assert surplus.cut(SILENCE, 60) == Cut(40, True)
    assert surplus.cut(SPEECH, 60) is None  # a word begins


def test_noise_of_the_line_is_a_pause_beside_a_voice() -> None:
    surplus = told(65, ticks=SETTLED_TICKS)
    tell(surplus, 65, PAUSE_TICKS, NOISE)
    assert surplus.cut(NOISE, 60) is not None
    tell(surplus, 65, 20_000 // 20, NOISE)  # but not for ever: then it may be all that there is
    assert not Surplus._is_quiet(surplus, NOISE)


def test_in_speech_little_goes_and_late() -> None:
    surplus = told(65, ticks=SPEECH_TICKS - 1)
    assert surplus.cut(SPEECH, 60) is None
    tell(surplus, 65, 1)
    assert surplus.cut(SPEECH, 60) == Cut(MOST_SPEECH_MS, False)
    surplus.taken(1)
    assert surplus.frames == 2
    tell(surplus, 45, SPEECH_AGAIN_TICKS - 1)
    assert surplus.cut(SPEECH, 60) is None
    tell(surplus, 45, 1)
    assert surplus.cut(SPEECH, 60) == Cut(MOST_SPEECH_MS, False)
    tell(surplus, 19, 1, sound_ms=29)
    assert surplus.cut(SPEECH, 29) is None


def test_what_is_much_too_late_is_caught_up_with_at_once() -> None:
    surplus = told(0, ticks=SPEECH_TICKS)
    tell(surplus, 300, HURRY_TICKS)
    assert surplus.cut(SPEECH, 60) == Cut(MOST_SPEECH_MS, False)
    surplus.taken(0)
    assert surplus.cut(SPEECH, 60) is None
    tell(surplus, 300, HURRY_TICKS)
    assert surplus.cut(SPEECH, 60) is not None


def test_behind_a_pause_without_packets_all_begins_anew() -> None:
    surplus = told(300, ticks=SPEECH_TICKS)
    surplus.forget()
    assert surplus.frames == 0
    assert surplus.cut(SPEECH, 60) is None
    assert surplus.cut(SILENCE, 60) is None
