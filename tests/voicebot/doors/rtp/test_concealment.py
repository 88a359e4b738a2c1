from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_fixtures import recorded_calls
from voicebot.audio import MU_LAW, Samples, level_dbfs, resample
from voicebot.doors.rtp.concealment import Concealer
from voicebot.sound_file import SoundFile
from voicebot.stt.beam import Weights
from voicebot.stt.bundled import BundledRecognizer
from voicebot.stt.evaluation import comparable, distance, listen
from voicebot.tts.espeak import EspeakSynthesizer

RATES_HZ = (8_000, 16_000)


@lru_cache
def recorded() -> list[tuple[str, Samples]]:
    """What is said in each recorded call, and its sound as G.711 brings it."""
    sounds = ((case.text, SoundFile(case.path, 8_000).read()) for case in recorded_calls())
    return [(text, MU_LAW.decode(MU_LAW.encode(sound))) for text, sound in sounds]


@lru_cache
def speech(rate_hz: int) -> Samples:
    """Half a minute or more."""
    if rate_hz == 8_000:
        return np.concatenate([sound for _, sound in recorded()])
    voice = EspeakSynthesizer("ko+m3")
    return np.concatenate(
        [resample(block, voice.rate_hz, rate_hz) for text, _ in recorded() for block in voice.speak(text)]
    )


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> Samples:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def frames(samples: Samples, rate_hz: int) -> list[Samples]:
    frame = rate_hz // 50
    return [samples[start : start + frame] for start in range(0, len(samples) - frame + 1, frame)]


def concealed(samples: Samples, lost: np.ndarray, rate_hz: int) -> Samples:
    concealer = Concealer(rate_hz)
    pieces = zip(frames(samples, rate_hz), lost, strict=False)
    return np.concatenate([concealer.lost() if is_lost else concealer.good(frame) for frame, is_lost in pieces])


def silenced(samples: Samples, lost: np.ndarray, rate_hz: int) -> Samples:
    pieces = zip(frames(samples, rate_hz), lost, strict=False)
    return np.concatenate([np.zeros_like(frame) if is_lost else frame for frame, is_lost in pieces])


