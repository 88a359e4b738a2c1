import numpy as np
import pytest

from aicc.simulation.measure import Done, Ears, Heard, checked_with_log, lateness_of, turns_of
from aicc.simulation.report import CallReport, Turn
from aicc.simulation.wire import Arrived
from tests.aicc.simulation.bot import silence, tone


def late(arrivals_ms: list[float], audible: bool = True) -> tuple[float, float, int]:
    found = lateness_of(arrivals_ms, [audible] * len(arrivals_ms))
    return round(found.max_ms, 1), round(found.late_share * (len(arrivals_ms) - 1), 3), found.gaps


def on_time(frames: int = 200) -> list[float]:
    return [500 + 20.0 * number for number in range(frames)]


def test_frames_on_their_grid_are_not_late() -> None:
    assert late(on_time()) == (0, 0, 0)


def test_one_late_frame_is_late_and_those_behind_it_are_not() -> None:
    arrivals = on_time()
    arrivals[50] += 35
    arrivals[51] = max(arrivals[51], arrivals[50])
    assert late(arrivals) == (35, 1, 1)


def test_a_stall_that_is_caught_up_makes_each_held_frame_late() -> None:
    arrivals = on_time()
    arrivals[50:55] = [arrivals[54]] * 5
    assert late(arrivals) == (80, 3, 3)  # by 80, 60, 40; 20 is what a frame of reserve hides


def test_a_stall_that_is_skipped_is_late_once() -> None:
    arrivals = [*on_time()[:50], *(at + 100 for at in on_time()[50:])]
    assert late(arrivals) == (100, 1, 1)


def test_a_hole_in_silence_is_no_gap() -> None:
    arrivals = [*on_time()[:50], *(at + 100 for at in on_time()[50:])]
    assert late(arrivals, audible=False) == (100, 1, 0)


def test_few_frames_are_not_judged() -> None:
    assert late([]) == (0, 0, 0)
    assert late([5.0]) == (0, 0, 0)


def test_ears_hear_stretches_of_speech_to_the_sample() -> None:
    ears = Ears(8_000)
    sound = np.concatenate([silence(45), tone(110), silence(60), tone(30), silence(200), tone(55), silence(100)])
    frames = [sound[start : start + 160] for start in range(0, len(sound), 160)]
    assert ears.hear([Arrived(frame, 1_000 + 20.0 * number) for number, frame in enumerate(frames)])
    assert [(one.start_ms, one.end_ms) for one in ears.stretches] == [(1_045, 1_245), (1_445, 1_500)]
    assert not ears.hear([Arrived(silence(20), 3_000.0)])
    assert not ears.hear([])


def test_a_whisper_below_the_floor_is_not_heard() -> None:
    ears = Ears(8_000)
    assert not ears.hear([Arrived(np.full(160, 90, np.int16), 0.0)])
    assert ears.hear([Arrived(np.full(160, -120, np.int16), 20.0)])


def test_speech_that_comes_in_a_bunch_is_heard_in_its_length() -> None:
    ears = Ears(8_000)
    ears.hear([Arrived(tone(20), 1_000.0)] * 5)
    ears.hear([Arrived(silence(20), 1_080.0), Arrived(tone(20), 1_400.0)])
    assert [(one.start_ms, one.end_ms) for one in ears.stretches] == [(1_000, 1_100), (1_400, 1_420)]


def test_both_at_once_is_no_cut_off() -> None:
    [turn] = turns_of([Done("say", "a", False, 1_000, 2_000)], [Heard(1_150, 1_600), Heard(2_300, 3_000)], 5_000)
    assert (turn.is_cut_off, turn.voice_to_voice_ms) == (False, 300)


def test_a_bot_that_answers_only_the_next_turn_has_not_answered_this_one() -> None:
    first, second = turns_of(
        [Done("say", "a", False, 1_000, 2_000), Done("say", "b", False, 8_000, 9_000)], [Heard(9_250, 9_900)], 10_000
    )
    assert (first.voice_to_voice_ms, second.voice_to_voice_ms) == (None, 250)


def test_a_bot_that_talks_on_through_a_cut_in_is_measured_to_its_end() -> None:
    [turn] = turns_of([Done("cut_in", "a", True, 1_000, 1_500)], [Heard(0, 1_200), Heard(1_480, 2_400)], 9_000)
    assert turn.barge_in_ms == 1_400


def test_an_answer_soon_after_a_short_cut_in_is_not_the_old_speech() -> None:
    [turn] = turns_of([Done("cut_in", "네", True, 1_000, 1_300)], [Heard(0, 1_150), Heard(1_550, 2_400)], 9_000)
    assert (turn.barge_in_ms, turn.voice_to_voice_ms) == (150, 250)


@pytest.mark.parametrize("kind", ["cough", "noise"])
def test_nobody_answers_a_cough(kind: str) -> None:
    [turn] = turns_of([Done(kind, "", False, 1_000, 1_500)], [Heard(1_300, 2_400)], 9_000)  # type: ignore[arg-type]
    assert (turn.voice_to_voice_ms, turn.is_cut_off) == (None, False)


def test_who_did_nothing_has_no_turns() -> None:
    assert turns_of([], [Heard(0, 900)], 1_000) == ()


def test_a_bot_that_says_something_else_behind_a_cough_has_not_gone_on() -> None:
    coughs = [Turn("cough", "", at, at + 500.0, True, paused=True, resume_ms=280.0) for at in (4_000.0, 9_000.0)]
    said = Turn("say", "", 20_000.0, 21_000.0, False)
    report = CallReport("a", 0, 30_000.0, "bot", (), 0, (*coughs, said))
    events = [
        {"type": "bot_resumed", "at_ms": 4_900},
        *({"type": "bot_interrupted", "at_ms": at} for at in (9_700, 20_100)),
    ]
    first, second, third = checked_with_log(report, events).turns
    assert (first, third) == (coughs[0], said)
    assert (second.false_stop, second.resume_ms) == (True, None)
