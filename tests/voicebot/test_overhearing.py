from voicebot.events import TranscriptFinal, TranscriptPartial
from voicebot.overhearing import LAG_MS, Overhearing


def partial(spoken, turn=1):
    return TranscriptPartial("caller", turn, spoken, spoken, 0)


def test_a_new_word_was_said_since_shortly_before_the_last_partial():
    heard = Overhearing()
    assert heard.partial(10_000, partial("아니")) == []
    assert heard.partial(10_300, partial("아니 이게")) == []
    assert heard.partial(10_600, partial("아니 이게 씨발")) == [(10_300 - LAG_MS, 10_600)]
    assert heard.partial(10_900, partial("아니 이게 씨발 뭐야")) == []
    assert heard.partial(11_200, partial("아니 이게 씨발 뭐야 개새끼")) == [(10_900 - LAG_MS, 11_200)]


def test_the_first_partial_of_a_turn_may_be_long_after_the_last_of_another():
    heard = Overhearing()
    heard.partial(1_000, partial("네", 1))
    assert heard.partial(60_000, partial("씨발", 2)) == [(60_000 - 2 * LAG_MS, 60_000)]


def test_a_word_that_turns_out_harmless_and_one_that_is_changed_cost_no_second_beep():
    heard = Overhearing()
    assert heard.partial(1_000, partial("시발"))
    assert heard.partial(1_300, partial("시발점")) == []
    assert heard.partial(1_600, partial("시발점이 씨발"))
    assert heard.partial(1_900, partial("시팔점이 씨팔")) == []


def test_a_final_tells_the_words_own_times():
    words = ({"text": "아", "start_ms": 100, "end_ms": 200}, {"text": "씨발", "start_ms": 300, "end_ms": 700})
    final = TranscriptFinal("caller", 1, "아 씨발", "아 씨발", words, "test")
    assert Overhearing().final(2_000, final) == [(300, 700)]
    assert Overhearing().final(2_000, TranscriptFinal("caller", 1, "", "", (), "test")) == []
