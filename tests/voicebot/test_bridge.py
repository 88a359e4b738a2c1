"""Who hears whom: every far side says a tone of its own, and what arrives anywhere is looked at by frequency."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.live_call import FakeDoor
from voicebot.audio import FRAME_MS
from voicebot.bridge import Bridge, mixed

CALLER_HZ, TO_CALLER_HZ, ANNOUNCED_HZ = 300, 450, 1_650
LEGS_HZ = {"anna": 600, "bora": 750, "chan": 900, "dami": 1_050}
TICKS = 25
LEVEL = 3_000


def tone(hertz, rate_hz, ticks=TICKS, level=LEVEL):
    at_s = np.arange(ticks * rate_hz * FRAME_MS // 1000) / rate_hz
    return (level * np.sin(2 * np.pi * hertz * at_s)).astype(np.int16).reshape(ticks, -1)


def heard_in(frames, rate_hz):
    """The frequencies of the tones in the last half of it, as they are known here."""
    sound = np.concatenate(frames[-20:]).astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) / len(sound)
    known = [CALLER_HZ, TO_CALLER_HZ, ANNOUNCED_HZ, *LEGS_HZ.values()]
    return {hertz for hertz in known if spectrum[round(hertz * len(sound) / rate_hz)] > LEVEL / 10}


class Talk:
    """A bridge in which everybody says something; ``parts`` by leg, ``rates`` where they are others than 8 kHz."""

    def __init__(self, parts, rate_hz=8_000, rates=None, announced=False):
        self.rate_hz = rate_hz
        self.bridge = Bridge(rate_hz)
        self.doors, self.to_caller = {}, []
        for name, part in parts.items():
            door = self.doors[name] = FakeDoor((rates or {}).get(name, 8_000))
            self.bridge.add(name, door).part = part
            door.waiting.extend(tone(LEGS_HZ[name], door.rate_hz))
        caller, other = tone(CALLER_HZ, rate_hz), tone(TO_CALLER_HZ, rate_hz)
        said = tone(ANNOUNCED_HZ, rate_hz)
        for tick in range(TICKS):
            self.bridge.receive()
            talk = self.bridge.talk()
            out = mixed(talk) if talk else other[tick]
            self.to_caller.append(out)
            self.bridge.send(caller[tick], out, said[tick] if announced else None)

    def heard_by(self, name):
        door = self.doors[name]
        return heard_in(door.sent, door.rate_hz)

    @property
    def heard_by_caller(self):
        return heard_in(self.to_caller, self.rate_hz)


def legs(*names):
    return {LEGS_HZ[name] for name in names}


def test_an_agent_and_the_caller_hear_each_other_and_not_themselves():
    talk = Talk({"anna": "talking"})
    assert talk.heard_by_caller == legs("anna")
    assert talk.heard_by("anna") == {CALLER_HZ}


def test_in_a_conference_everybody_hears_all_others():
    talk = Talk({"anna": "talking", "bora": "talking", "chan": "talking"})
    assert talk.heard_by_caller == legs("anna", "bora", "chan")
    assert talk.heard_by("anna") == {CALLER_HZ} | legs("bora", "chan")
    assert talk.heard_by("bora") == {CALLER_HZ} | legs("anna", "chan")


def test_who_is_away_neither_hears_nor_is_heard():
    talk = Talk({"anna": "talking", "bora": "away"})
    assert talk.heard_by_caller == legs("anna")
    assert talk.heard_by("anna") == {CALLER_HZ}
    assert talk.heard_by("bora") == set()
    assert len(talk.doors["bora"].sent) == TICKS  # silence: a telephone that gets nothing hangs up


def test_who_is_aside_hears_the_others_who_are_alone():
    talk = Talk({"anna": "aside", "bora": "aside", "chan": "talking"})
    assert talk.heard_by("anna") == legs("bora")
    assert talk.heard_by("bora") == legs("anna")
    assert talk.heard_by("chan") == {CALLER_HZ}
    assert talk.heard_by_caller == legs("chan")


def test_who_consults_with_nobody_hears_nobody():
    talk = Talk({"anna": "aside"})
    assert talk.heard_by("anna") == set()
    assert talk.heard_by_caller == {TO_CALLER_HZ}  # what is played to who waits


def test_who_listens_hears_both_sides_and_is_heard_by_nobody():
    talk = Talk({"anna": "talking", "bora": "listening", "chan": "listening"})
    assert talk.heard_by("bora") == {CALLER_HZ} | legs("anna")
    assert talk.heard_by("anna") == {CALLER_HZ}
    assert talk.heard_by_caller == legs("anna")


def test_who_listens_to_the_bot_hears_what_its_caller_hears():
    assert Talk({"bora": "listening"}).heard_by("bora") == {CALLER_HZ, TO_CALLER_HZ}


def test_who_whispers_is_heard_by_those_who_talk_and_not_by_the_caller():
    talk = Talk({"anna": "talking", "bora": "whispering", "chan": "listening", "dami": "whispering"})
    assert talk.heard_by("anna") == {CALLER_HZ} | legs("bora", "dami")
    assert talk.heard_by("bora") == {CALLER_HZ} | legs("anna", "dami")
    assert talk.heard_by("chan") == {CALLER_HZ} | legs("anna", "bora", "dami")
    assert talk.heard_by_caller == legs("anna")


def test_who_talks_hears_what_the_bot_says_meanwhile():
    talk = Talk({"anna": "talking", "bora": "aside"}, announced=True)
    assert talk.heard_by("anna") == {CALLER_HZ, ANNOUNCED_HZ}
    assert talk.heard_by("bora") == set()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_every_leg_has_a_rate_of_its_own(rate_hz):
    rates = {"anna": 16_000, "bora": 8_000, "chan": 16_000}
    talk = Talk({"anna": "talking", "bora": "talking", "chan": "listening"}, rate_hz, rates)
    assert talk.heard_by_caller == legs("anna", "bora")
    assert talk.heard_by("anna") == {CALLER_HZ} | legs("bora")
    assert talk.heard_by("bora") == {CALLER_HZ} | legs("anna")
    assert talk.heard_by("chan") == {CALLER_HZ} | legs("anna", "bora")
    for name, door in talk.doors.items():
        assert {len(frame) for frame in door.sent} == {rates[name] // 50}


def test_another_rate_costs_less_than_a_fifth_of_a_frame():
    bridge = Bridge(8_000)
    door = FakeDoor(16_000)
    bridge.add("anna", door).part = "talking"
    click = np.zeros(320, np.int16)
    click[0] = 20_000
    door.waiting.append(click)
    bridge.receive()
    [frame] = bridge.talk()
    assert np.argmax(np.abs(frame)) <= 8 * FRAME_MS // 5


def test_parts_hold_from_the_next_tick_on():
    bridge = Bridge(8_000)
    door = FakeDoor()
    leg = bridge.add("anna", door)
    door.waiting.extend(tone(600, 8_000, ticks=4))
    heard = []
    for part in ("away", "talking", "aside", "talking"):
        leg.part = part
        bridge.receive()
        heard.append(len(bridge.talk()))
    assert heard == [0, 1, 0, 1]


def test_a_supervisor_is_who_has_listened():
    bridge = Bridge(8_000)
    agent, boss = bridge.add("a", FakeDoor()), bridge.add("b", FakeDoor())
    agent.part, boss.part = "aside", "whispering"
    agent.part = boss.part = "talking"
    assert (agent.side, boss.side) == ("agent", "supervisor")


@pytest.mark.parametrize(("state", "reason"), [("is_closed", "hung_up"), ("is_lost", "lost")])
def test_a_leg_whose_far_side_is_gone_is_told_once(state, reason):
    bridge = Bridge(8_000)
    door = FakeDoor()
    bridge.add("anna", door).part = "talking"
    bridge.receive()
    setattr(door, state, True)
    [lost] = bridge.receive()
    assert (lost.name, lost.lost) == ("anna", reason)
    assert bridge.receive() == [] == bridge.talk()


def test_a_door_that_raises_is_lost_and_all_others_are_served():
    talk = Talk({"anna": "talking", "bora": "talking"})
    sent = len(talk.doors["anna"].sent)
    talk.doors["bora"].send = lambda frame: 1 / 0
    talk.bridge.receive()
    talk.bridge.send(tone(CALLER_HZ, 8_000)[0], tone(CALLER_HZ, 8_000)[0], None)
    assert len(talk.doors["anna"].sent) == sent + 1
    [lost] = talk.bridge.take_lost()
    assert (lost.name, lost.lost) == ("bora", "fault")


def test_the_keys_of_a_tick_are_taken():
    bridge = Bridge(8_000)
    door = FakeDoor()
    leg = bridge.add("anna", door)
    door.keys = "12"
    bridge.receive()
    assert leg.keys == "12"
    bridge.receive()
    assert leg.keys == ""


@given(st.lists(st.lists(st.integers(-32_768, 32_767), min_size=4, max_size=4), min_size=1, max_size=9))
def test_a_sum_is_clipped_and_never_wraps(frames):
    sound = np.array(frames, np.int16)
    expected = np.clip(sound.astype(np.int64).sum(axis=0), -32_768, 32_767)
    assert np.array_equal(mixed(list(sound)), expected)
    assert np.array_equal(sound, np.array(frames))  # nothing is changed in place


# ---- softened


def test_skipped_time_does_not_shift_the_beep():
    bridge = Bridge(8_000)
    door = FakeDoor()
    bridge.add("anna", door).part = "talking"
    voice = tone(CALLER_HZ, 8_000, ticks=200)
    for frame in voice[:20]:  # 400 ms
        bridge.send(frame, frame, None)
    bridge.skip(10)  # 200 ms
    bridge.soften(100, 100)
    for frame in voice[20:120]:
        bridge.send(frame, frame, None)
    # the delay of 700 ms is in the line; what is said now is said at 400 + 2,000 + 200 ms of the call
    bridge.soften(2_600, 2_800)
    for frame in voice[120:180]:
        bridge.send(frame, frame, None)
    beeped = [
        number
        for number, frame in enumerate(door.sent)
        if np.argmax(np.abs(np.fft.rfft(frame.astype(float)))) == 1_000 * len(frame) // 8_000
    ]
    assert beeped[0] in (120 + 35 - 3, 120 + 35 - 2, 120 + 35 - 1)  # a margin of 60 ms
    assert beeped[-1] in (120 + 35 + 10, 120 + 35 + 11, 120 + 35 + 12)
