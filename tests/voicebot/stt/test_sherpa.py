import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from tests.models.sherpa import make_nemo_ctc, make_paraformer, make_t_one, make_zipformer, make_zipformer2_ctc
from tests.models.speech import RATE_HZ, silence, speech
from voicebot.audio import Samples
from voicebot.stt.recognizer import Final, RecognizerUnavailable
from voicebot.stt.sherpa import UNKNOWN_CONFIDENCE, SherpaRecognizer, _text

Maker = Callable[[Path], Path]
TIMED: list[Maker] = [make_zipformer, make_zipformer2_ctc, make_nemo_ctc, make_t_one]
ALL: list[Maker] = [*TIMED, make_paraformer]
DELIVERY, LOST_CARD = "배송 조회를 하고 싶어요", "카드를 잃어버렸습니다 어떻게 하나요"


def finals(recognizer: SherpaRecognizer, sounds: Sequence[Samples], block: int = 1_000_000) -> list[Final]:
    """The sounds as streams decoded together, so many samples of each between two decodings."""
    streams = [recognizer.stream() for _ in sounds]
    for start in range(0, max(map(len, sounds)), block):
        for stream, sound in zip(streams, sounds, strict=True):
            stream.accept(sound[start : start + block])
        recognizer.decode(streams)
    for stream in streams:
        stream.finish()
    recognizer.decode(streams)
    assert all(stream.final is not None for stream in streams)
    return [stream.final for stream in streams if stream.final is not None]


