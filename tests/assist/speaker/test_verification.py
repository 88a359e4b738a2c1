"""One call after the other on a clock that tests drive: what is said of the caller's voice, and what is enrolled."""

import itertools
import logging
from datetime import timedelta

import numpy as np
import pytest

from assist.call_so_far import CallSoFar
from assist.speaker.enrolment import MOST_CALLS, Enrolment
from assist.speaker.vault import VaultError
from assist.speaker.verification import Verification
from assist.speaker.voiceprint import ReadOnly
from tests.assist.speaker.memory import MemoryVoiceprints
from tests.assist.speaker.voices import RATE_HZ, FakeEmbedder, silence, speaker_model, tone, voice
from voicebot.audio import Samples
from voicebot.events import CallEnded, CallStarted, ConsentGiven, Event, Logged, SpeakerChecked
from voicebot.log import new_call_id
from voicebot.store import started_at_of

ANNA, BERT = 1, 2
KEPT_MS = 10_000


class FakeSound:
    """A tap, filled as the call goes on; ``reads`` are the spans that were read, in ms."""

    def __init__(self, sound: Samples, rate_hz: int = RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self.sound, self.written_ms = sound, 0
        self.is_gone = False
        self.reads: list[tuple[int, int]] = []

    def read(self, last_ms: int) -> tuple[Samples, Samples]:
        if self.is_gone:
            raise OSError("no tap: the call is over")
        start_ms = max(0, self.written_ms - min(last_ms, KEPT_MS))
        self.reads.append((start_ms, self.written_ms))
        caller = self.sound[start_ms * self.rate_hz // 1_000 : self.written_ms * self.rate_hz // 1_000]
        return caller, np.zeros_like(caller)


class Line:
    """A call and its helper, at one tick a second."""

    def __init__(self, service: Verification, sound: Samples | None, customer: str = "010", **more: object) -> None:
        self.call_id = str(more.get("call_id") or new_call_id())
        self.call = CallSoFar(self.call_id)
        self.service, self.log = service, []
        self.sound = None if sound is None else FakeSound(sound)
        self.helper = service.open(self.call, self.sound)
        self.said: list[SpeakerChecked] = []
        self.now_ms = 0
        self.tell(CallStarted(str(more.get("direction", "in")), "sip", customer, customer, "nuri"))

    def tell(self, event: Event) -> None:
        logged = Logged(self.call_id, len(self.log), self.now_ms, event)
        self.log.append(logged)
        self.call.take(logged)
        for answer in self.helper.heard(logged):
            self.said.append(answer)
            self.tell(answer)

    def run(self, seconds: float) -> "Line":
        for _ in range(int(seconds)):
            self.now_ms += 1_000
            if self.sound:
                self.sound.written_ms = min(self.now_ms, len(self.sound.sound) * 1_000 // self.sound.rate_hz)
            for answer in self.helper.tick(self.now_ms):
                self.said.append(answer)
                self.tell(answer)
        return self

    def end(self) -> "Line":
        self.tell(CallEnded("caller", "hung_up", self.now_ms))
        return self

    def made_anew(self) -> "Line":
        """The helper was lost; another one is told the log."""
        self.call = CallSoFar(self.call_id)
        self.helper = self.service.open(self.call, self.sound)
        for logged in self.log:
            self.call.take(logged)
            self.said += self.helper.heard(logged)
        return self


@pytest.fixture(scope="module")
def model():
    return speaker_model()


@pytest.fixture
def voiceprints(model):
    """Anna is enrolled as 010, out of one call."""
    found = MemoryVoiceprints("010")
    Enrolment(model, found, 0.01).add("010", "first", model.speech_in(voice(ANNA, 6, take=9), RATE_HZ))
    return found


@pytest.fixture
def service(model, voiceprints):
    return Verification(model, voiceprints, 0.01)


def talk(person: int, seconds: float) -> Samples:
    """Two seconds of speech, one of silence, and so on."""
    parts = [np.concatenate([voice(person, 2, take), silence(1)]) for take in range(int(seconds) // 3)]
    return np.concatenate(parts)


def test_the_customer_is_known_after_three_seconds_of_speech_and_again_after_nine(service):
    line = Line(service, talk(ANNA, 60)).run(60).end()
    assert [(said.accepted, said.refused, said.customer) for said in line.said] == [(True, "", "010")] * 2
    first, second = line.said
    assert 3_000 <= first.speech_ms < 4_000 and 9_000 <= second.speech_ms < 10_000
    assert all(said.score >= said.threshold == pytest.approx(service.threshold, abs=0.001) for said in line.said)


def test_somebody_else_is_not(service, voiceprints):
    line = Line(service, talk(BERT, 60)).run(60).end()
    assert [(said.accepted, said.refused) for said in line.said] == [(False, "")] * 2
    assert all(said.score < said.threshold for said in line.said)
    assert voiceprints.find("010").calls == ("first",), "and is not enrolled"


def test_every_ms_is_read_once_and_none_when_all_is_known(service, voiceprints):
    line = Line(service, talk(ANNA, 90)).run(90).end()
    reads = line.sound.reads
    assert reads[0] == (0, 1_000)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(reads))
    assert reads[-1][1] < 60_000, "30 s of speech are enough for a voiceprint too"
    assert voiceprints.find("010").calls == ("first", line.call_id)


def test_a_few_embeddings_a_call_are_all_the_work(model, voiceprints):
    embedder = FakeEmbedder()
    service = Verification(speaker_model(embedder), voiceprints)
    embedder.seconds = 0
    Line(service, talk(ANNA, 90)).run(90).end()
    assert embedder.seconds < 4 * (3 + 9 + 30), "windows, the whole, and margins"


def test_a_growing_call_keeps_the_voiceprint_up(service, voiceprints):
    for _ in range(MOST_CALLS + 2):
        Line(service, talk(ANNA, 15)).run(15).end()
    assert len(voiceprints.find("010").calls) == MOST_CALLS


@pytest.mark.parametrize(
    ("sound", "refused"),
    [
        (np.concatenate([silence(2), voice(ANNA, 0.5), silence(5)]), "too_little_speech"),
        (silence(20), "too_little_speech"),
        (tone(20), "not_speech"),
        (np.concatenate([voice(p, 2, take) for take in range(6) for p in (ANNA, BERT)]), "two_voices"),
    ],
)
def test_a_refusal_is_told_once(service, sound, refused):
    line = Line(service, sound).run(25).end()
    assert [(said.refused, said.accepted, said.score) for said in line.said] == [(refused, False, 0.0)]


def test_music_is_told_while_the_call_runs_and_a_voice_behind_it_is_checked(service):
    line = Line(service, np.concatenate([tone(11), silence(1), talk(ANNA, 6)])).run(11)
    assert [said.refused for said in line.said] == ["not_speech"]
    assert [said.accepted for said in line.run(10).end().said] == [False, True]


@pytest.mark.parametrize("customer", ["", "011", "anonymous"])
def test_nobody_is_said_anything_of_whom_nothing_is_known(service, customer):
    line = Line(service, talk(ANNA, 15), customer).run(15).end()
    assert line.said == [] and line.sound.reads == []


def test_of_a_call_out_the_customer_is_the_one_who_was_called(service):
    line = Line(service, talk(ANNA, 9), direction="out").run(9)
    assert [said.customer for said in line.said] == ["010"]


def test_a_call_without_sound_or_whose_sound_is_gone(service):
    assert Line(service, None).run(10).end().said == []
    line = Line(service, talk(ANNA, 30)).run(2)
    line.sound.is_gone = True
    assert [said.refused for said in line.run(10).end().said] == ["too_little_speech"]


@pytest.mark.parametrize("what", ["목소리로 본인 확인", "voiceprint", "성문 등록"])
def test_with_consent_the_call_is_enrolled(model, what):
    voiceprints = MemoryVoiceprints()
    line = Line(Verification(model, voiceprints), np.concatenate([talk(BERT, 6), talk(ANNA, 60)])).run(6)
    line.tell(ConsentGiven(what))
    assert voiceprints.consented_at("010") == started_at_of(line.call_id) + timedelta(seconds=6)
    line.run(60)
    kept = voiceprints.find("010")
    assert kept.calls == (line.call_id,) and kept.speech_ms == 30_000
    expected = model.embedder.embed(voice(ANNA, 20), RATE_HZ)
    assert kept.embedding @ expected > 0.95, "what was said before the consent is not in it"
    assert line.end().said == []


def test_a_short_call_is_enrolled_at_its_end(model):
    voiceprints = MemoryVoiceprints()
    line = Line(Verification(model, voiceprints), talk(ANNA, 9))
    line.tell(ConsentGiven("voiceprint"))
    line.run(9)
    assert not voiceprints.kept
    line.end()
    assert voiceprints.find("010").speech_ms == 6_000


@pytest.mark.parametrize("what", ["recording", "통화 녹음", ""])
def test_consent_to_something_else_is_none(model, what):
    voiceprints = MemoryVoiceprints()
    line = Line(Verification(model, voiceprints), talk(ANNA, 30))
    line.tell(ConsentGiven(what))
    line.run(30).end()
    assert not voiceprints.kept and not voiceprints.consents and line.sound.reads == []


def test_too_little_is_not_enrolled(model, caplog):
    voiceprints = MemoryVoiceprints("010")
    with caplog.at_level(logging.INFO):
        line = Line(Verification(model, voiceprints), voice(ANNA, 2.0)).run(5).end()
    assert not voiceprints.kept and line.said == []
    assert "is not enrolled: 2.0 s of speech are too little" in caplog.text


def test_a_replay_changes_nothing(model, voiceprints):
    before = voiceprints.find("010")
    line = Line(Verification(model, ReadOnly(voiceprints)), talk(ANNA, 60))
    line.tell(ConsentGiven("voiceprint"))
    assert [said.accepted for said in line.run(60).end().said] == [True, True]
    assert voiceprints.find("010") is before
    other = Line(Verification(model, ReadOnly(voiceprints)), talk(ANNA, 30), "011")
    other.tell(ConsentGiven("voiceprint"))
    assert other.run(30).end().said == [] and voiceprints.consented_at("011") is None


def test_a_helper_made_anew_says_nothing_twice(service, voiceprints):
    line = Line(service, talk(ANNA, 60)).run(8)
    assert len(line.said) == 1
    line.made_anew().run(30)
    assert len(line.said) == 2 and line.said[1].speech_ms >= 9_000
    assert len(line.made_anew().run(20).said) == 2
    assert voiceprints.find("010").calls.count(line.call_id) <= 1


def test_another_models_voiceprint_is_told_in_the_log_and_left_alone(voiceprints, caplog):
    newer = Verification(speaker_model(FakeEmbedder(weights=1)), voiceprints)
    with caplog.at_level(logging.WARNING):
        line = Line(newer, talk(ANNA, 30)).run(30).end()
    assert line.said == [] and voiceprints.find("010").calls == ("first",)
    assert "another speaker model" in caplog.text and len(caplog.records) == 1


def test_a_wrong_key_is_told_in_the_log_once(model, caplog):
    class Locked(MemoryVoiceprints):
        def find(self, customer):
            raise VaultError("the voiceprint of 010 was encrypted with another key: give the one of its day")

    with caplog.at_level(logging.WARNING):
        line = Line(Verification(model, Locked("010")), talk(ANNA, 30)).run(30).end()
    assert line.said == [] and line.sound.reads == [] and len(caplog.records) == 1
