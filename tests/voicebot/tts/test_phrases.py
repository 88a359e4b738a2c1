from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voicebot.tts.phrases import Phrase, PhraseCache, PhraseKey, Spoken

FRAME = 160  # 20 ms at 8 kHz


def key(text: str, voice: str = "tone", rate_hz: int = 8_000) -> PhraseKey:
    return PhraseKey(voice, rate_hz, text)


def phrase(frames: int = 10, value: int = 1) -> Phrase:
    return Phrase.of([Spoken(np.full(FRAME, value, np.int16), number + 1) for number in range(frames)])


def test_a_phrase_is_the_blocks_it_was_made_of_and_nobody_can_change_it() -> None:
    blocks = list(phrase(frames=3, value=7))
    assert [block.text_end for block in blocks] == [1, 2, 3]
    assert all((block.samples == 7).all() and len(block.samples) == FRAME for block in blocks)
    with pytest.raises(ValueError, match="read-only"):
        blocks[0].samples[0] = 0


def test_voice_rate_and_text_tell_phrases_apart() -> None:
    cache = PhraseCache()
    cache.put(key("네"), phrase())
    assert cache.get(key("네")) is not None
    assert cache.get(key("네", voice="other")) is None
    assert cache.get(key("네", rate_hz=16_000)) is None
    assert cache.get(key("예")) is None


def test_what_was_not_said_for_longest_goes_first() -> None:
    cache = PhraseCache(limit_bytes=10 * phrase().size_bytes)
    for number in range(10):
        cache.put(key(str(number)), phrase())
    cache.get(key("0"))
    cache.put(key("10"), phrase())
    assert cache.get(key("0")) is not None and cache.get(key("1")) is None
    assert cache.size_bytes == 10 * phrase().size_bytes == cache.limit_bytes


def test_saying_again_does_not_count_twice_and_an_announcement_does_not_fill_the_cache() -> None:
    cache = PhraseCache(limit_bytes=20 * phrase().size_bytes)
    for _ in range(5):
        cache.put(key("네"), phrase())
    assert cache.size_bytes == phrase().size_bytes
    cache.put(key("긴 안내"), phrase(frames=30))
    assert cache.get(key("긴 안내")) is None


def test_threads_keep_the_books_straight() -> None:
    cache = PhraseCache(limit_bytes=50 * phrase().size_bytes)

    def use(number: int) -> None:
        for step in range(200):
            cache.put(key(str((number * 37 + step) % 80)), phrase())
            cache.get(key(str(step % 80)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(8)))
    assert cache.size_bytes == len(cache) * phrase().size_bytes <= cache.limit_bytes


def test_a_kept_phrase_survives_a_restart(tmp_path: Path) -> None:
    PhraseCache(folder=tmp_path / "phrases").keep(key("반갑습니다"), "반갑습니다.", phrase(value=9))
    found = PhraseCache(folder=tmp_path / "phrases").recall(key("반갑습니다"), "반갑습니다.")
    assert found is not None and np.array_equal(found.samples, phrase(value=9).samples)
    assert [block.text_end for block in found] == list(range(1, 11))


def test_a_phrase_that_is_read_aloud_differently_by_now_is_not_recalled(tmp_path: Path) -> None:
    PhraseCache(folder=tmp_path).keep(key("3시"), "삼 시.", phrase())
    assert PhraseCache(folder=tmp_path).recall(key("3시"), "세 시.") is None


def test_a_broken_file_is_as_good_as_none(tmp_path: Path) -> None:
    PhraseCache(folder=tmp_path).keep(key("네"), "네.", phrase())
    (file,) = tmp_path.iterdir()
    for content in (file.read_bytes()[:-200], b"", b"not a phrase"):
        file.write_bytes(content)
        assert PhraseCache(folder=tmp_path).recall(key("네"), "네.") is None


def test_what_is_only_said_never_reaches_the_disk(tmp_path: Path) -> None:
    PhraseCache(folder=tmp_path).put(key("홍길동 고객님"), phrase())
    assert not list(tmp_path.iterdir())
