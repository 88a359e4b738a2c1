import numpy as np
import pytest

from aicc.simulation.script import LineSettings
from aicc.simulation.speech import Act
from tests.aicc.simulation.bot import PoliteBot, ScheduledBot, act, call, cough, part, said, silence, tone


def loud_ms(bot: ScheduledBot) -> list[float]:
    """When the caller's voice reached the bot: starts and ends, in ms."""
    loud = np.abs(np.concatenate(bot.heard).astype(np.int32)) > 500
    return (np.flatnonzero(np.diff(loud.astype(np.int8), prepend=0, append=0)) / 8).tolist()


def test_a_caller_waits_for_the_bot_to_finish_and_then_reacts_as_a_person() -> None:
    for seed in range(8):
        _, bot = call(part(act()), lambda door: ScheduledBot(door, [(500, 2_000), (2_300, 4_000)]), 8, seed)
        assert isinstance(bot, ScheduledBot)
        start_ms, end_ms = loud_ms(bot)[:2]
        assert 4_000 + 400 + 300 <= start_ms <= 4_000 + 400 + 600 + 60  # not in the pause between two sentences
        assert end_ms - start_ms == 600


def test_the_same_seed_is_the_same_caller_and_another_is_another() -> None:
    starts = []
    for seed in (1, 1, 2, 3):
        _, bot = call(part(act()), lambda door: ScheduledBot(door, [(0, 1_000)]), 5, seed)
        assert isinstance(bot, ScheduledBot)
        starts.append(loud_ms(bot)[0])
    assert starts[0] == starts[1]
    assert len(set(starts)) > 1


def test_voice_to_voice_is_exact_to_the_sample() -> None:
    """The bot begins 240.5 ms behind the caller's last sample; 20 ms of that are the frame in which it was spoken."""
    caller, bot = call(part(act(ms=605)), lambda door: ScheduledBot(door, [(0, 1_000)]), 6)
    assert isinstance(bot, ScheduledBot)
    end_ms = loud_ms(bot)[1]
    caller, _ = call(part(act(ms=605)), lambda door: ScheduledBot(door, [(0, 1_000), (end_ms + 220.5, 9_000)]), 6)
    [turn] = caller.report().turns
    assert turn.voice_to_voice_ms == pytest.approx(240.5, abs=0.2)
    assert not turn.is_cut_off


def test_every_turn_of_a_call_is_measured() -> None:
    caller, _ = call(part(act(), act(), act()), lambda door: PoliteBot(door, patience_ms=200, turns=3))
    report = caller.report()
    assert [turn.kind for turn in report.turns] == ["say"] * 3
    assert [turn.voice_to_voice_ms for turn in report.turns] == [pytest.approx(220, abs=20)] * 3
    assert (report.ended_by, report.failures, report.steps_left) == ("caller", (), 0)


def test_a_bot_that_begins_in_a_pause_inside_the_sentence_has_cut_the_caller_off() -> None:
    sentence = Act("say", "a b", said(tone(500), silence(500), tone(400), pauses=((4_000, 8_000),)))
    caller, bot = call(part(sentence), lambda door: ScheduledBot(door, [(0, 1_000)]), 5)
    assert isinstance(bot, ScheduledBot)
    start_ms, paused_ms = loud_ms(bot)[:2]
    assert paused_ms - start_ms == 500
    caller, bot = call(part(sentence), lambda door: ScheduledBot(door, [(0, 1_000), (paused_ms + 300, 9_000)]), 5)
    [turn] = caller.report().turns
    assert turn.cut_off_after_ms == pytest.approx(500 + 300 + 20, abs=1)
    assert turn.cut_off_in_pause
    assert turn.voice_to_voice_ms is None
    assert isinstance(bot, ScheduledBot)
    assert loud_ms(bot)[-1] == start_ms + 1_400  # the caller finishes the sentence all the same


def test_a_cut_in_goes_into_the_bots_speech_and_the_bots_stop_is_measured() -> None:
    caller, _ = call(part(act("cut_in", 900, after_ms=1_200)), lambda door: PoliteBot(door, stops_ms=140, turns=1), 20)
    [turn] = caller.report().turns
    assert turn.into_speech
    assert 1_200 <= turn.start_ms <= 1_300
    assert turn.barge_in_ms == pytest.approx(140, abs=21)
    assert turn.voice_to_voice_ms == pytest.approx(220, abs=21)
    assert not turn.is_cut_off


def test_a_cut_in_that_comes_too_late_is_said_in_turn() -> None:
    caller, _ = call(part(act("cut_in", after_ms=5_000)), lambda door: PoliteBot(door, answer_ms=2_000, turns=1), 20)
    [turn] = caller.report().turns
    assert not turn.into_speech
    assert turn.start_ms > 2_700
    assert turn.barge_in_ms is None
    assert turn.voice_to_voice_ms is not None


