import pytest

from assist.mood.rules import SilenceRules
from assist.mood.silence import SilenceWatch
from voicebot.events import (
    AlertRaised,
    AnswerChosen,
    BotFinished,
    BotStarted,
    CallStarted,
    Dtmf,
    HandoffRequested,
    SpeechEnded,
    SpeechStarted,
    TranscriptPartial,
)

STARTED = (0, CallStarted("in", "sip", "010", "1588", "s"))
HANDED_OVER = (5_000, HandoffRequested("asked", "일반", ""))


def alerts(*events, until_ms=120_000):
    """``(at_ms, alert)`` of a call ticked every second."""
    watch, told, at_ms = SilenceWatch(SilenceRules(agent_s=20, bot_s=40)), [], 0
    for event_ms, event in (*events, (until_ms, None)):
        while at_ms <= event_ms:
            told += [(at_ms, alert) for alert in watch.tick(at_ms)]
            at_ms += 1_000
        if event is not None:
            watch.heard(event_ms, event)
    return told


def said(side, start_ms, end_ms):
    return (start_ms, SpeechStarted(side)), (end_ms, SpeechEnded(side))


def test_with_an_agent_nobody_may_be_silent_for_long():
    told = alerts(STARTED, HANDED_OVER, *said("agent", 30_000, 31_500))
    assert told == [(52_000, AlertRaised("caller", "silence", "20초 동안 아무 말이 없어요."))]


def test_the_bot_has_longer_as_it_asks_again_by_itself():
    assert [at for at, _ in alerts(STARTED, (1_000, BotStarted(0, "네", 0)), (2_000, BotFinished(0, "네")))] == [42_000]


def test_a_bot_that_asks_again_in_time_is_not_told_of():
    asked = [
        event
        for at in range(1_000, 120_000, 30_000)
        for event in ((at, BotStarted(0, "네", 0)), (at + 2_000, BotFinished(0, "네")))
    ]
    assert alerts(STARTED, *asked) == []


def test_who_waits_for_an_agent_is_not_silent():
    assert alerts(STARTED, HANDED_OVER, *said("caller", 10_000, 11_000), until_ms=300_000) == []


def test_who_speaks_long_is_not_silent():
    assert (
        alerts(STARTED, HANDED_OVER, *said("agent", 30_000, 31_000), *said("caller", 32_000, 100_000), until_ms=115_000)
        == []
    )


@pytest.mark.parametrize("event", [Dtmf("1"), BotFinished(0, "네"), TranscriptPartial("caller", 1, "네", "네", 0)])
def test_any_sound_of_either_ends_it(event):
    told = alerts(STARTED, HANDED_OVER, *said("agent", 30_000, 31_000), (45_000, event))
    assert [at for at, _ in told] == [65_000]


def test_it_is_told_once_for_each_silence_and_others_events_are_no_sound():
    told = alerts(
        STARTED,
        HANDED_OVER,
        *said("agent", 30_000, 31_000),
        (40_000, AnswerChosen(1, "faq", (), "네", 1)),
        *said("caller", 60_000, 61_000),
    )
    assert [at for at, _ in told] == [51_000, 81_000]


def test_there_is_no_silence_before_a_call():
    assert alerts() == []