@pytest.mark.parametrize("maker", ALL)
def test_a_folder_is_known_by_its_files_and_words_fill_the_utterance(maker: Maker, tmp_path: Path) -> None:
    recognizer = SherpaRecognizer(maker(tmp_path / "ko"))
    assert (recognizer.name, recognizer.rate_hz) == ("sherpa:ko", RATE_HZ)
    (heard,) = finals(recognizer, [speech(DELIVERY)])
    assert heard.spoken
    assert heard.engine == "sherpa:ko"
    assert " ".join(word.text for word in heard.words) == heard.spoken
    times = [time for word in heard.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= len(speech(DELIVERY)) * 1000 / RATE_HZ


@pytest.mark.parametrize("maker", ALL)
def test_many_calls_at_once_hear_what_each_hears_alone_in_small_blocks(maker: Maker, tmp_path: Path) -> None:
    recognizer = SherpaRecognizer(maker(tmp_path / "ko"))
    sounds = [speech(DELIVERY), speech(LOST_CARD), speech(DELIVERY)[4_000:]]
    together = finals(recognizer, sounds, block=1_600)
    alone = [finals(recognizer, [sound])[0] for sound in sounds]
    assert together == alone
    assert len({heard.spoken for heard in together}) > 1


@pytest.mark.parametrize("maker", TIMED)
def test_silence_stays_silence(maker: Maker, tmp_path: Path) -> None:
    assert finals(SherpaRecognizer(maker(tmp_path / "ko")), [silence(2)])[0].spoken == ""


@pytest.mark.parametrize("maker", TIMED)
def test_a_word_after_two_seconds_is_timed_after_two_seconds(maker: Maker, tmp_path: Path) -> None:
    sound = np.concatenate([silence(2), speech(LOST_CARD)])
    (heard,) = finals(SherpaRecognizer(maker(tmp_path / "ko")), [sound])
    assert 1_900 <= heard.words[0].start_ms <= 2_700
    # The models run on at the same pace: the last word is near the end.
    assert heard.words[-1].end_ms > len(sound) * 1000 / RATE_HZ - 900


def test_the_transducer_says_how_sure_it_is_and_keeps_the_spaces_between_words(tmp_path: Path) -> None:
    (heard,) = finals(SherpaRecognizer(make_zipformer(tmp_path / "ko")), [speech(DELIVERY)])
    assert " " in heard.spoken
    assert len({word.confidence for word in heard.words}) > 1
    assert all(0 < word.confidence < 1 for word in heard.words)


@pytest.mark.parametrize("maker", [make_nemo_ctc, make_paraformer])
def test_where_the_model_does_not_say_how_sure_it_is_the_confidence_is_neutral(maker: Maker, tmp_path: Path) -> None:
    (heard,) = finals(SherpaRecognizer(maker(tmp_path / "ko")), [speech(DELIVERY)])
    assert {word.confidence for word in heard.words} == {UNKNOWN_CONFIDENCE}


def test_a_partial_grows_and_what_is_stable_stays(tmp_path: Path) -> None:
    recognizer = SherpaRecognizer(make_zipformer(tmp_path / "ko"))
    stream, sound, stable, shown = recognizer.stream(), speech(LOST_CARD), "", []
    for start in range(0, len(sound), 800):
        stream.accept(sound[start : start + 800])
        recognizer.decode([stream])
        assert stream.partial.spoken.startswith(stable)
        stable = stream.partial.spoken[: stream.partial.stable_chars]
        shown.append(stream.partial.spoken)
    assert stream.final is None
    assert stable
    assert len(stable) < len(shown[-1])
    stream.finish()
    recognizer.decode([stream])
    assert stream.final is not None
    assert stream.final.spoken.startswith(shown[-1])
    assert stream.partial.stable_chars == len(stream.final.spoken)


def test_an_empty_stream_has_an_empty_final(tmp_path: Path) -> None:
    assert finals(SherpaRecognizer(make_zipformer(tmp_path / "ko")), [silence(0), silence(0.01)])[0].words == ()


def test_calls_at_16_khz_hear_the_same_words(tmp_path: Path) -> None:
    folder = make_zipformer2_ctc(tmp_path / "ko")
    narrow = finals(SherpaRecognizer(folder), [speech(DELIVERY)])[0]
    wide = finals(SherpaRecognizer(folder, rate_hz=16_000), [speech(DELIVERY, 16_000)])[0]
    assert wide.spoken
    assert abs(wide.words[0].start_ms - narrow.words[0].start_ms) < 500


def test_int8_goes_before_float_and_leaves_the_small_decoder_exact(tmp_path: Path) -> None:
    folder = make_zipformer(tmp_path / "ko", suffix="epoch-99-avg-1.int8")
    for part in ("encoder", "joiner"):
        shutil.copy(folder / f"{part}-epoch-99-avg-1.int8.onnx", folder / f"{part}-epoch-99-avg-1.onnx")
    other = make_zipformer(tmp_path / "other", seed=2)
    shutil.copy(other / "decoder-epoch-99-avg-1.onnx", folder)
    model = SherpaRecognizer(folder)._model
    assert {part: path.name for part, path in model.files.items()} == {
        "encoder": "encoder-epoch-99-avg-1.int8.onnx",
        "decoder": "decoder-epoch-99-avg-1.onnx",
        "joiner": "joiner-epoch-99-avg-1.int8.onnx",
    }


@pytest.mark.parametrize(
    ("maker", "file"),
    [
        (make_zipformer, "tokens.txt"),
        (make_zipformer, "encoder-epoch-99-avg-1.onnx"),
        (make_zipformer, "decoder-epoch-99-avg-1.onnx"),
        (make_zipformer, "joiner-epoch-99-avg-1.onnx"),
        (make_zipformer2_ctc, "model.onnx"),
        (make_nemo_ctc, "tokens.txt"),
        (make_nemo_ctc, "model.onnx"),
        (make_t_one, "tokens.txt"),
        (make_paraformer, "encoder.onnx"),
        (make_paraformer, "decoder.onnx"),
        (make_paraformer, "tokens.txt"),
    ],
)
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_a_file_that_is_missing_or_cut_short_is_named_in_one_sentence(
    maker: Maker, file: str, damage: str, tmp_path: Path
) -> None:
    path = maker(tmp_path / "ko") / file
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(whole[: len(whole) // 2] if damage == "half" else b"")
    with pytest.raises(RecognizerUnavailable) as unavailable:
        SherpaRecognizer(tmp_path / "ko")
    sentence = str(unavailable.value)
    named = file if damage != "missing" or file == "tokens.txt" else ".onnx"
    assert named in sentence
    assert 'run "aicc models pull ko"' in sentence
    assert "\n" not in sentence


def test_a_model_that_does_not_stream_is_refused_before_it_ends_the_process(tmp_path: Path) -> None:
    folder = make_zipformer(tmp_path / "ko")
    encoder = onnx.load(folder / "encoder-epoch-99-avg-1.onnx")
    for number, entry in enumerate(encoder.metadata_props):
        if entry.key == "decode_chunk_len":
            del encoder.metadata_props[number]
            break
    onnx.save(encoder, folder / "encoder-epoch-99-avg-1.onnx")
    with pytest.raises(RecognizerUnavailable, match=r"encoder-epoch-99-avg-1\.onnx .* not a streaming model"):
        SherpaRecognizer(folder)


def test_another_kind_of_onnx_is_refused(tmp_path: Path) -> None:
    folder = make_nemo_ctc(tmp_path / "ko")
    model = onnx.load(folder / "model.onnx")
    del model.metadata_props[:]
    onnx.save(model, folder / "model.onnx")
    with pytest.raises(RecognizerUnavailable, match=r"model\.onnx in .* kind this product does not know: zipformer"):
        SherpaRecognizer(folder)


def test_no_folder_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=r'^no model "ko" in .*/: run "aicc models pull ko", or copy'):
        SherpaRecognizer(tmp_path / "ko")


@pytest.mark.parametrize(
    ("tokens", "text", "expected"),
    [
        ([" 배", "송", " 조", "회"], "배송조회", " 배송 조회"),
        ([" ", "<0xEA>", "<0xB0>", "<0x80>"], "가", " 가"),
        (["hel@@", "lo", "가"], " hello 가", " hello 가"),
    ],
)
def test_text_comes_from_the_tokens_where_they_spell_it(tokens: list[str], text: str, expected: str) -> None:
    assert _text(SimpleNamespace(tokens=tokens, text=text)) == expected
