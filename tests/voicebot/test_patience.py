"""How long either side may say nothing, on a clock that the test sets."""

from voicebot.patience import BEGINNING_MS, LOST_MS, PLEASE_WAIT_MS, Patience


def test_a_silent_caller_is_noticed_from_the_end_of_the_bots_speech_on() -> None:
    patience = Patience()
    patience.listens(1_000, silence_ms=6_000)
    patience.bot_ended_ms = 4_000
    assert patience.notice(9_980, None) is None
    assert patience.notice(10_000, None) == "caller_silent"
    assert patience.notice(10_020, None) is None, "once, until the bot listens again"


def test_who_has_said_something_is_waited_for_anew() -> None:
    patience = Patience()
    patience.listens(0, silence_ms=6_000)
    patience.last_words_ms = 5_000
    assert patience.notice(10_980, None) is None
    assert patience.notice(11_000, None) == "caller_silent"


def test_who_has_just_begun_to_speak_is_not_silent_but_endless_noise_is() -> None:
    patience = Patience()
    patience.listens(0, silence_ms=6_000)
    assert patience.notice(7_000, BEGINNING_MS - 1) is None
    assert patience.notice(7_000, BEGINNING_MS) == "caller_silent"


def test_a_slow_mind_is_excused_once_and_given_up_in_the_end() -> None:
    patience = Patience()
    patience.has_heard(1_000)
    told = [patience.notice(now_ms, None) for now_ms in range(1_000, 1_000 + LOST_MS + 20, 20)]
    assert told.index("please_wait") == PLEASE_WAIT_MS // 20
    assert told.count("please_wait") == 1
    assert told[-1] == "mind_lost"
    assert set(told[:-1]) == {None, "please_wait"}


def test_a_mind_that_speaks_is_alive() -> None:
    patience = Patience()
    patience.has_heard(0)
    patience.speaks(2_000)
    assert patience.notice(LOST_MS + 1_980, None) is None
    assert patience.notice(LOST_MS + 2_000, None) == "mind_lost"
