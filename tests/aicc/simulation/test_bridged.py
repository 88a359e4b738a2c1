"""What both sides of a bridged call wait for, measured on calls whose figures are known."""

from collections import deque
from typing import Any

import numpy as np
import pytest

from aicc.simulation.at_desk import Message
from aicc.simulation.bridged import (
    AGENT_HZ,
    CALLER_HZ,
    HEARD_LEVEL,
    TONE_LEVEL,
    WIRE_HZ,
    Bridged,
    Side,
    level_of,
    screen_figures,
    tone,
)
from aicc.simulation.wire import Arrived

CALL = "01a205d4-dee9-7131-aa14-dc3947899591"
SIZE = WIRE_HZ // 50


class Wire:
    def __init__(self) -> None:
        self.coming: deque[Arrived] = deque()
        self.sent: list[Any] = []

    def receive(self) -> list[Arrived]:
        arrived = list(self.coming)
        self.coming.clear()
        return arrived

    def send(self, frame: Any) -> None:
        self.sent.append(frame)


@pytest.mark.parametrize("hz", [CALLER_HZ, AGENT_HZ])
def test_a_tone_is_told_from_the_other_and_from_silence(hz: int) -> None:
    other = CALLER_HZ + AGENT_HZ - hz
    frame = tone(hz, WIRE_HZ)[:SIZE]
    assert level_of(frame, hz, WIRE_HZ) == pytest.approx(TONE_LEVEL, rel=0.01)
    assert level_of(frame, other, WIRE_HZ) < HEARD_LEVEL / 10
    noise = np.random.default_rng(1).normal(0, 1_000, SIZE).astype(np.int16)
    assert level_of(noise, hz, WIRE_HZ) < HEARD_LEVEL
    both = (frame.astype(np.int32) + tone(other, WIRE_HZ)[:SIZE]).astype(np.int16)
    assert level_of(both, hz, WIRE_HZ) > HEARD_LEVEL


def test_a_side_says_its_sound_again_and_again_and_notes_when_it_first_heard() -> None:
    wire = Wire()
    sound = np.arange(3 * SIZE + 7, dtype=np.int16)
    side = Side(wire, sound, AGENT_HZ)  # type: ignore[arg-type]
    quiet, heard = np.zeros(SIZE, np.int16), tone(AGENT_HZ, WIRE_HZ)[:SIZE]
    wire.coming.append(Arrived(quiet, 1_000.0))
    side.tick()
    assert side.heard_s is None
    wire.coming.extend([Arrived(heard, 1_020.0), Arrived(heard, 1_040.0)])
    for _ in range(4):
        side.tick()
    assert side.heard_s == 1.02
    assert [int(frame[0]) for frame in wire.sent] == [0, SIZE, 2 * SIZE, 0, SIZE], "whole frames, from the beginning"
    side.speak(quiet)
    side.tick()
    assert not wire.sent[-1].any()


def test_both_hear_when_the_second_one_does() -> None:
    caller, agent = (Side(Wire(), tone(hz, WIRE_HZ), hz) for hz in (CALLER_HZ, AGENT_HZ))  # type: ignore[arg-type]
    bridged = Bridged(CALL, None, caller, agent, accepted_s=10.0)  # type: ignore[arg-type]
    caller.heard_s = 10.1
    assert bridged.both_hear_ms is None
    agent.heard_s = 10.25
    assert bridged.both_hear_ms == pytest.approx(250)


# ---- words on the screen


def said(at_s: float, **event: Any) -> Message:
    fields = {"call_id": CALL, "seq": event.pop("seq", 0), "at_ms": event.pop("at_ms", round(at_s * 1_000)), **event}
    return Message(at_s, {"type": "event", "event": fields})


def partial(at_s: float, seq: int, spoken: str, side: str = "caller", turn: int = 1) -> Message:
    return said(at_s, seq=seq, type="transcript_partial", side=side, turn=turn, spoken=spoken)


def final(at_s: float, seq: int, *words: tuple[str, int], turn: int = 1) -> Message:
    told = [{"text": text, "end_ms": end_ms} for text, end_ms in words]
    spoken = " ".join(text for text, _ in words)
    return said(at_s, seq=seq, type="transcript_final", side="caller", turn=turn, spoken=spoken, words=told)


def suggested(at_s: float, seq: int, cause: int, *documents: str) -> Message:
    return said(at_s, seq=seq, type="suggested", cause=cause, items=[{"document": one} for one in documents])


def test_a_word_is_on_the_screen_once_it_stays() -> None:
    messages = [
        partial(1.2, 1, "주문"),
        partial(1.5, 2, "주문한 거"),  # which will be another word
        partial(1.9, 3, "주문한 물건"),
        final(2.6, 4, ("주문한", 1_100), ("물건", 1_600), ("언제", 2_100)),
    ]
    words, suggestions = screen_figures(messages, CALL)
    assert words == pytest.approx([400, 300, 500])
    assert suggestions == []


def test_of_a_suggestion_counts_from_the_word_that_brought_it() -> None:
    messages = [
        partial(1.4, 1, "환불"),
        suggested(1.5, 2, 1, "A"),
        partial(1.9, 3, "환불 언제"),
        suggested(2.0, 4, 3, "A"),  # which was there before
        final(2.8, 5, ("환불", 1_000), ("언제", 1_700)),
        suggested(3.0, 6, 5, "B"),
        suggested(3.1, 7, 99, "C"),  # upon something else
        suggested(3.2, 8, 5),  # taken away
    ]
    _, suggestions = screen_figures(messages, CALL)
    assert suggestions == pytest.approx([500, 1_300])


def test_clocks_are_laid_upon_each_other_by_what_came_soonest() -> None:
    late = [
        said(51.0, type="call_started", seq=0, at_ms=1_000),  # this panel's clock is 50 s ahead
        said(51.7, seq=1, at_ms=1_400, type="transcript_partial", side="caller", turn=1, spoken="네"),
        said(52.0, seq=2, at_ms=1_900, type="transcript_final", side="caller", turn=1, spoken="네",
             words=[{"text": "네", "end_ms": 1_200}]),
    ]  # fmt: skip
    words, _ = screen_figures(late, CALL)
    assert words == pytest.approx([500])


def test_others_words_and_other_calls_do_not_count() -> None:
    messages = [
        partial(1.2, 1, "네", side="agent"),
        Message(1.3, {"type": "desk"}),
        Message(1.4, {"type": "event", "event": {"call_id": "another", "seq": 1, "at_ms": 0, "type": "x"}}),
    ]
    assert screen_figures(messages, CALL) == ([], [])
    assert screen_figures([], CALL) == ([], [])
