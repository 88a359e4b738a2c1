from dataclasses import replace

import pytest

from assist.mood.prosody import Prosody
from assist.mood.rules import AngerRules
from assist.mood.voice import BASELINE_MS, MOST_STRETCHES, RECENT_MS, Voice

CALM = Prosody(1_000, 600, -20.0, -25.0, 5.0)
ANGRY = Prosody(1_000, 600, -20.0 + 3.9, -16.0, 6.0)
ANGRY_FROM = AngerRules().angry_from


def heard(*stretches):
    voice = Voice()
    for stretch in stretches:
        voice.hear(stretch)
    return voice.anger


def test_a_voice_that_stays_as_it_was_is_calm():
    assert heard(*[CALM] * 20) < 0.1


def test_higher_faster_and_louder_than_at_first_is_anger():
    assert heard(*[CALM] * 6, *[ANGRY] * 6) >= ANGRY_FROM


def test_so_is_what_the_line_has_made_as_loud_as_before():
    assert heard(*[CALM] * 6, *[replace(ANGRY, level_dbfs=-25.0)] * 6) >= ANGRY_FROM


@pytest.mark.parametrize("level", [-45.0, -16.0, -5.0])
def test_a_louder_or_softer_line_alone_is_not(level):
    assert heard(*[CALM] * 6, *[replace(CALM, level_dbfs=level)] * 6) < AngerRules().calm_to


def test_a_high_voice_is_compared_with_itself():
    assert heard(*[replace(CALM, pitch=-8.0)] * 20) < 0.1


def test_calm_again():
    assert heard(*[CALM] * 6, *[ANGRY] * 6, *[CALM] * 6) < 0.1


def test_nothing_is_said_of_too_little():
    assert heard() == 0
    assert heard(*[CALM] * (BASELINE_MS // 1_000), *[ANGRY] * (RECENT_MS // 1_000 - 1)) == 0


def test_nothing_is_said_of_what_has_no_pitch():
    whisper = replace(CALM, voiced_ms=0, pitch=0.0)
    assert heard(*[whisper] * 6, *[ANGRY] * 6) == 0
    assert heard(*[CALM] * 6, *[whisper] * 6) == 0
    assert 0 <= heard(*[replace(CALM, syllables_a_s=0.0)] * 20) < 0.1


def test_it_keeps_the_last_seconds_alone():
    voice = Voice()
    for _ in range(7_200):
        voice.hear(replace(CALM, speech_ms=200))
    assert len(voice._recent) <= MOST_STRETCHES
    assert not voice._first
