import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from voicebot.audio import Samples
from voicebot.tts.clauses import SENTENCE_PAUSE_MS
from voicebot.tts.espeak import EspeakSynthesizer, EspeakThread
from voicebot.tts.libespeak import RATE_HZ, LibEspeak, Mark, Prosody
from voicebot.tts.synthesizer import SynthesizerUnavailable


class SlowLibrary(LibEspeak):
    """Speaks three blocks a clause, going on only when the test lets it; notes who was served, and where."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.served: list[str] = []
        self.blocks = 0
        self.threads: set[int] = set()

    def synthesize(self, text: str, voice: str, prosody: Prosody, on_samples: Callable[[Samples], bool]) -> list[Mark]:
        self.threads.add(threading.get_ident())
        if not text:
            return []
        self.served.append(text.strip())
        for _ in range(3):
            self.blocks += 1
            if not on_samples(np.ones(100, np.int16)):
                break
            self.go_on.wait(10)
        return []


@pytest.fixture(scope="module")
def voice() -> EspeakSynthesizer:
    return EspeakSynthesizer()


def spoken(voice: EspeakSynthesizer, text: str) -> Samples:
    blocks = list(voice.speak(text))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)


def test_it_speaks_for_about_as_long_as_a_person_would(voice: EspeakSynthesizer) -> None:
    assert voice.name == "espeak:ko+f2" and voice.rate_hz == RATE_HZ
    seconds = len(spoken(voice, "잠시만 기다려 주시겠어요?")) / RATE_HZ
    assert 1.2 < seconds < 3.5  # eleven syllables


def test_the_first_block_comes_before_the_clause_is_done() -> None:
    library = SlowLibrary()
    voice = EspeakSynthesizer(thread=EspeakThread(lambda: library))
    saying = voice.speak("네 고객님")
    assert len(next(saying)) == 100 and library.blocks == 1
    library.go_on.set()
    assert sum(map(len, saying)) == 200


def test_a_saying_that_is_abandoned_stops() -> None:
    library = SlowLibrary()
    thread = EspeakThread(lambda: library)
    saying = EspeakSynthesizer(thread=thread).speak("하나. 둘. 셋.")
    next(saying)
    saying.close()
    library.go_on.set()
    list(EspeakSynthesizer(thread=thread).speak("다른 손님."))  # queued behind it: all of the first is over by now
    assert library.served == ["하나.", "다른 손님."]
    assert library.blocks == 2 + 3  # the abandoned clause ended at its next block


def test_whoever_waits_is_served_before_the_other_callers_next_clause() -> None:
    library = SlowLibrary()
    thread = EspeakThread(lambda: library)
    voice = EspeakSynthesizer(thread=thread)
    first = voice.speak("가. 가. 가.")
    next(first)  # the thread is busy with it, so the second caller has to queue
    with ThreadPoolExecutor(1) as second_caller:
        second = second_caller.submit(list, voice.speak("나. 나. 나."))
        while thread._thread._work_queue.empty():  # until the second caller stands in the queue
            pass
        library.go_on.set()
        list(first)
        second.result()
    assert library.served[:2] == ["가.", "나."] and sorted(library.served) == ["가."] * 3 + ["나."] * 3
    assert len(library.threads) == 1


def test_a_caller_who_listens_slowly_keeps_nobody_waiting(voice: EspeakSynthesizer) -> None:
    slow = voice.speak("첫째 문장입니다. 둘째 문장입니다.")
    next(slow)
    assert spoken(voice, "다른 손님이 먼저 끝까지 듣습니다. 네. 그렇습니다.").size
    assert len(list(slow)) > 1


def test_many_callers_at_once_hear_what_each_would_hear_alone(voice: EspeakSynthesizer) -> None:
    texts = ["네, 고객님.", "주문 번호를 말씀해 주세요.", "감사합니다.", "잠시만 기다려 주세요."] * 4
    alone = {text: len(spoken(voice, text)) for text in texts}
    with ThreadPoolExecutor(8) as callers:
        for text, samples in zip(texts, callers.map(lambda text: spoken(voice, text), texts), strict=True):
            assert len(samples) == pytest.approx(alone[text], abs=RATE_HZ // 50)


def test_sentences_are_kept_apart(voice: EspeakSynthesizer) -> None:
    both, one = len(spoken(voice, "네. 네.")), len(spoken(voice, "네."))
    assert both - 2 * one == pytest.approx(RATE_HZ * SENTENCE_PAUSE_MS / 1000, abs=RATE_HZ // 20)


def test_what_cannot_be_said_is_silent(voice: EspeakSynthesizer) -> None:
    for text in ("", "  ", "😀", "漢字", "ㅋㅋ", "...", "\ud800", "\0"):
        assert not spoken(voice, text).size


def test_unknown_voices_are_refused_with_a_way_out() -> None:
    with pytest.raises(SynthesizerUnavailable, match='no voice "zz": choose ko'):
        EspeakSynthesizer("zz")
    with pytest.raises(SynthesizerUnavailable, match=r'no variant "f9".*f1, f2'):
        EspeakSynthesizer("ko+f9")


def test_a_missing_library_is_told_to_the_operator() -> None:
    with pytest.raises(SynthesizerUnavailable, match="libnothing"):
        EspeakThread(lambda: LibEspeak("libnothing.so"))


def _speak_in_child(voice_name: str) -> int:
    return len(spoken(EspeakSynthesizer(voice_name), "네."))


def test_a_forked_process_has_a_voice_of_its_own(voice: EspeakSynthesizer) -> None:
    expected = len(spoken(voice, "네."))
    with multiprocessing.get_context("fork").Pool(1) as children:
        assert children.apply_async(_speak_in_child, ("ko+f2",)).get(30) == expected
