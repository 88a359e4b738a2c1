import pytest

from voicebot.audio import Samples
from voicebot.tts.espeak import shared_thread
from voicebot.tts.libespeak import RATE_HZ, EspeakUnavailable, LibEspeak, Mark, Prosody

library = shared_thread()._library  # the process's one; nobody else speaks meanwhile


def speak(text: str, prosody: Prosody | None = None) -> tuple[int, list[Mark]]:
    counts: list[int] = []

    def count(samples: Samples) -> bool:
        counts.append(len(samples))
        return True

    marks = library.synthesize(text, "ko", prosody or Prosody(), count)
    return sum(counts), marks


def test_marks_follow_the_sound() -> None:
    samples, marks = speak("안녕하세요 고객님")
    times = [mark.at_ms for mark in marks]
    assert times == sorted(times) and times[-1] <= samples / RATE_HZ * 1000
    assert sum(mark.is_word for mark in marks) == 2


def test_a_faster_speaker_needs_less_time() -> None:
    slow, _ = speak("잠시만 기다려 주세요", Prosody(words_per_minute=120))
    fast, _ = speak("잠시만 기다려 주세요", Prosody(words_per_minute=240))
    assert fast < slow * 0.7


def test_synthesis_stops_when_told() -> None:
    lengths: list[int] = []

    def one_is_enough(samples: Samples) -> bool:
        lengths.append(len(samples))
        return False

    library.synthesize("안녕하세요 " * 50, "ko", Prosody(), one_is_enough)
    assert len(lengths) == 1


def test_text_behind_a_nul_and_around_a_lone_surrogate_is_spoken() -> None:
    whole, _ = speak("안녕 하세요")
    assert abs(speak("안녕\0하세요")[0] - whole) < RATE_HZ // 5
    assert abs(speak("안녕 \ud800하세요")[0] - whole) < RATE_HZ // 5


def test_pronunciation_in_ipa() -> None:
    assert library.phonemes("네", "ko") == "nˈe"
    assert "(" not in library.phonemes("hello 안녕", "ko")


def test_an_unknown_voice_and_a_missing_library_say_what_to_do() -> None:
    with pytest.raises(EspeakUnavailable, match='no voice "zz": choose ko'):
        library.synthesize("네", "zz", Prosody(), lambda samples: True)
    with pytest.raises(EspeakUnavailable, match="cannot load libnothing"):
        LibEspeak("libnothing.so")
