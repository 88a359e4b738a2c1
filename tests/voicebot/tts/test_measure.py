import json
from dataclasses import asdict
from itertools import count

import pytest

from tests.voicebot.tts.tone_voice import AsWritten, ToneVoice
from voicebot.tts.espeak import EspeakSynthesizer
from voicebot.tts.measure import measure
from voicebot.tts.mouth import Mouth

SENTENCES = ["주문 번호를 말씀해 주세요.", "잠시만 기다려 주시겠어요?", "배송지를 바꾸시려면 말씀해 주시기 바랍니다."]


def test_figures_follow_the_clock() -> None:
    ticks_s = count(step=0.5)
    figures = measure(Mouth(ToneVoice(), 8_000, write_out=AsWritten), ["가나다라마바사아자차"], lambda: next(ticks_s))
    assert figures.new_first_sound_ms_p50 == figures.new_first_sound_ms_p95 == 500
    assert figures.cached_first_sound_ms_p50 == 500
    assert figures.real_time_factor == pytest.approx(1.0 / 1.02, rel=0.05)  # two ticks for a second of sound


def test_espeak_speaks_at_once_and_says_a_sentence_again_faster() -> None:
    figures = measure(Mouth(EspeakSynthesizer(), 8_000, write_out=AsWritten), SENTENCES)
    assert (figures.voice, figures.rate_hz, figures.sentences) == ("espeak:ko+f2", 8_000, 3)
    assert figures.new_first_sound_ms_p50 < 100  # 20 is promised of an idle machine; this one may be busy
    assert figures.cached_first_sound_ms_p50 < figures.new_first_sound_ms_p50
    assert figures.real_time_factor < 0.5
    assert json.loads(json.dumps(asdict(figures)))["sentences"] == 3


@pytest.mark.parametrize("sentences", [[], ["😀"]])
def test_nothing_to_measure_is_said_so(sentences: list[str]) -> None:
    with pytest.raises(ValueError, match="cannot measure"):
        measure(Mouth(ToneVoice(), 8_000, write_out=AsWritten), sentences)


def test_a_sentence_known_before_is_no_new_one() -> None:
    mouth = Mouth(ToneVoice(), 8_000, write_out=AsWritten)
    list(mouth.say("네, 고객님."))
    with pytest.raises(ValueError, match="was said before"):
        measure(mouth, ["네, 고객님."])