def test_a_bot_that_goes_on_after_a_cough_is_heard_out() -> None:
    caller, _ = call(part(cough(), act()), lambda door: PoliteBot(door, resumes_ms=300, turns=1), 20)
    first, second = caller.report().turns
    assert first.paused
    assert not first.false_stop
    assert first.resume_ms == pytest.approx(300, abs=60)
    assert second.start_ms > 3_000  # the pause for the cough was not taken for the bot's end


def test_a_bot_that_a_cough_has_stopped_for_good_is_found_out() -> None:
    caller, _ = call(part(cough(), act()), lambda door: PoliteBot(door, resumes_ms=None, turns=1), 20)
    assert [turn.false_stop for turn in caller.report().turns] == [True, False]


def test_a_bot_that_does_not_mind_a_backchannel_has_not_paused() -> None:
    saying = act("backchannel", 350, after_ms=800)
    caller, _ = call(part(saying, act()), lambda door: PoliteBot(door, stops_ms=None, turns=1), 20)
    first = caller.report().turns[0]
    assert (first.paused, first.false_stop, first.resume_ms) == (False, False, None)


def test_to_a_bot_that_falls_silent_a_caller_says_hello_once_and_then_hangs_up() -> None:
    caller, _ = call(part(act(), act()), lambda door: ScheduledBot(door, [(0, 1_000)]), 60)
    report = caller.report()
    assert [turn.kind for turn in report.turns] == ["say", "hello"]
    said, hello = report.turns
    assert hello.start_ms - said.end_ms == pytest.approx(15_000, abs=100)
    assert report.duration_ms - said.end_ms == pytest.approx(25_000, abs=100)
    assert (report.failures, report.ended_by, report.steps_left) == (("the bot fell silent",), "caller", 1)


def test_a_caller_whose_hello_is_answered_goes_on_with_the_script() -> None:
    caller, _ = call(part(act(), act()), lambda door: ScheduledBot(door, [(0, 1_000), (20_000, 22_000)]), 24.5)
    assert [turn.kind for turn in caller.report().turns] == ["say", "hello", "say"]


def test_keys_are_pressed_one_by_one_when_the_bot_has_finished() -> None:
    caller, bot = call(part(Act("keys", keys="12#")), lambda door: ScheduledBot(door, [(0, 1_000), (4_000, 5_000)]), 20)
    assert isinstance(bot, ScheduledBot)
    assert bot.keys == "12#"
    [turn] = caller.report().turns
    assert turn.start_ms > 1_700
    assert turn.end_ms - turn.start_ms == 480
    assert turn.voice_to_voice_ms == pytest.approx(4_000 - turn.end_ms, abs=1)


SPEAKS = ((0, 1_000), (3_000, 4_000), (8_000, 9_000))


def test_a_silent_step_does_not_react() -> None:
    caller, _ = call(part(Act("silence", silence_ms=3_500), act()), lambda door: ScheduledBot(door, SPEAKS), 14)
    [turn] = caller.report().turns
    assert 4_700 <= turn.start_ms <= 5_100


def test_who_listens_hears_the_bot_out_and_says_nothing() -> None:
    playing = part(Act("listen"), Act("listen"), act())
    caller, _ = call(playing, lambda door: ScheduledBot(door, SPEAKS), 14)
    [turn] = caller.report().turns
    assert 9_700 <= turn.start_ms <= 10_100


def test_hanging_up_in_mid_sentence_ends_the_call_there() -> None:
    leaving = Act("hang_up", "저기 그", said(tone(700)))
    caller, _ = call(part(act(), leaving, act()), lambda door: PoliteBot(door, answer_ms=1_000), 30)
    report = caller.report()
    assert (report.ended_by, report.steps_left, report.failures) == ("caller", 1, ())
    assert report.duration_ms - report.turns[1].start_ms == pytest.approx(700, abs=40)


def test_a_bot_that_hangs_up_ends_the_call() -> None:
    caller, _ = call(part(act(), act(), act()), lambda door: PoliteBot(door, answer_ms=1_000, turns=1), 30)
    report = caller.report()
    assert (report.ended_by, report.steps_left) == ("bot", 1)
    assert caller.is_over
    caller.tick()


def test_the_bots_own_words_come_back_as_echo() -> None:
    line = LineSettings(echo_db=-20, echo_delay_ms=120)
    _, bot = call(part(act(), line=line), lambda door: ScheduledBot(door, [(1_000, 2_000)]), 2.5)
    assert isinstance(bot, ScheduledBot)
    heard = np.abs(np.concatenate(bot.heard).astype(np.int32))
    echo = np.flatnonzero(heard > 100)
    assert heard[echo].max() == pytest.approx(300, rel=0.1)
    assert echo[0] / 8 == pytest.approx(1_000 + 120 + 20, abs=1)  # a frame on the way
