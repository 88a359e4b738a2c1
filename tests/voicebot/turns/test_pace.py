"""The pauses follow the caller, within bounds."""

from voicebot.turns.pace import LONGEST_OPEN_MS, LONGEST_SURE_MS, OPEN_PAUSE_MS, SHORTEST_OPEN_MS, SURE_PAUSE_MS, Pace


def test_a_slow_caller_is_given_longer_to_go_on() -> None:
    pace = Pace()
    for pause_ms in (850, 900, 800):
        pace.went_on(pause_ms)
    assert pace.open_ms > OPEN_PAUSE_MS + 200
    assert pace.sure_ms == SURE_PAUSE_MS, "what sounds finished is still taken at its word"


def test_a_quick_caller_is_answered_sooner() -> None:
    pace = Pace()
    for _ in range(10):
        pace.went_on(250)
    assert SHORTEST_OPEN_MS <= pace.open_ms < OPEN_PAUSE_MS


def test_one_long_pause_weighs_more_than_several_short_ones() -> None:
    pace = Pace()
    pace.went_on(900)
    for _ in range(5):
        pace.went_on(250)
    assert pace.open_ms > OPEN_PAUSE_MS


def test_a_cut_lengthens_both_pauses_at_once() -> None:
    pace = Pace()
    pace.cut_off(260)
    assert pace.sure_ms > 260
    assert pace.open_ms > OPEN_PAUSE_MS


def test_nothing_drives_the_pauses_out_of_bounds() -> None:
    slow, quick = Pace(), Pace()
    for _ in range(100):
        slow.cut_off(5_000)
        slow.went_on(5_000)
        quick.went_on(130)
    assert (slow.sure_ms, slow.open_ms) == (LONGEST_SURE_MS, LONGEST_OPEN_MS)
    assert (quick.sure_ms, quick.open_ms) == (SURE_PAUSE_MS, SHORTEST_OPEN_MS)


def test_the_gap_of_a_consonant_is_no_pause() -> None:
    pace = Pace()
    for _ in range(50):
        pace.went_on(60)
    assert pace.open_ms == OPEN_PAUSE_MS
