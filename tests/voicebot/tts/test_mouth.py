from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voicebot.tts.tone_voice import SYLLABLE_MS, AsWritten, ToneVoice
from voicebot.audio import FRAME_MS, Samples, level_dbfs
from voicebot.tts.clauses import COMMA_PAUSE_MS, SENTENCE_PAUSE_MS
from voicebot.tts.espeak import EspeakSynthesizer
from voicebot.tts.level import active_level_dbfs
from voicebot.tts.mouth import RATES_HZ, Mouth, heard_text
from voicebot.tts.phrases import PhraseCache, Spoken

GREETING = "안녕하세요, 고객님. 무엇을 도와드릴까요?"
LONG = "요금을 확인하시고 다시 연락 주시면, 담당 상담사가 자세히 안내해 드리겠습니다. 감사합니다! 좋은 하루 보내세요."

espeak = EspeakSynthesizer()


def mouth_of(voice: ToneVoice | EspeakSynthesizer, rate_hz: int = 8_000, phrases: PhraseCache | None = None) -> Mouth:
    return Mouth(voice, rate_hz, phrases=phrases, write_out=AsWritten)


def joined(sayings: list[Spoken]) -> Samples:
    return np.concatenate([spoken.samples for spoken in sayings])


def power_between(samples: Samples, rate_hz: int, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    return float(spectrum[(frequencies >= low_hz) & (frequencies < high_hz)].sum() / spectrum.sum())


def runs_of_silence_ms(samples: Samples, rate_hz: int) -> list[int]:
    """Lengths of the stretches inside the sound whose 5 ms are all below -60 dBFS."""
    step = rate_hz // 200
    quiet = [level_dbfs(samples[at : at + step]) < -60 for at in range(0, len(samples), step)]
    lengths, length = [], 0
    for is_quiet in quiet:
        if not is_quiet and length:
            lengths.append(length * 5)
        length = length + 1 if is_quiet else 0
    return lengths


def windows(samples: Samples, rate_hz: int, duration_ms: int) -> npt.NDArray[np.float64]:
    step = rate_hz * duration_ms // 1000
    return samples[: len(samples) // step * step].reshape(-1, step).astype(np.float64)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_sound_is_fit_for_a_door(rate_hz: int) -> None:
    sayings = list(mouth_of(espeak, rate_hz).say(LONG))
    assert all(spoken.samples.dtype == np.int16 for spoken in sayings)
    assert {len(spoken.samples) for spoken in sayings} == {rate_hz * FRAME_MS // 1000}
    samples = joined(sayings)
    assert np.abs(samples.astype(np.int32)).max() < 32_767 * 10 ** (-2.5 / 20)  # no clipping
    assert abs(samples.mean()) < 5  # no offset
    assert active_level_dbfs(samples, rate_hz) == pytest.approx(-20, abs=1.5)
    assert power_between(samples, rate_hz, 200, 3_500) > 0.8  # what a telephone lets through
    assert power_between(samples, rate_hz, 0, 60) < 0.01


def test_every_rate_takes_the_same_time() -> None:
    durations = [len(joined(list(mouth_of(espeak, rate_hz).say(LONG)))) / rate_hz for rate_hz in RATES_HZ]
    assert max(durations) - min(durations) <= 0.041  # a frame, and espeak-ng's own irregularity


def test_resampling_keeps_the_pitch() -> None:
    for rate_hz in RATES_HZ:
        samples = joined(list(mouth_of(ToneVoice(), rate_hz).say("가나다라마바사아")))
        peak = np.abs(np.fft.rfft(samples.astype(np.float64))).argmax() * rate_hz / len(samples)
        assert peak == pytest.approx(440, abs=3)


def test_clauses_meet_without_a_click() -> None:
    # The voice has nothing above 11 kHz, so whatever is up there at 48 kHz was made by a joint.
    samples = joined(list(mouth_of(espeak, 48_000).say(LONG)))
    spectra = np.abs(np.fft.rfft(windows(samples, 48_000, 10) * np.hanning(480))) ** 2
    hiss = spectra[:, 130:].sum(axis=1)  # above 13 kHz
    assert 10 * np.log10(hiss.max() / spectra.sum(axis=1).max()) < -55


def test_punctuation_is_heard_as_silence() -> None:
    hummed = joined(list(mouth_of(ToneVoice(), 16_000).say("가나다라, 마바사. 아자차카")))
    assert runs_of_silence_ms(hummed, 16_000) == pytest.approx([COMMA_PAUSE_MS, SENTENCE_PAUSE_MS], abs=15)
    greeting = joined(list(mouth_of(espeak, 16_000).say(GREETING)))
    assert max(runs_of_silence_ms(greeting, 16_000)) >= SENTENCE_PAUSE_MS - 15


def test_the_duration_is_the_voices_own() -> None:
    samples = joined(list(mouth_of(ToneVoice(), 24_000).say("가나다라마바사아자차")))
    assert len(samples) / 24 == pytest.approx(10 * SYLLABLE_MS, abs=FRAME_MS)


def test_a_quiet_voice_and_a_loud_one_are_equally_loud_on_the_line() -> None:
    levels = [
        active_level_dbfs(joined(list(mouth_of(ToneVoice(amplitude=amplitude)).say("가나다라마바사"))), 8_000)
        for amplitude in (300, 3_000, 30_000)
    ]
    assert levels == pytest.approx([-20, -20, -20], abs=0.5)


def test_the_first_sound_leaves_before_the_rest_is_computed() -> None:
    voice = ToneVoice()
    mouth = mouth_of(voice)
    voice.said.clear()
    saying = mouth.say("요금을 확인하시고 다시 연락 주시면 담당 상담사가 자세히 안내해 드리겠습니다. 감사합니다.")
    next(saying)
    assert voice.said == ["요금을 확인하시고,"]  # a comma: the melody goes on
    assert len(list(saying)) and voice.said[-1] == "감사합니다."


def test_an_abandoned_saying_computes_no_more_and_is_not_remembered() -> None:
    voice = ToneVoice()
    mouth = mouth_of(voice)
    voice.said.clear()
    saying = mouth.say("첫 문장입니다. 둘째 문장입니다. 셋째 문장입니다.")
    next(saying)
    saying.close()
    assert len(voice.said) == 1 and len(mouth.phrases) == 0


def test_a_question_keeps_its_melody() -> None:
    voice = ToneVoice()
    list(mouth_of(voice).say("맞으세요? 네! 알겠습니다"))
    assert voice.said[1:] == ["맞으세요?", "네!", "알겠습니다."]


def test_each_block_says_how_much_of_the_text_has_been_heard() -> None:
    text = "가나다라마, 바사아자차. 카타파하."
    sayings = list(mouth_of(ToneVoice()).say(text))
    ends = [spoken.text_end for spoken in sayings]
    assert all(before <= after for before, after in pairwise(ends))
    assert ends[0] == 0 and ends[-1] == len(text)

    def heard_after(duration_ms: int) -> str:
        return heard_text(text, ends[duration_ms // FRAME_MS - 1])

    assert heard_after(320) == "가나다"
    assert heard_after(640) == "가나다라마,"  # in the silence after the comma
    assert heard_after(5 * SYLLABLE_MS + COMMA_PAUSE_MS + 320) == "가나다라마, 바사아"


SLOW_TEXTS = [
    "주문번호가 어떻게 되세요?",
    "송장번호는 6801-1234-5678이에요.",
    "받으신 날부터 7일 안에 반품을 신청하시면 되고, 반품 배송비 6,000원은 고객님께서 내셔야 해요.",
    "오늘 오후 3시 30분까지 서울특별시 중구 세종대로 110번지로 오세요.",
]


@pytest.mark.parametrize("text", SLOW_TEXTS)
def test_slower_takes_a_fifth_longer_and_says_the_same(text: str) -> None:
    mouth = Mouth(espeak, 8_000)
    usual, slow = list(mouth.say(text)), list(mouth.say(text, slower=True))
    assert 1.2 < len(slow) / len(usual) < 1.6
    pauses = [ms for ms in runs_of_silence_ms(joined(slow), 8_000) if ms >= 250]
    assert pauses, "it is heard in phrases"
    ends = [spoken.text_end for spoken in slow]
    assert ends == sorted(ends)
    assert ends[-1] == len(text)


def test_slower_and_as_usual_are_remembered_apart() -> None:
    voice = ToneVoice()
    mouth = mouth_of(voice)
    text = "받으신 날부터 이레 안에 말씀해 주세요."
    lengths = [len(list(mouth.say(text, slower=slow))) for slow in (False, True, False, True)]
    assert lengths[0] == lengths[2] < lengths[1] == lengths[3]
    assert len(voice.said) == 1 + 1 + 3, "the sound check, once as usual, and once in three phrases"
    assert mouth.key(text) != mouth.key(text, slower=True)


def test_one_word_is_no_slower() -> None:
    mouth = mouth_of(ToneVoice())
    assert len(list(mouth.say("네.", slower=True))) == len(list(mouth.say("네.")))


class NumbersWrittenOut:
    """Reads 1,234원 as 천이백삼십사 원, as ``voicebot.text`` would, with its map back."""

    def __init__(self, text: str) -> None:
        self._source = text
        self._at = text.index("1,234원")
        self.text = text.replace("1,234원", "천이백삼십사 원")

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        said, written = len("천이백삼십사 원"), len("1,234원")

        def back(offset: int, inside: int) -> int:
            if offset <= self._at:
                return offset
            return self._at + inside if offset < self._at + said else offset - said + written

        return back(start, 0), back(end, written)


def test_a_number_counts_as_heard_when_all_of_it_was_said() -> None:
    text = "잔액은 1,234원 입니다."
    sayings = list(Mouth(ToneVoice(), 8_000, write_out=NumbersWrittenOut).say(text))
    heard = {heard_text(text, spoken.text_end) for spoken in sayings}
    assert "잔액은" in heard and "잔액은 1,234원" in heard
    assert not any(part in heard for part in ("잔액은 1", "잔액은 1,2", "잔액은 1,234"))


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "😀👩‍👧", "漢字 ひ", "Привет", "ㅋㅋ ㅠㅠ", "...?!", "\ud800", "\0\u200b", "—", "</speak>"],
)
def test_text_nobody_can_say_is_no_error(text: str) -> None:
    for spoken in mouth_of(espeak).say(text):
        assert spoken.text_end <= len(text)


def test_emoji_in_a_sentence_is_left_out_and_still_counted_as_heard() -> None:
    voice = ToneVoice()
    text = "감사합니다 😀 고객님 🎉"
    assert list(mouth_of(voice).say(text))[-1].text_end == len(text)
    assert voice.said[1:] == ["감사합니다 고객님."]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_said(text: str) -> None:
    sayings = list(mouth_of(espeak).say(text))
    assert not sayings or sayings[-1].text_end == len(text)


def test_ten_thousand_characters_begin_as_soon_as_ten() -> None:
    voice = ToneVoice()
    text = ("고객님께서 문의하신 내용을 확인해 보니 아직 처리가 되지 않았고 " * 400)[:10_000]
    mouth = mouth_of(voice)
    voice.said.clear()
    saying = mouth.say(text)
    assert len(list(islice(saying, 20))) == 20 and len(voice.said) == 1
    assert list(saying)[-1].text_end == len(text)
    assert max(map(len, voice.said)) < 80
    list(mouth_of(voice).say("가" * 10_000))


def test_the_second_saying_comes_whole_from_the_cache() -> None:
    voice = ToneVoice()
    mouth = mouth_of(voice)
    first = list(mouth.say(GREETING))
    voice.said.clear()
    second = list(mouth.say(GREETING))
    assert not voice.said
    assert np.array_equal(joined(first), joined(second))
    assert [spoken.text_end for spoken in first] == [spoken.text_end for spoken in second]


def test_rates_and_voices_sharing_a_cache_do_not_mix_up() -> None:
    phrases = PhraseCache()
    narrow, wide = mouth_of(ToneVoice(), 8_000, phrases), mouth_of(ToneVoice(), 16_000, phrases)
    other = mouth_of(ToneVoice("other"), 8_000, phrases)
    counts = [len(joined(list(mouth.say(GREETING)))) for mouth in (narrow, wide, other)]
    assert counts[1] == pytest.approx(2 * counts[0], abs=320) and counts[2] == counts[0]
    assert len(phrases) == 3


def test_greetings_are_ready_before_the_first_call_and_after_a_restart(tmp_path: Path) -> None:
    voice = ToneVoice()
    mouth_of(voice, phrases=PhraseCache(folder=tmp_path)).prefill([GREETING, "감사합니다."])
    restarted = mouth_of(voice, phrases=PhraseCache(folder=tmp_path))
    voice.said.clear()
    restarted.prefill([GREETING, "감사합니다."])
    assert list(restarted.say(GREETING)) and not voice.said


def test_a_rate_no_door_has_is_refused() -> None:
    with pytest.raises(ValueError, match="11025 Hz"):
        mouth_of(ToneVoice(), 11_025)
