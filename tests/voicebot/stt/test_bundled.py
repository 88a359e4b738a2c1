"""The model that ships, on the recorded callers of audio_fixtures."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from audio_fixtures import recorded_calls
from voicebot.audio import MU_LAW, resample
from voicebot.sound_file import SoundFile
from voicebot.stt.bundled import FOLDER, LANGUAGE, NETWORK, BundledRecognizer, BundledStream
from voicebot.stt.evaluation import comparable, distance, evaluate
from voicebot.stt.recognizer import RecognizerUnavailable
from voicebot.tts import libespeak
from voicebot.tts.libespeak import RATE_HZ, Mark, Prosody

CALLS = recorded_calls()


@pytest.fixture(scope="module")
def recognizer() -> BundledRecognizer:
    return BundledRecognizer()


def sound(number: int) -> np.ndarray:
    return SoundFile(CALLS[number].path, 8_000).read()


def hear(recognizer: BundledRecognizer, samples: np.ndarray, chunk: int = 160) -> BundledStream:
    stream = recognizer.stream()
    for start in range(0, len(samples), chunk):
        stream.accept(samples[start : start + chunk])
        recognizer.decode([stream])
    stream.finish()
    recognizer.decode([stream])
    return stream


def test_hears_the_recorded_callers(recognizer: BundledRecognizer) -> None:
    result = evaluate(recognizer, CALLS)
    assert result.n == len(CALLS)
    assert result.cer <= 0.05, result.mistakes


def test_what_is_heard_does_not_depend_on_how_the_sound_arrives(recognizer: BundledRecognizer) -> None:
    finals = {hear(recognizer, sound(0), chunk).final.spoken for chunk in (77, 160, 480, 100_000)}  # type: ignore[union-attr]
    assert len(finals) == 1


def test_streams_decoded_together_are_heard_as_each_alone(recognizer: BundledRecognizer) -> None:
    sounds = [sound(number) for number in range(6)]
    streams = [recognizer.stream() for _ in sounds]
    for start in range(0, max(map(len, sounds)), 480):
        for stream, samples in zip(streams, sounds, strict=True):
            if start < len(samples):
                stream.accept(samples[start : start + 480])
            else:
                stream.finish()
        recognizer.decode(streams)
    for stream in streams:
        stream.finish()
    recognizer.decode(streams)
    for stream, samples, case in zip(streams, sounds, CALLS, strict=False):
        alone = hear(recognizer, samples, 480).final
        assert stream.final is not None and alone is not None
        # int8 rounds a batch by its loudest row, so a doubtful jamo may fall either way
        assert distance(comparable(stream.final.spoken), comparable(alone.spoken)) <= 0.05 * len(case.text)


def test_partials_come_while_the_caller_speaks_and_stable_text_stays(recognizer: BundledRecognizer) -> None:
    samples = sound(0)
    stream = recognizer.stream()
    stable, seen = "", []
    for start in range(0, len(samples), 480):
        stream.accept(samples[start : start + 480])
        recognizer.decode([stream])
        partial = stream.partial
        assert partial.spoken.startswith(stable)
        stable = partial.spoken[: partial.stable_chars] if partial.stable_chars > len(stable) else stable
        seen.append(partial.spoken)
    stream.finish()
    recognizer.decode([stream])
    assert stream.final is not None and stream.final.spoken.startswith(stable)
    assert len(stable) > len(stream.final.spoken) / 2
    assert len(set(seen)) > 8


def test_words_have_times_in_order_within_the_sound_and_confidences(recognizer: BundledRecognizer) -> None:
    samples = sound(1)
    final = hear(recognizer, samples).final
    assert final is not None
    assert [word.text for word in final.words] == final.spoken.split()
    ends = [0]
    for word in final.words:
        assert ends[-1] - 60 <= word.start_ms < word.end_ms <= len(samples) / 8 + 200
        assert 0 < word.confidence <= 1
        ends.append(word.end_ms)
    assert final.words[0].start_ms + 100 >= 200  # the recording begins with 250 ms of silence


def spoken(text: str) -> tuple[np.ndarray, list[Mark]]:
    blocks: list[np.ndarray] = []

    def keep(block: np.ndarray) -> bool:
        blocks.append(block)
        return True

    marks = libespeak.load().synthesize(text, "ko+f2", Prosody(), keep)
    return np.concatenate(blocks), marks


def test_word_times_are_those_of_the_voice(recognizer: BundledRecognizer) -> None:
    """espeak-ng says when each word begins; the next word's beginning is taken for its end."""
    starts, ends = [], []
    for case in CALLS:
        samples, marks = spoken(case.text)
        final = hear(recognizer, MU_LAW.decode(MU_LAW.encode(resample(samples, RATE_HZ, 8_000)))).final
        begins = [mark.at_ms for mark in marks if mark.is_word]
        assert final is not None
        if final.spoken == case.text and len(begins) == len(final.words):
            starts += [word.start_ms - at for word, at in zip(final.words, begins, strict=True)]
            ends += [word.end_ms - at for word, at in zip(final.words, begins[1:], strict=False)]
    assert len(starts) > 30
    assert abs(np.median(starts)) <= 30 and np.percentile(np.abs(starts), 90) <= 120
    assert abs(np.median(ends)) <= 60 and np.percentile(np.abs(ends), 90) <= 200


def test_silence_and_noise_are_no_words(recognizer: BundledRecognizer) -> None:
    noise = np.random.default_rng(0).normal(0, 40, 40_000).astype(np.int16)
    for samples in (np.zeros(0, np.int16), np.zeros(40, np.int16), np.zeros(40_000, np.int16), noise):
        final = hear(recognizer, samples, 4_000).final
        assert final is not None and final.spoken == "" and final.words == ()


def test_a_finished_stream_stays_as_it_is(recognizer: BundledRecognizer) -> None:
    stream = hear(recognizer, sound(1), 4_000)
    final = stream.final
    stream.accept(sound(2))
    stream.finish()
    recognizer.decode([stream, stream])
    assert stream.final is final
    assert final is not None and stream.partial.spoken == final.spoken


def test_sound_that_trickles_in_is_heard_like_any_other(recognizer: BundledRecognizer) -> None:
    samples = sound(7)[:6_000]
    trickled = recognizer.stream()
    for start in range(0, len(samples), 7):
        trickled.accept(samples[start : start + 7])
        trickled.accept(samples[:0])
        if start % 700 == 0:
            recognizer.decode([trickled])
    trickled.finish()
    recognizer.decode([trickled])
    whole = hear(recognizer, samples, 6_000).final
    assert trickled.final is not None and whole is not None and trickled.final.spoken == whole.spoken


def test_a_model_folder_with_a_part_missing_or_cut_short_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=NETWORK):
        BundledRecognizer(tmp_path)
    for file in (NETWORK, LANGUAGE):
        shutil.copy(FOLDER / file, tmp_path)
    for file in (NETWORK, LANGUAGE):
        whole = (FOLDER / file).read_bytes()
        (tmp_path / file).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(RecognizerUnavailable, match="damaged") as caught:
            BundledRecognizer(tmp_path)
        assert "\n" not in str(caught.value)
        (tmp_path / file).write_bytes(whole)


def test_the_model_is_small_enough_for_the_repository() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 15_000_000
