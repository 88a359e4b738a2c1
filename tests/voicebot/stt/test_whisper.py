from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import faster_whisper
import numpy as np
import pytest

from gpu.device import Device
from tests.models.speech import RATE_HZ, silence, speech
from tests.models.whisper import WORDS, make_whisper
from voicebot.audio import Samples
from voicebot.stt.recognizer import Final, RecognizerUnavailable
from voicebot.stt.whisper import WhisperRecognizer, WhisperStream

CPU = Device("cpu", "CPU", 1)
HAS_GPU = ctranslate2.get_cuda_device_count() > 0
DELIVERY, LOST_CARD = "배송 조회를 하고 싶어요", "카드를 잃어버렸습니다 어떻게 하나요"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def recognizer(folder: Path) -> WhisperRecognizer:
    return WhisperRecognizer(folder, CPU)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many clips each run of the model had."""
    sizes: list[int] = []
    generate = faster_whisper.BatchedInferencePipeline.generate_segment_batched

    def counted(pipeline: Any, features: Any, *rest: Any) -> Any:
        sizes.append(len(features))
        return generate(pipeline, features, *rest)

    monkeypatch.setattr(faster_whisper.BatchedInferencePipeline, "generate_segment_batched", counted)
    return sizes


def whispers(monkeypatch: pytest.MonkeyPatch, texts: Sequence[str], **doubts: float) -> list[dict[str, Any]]:
    """From now on the model writes these texts, one a clip, with these ``doubts``; the options it is asked with."""
    asked: list[dict[str, Any]] = []

    def transcribe(_: Any, sound: Any, **options: Any) -> tuple[Iterator[faster_whisper.transcribe.Segment], None]:
        asked.append(options)
        clips = options["clip_timestamps"]
        return (segment(text, clip, **doubts) for text, clip in zip(texts, clips, strict=True)), None

    monkeypatch.setattr(faster_whisper.BatchedInferencePipeline, "transcribe", transcribe)
    return asked


def segment(
    text: str, clip: dict[str, float], no_speech: float = 0.01, log_probability: float = -0.3, compression: float = 1.1
) -> faster_whisper.transcribe.Segment:
    parts = text.split()
    step = (clip["end"] - clip["start"]) / max(1, len(parts))
    words = [
        faster_whisper.transcribe.Word(clip["start"] + n * step, clip["start"] + (n + 1) * step, f" {part}", 0.8)
        for n, part in enumerate(parts)
    ]
    return faster_whisper.transcribe.Segment(
        id=1,
        seek=int(clip["start"] * 100),
        start=clip["start"],
        end=clip["end"],
        text=f" {text}",
        tokens=[],
        avg_logprob=log_probability,
        compression_ratio=compression,
        no_speech_prob=no_speech,
        words=words,
        temperature=0.0,
    )


def finals(recognizer: WhisperRecognizer, sounds: Sequence[Samples]) -> list[Final]:
    streams = [recognizer.stream() for _ in sounds]
    for stream, sound in zip(streams, sounds, strict=True):
        stream.accept(sound)
        stream.finish()
    recognizer.decode(streams)
    return [final_of(stream) for stream in streams]


def final_of(stream: WhisperStream) -> Final:
    assert stream.final is not None
    return stream.final


def test_an_utterance_becomes_words_with_times_and_confidence(recognizer: WhisperRecognizer) -> None:
    (heard,) = finals(recognizer, [np.concatenate([silence(1), speech(DELIVERY), silence(1)])])
    assert heard.spoken
    assert set(heard.spoken.split()) <= set(WORDS)
    assert (heard.engine, recognizer.name) == ("whisper:tiny", "whisper:tiny")
    assert [word.text for word in heard.words] == heard.spoken.split()
    assert all(0 < word.confidence <= 1 for word in heard.words)
    assert all(600 <= word.start_ms <= word.end_ms <= 3_500 for word in heard.words)


def test_calls_that_finish_together_are_one_batch_and_hear_what_each_hears_alone(
    recognizer: WhisperRecognizer, batches: list[int]
) -> None:
    sounds = [speech(DELIVERY), speech(LOST_CARD), silence(2), speech(DELIVERY)[6_000:]]
    together = finals(recognizer, sounds)
    assert batches == [3]
    alone = [finals(recognizer, [sound])[0] for sound in sounds]
    assert [heard.spoken for heard in together] == [heard.spoken for heard in alone]
    assert together[0].spoken != together[1].spoken


@pytest.mark.parametrize("level", [0, 30, 300])
def test_the_model_is_not_asked_where_nobody_speaks(
    level: int, recognizer: WhisperRecognizer, batches: list[int]
) -> None:
    noise = (np.random.default_rng(1).standard_normal(5 * RATE_HZ) * level).astype(np.int16)
    assert finals(recognizer, [noise, silence(0)]) == [Final("", (), "whisper:tiny"), Final("", (), "whisper:tiny")]
    assert batches == []


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("시청해주셔서 감사합니다.", {}),
        ("구독과 좋아요 부탁드립니다!", {}),
        ("MBC 뉴스 이덕영입니다.", {}),
        ("네 상담원 연결해 주세요", {"no_speech": 0.8, "log_probability": -1.3}),
        ("감사합니다.", {"no_speech": 0.7}),
        ("네 네 네 네 네 네 네 네", {"compression": 3.1}),
        ("♪ ♪", {}),
        ("", {}),
    ],
)
def test_a_sentence_nobody_said_is_not_heard(
    text: str, doubts: dict[str, float], recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whispers(monkeypatch, [text], **doubts)
    assert finals(recognizer, [speech(LOST_CARD)])[0] == Final("", (), "whisper:tiny")


def test_one_call_s_invention_leaves_the_others_as_they_are(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whispers(monkeypatch, ["시청해 주셔서 감사합니다.", "네, 카드를 잃어버렸어요."])
    heard = finals(recognizer, [speech(DELIVERY), speech(LOST_CARD)])
    assert [final.spoken for final in heard] == ["", "네 카드를 잃어버렸어요"]
    assert heard[1].words[0].start_ms < heard[1].words[1].start_ms < len(speech(LOST_CARD)) * 1000 / RATE_HZ


def test_nothing_before_is_a_prompt_and_numbers_come_as_they_are_spoken(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = [whispers(monkeypatch, ["공일공 이번으로요"])]
    assert finals(recognizer, [speech(LOST_CARD)])[0].spoken == "공일공 이번으로요"
    options = asked[0]
    assert options["language"] == "ko"
    assert options["condition_on_previous_text"] is False
    assert "initial_prompt" not in options
    vocabulary = recognizer._model.hf_tokenizer.get_vocab()
    unsaid = set(options["suppress_tokens"])
    assert {vocabulary[digit] for digit in "0123456789%"} <= unsaid
    assert vocabulary["a"] not in unsaid
    assert vocabulary["<|0.00|>"] not in unsaid


def test_partials_follow_a_second_of_new_sound_where_they_are_wanted(folder: Path, batches: list[int]) -> None:
    recognizer = WhisperRecognizer(folder, CPU, partial_ms=1_000)
    stream, sound = recognizer.stream(), speech(LOST_CARD)
    shown = []
    for start in range(0, RATE_HZ * 5 // 2, RATE_HZ // 2):
        stream.accept(sound[start : start + RATE_HZ // 2])
        recognizer.decode([stream])
        shown.append(stream.partial.spoken)
    assert batches == [1, 1]
    assert shown[0] == ""
    assert shown[1] == shown[2] != ""
    stream.finish()
    recognizer.decode([stream])
    assert stream.partial.spoken == final_of(stream).spoken
    assert stream.partial.stable_chars == len(stream.partial.spoken)


def test_on_the_cpu_there_are_no_partials_unless_asked_for(recognizer: WhisperRecognizer, batches: list[int]) -> None:
    stream = recognizer.stream()
    stream.accept(speech(LOST_CARD))
    recognizer.decode([stream])
    assert (stream.partial.spoken, stream.final, batches) == ("", None, [])


def test_what_is_longer_than_whisper_s_window_is_cut_where_the_caller_breathes(
    recognizer: WhisperRecognizer, batches: list[int]
) -> None:
    sentence = np.concatenate([speech(LOST_CARD), silence(0.8)])
    sound = np.tile(sentence, 11)
    assert len(sound) > 35 * RATE_HZ
    (heard,) = finals(recognizer, [sound])
    assert batches == [2]
    assert heard.words[-1].start_ms > 25_000
    assert heard.words[-1].end_ms <= len(sound) * 1000 / RATE_HZ


def test_a_decoded_stream_is_not_decoded_again(recognizer: WhisperRecognizer, batches: list[int]) -> None:
    stream = recognizer.stream()
    stream.accept(speech(DELIVERY))
    stream.finish()
    recognizer.decode([stream])
    first = final_of(stream)
    recognizer.decode([stream])
    assert final_of(stream) is first
    assert batches == [1]


def test_the_cpu_computes_with_int8(recognizer: WhisperRecognizer) -> None:
    assert recognizer._model.model.compute_type.startswith("int8")


@pytest.mark.parametrize("file", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_a_file_that_is_missing_or_cut_short_is_named_in_one_sentence(
    file: str, damage: str, folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folder.iterdir():
        whole = path.read_bytes()
        if path.name != file:
            (broken / path.name).write_bytes(whole)
        elif damage != "missing":
            (broken / path.name).write_bytes(whole[: len(whole) // 2] if damage == "half" else b"")
    with pytest.raises(RecognizerUnavailable) as unavailable:
        WhisperRecognizer(broken, CPU)
    sentence = str(unavailable.value)
    assert file in sentence
    assert 'run "aicc models pull broken"' in sentence
    assert "\n" not in sentence


def test_a_whisper_for_english_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=r"is a Whisper for English: choose one without \.en"):
        WhisperRecognizer(make_whisper(tmp_path / "small.en", multilingual=False), CPU)


def test_a_model_of_128_bands_wants_its_preprocessor_config(folder: Path, tmp_path: Path) -> None:
    large = make_whisper(tmp_path / "large", mels=128)
    with pytest.raises(RecognizerUnavailable, match=r"preprocessor_config\.json in .* gives 80 bands of 128"):
        WhisperRecognizer(large, CPU)
    (large / "preprocessor_config.json").write_text('{"feature_size": 128}')
    assert WhisperRecognizer(large, CPU).name == "whisper:large"


@pytest.mark.skipif(HAS_GPU, reason="a GPU is here")
def test_no_gpu_that_works_is_said_in_one_sentence(folder: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=r"cannot compute on the GPU .* set device: cpu$"):
        WhisperRecognizer(folder, Device("cuda", "CUDA", 1))


@pytest.mark.skipif(not HAS_GPU, reason="no GPU is here")
def test_on_a_gpu_partials_come_unasked(folder: Path) -> None:
    recognizer = WhisperRecognizer(folder, Device("cuda", "CUDA", 1))
    stream = recognizer.stream()
    stream.accept(speech(LOST_CARD))
    recognizer.decode([stream])
    assert stream.partial.spoken
    assert recognizer._model.model.compute_type.startswith("float16")


def test_sound_behind_the_end_is_not_taken() -> None:
    stream = WhisperStream(8_000)
    stream.accept(np.ones(800, np.int16))
    stream.finish()
    stream.accept(np.ones(800, np.int16))
    assert stream.heard_ms == 100
    assert len(stream.sound()) == 1_600