def repeated(samples: Samples, lost: np.ndarray, rate_hz: int) -> Samples:
    made = [np.zeros(rate_hz // 50, np.int16)]
    for frame, is_lost in zip(frames(samples, rate_hz), lost, strict=False):
        made.append(made[-1] if is_lost else frame)
    return np.concatenate(made[1:])


def losses(length: int, share: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(length) < share


def spectral_distance(heard: Samples, said: Samples, rate_hz: int) -> float:
    """Root mean square difference of short-time log spectra in dB, where they differ."""

    def spectra(samples: Samples) -> np.ndarray:
        width = rate_hz // 32
        windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), width)[:: width // 4]
        return 10 * np.log10(np.abs(np.fft.rfft(windows * np.hanning(width))) ** 2 + 1e5)

    each = np.sqrt(np.square(spectra(heard) - spectra(said[: len(heard)])).mean(axis=1))
    return float(each[each > 0].mean())


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_what_comes_is_heard_as_it_came(rate_hz: int) -> None:
    sound = tone(220, rate_hz)
    assert np.array_equal(concealed(sound, np.zeros(50, bool), rate_hz), sound)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("hz", [85, 130, 199, 330])
def test_a_tone_goes_on_through_a_lost_frame(rate_hz: int, hz: int) -> None:
    sound, frame = tone(hz, rate_hz), rate_hz // 50
    lost = np.zeros(50, bool)
    lost[20] = True
    heard = concealed(sound, lost, rate_hz)
    held = slice(20 * frame, 20 * frame + frame // 2)  # before it fades
    assert np.corrcoef(heard[held], sound[held])[0, 1] > 0.99
    assert level_dbfs(heard[held]) == pytest.approx(level_dbfs(sound[held]), abs=0.5)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("lost_frames", [1, 2, 5])
def test_nothing_clicks(rate_hz: int, lost_frames: int) -> None:
    swing = 8_000 * np.cos(2 * np.pi * 100 * np.arange(rate_hz) / rate_hz)  # every frame begins at the peak
    lost = np.zeros(50, bool)
    lost[20 : 20 + lost_frames] = True
    steps = np.abs(np.diff(concealed(swing.astype(np.int16), lost, rate_hz).astype(int)))
    begin, end = (20 * rate_hz // 50, (20 + lost_frames) * rate_hz // 50)
    assert steps[begin - 2 : end - 2].max() < 1.2 * np.abs(np.diff(swing)).max()
    assert steps[end - 2 :].max() < 2_000


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_long_loss_is_silence_and_what_comes_then_begins_within_a_millisecond(rate_hz: int) -> None:
    sound, concealer = tone(220, rate_hz), Concealer(rate_hz)
    voice = frames(sound, rate_hz)
    for frame in voice[:10]:
        concealer.good(frame)
    gone = [level_dbfs(concealer.lost()) for _ in range(500)]
    assert gone[0] > gone[1] > -40
    assert gone[2:] == [-120] * 498
    back = concealer.good(voice[11])
    assert np.array_equal(back[rate_hz // 1000 :], voice[11][rate_hz // 1000 :])
    assert abs(int(back[0])) < abs(int(voice[11][0])) or voice[11][0] == 0
    assert np.array_equal(concealer.good(voice[12]), voice[12])


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_who_was_never_heard_is_silent(rate_hz: int) -> None:
    concealer = Concealer(rate_hz)
    assert not concealer.lost().any()
    first = concealer.good(tone(220, rate_hz)[: rate_hz // 50])
    assert first.any()


def test_a_loss_may_be_made_good_in_pieces() -> None:
    whole, pieces = Concealer(8_000), Concealer(8_000)
    for concealer in (whole, pieces):
        for frame in frames(tone(150, 8_000), 8_000):
            concealer.good(frame)
    made = np.concatenate([pieces.lost(length) for length in (7, 73, 0, 80)])
    assert np.array_equal(made, whole.lost(160))


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 1_000)), max_size=30),
    st.sampled_from(RATES_HZ),
    st.integers(0, 2**32 - 1),
)
def test_any_sound_of_any_length(pieces: list[tuple[bool, int]], rate_hz: int, seed: int) -> None:
    chance, concealer = np.random.default_rng(seed), Concealer(rate_hz)
    for is_lost, length in pieces:
        loud = chance.choice(np.array([-32_768, 32_767], np.int16), length)
        heard = concealer.lost(length) if is_lost else concealer.good(loud)
        assert heard.dtype == np.int16 and len(heard) == length


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_speech_with_5_percent_lost_is_nearer_to_the_truth_than_with_silence_or_repetition(rate_hz: int) -> None:
    said = speech(rate_hz)
    lost = losses(len(said) * 50 // rate_hz, 0.05, seed=5)
    ours, silence, repetition = (
        spectral_distance(make(said, lost, rate_hz), said, rate_hz) for make in (concealed, silenced, repeated)
    )
    assert ours < 0.9 * silence
    assert ours < 0.9 * repetition


@pytest.mark.load
@pytest.mark.slow
def test_the_recognizer_hears_better_so_than_through_silence_or_repetition() -> None:
    recognizer = BundledRecognizer(weights=Weights(0, 0), kiwi_weight=0)  # what is heard, not what is guessed

    def mistakes(make: Callable[[Samples, np.ndarray, int], Samples]) -> int:
        wrong = 0
        for seed in range(6):
            for number, (text, sound) in enumerate(recorded()):
                lost = losses(len(sound) // 160, 0.1, seed * 100 + number)
                heard = listen(recognizer, make(sound, lost, 8_000)).final.spoken
                wrong += distance(comparable(heard), comparable(text))
        return wrong

    ours = mistakes(concealed)
    assert ours < 0.95 * mistakes(silenced)
    assert ours < 0.95 * mistakes(repeated)
