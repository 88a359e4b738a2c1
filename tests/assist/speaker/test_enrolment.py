"""Voiceprints grow out of calls of one customer who has agreed, and of nobody else's."""

from dataclasses import replace

import numpy as np
import pytest

from assist.speaker.enrolment import MOST_CALLS, Enrolment, check_comparable
from assist.speaker.refusal import Refused
from assist.speaker.voiceprint import ReadOnly, customer_name
from tests.assist.speaker.memory import NOON, MemoryVoiceprints
from tests.assist.speaker.voices import RATE_HZ, FakeEmbedder, speaker_model, tone, voice

ANNA, BERT = 1, 2


@pytest.fixture(scope="module")
def model():
    return speaker_model()


@pytest.fixture
def voiceprints():
    return MemoryVoiceprints("010")


@pytest.fixture
def enrolment(model, voiceprints):
    return Enrolment(model, voiceprints, 0.01)


def said(model, person, seconds=4.0, take=0):
    return model.speech_in(voice(person, seconds, take), RATE_HZ)


def reason(work) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.reason


def test_several_calls_become_one_voiceprint(model, enrolment, voiceprints):
    for n, seconds in enumerate((4, 6, 8)):
        enrolment.add("010", f"call {n}", said(model, ANNA, seconds, n))
    kept = voiceprints.find("010")
    assert kept.calls == ("call 0", "call 1", "call 2")
    assert kept.speech_ms == 18_000
    assert np.linalg.norm(kept.embedding) == pytest.approx(1, abs=1e-5)
    parts = [model.embedder.embed(said(model, ANNA, s, n).samples, RATE_HZ) for n, s in enumerate((4, 6, 8))]
    mean = np.average(parts, axis=0, weights=[4, 6, 8])
    assert kept.embedding @ (mean / np.linalg.norm(mean)) == pytest.approx(1, abs=1e-5)


def test_a_call_counts_once(model, enrolment):
    first = enrolment.add("010", "call", said(model, ANNA))
    assert enrolment.add("010", "call", said(model, ANNA)) == first


def test_the_wrong_customer_is_not_enrolled(model, enrolment, voiceprints):
    first = enrolment.add("010", "call 1", said(model, ANNA))
    assert reason(lambda: enrolment.add("010", "call 2", said(model, BERT))) == "another_voice"
    assert voiceprints.find("010") is first


def test_anew_replaces_whoever_it_was(model, enrolment, voiceprints):
    enrolment.add("010", "call 1", said(model, ANNA))
    enrolment.add("010", "call 2", said(model, BERT), anew=True)
    assert voiceprints.find("010").calls == ("call 2",)
    assert reason(lambda: enrolment.add("010", "call 3", said(model, ANNA, take=1))) == "another_voice"
    assert reason(lambda: enrolment.add("010", "call 4", said(model, ANNA, 1.0), anew=True)) == "too_little_speech"
    assert voiceprints.find("010").calls == ("call 2",), "what is no good replaces nothing"


def test_a_full_voiceprint_changes_no_more(model, enrolment):
    for n in range(MOST_CALLS):
        enrolment.add("010", f"call {n}", said(model, ANNA, take=n))
    assert reason(lambda: enrolment.add("010", "one more", said(model, ANNA))) == "is_full"


def test_nobody_without_consent(model, enrolment, voiceprints):
    assert reason(lambda: enrolment.add("011", "call", said(model, ANNA))) == "no_consent"
    assert not voiceprints.kept


def test_consent_taken_back_meanwhile(model):
    class Withdrawn(MemoryVoiceprints):
        def keep(self, voiceprint):
            self.forget(voiceprint.customer)
            return super().keep(voiceprint)

    voiceprints = Withdrawn("010")
    enrolment = Enrolment(model, voiceprints, 0.01)
    assert reason(lambda: enrolment.add("010", "call", said(model, ANNA))) == "no_consent"
    assert not voiceprints.kept


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (voice(ANNA, 0.5), "too_little_speech"),
        (tone(9), "not_speech"),
        (np.concatenate([voice(ANNA, 2), voice(BERT, 2), voice(ANNA, 2, 1), voice(BERT, 2, 1)]), "two_voices"),
    ],
)
def test_sound_that_is_no_good(model, enrolment, voiceprints, sound, why):
    assert reason(lambda: enrolment.add("010", "call", model.speech_in(sound, RATE_HZ))) == why
    assert not voiceprints.kept


def test_another_models_voiceprint_is_not_compared(model, enrolment, voiceprints):
    enrolment.add("010", "call 1", said(model, ANNA))
    for other in (FakeEmbedder("other"), FakeEmbedder(weights=1)):
        newer = speaker_model(other)
        with pytest.raises(Refused, match="another speaker model") as refused:
            Enrolment(newer, voiceprints, 0.01).add("010", "call 2", said(newer, ANNA, take=1))
        assert refused.value.reason == "another_model"
        with pytest.raises(Refused):
            check_comparable(voiceprints.find("010"), newer)
    check_comparable(replace(voiceprints.find("010")), model)


def test_read_only_keeps_nothing(model, voiceprints):
    voiceprints.keep(Enrolment(model, voiceprints, 0.01).add("010", "call 1", said(model, ANNA)))
    read_only = ReadOnly(voiceprints)
    assert read_only.find("010") == voiceprints.find("010") and read_only.consented_at("010") == NOON
    read_only.give_consent("011", NOON)
    assert reason(lambda: Enrolment(model, read_only, 0.01).add("010", "2", said(model, ANNA, take=1))) == "no_consent"
    assert not read_only.forget("010")
    assert voiceprints.find("010").calls == ("call 1",) and voiceprints.consented_at("011") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("010-1234-5678", "01012345678"),
        (" 010 1234 5678 ", "01012345678"),
        ("(02)345.6789", "023456789"),
        ("+82 10-1234-5678", "+821012345678"),
        (" 김수민 님 ", "김수민 님"),
        ("a-b", "a-b"),
        ("x\0y\ud800", "xy?"),
        ("", ""),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written, name):
    assert customer_name(written) == name
