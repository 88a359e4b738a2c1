"""Answers by keys: complete with #, at full length, or after a pause."""

from voicebot.turns.keys import KEYS_PAUSE_MS, MOST_KEYS, Keys


def pressed(digits: str, every_ms: int = 300) -> Keys:
    keys = Keys()
    for place, digit in enumerate(digits):
        keys.press(digit, place * every_ms)
    return keys


def test_hash_ends_an_answer_of_any_length() -> None:
    keys = pressed("1234#")
    assert keys.done(1_200)
    assert keys.take() == "1234#"
    assert keys.pressed == ""
    assert not keys.done(60_000), "nothing was pressed since"


def test_the_full_length_ends_it_at_once() -> None:
    assert not pressed("0101234567").done(2_700, (11,))
    assert pressed("01012345678").done(3_000, (11,))


def test_of_two_lengths_the_shorter_waits_for_more() -> None:
    keys = pressed("12345678")
    assert not keys.done(2_100, (8, 12))
    assert keys.done(2_100 + KEYS_PAUSE_MS, (8, 12))


def test_any_number_ends_after_a_pause() -> None:
    keys = pressed("850412")
    assert not keys.done(1_500 + KEYS_PAUSE_MS - 1)
    assert keys.done(1_500 + KEYS_PAUSE_MS)


def test_each_key_starts_the_pause_anew() -> None:
    keys = Keys()
    keys.press("1", 0)
    keys.press("2", 2_000)
    assert not keys.done(KEYS_PAUSE_MS)


def test_stars_do_not_count_as_digits() -> None:
    assert not pressed("*123").done(900, (4,))


def test_a_jammed_key_fills_no_memory() -> None:
    keys = pressed("5" * 1_000)
    assert len(keys.pressed) == MOST_KEYS


def test_what_follows_hash_belongs_to_no_answer() -> None:
    keys = pressed("12#34")
    assert keys.take() == "12#"
