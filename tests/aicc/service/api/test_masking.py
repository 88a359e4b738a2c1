"""Abusive words as readers and listeners get them."""

import io

import numpy as np
import soundfile

from aicc.service.api.masking import beeped_recording, masked_fields
from voicebot.events import BotInterrupted, Dtmf, Logged, SlotCorrected, SlotFilled, TranscriptFinal

CALL = "01900000-0000-7000-8000-000000000001"
ABUSE = "야 씨발 환불해 줘"
RATE_HZ = 8_000


def final(text=ABUSE, start_ms=1_000):
    words = tuple(
        {"text": word, "start_ms": start_ms + 400 * place, "end_ms": start_ms + 400 * place + 350, "confidence": 0.9}
        for place, word in enumerate(text.split())
    )
    return Logged(CALL, 3, 3_000, TranscriptFinal("caller", 1, text, text, words, "test"))


def test_texts_and_words_are_masked_and_as_long_as_before():
    logged = final()
    before = logged.as_json()
    shown = masked_fields(before)
    assert "씨발" not in str(shown) and "환불해" in shown["written"]
    assert len(shown["written"]) == len(ABUSE) and shown["spoken"] == shown["written"]
    assert [word["start_ms"] for word in shown["words"]] == [1_000, 1_400, 1_800, 2_200]
    assert before == logged.as_json()  # what is kept is whole


def test_a_word_that_was_heard_as_two_is_masked_in_both():
    shown = masked_fields(final("아 씨 발 놈아 환불해").as_json())
    assert [word["text"] for word in shown["words"]] == ["아", "씨", "○", "놈아", "환불해"]


def test_what_fills_a_slot_is_masked_in_all_its_forms():
    for event in (SlotFilled("내용", ABUSE, ABUSE, ABUSE, 0.9), SlotCorrected("내용", ABUSE, ABUSE, ABUSE, 0.9)):
        assert "씨발" not in str(masked_fields(Logged(CALL, 0, 0, event).as_json()))
    number = SlotFilled("수량", 3, "3", "세 개", 0.9)
    assert masked_fields(Logged(CALL, 0, 0, number).as_json())["value"] == 3


def test_what_is_harmless_stays_as_it_is():
    for event in (Dtmf("1"), BotInterrupted(1, "신발은 시발점에서", "신발은"), final("고양이 새끼가 왔어요").event):
        fields = Logged(CALL, 0, 0, event).as_json()
        assert masked_fields(fields) == fields


def level(sound, start_s, end_s, hz):
    """Of the tone's share in the sound's energy."""
    part = sound[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)].astype(float)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    frequencies = np.fft.rfftfreq(len(part), 1 / RATE_HZ)
    return spectrum[np.abs(frequencies - hz) < 30].sum() / max(spectrum.sum(), 1e-9)


def test_a_tone_lies_over_the_word_on_the_speakers_side_alone():
    rng = np.random.default_rng(0)
    both = (rng.standard_normal((4 * RATE_HZ, 2)) * 2_000).astype(np.int16)
    flac = io.BytesIO()
    soundfile.write(flac, both, RATE_HZ, format="FLAC")
    flac.seek(0)
    sound, rate_hz = soundfile.read(beeped_recording(flac, [final()]), dtype="int16")
    assert rate_hz == RATE_HZ and sound.shape == both.shape
    caller, bot = sound.T
    assert level(caller, 1.45, 1.7, 1_000) > 0.9  # 씨발
    assert level(caller, 2.25, 2.5, 1_000) < 0.1  # 줘
    assert np.array_equal(bot, both[:, 1]) and np.array_equal(caller[: RATE_HZ // 2], both[: RATE_HZ // 2, 0])
