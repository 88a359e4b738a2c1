import numpy as np
import pytest

from audio_fixtures import recorded_calls
from voicebot.sound_file import SoundFile
from voicebot.stt.bundled import BundledRecognizer
from voicebot.stt.evaluation import comparable, distance
from voicebot.stt.recognizer import Final, Partial
from voicebot.stt.transcription import LONGEST_MS, transcribe
from voicebot.vad import VoiceDetector


@pytest.fixture(scope="module")
def recognizer() -> BundledRecognizer:
    return BundledRecognizer()


def test_two_callers_with_a_pause_between_are_two_utterances(recognizer: BundledRecognizer) -> None:
    first, second = recorded_calls()[:2]
    sounds = [SoundFile(case.path, 8_000).read() for case in (first, second)]
    pause = np.zeros(12_000, np.int16)
    heard = list(transcribe(recognizer, VoiceDetector(), [sounds[0], pause, sounds[1], pause]))
    finals = [one for one in heard if isinstance(one.result, Final)]
    assert len(finals) == 2
    for one, case in zip(finals, (first, second), strict=True):
        said = comparable(case.text)
        assert distance(comparable(one.result.spoken), said) <= 0.1 * len(said)
    second_begins_ms = (len(sounds[0]) + len(pause)) / 8
    assert finals[1].start_ms == pytest.approx(second_begins_ms, abs=300)
    partials = [one for one in heard if isinstance(one.result, Partial)]
    assert len(partials) > 10
    assert heard.index(partials[0]) < heard.index(finals[0])


def test_silence_has_no_utterance(recognizer: BundledRecognizer) -> None:
    assert list(transcribe(recognizer, VoiceDetector(), [np.zeros(80_000, np.int16)])) == []
    assert list(transcribe(recognizer, VoiceDetector(), [])) == []


def test_who_never_pauses_is_cut_after_half_a_minute(recognizer: BundledRecognizer) -> None:
    sound = np.concatenate([SoundFile(case.path, 8_000).read()[2_000:-2_000] for case in recorded_calls()])
    heard = list(transcribe(recognizer, VoiceDetector(), [sound]))
    finals = [one for one in heard if isinstance(one.result, Final)]
    assert max(one.end_ms - one.start_ms for one in finals) == pytest.approx(LONGEST_MS, abs=100)
    assert sum(one.end_ms - one.start_ms for one in finals) > 0.8 * len(sound) / 8


def test_it_does_not_matter_in_which_blocks_the_sound_comes(recognizer: BundledRecognizer) -> None:
    sound = SoundFile(recorded_calls()[0].path, 8_000).read()
    results = [
        list(
            transcribe(
                recognizer, VoiceDetector(), [sound[start : start + size] for start in range(0, len(sound), size)]
            )
        )
        for size in (40, 999, 80_000)
    ]
    assert results[0] == results[1] == results[2]
