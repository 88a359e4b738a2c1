"""All calls of one process: real doors, journals, recordings and taps, in virtual time, with fake models."""

import asyncio
import contextlib
import hashlib
import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aicc.simulation.wire import WavWire
from tests.fakes import sounds
from tests.fakes.clock import VirtualClock
from tests.fakes.detector import FakeDetector
from tests.fakes.inline import Inline
from tests.fakes.live_call import GREETING_TEXTS, HOURS, OPENING, OPENING_HOURS, SCENARIO, FakeDoor
from tests.fakes.loop import VirtualLoop
from tests.fakes.mind import open_fake_mind
from tests.fakes.recognizer import FakeRecognizer
from tests.fakes.voice import FakeSynthesizer
from voicebot.audio import FRAME_MS
from voicebot.call import SPOKEN_WHATEVER_HAPPENS, Tools
from voicebot.doors.negotiable import NotAcceptable
from voicebot.events import (
    BotFinished,
    BotStarted,
    CallEnded,
    CallStarted,
    Dtmf,
    Fault,
    Suggested,
    SuggestionUsed,
    TranscriptFinal,
    TurnEnded,
    fields_of,
)
from voicebot.hearing import Hearing
from voicebot.journal import NAME, read_journal
from voicebot.keeping import Keeping
from voicebot.link import (
    Accepted,
    AddLeg,
    Append,
    BackToBot,
    Begin,
    Done,
    HangUp,
    Offer,
    Press,
    Reanswer,
    Refused,
    RemoveLeg,
    Reoffer,
    Say,
    SendKeys,
    SetPart,
    Type,
)
from voicebot.log import EventLog
from voicebot.media import ARRIVE_S, CLOSE_S, Media
from voicebot.sealing import open_recording
from voicebot.speaking import Voice
from voicebot.tap import TapError, TapReader

NUMBER = "01023456789"


class Caller:
    """A recorded caller at the other end of the socket; ``sent`` is what the bot has sent to it."""

    def __init__(self, accepted):
        self.call_id = accepted.call_id
        self.wire = WavWire.connect(Path(accepted.socket), accepted.call_id, accepted.rate_hz)
        self.waiting = []

    def says(self, text):
        self.waiting += sounds.speech(text)

    def hangs_up(self):
        self.wire.hang_up()

    def tick(self):
        self.wire.send(self.waiting.pop(0) if self.waiting else sounds.silence())
        self.wire.receive()


class DescribedDoor(FakeDoor):
    """A door whose sides agree by descriptions, which are words here."""

    name = "sip"

    def __init__(self, offer, rate_hz=sounds.RATE_HZ):
        super().__init__(rate_hz)
        self.agreed = []

    async def answer(self, sdp):
        if sdp == "video":
            raise NotAcceptable("the offer has no audio")
        self.agreed.append(sdp)
        return f"answer to {sdp}"

    async def offer(self):
        return "our offer"

    def press(self, keys):
        self.agreed.append(keys)
        return True

    async def take_answer(self, sdp):
        if sdp == "video":
            raise NotAcceptable("the answer has no audio")
        self.agreed.append(sdp)


class WayfindingDoor(DescribedDoor):
    """One that opens by itself, once ``way`` is found, and has something to give back behind ``hang_up``: that is done
    when ``returned`` is set. Its answer waits for ``gathered``."""

    name = "webrtc"

    def __init__(self, loop):
        super().__init__(None)
        self.way, self.gathered, self.returned = loop.create_future(), asyncio.Event(), asyncio.Event()
        self.gathered.set()
        self.is_gone = False

    async def answer(self, sdp):
        await self.gathered.wait()
        if self.is_closed:
            raise NotAcceptable("the call is over")
        return await super().answer(sdp)

    async def connected(self):
        return await self.way

    async def gone(self):
        await self.returned.wait()
        self.is_gone = True

    def hang_up(self):
        super().hang_up()
        if not self.way.done():
            self.way.set_result(False)


PERSON = """
flow: 사람
about: 사람에게 연결합니다
examples: [점장님 바꿔 주세요]
steps:
  - handoff: 점장
    say: 점장님께 연결해 드릴게요.
"""


class LegsHeard:
    """What was told of legs."""

    def __init__(self):
        self.told = []

    def leg_up(self, call_id, leg):
        self.told.append((call_id, leg, "up"))

    def leg_lost(self, call_id, leg, reason):
        self.told.append((call_id, leg, reason))


class House:
    """One process's calls. Leaving it closes them. With ``has_desk`` there is a person to ask for."""

    def __init__(self, folder, monkeypatch, *, slots=2, record=True, key=None, has_desk=False):
        self.folder = folder
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        monkeypatch.setattr(
            "voicebot.keeping.EventLog",
            lambda call_id, written: EventLog(call_id, self.clock.now_ms, written),
        )
        self.hearing_worker = Inline()
        self.synthesizer = FakeSynthesizer()
        self.told, self.gone, self.callers, self.doors = [], [], [], {}
        self.legs, self.has_desk = LegsHeard(), has_desk
        self.way_finding = None  # the door of calls from the web
        self.at_gone = {}  # what lay in a call's folder when it was told to be gone
        keeping = Keeping(folder / "data", record, key)
        self.media = self.loop.run_until_complete(self._open(folder, slots, keeping))

    async def _open(self, folder, slots, keeping):
        company = folder / "company"
        (company / "flows").mkdir(parents=True)
        (company / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
        (company / "flows" / "greeting.yaml").write_text(OPENING, encoding="utf-8")
        (company / "flows" / "hours.yaml").write_text(OPENING_HOURS, encoding="utf-8")
        if self.has_desk:
            (company / "flows" / "person.yaml").write_text(PERSON, encoding="utf-8")
        self.hearing = Hearing(FakeRecognizer(), FakeDetector(), self.hearing_worker, self.clock.now_ms)
        voice = Voice(self.synthesizer, executor=Inline())
        voice.prepare(SPOKEN_WHATEVER_HAPPENS, sounds.RATE_HZ)
        tools = Tools(self.hearing, voice, Inline())
        minds = {"tea": await open_fake_mind(company)}
        media = Media(
            tools,
            minds,
            slots,
            keeping,
            folder / "s",
            self.open_door,
            self.told.extend,
            self._is_gone,
            self.legs,
            has_desk=self.has_desk,
        )
        media.open()
        return media

    def open_door(self, offer):
        if offer.door == "webrtc" and self.way_finding:
            return self.way_finding
        if offer.door != "sip":
            raise OSError(f"no door {offer.door} here")
        door = self.doors[getattr(offer, "leg", offer.call_id)] = DescribedDoor(offer)
        return door

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        self.loop.run_until_complete(self.loop.settle())
        self.loop.close()

    def _is_gone(self, call_id):
        self.gone.append(call_id)
        folder = self.call_folder(call_id)
        self.at_gone[call_id] = {path.name for path in folder.iterdir()} if folder.exists() else set()

    # ---- what the front does

    def offer(self, call_id, **changed):
        fields = {
            "door": "wav",
            "caller": NUMBER,
            "callee": "0212345678",
            "direction": "in",
            "scenario": "tea",
            "variables": {},
        }
        return self.loop.run_until_complete(self.media.offer(Offer(call_id, **(fields | changed))))

    def call(self, call_id):
        """A call that has begun."""
        accepted = self.offer(call_id)
        assert isinstance(accepted, Accepted)
        caller = Caller(accepted)
        self.callers.append(caller)
        self.pass_ms(FRAME_MS)
        return caller

    def waiting(self, call_id):
        """A call whose caller waits for a person."""
        caller = self.call(call_id)
        self.until(lambda: GREETING_TEXTS[-1] in [event.text for event in self.events(call_id, BotFinished)])
        caller.says("점장님 바꿔 주세요")
        self.until(lambda: "점장님께 연결해 드릴게요." in [e.text for e in self.events(call_id, BotFinished)])
        return caller

    def ask(self, command):
        return self.loop.run_until_complete(self.media.obey(command))

    def answers(self, call_id, leg, part="talking"):
        """An agent's telephone rings and is picked up."""
        assert self.ask(AddLeg(call_id, leg, "sip")) == Accepted(call_id, sdp="our offer")
        assert self.ask(Begin(call_id, "theirs", leg)) == Done()
        assert self.ask(SetPart(call_id, leg, part)) == Done()
        return self.doors[leg]

    def close(self):
        self.until(self.loop.create_task(self.media.close()).done)

    # ---- time

    def pass_ms(self, ms):
        for _ in range(ms // FRAME_MS):
            for caller in self.callers:
                caller.tick()
            self.clock.pass_ms(FRAME_MS)
            self.loop.run_until_complete(self.loop.settle())

    def until(self, holds, at_most_ms=20_000):
        """Time passes, the call's and, for the disk's threads, the real one's."""
        for _ in range(at_most_ms // FRAME_MS):
            if holds():
                return
            self.pass_ms(FRAME_MS)
            time.sleep(0.000_1)
        raise AssertionError(f"not so in {at_most_ms} ms: {self.told}")

    def until_gone(self, call_id):
        self.until(lambda: call_id in self.gone)

    # ---- what came of it

    def call_folder(self, call_id):
        return self.folder / "data" / "calls" / call_id

    def events(self, call_id, kind=object):
        return [logged.event for logged in self.told if logged.call_id == call_id and isinstance(logged.event, kind)]

    def said(self, call_id):
        return [event.text for event in self.events(call_id, BotStarted)]

    def recording(self, call_id, key=None):
        name = "recording.flac.enc" if key else "recording.flac"
        with open_recording(self.call_folder(call_id) / name, key) as file:
            return soundfile.read(file, dtype="int16")


@pytest.fixture
def open_house(tmp_path, monkeypatch):
    with contextlib.ExitStack() as stack:
        yield lambda **more: stack.enter_context(House(tmp_path, monkeypatch, **more))


# ---- a call


def test_a_call_is_held_and_all_of_it_kept(open_house):
    house = open_house()
    caller = house.call("a")
    house.until(lambda: GREETING_TEXTS[-1] in [event.text for event in house.events("a", BotFinished)])
    caller.says("언제 열어요")
    house.until(lambda: HOURS in house.said("a"))
    caller.hangs_up()
    house.until_gone("a")
    assert [event.spoken for event in house.events("a", TurnEnded)] == ["언제 열어요"]
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason, ended.recording) == ("caller", "hung_up", "recording.flac")
    told = [logged for logged in house.told if logged.call_id == "a"]
    assert [logged.seq for logged in told] == list(range(len(told)))
    assert read_journal(house.call_folder("a") / NAME) == told
    assert house.at_gone["a"] == {NAME, "recording.flac", "recording.sha256"}
    sound, rate_hz = house.recording("a")
    assert rate_hz == sounds.RATE_HZ
    assert abs(len(sound) * 1000 // rate_hz - ended.duration_ms) <= FRAME_MS
    line = (house.call_folder("a") / "recording.sha256").read_text()
    assert line.split()[0] == hashlib.sha256((house.call_folder("a") / "recording.flac").read_bytes()).hexdigest()


def test_the_recording_has_the_caller_left_and_the_bot_right_at_their_times(open_house):
    house = open_house()
    caller = house.call("a")
    house.until(lambda: GREETING_TEXTS[-1] in [event.text for event in house.events("a", BotFinished)])
    caller.says("언제 열어요")
    house.until(lambda: HOURS in house.said("a"))
    house.pass_ms(1_000)
    caller.hangs_up()
    house.until_gone("a")
    sound, rate_hz = house.recording("a")
    left, right = (np.flatnonzero(np.abs(sound[:, side].astype(int)) > 1_000) * 1000 / rate_hz for side in (0, 1))
    [turn] = [logged for logged in house.told if isinstance(logged.event, TurnEnded)]
    assert abs(left[-1] - (turn.at_ms - turn.event.silence_ms)) <= FRAME_MS
    first_of_answer = right[right > left[-1]][0]
    answer_ms = next(
        logged.at_ms for logged in house.told if isinstance(logged.event, BotStarted) and logged.event.text == HOURS
    )
    assert abs(first_of_answer - answer_ms) <= FRAME_MS


def test_events_are_told_a_tick_at_a_time(open_house, monkeypatch):
    house = open_house()
    batches = []
    monkeypatch.setattr(house.media, "_events", batches.append)
    house.call("a")
    house.pass_ms(100)
    first = [logged.event for logged in batches[0]]
    assert isinstance(first[0], CallStarted)
    assert len(first) > 1


def test_calls_do_not_hear_each_other(open_house):
    house = open_house()
    one, other = house.call("a"), house.call("b")
    house.until(lambda: all(GREETING_TEXTS[-1] in [e.text for e in house.events(i, BotFinished)] for i in "ab"))
    one.says("언제 열어요")
    house.until(lambda: HOURS in house.said("a"))
    assert HOURS not in house.said("b")
    other.hangs_up()
    house.until_gone("b")
    assert not house.events("a", CallEnded)


def test_without_recording_there_is_a_journal_alone(open_house):
    house = open_house(record=False)
    house.call("a").hangs_up()
    house.until_gone("a")
    [ended] = house.events("a", CallEnded)
    assert ended.recording is None
    assert house.at_gone["a"] == {NAME}


def test_a_key_encrypts_the_recording(open_house):
    key = bytes(range(32))
    house = open_house(key=key)
    caller = house.call("a")
    house.pass_ms(1_000)
    caller.hangs_up()
    house.until_gone("a")
    assert house.at_gone["a"] == {NAME, "recording.flac.enc", "recording.sha256"}
    assert house.recording("a", key)[0][:, 1].any()


def test_a_call_has_its_tap_while_it_runs(open_house):
    house = open_house()
    call_id = f"test-{os.getpid()}"
    caller = house.call(call_id)
    house.pass_ms(1_000)
    reader = TapReader.open(call_id)
    _, bot = reader.read()
    assert bot.any()
    caller.hangs_up()
    house.until_gone(call_id)
    assert reader.is_closed
    reader.close()
    with pytest.raises(TapError):
        TapReader.open(call_id)


def test_without_shared_memory_a_call_goes_on(open_house, monkeypatch):
    def full(call_id, rate_hz):
        raise TapError("no memory")

    monkeypatch.setattr("voicebot.keeping.Tap.create", full)
    house = open_house()
    house.call("a")
    house.until(lambda: house.said("a") == GREETING_TEXTS)


# ---- slots


def test_calls_beyond_the_slots_are_refused_and_a_slot_is_free_behind_its_call(open_house):
    house = open_house(slots=2)
    caller = house.call("a")
    house.call("b")
    assert house.offer("c") == Refused("full")
    caller.hangs_up()
    house.until(lambda: house.events("a", CallEnded))
    assert isinstance(house.offer("c"), Accepted)


def test_a_slot_is_taken_at_once_by_a_call_that_has_not_come_yet(open_house):
    house = open_house(slots=1)
    assert isinstance(house.offer("a"), Accepted)
    assert house.offer("b") == Refused("full")
    assert house.media.status().calls == 1


def test_a_caller_who_does_not_come_gives_the_slot_back(open_house):
    house = open_house(slots=1)
    accepted = house.offer("a")
    house.pass_ms(round(ARRIVE_S * 1000) - 100)
    assert house.gone == []
    house.pass_ms(200)
    assert house.gone == ["a"]
    assert isinstance(house.offer("b"), Accepted)
    too_late = Caller(accepted)
    house.pass_ms(100)
    too_late.wire.receive()
    assert too_late.wire.why_closed == "no call has this token"


def test_two_calls_cannot_have_one_id(open_house):
    house = open_house(slots=3)
    caller = house.call("a")
    refused = house.offer("a")
    assert refused == Refused("there is a call a already: give each call an id of its own")
    intruder = WavWire.connect(house.folder / "s", "a")
    house.pass_ms(100)
    intruder.receive()
    assert intruder.why_closed == "no call has this token"
    assert house.media.status().calls == 1
    house.until(lambda: house.said("a") == GREETING_TEXTS)  # the first one has not noticed
    caller.hangs_up()
    house.until_gone("a")
    assert house.offer("a") == refused  # what is kept of the first is not written over
    assert isinstance(house.offer("b"), Accepted)
    assert isinstance(house.offer("b"), Refused)  # nor one that has not come yet


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"scenario": "coffee"}, 'no scenario "coffee" here: there are tea'),
        ({"door": "webrtc", "sdp": "offer"}, "no webrtc door could be opened: see the log of the media process"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_takes_no_slot(open_house, changed, reason):
    house = open_house(slots=1)
    assert house.offer("a", **changed) == Refused(reason)
    assert isinstance(house.offer("b"), Accepted)


def test_a_call_that_cannot_begin_gives_its_slot_back(open_house, monkeypatch):
    house = open_house(slots=1)

    def broken(*_, **__):
        raise RuntimeError("no call")

    with monkeypatch.context() as patched:
        patched.setattr("voicebot.media.Call", broken)
        caller = house.call("a")
        house.until_gone("a")
    caller.wire.receive()
    assert caller.wire.is_closed
    house.call("b")
    house.until(lambda: house.said("b") == GREETING_TEXTS)


# ---- hanging up


def test_a_call_is_hung_up_from_outside_in_the_middle_of_a_sentence(open_house):
    house = open_house()
    caller = house.call("a")
    house.pass_ms(300)
    assert house.media.hang_up("a", "agent", "enough")
    house.until(lambda: house.events("a", CallEnded), 100)
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason) == ("agent", "enough")
    house.until_gone("a")
    caller.wire.receive()
    assert caller.wire.is_closed
    assert not house.media.hang_up("a", "agent", "enough")


def test_a_call_whose_caller_has_not_come_is_hung_up_once(open_house):
    house = open_house(slots=1)
    house.offer("a")
    house.pass_ms(2_000)
    assert house.media.hang_up("a", "service", "stopped")
    assert house.gone == ["a"]
    house.call("a")  # nothing was kept of it
    house.pass_ms(round(ARRIVE_S * 1000))
    assert house.gone == ["a"]
    assert house.offer("b") == Refused("full")


def test_a_call_that_is_hung_up_as_its_caller_comes_leaves_nothing_behind(open_house):
    house = open_house(slots=1)
    accepted = house.offer("a")

    def meet(call_id, door):
        house.media._arrived(call_id, door)
        house.media.hang_up(call_id, "service", "stopped")  # before its task has had a turn

    house.media._wav._arrived = meet
    caller = Caller(accepted)
    house.callers.append(caller)
    house.until_gone("a")
    house.pass_ms(1_000)
    assert house.gone == ["a"]
    assert house.media.status().calls == 0
    caller.wire.receive()
    assert caller.wire.is_closed
    assert not house.events("a", BotStarted)


# ---- the end of the process


def test_draining_takes_no_more_calls_and_ends_behind_the_last(open_house):
    house = open_house()
    caller = house.call("a")
    draining = house.loop.create_task(house.media.drain(600))
    house.pass_ms(100)
    assert house.offer("b") == Refused("draining")
    assert not house.events("a", CallEnded)
    caller.hangs_up()
    house.until(draining.done)
    assert house.gone == ["a"]
    assert "recording.flac" in house.at_gone["a"]


def test_draining_hangs_up_when_its_time_is_over(open_house):
    house = open_house()
    house.call("a")
    draining = house.loop.create_task(house.media.drain(2))
    house.until(draining.done)
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason) == ("service", "stopped")
    assert 2_000 <= ended.duration_ms <= 2_100


def test_closing_seals_what_runs(open_house):
    house = open_house()
    house.call("a")
    house.offer("b")
    house.pass_ms(1_000)
    house.close()
    assert [event.reason for event in house.events("a", CallEnded)] == ["stopped"]
    assert "recording.flac" in house.at_gone["a"]
    assert sorted(house.gone) == ["a", "b"]
    assert house.offer("c") == Refused("draining")


# ---- faults


def test_a_fault_of_all_is_in_the_log_of_each(open_house):
    house = open_house()
    house.call("a")
    house.call("b")
    house.media.fault("ear", "the inference process died", "bundled listens in this process")
    house.pass_ms(100)
    for call_id in "ab":
        assert house.events(call_id, Fault) == [
            Fault("ear", "the inference process died", "bundled listens in this process")
        ]


def test_a_process_whose_models_hang_is_sick_and_takes_no_more_calls(open_house):
    house = open_house()
    house.hearing_worker.hangs = True
    house.call("a")
    assert house.media.sick is None
    house.until(lambda: house.events("a", CallEnded))
    assert house.events("a", CallEnded)[0].reason == "fault"
    assert house.media.sick == "fake has not answered for 4 s"
    assert house.offer("b") == Refused(house.media.sick)


def test_a_folder_that_cannot_be_written_is_a_fault_in_the_log_and_the_call_goes_on(open_house):
    house = open_house()
    (house.folder / "data").write_text("a file where a folder should be")
    caller = house.call("a")
    house.until(lambda: len(house.events("a", Fault)) >= 2)
    assert sorted(event.room for event in house.events("a", Fault)) == ["journal", "recording"]
    house.until(lambda: house.said("a") == GREETING_TEXTS)
    (house.folder / "data").unlink()
    house.until(lambda: (house.call_folder("a") / NAME).exists(), 100_000)
    caller.hangs_up()
    house.until(lambda: "a" in house.gone, 100_000)
    told = [logged for logged in house.told if logged.call_id == "a"]
    assert read_journal(house.call_folder("a") / NAME) == told
    sound, rate_hz = house.recording("a")
    [ended] = house.events("a", CallEnded)
    assert abs(len(sound) * 1000 // rate_hz - ended.duration_ms) <= FRAME_MS  # from its first second on


def test_time_in_which_the_process_stood_still_is_silence_for_all(open_house):
    house = open_house()
    caller = house.call("a")
    house.pass_ms(1_000)
    house.clock.pass_ms(3_000)
    house.pass_ms(1_000)
    caller.hangs_up()
    house.until_gone("a")
    sound, rate_hz = house.recording("a")
    [ended] = house.events("a", CallEnded)
    assert ended.duration_ms >= 5_000
    assert abs(len(sound) * 1000 // rate_hz - ended.duration_ms) <= FRAME_MS


def test_the_days_clock_may_jump(open_house, monkeypatch):
    house = open_house()
    caller = house.call("a")
    real_s = time.time
    house.pass_ms(500)
    monkeypatch.setattr(time, "time", lambda: real_s() - 86_400)
    house.pass_ms(500)
    monkeypatch.setattr(time, "time", lambda: real_s() + 40 * 86_400)
    house.until(lambda: house.said("a") == GREETING_TEXTS)
    caller.hangs_up()
    house.until_gone("a")
    times = [logged.at_ms for logged in house.told if logged.call_id == "a"]
    assert times == sorted(times)
    [ended] = house.events("a", CallEnded)
    sound, rate_hz = house.recording("a")
    assert abs(len(sound) * 1000 // rate_hz - ended.duration_ms) <= FRAME_MS


# ---- figures


def test_the_status_tells_what_the_front_counts(open_house):
    house = open_house(slots=3)
    before = house.media.status()
    assert (before.calls, before.slots, before.frames, before.late_frames) == (0, 3, 0, 0)
    house.call("a")
    house.pass_ms(1_000)
    status = house.media.status()
    assert status.calls == 1
    assert 35 <= status.frames <= 51
    assert status.late_frames == 0
    assert status.open_files > 3
    assert status.memory_mb > 10


# ---- doors whose sides agree by descriptions


def obey(house, command):
    return house.loop.run_until_complete(house.media.obey(command))


def test_a_telephone_call_begins_when_the_far_side_knows_that_it_is_taken(open_house):
    house = open_house(slots=1)
    assert house.offer("a", door="sip", sdp="theirs") == Accepted("a", sdp="answer to theirs")
    house.pass_ms(1_000)
    assert not house.events("a", CallStarted)
    assert house.offer("b", door="sip", sdp="theirs") == Refused("full")
    assert obey(house, Begin("a")) == Done()
    assert obey(house, Begin("a")) == Done()  # an ACK that is repeated
    house.until(lambda: house.said("a") == GREETING_TEXTS)
    [started] = house.events("a", CallStarted)
    assert started.door == "sip"
    house.doors["a"].is_closed = True
    house.until_gone("a")
    assert obey(house, Begin("a")) == Done(False)


def test_what_this_side_has_offered_is_agreed_when_the_call_begins(open_house):
    house = open_house()
    assert house.offer("a", door="sip", direction="out") == Accepted("a", sdp="our offer")
    assert obey(house, Begin("a", "video")) == Refused("the answer has no audio", is_description=True)
    assert obey(house, Begin("a", "theirs")) == Done()
    assert house.doors["a"].agreed == ["theirs"]


def test_a_session_is_described_anew_while_the_call_goes_on(open_house):
    house = open_house()
    house.offer("a", door="sip", sdp="first")
    obey(house, Begin("a"))
    house.pass_ms(100)
    assert obey(house, Reoffer("a", "second")) == Accepted("a", sdp="answer to second")
    assert obey(house, Reoffer("a", "video")) == Refused("the offer has no audio", is_description=True)
    assert obey(house, Reoffer("a")) == Accepted("a", sdp="our offer")
    assert obey(house, Reanswer("a", "third")) == Done()
    assert house.doors["a"].agreed == ["first", "second", "third"]
    assert isinstance(obey(house, Reoffer("b", "x")), Refused)
    assert obey(house, Reanswer("b", "x")) == Done(False)


def test_keys_are_pressed_towards_the_far_side(open_house):
    house = open_house()
    house.offer("a", door="sip", sdp="first")
    assert obey(house, SendKeys("a", "12#")) == Done()
    assert house.doors["a"].agreed == ["first", "12#"]
    house.offer("b")
    assert obey(house, SendKeys("b", "1")) == Done(False)
    assert obey(house, SendKeys("c", "1")) == Done(False)


def test_what_cannot_be_agreed_gives_the_slot_back(open_house):
    house = open_house(slots=1)
    assert house.offer("a", door="sip", sdp="video") == Refused("the offer has no audio", is_description=True)
    assert house.doors["a"].is_closed
    assert isinstance(house.offer("b"), Accepted)


def test_of_a_call_of_ours_that_nobody_takes_the_attempt_is_kept(open_house):
    house = open_house()
    house.offer("a", door="sip", direction="out")
    house.pass_ms(2_000)
    assert obey(house, HangUp("a", "network", "no_answer")) == Done()
    house.until_gone("a")
    assert [ended.reason for ended in house.events("a", CallEnded)] == ["no_answer"]
    assert house.events("a", CallStarted)[0].direction == "out"
    assert house.at_gone["a"] == {NAME}
    assert house.doors["a"].is_closed


def test_keys_and_words_that_come_beside_the_sound(open_house):
    house = open_house()
    house.offer("a", door="sip", sdp="theirs")
    obey(house, Begin("a"))
    house.until(lambda: house.said("a") == GREETING_TEXTS)
    assert obey(house, Type("a", "몇 시까지 해요")) == Done()
    house.until(lambda: HOURS in house.said("a"))
    assert obey(house, Press("a", "12")) == Done()
    house.pass_ms(100)
    assert [event.digit for event in house.events("a", Dtmf)] == ["1", "2"]
    assert obey(house, Press("b", "1")) == Done(False)


def test_what_helpers_say_comes_into_the_log_once_until_the_call_is_gone(open_house):
    house = open_house()
    caller = house.call("a")
    said = Suggested(1, ({"document": "faq-1"},), 12, cause=2)
    another = Suggested(1, (), 12, cause=3)
    assert obey(house, Append("a", (fields_of(said),))) == Done()
    assert obey(house, Append("a", (fields_of(said), fields_of(another), {"type": "of_tomorrow"}))) == Done()
    house.pass_ms(100)
    assert house.events("a", Suggested) == [said, another]
    caller.hangs_up()
    house.until(lambda: house.events("a", CallEnded))
    assert "a" in house.gone or obey(house, Append("a", (fields_of(SuggestionUsed(1, "faq-1", "used")),))) == Done()
    house.until_gone("a")
    assert read_journal(house.call_folder("a") / NAME) == [one for one in house.told if one.call_id == "a"]
    assert obey(house, Append("a", (fields_of(said),))) == Done(False)


# ---- doors that find their way first


@pytest.fixture
def web_house(open_house):
    house = open_house()
    house.way_finding = WayfindingDoor(house.loop)
    return house


def test_a_call_from_the_web_begins_when_its_way_is_found(web_house):
    house, door = web_house, web_house.way_finding
    assert house.offer("a", door="webrtc", sdp="theirs") == Accepted("a", sdp="answer to theirs")
    house.pass_ms(1_000)
    assert not house.events("a", CallStarted)
    door.way.set_result(True)
    house.until(lambda: house.said("a") == GREETING_TEXTS)
    door.returned.set()
    door.is_closed = True
    house.until_gone("a")
    assert door.is_gone


def test_a_call_from_the_web_that_finds_no_way_gives_everything_back(web_house):
    house, door = web_house, web_house.way_finding
    house.offer("a", door="webrtc", sdp="theirs")
    door.way.set_result(False)
    house.until_gone("a")
    assert house.media.status().calls == 0
    assert door.is_closed
    door.returned.set()
    house.pass_ms(100)
    assert door.is_gone


def test_closing_waits_for_what_doors_give_back_of_calls_that_ran_and_of_such_that_had_not_begun(web_house):
    house, first = web_house, web_house.way_finding
    house.offer("a", door="webrtc", sdp="theirs")
    first.way.set_result(True)
    house.until(lambda: house.said("a"))
    second = house.way_finding = WayfindingDoor(house.loop)
    house.offer("b", door="webrtc", sdp="theirs")
    closing = house.loop.create_task(house.media.close())
    house.until(lambda: sorted(house.gone) == ["a", "b"])
    house.pass_ms(1_000)
    assert not closing.done()
    first.returned.set()
    house.pass_ms(100)
    assert not closing.done()
    second.returned.set()
    house.until(closing.done)
    assert first.is_gone
    assert second.is_gone


def test_closing_does_not_wait_for_ever(web_house):
    house = web_house
    house.offer("a", door="webrtc", sdp="theirs")
    closing = house.loop.create_task(house.media.close())
    house.pass_ms(round(CLOSE_S * 1000) - 100)
    assert not closing.done()
    house.until(closing.done, 1_000)


def test_a_call_that_is_hung_up_while_its_door_looks_for_addresses(web_house):
    house, door = web_house, web_house.way_finding
    door.gathered.clear()
    offering = house.loop.create_task(house.media.obey(Offer("a", "webrtc", "", "", "in", "tea", sdp="theirs")))
    house.pass_ms(100)
    assert obey(house, HangUp("a", "service", "not_answered")) == Done()
    assert house.gone == ["a"]
    door.gathered.set()
    house.until(offering.done)
    assert offering.result() == Refused("the call is over", is_description=True)
    assert house.gone == ["a"]
    assert house.media.status().calls == 0


def test_an_attempt_that_cannot_be_kept_is_gone_all_the_same(open_house, monkeypatch):
    house = open_house()
    house.offer("a", door="sip", direction="out")

    def broken(*_, **__):
        raise RuntimeError("no memory")

    monkeypatch.setattr("voicebot.media.Kept", broken)
    assert obey(house, HangUp("a", "network", "no_answer")) == Done()
    house.until_gone("a")
    assert not house.events("a", CallEnded)


# ---- the desk


def test_a_person_answers_talks_and_hangs_up(open_house):
    house = open_house(has_desk=True, slots=1)
    caller = house.waiting("a")
    agent = house.answers("a", "agent")
    assert house.legs.told == [("a", "agent", "up")]
    agent.waiting.extend(sounds.speech("무엇을 도와드릴까요", half_wave=4))
    house.pass_ms(2_500)
    caller.says("언제 열어요")
    house.pass_ms(2_500)
    assert [(final.side, final.turn, final.spoken) for final in house.events("a", TranscriptFinal)] == [
        ("caller", 1, "점장님 바꿔 주세요"),
        ("agent", 2, "무엇을 도와드릴까요"),
        ("caller", 3, "언제 열어요"),
    ]
    assert house.media.status().calls == 1  # slots are of calls
    assert house.ask(HangUp("a", "agent", "hung_up")) == Done()
    house.until_gone("a")
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason) == ("agent", "hung_up")
    assert agent.is_closed
    assert read_journal(house.call_folder("a") / NAME) == [told for told in house.told if told.call_id == "a"]


def test_the_recording_has_the_agent_on_the_right_at_the_calls_time(open_house):
    house = open_house(has_desk=True)
    caller = house.waiting("a")
    agent = house.answers("a", "agent")
    house.pass_ms(1_000)
    began_ms = house.clock.ms
    agent.waiting.extend(sounds.speech("네", half_wave=4))
    house.pass_ms(1_000)
    caller.hangs_up()
    house.until_gone("a")
    sound, rate_hz = house.recording("a")
    [started] = [told for told in house.told if isinstance(told.event, CallStarted)]
    assert started.at_ms == 0
    loud_ms = np.flatnonzero(np.abs(sound[:, 1].astype(int)) > 3_500) * 1000 / rate_hz
    agents_ms = loud_ms[loud_ms > len(sound) * 1000 / rate_hz - 1_400]
    [final] = [event for event in house.events("a", TranscriptFinal) if event.side == "agent"]
    assert abs(agents_ms[0] - final.words[0]["start_ms"]) <= FRAME_MS
    assert began_ms > 0


def test_an_agent_who_is_lost_is_told_and_the_call_goes_on(open_house):
    house = open_house(has_desk=True)
    house.waiting("a")
    house.answers("a", "agent").is_closed = True
    house.pass_ms(200)
    assert house.legs.told == [("a", "agent", "up"), ("a", "agent", "hung_up")]
    assert house.ask(RemoveLeg("a", "agent")) == Done(False)
    assert "a" not in house.gone
    house.answers("a", "another")
    assert house.ask(RemoveLeg("a", "another")) == Done()
    assert house.doors["another"].is_closed


def test_who_waits_is_told_something_and_goes_back_to_the_bot(open_house):
    house = open_house(has_desk=True)
    house.waiting("a")
    assert house.ask(Say("a", "지금 앞에 두 분이 계세요.")) == Done()
    house.until(lambda: "지금 앞에 두 분이 계세요." in house.said("a"))
    assert house.ask(BackToBot("a", "없는 흐름")) == Done(False)
    assert house.ask(BackToBot("a", "영업시간")) == Done()
    house.until(lambda: HOURS in house.said("a"))
    assert house.ask(Say("a", "여보세요")) == Done(False)


def test_a_browser_of_an_agent_is_up_once_it_is_connected(open_house):
    house = open_house(has_desk=True)
    house.waiting("a")
    door = house.way_finding = WayfindingDoor(house.loop)
    assert house.ask(AddLeg("a", "agent", "webrtc", "theirs")) == Accepted("a", sdp="answer to theirs")
    assert house.ask(SetPart("a", "agent", "talking")) == Done()
    assert house.legs.told == []
    door.way.set_result(True)
    house.pass_ms(40)
    assert house.legs.told == [("a", "agent", "up")]
    door.waiting.extend(sounds.voice(4) for _ in range(5))
    house.pass_ms(100)
    assert house.ask(HangUp("a", "service", "hung_up")) == Done()
    house.until_gone("a")
    assert door.is_closed
    door.returned.set()
    house.until(lambda: door.is_gone)


def test_the_process_stops_in_the_middle_of_a_talk(open_house):
    house = open_house(has_desk=True)
    house.waiting("a")
    agent = house.answers("a", "agent")
    agent.waiting.extend(sounds.speech("제가 지금", half_wave=4))
    house.pass_ms(500)
    house.close()
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason) == ("service", "stopped")
    assert agent.is_closed
    assert "a" in house.gone


def test_legs_are_refused_before_a_call_has_begun_behind_its_end_and_without_a_desk(open_house):
    house = open_house(has_desk=True)
    over = Refused("the call is over")
    assert house.ask(AddLeg("nobody", "agent", "sip")) == over
    house.offer("a", door="sip", sdp="theirs")
    assert house.ask(AddLeg("a", "agent", "sip")) == over
    assert house.ask(SetPart("a", "agent", "talking")) == Done(False)
    house.call("b")
    house.ask(HangUp("b", "service", "hung_up"))
    assert house.ask(AddLeg("b", "agent", "sip")) == over
    house.until_gone("b")
    assert house.ask(AddLeg("b", "agent", "sip")) == over


def test_a_process_without_a_desk_takes_no_legs(open_house):
    house = open_house()
    house.call("a")
    assert house.ask(AddLeg("a", "agent", "sip")) == Refused("the call is over")


def test_calls_of_a_desk_do_not_hear_each_other(open_house):
    house = open_house(has_desk=True)
    house.waiting("a")
    house.waiting("b")
    one, other = house.answers("a", "one"), house.answers("b", "other")
    house.pass_ms(1_000)
    one.waiting.extend(sounds.speech("들리세요", half_wave=4))
    house.pass_ms(2_500)
    assert not [final for final in house.events("b", TranscriptFinal) if final.side == "agent"]
    assert not np.any(np.concatenate(other.sent[-100:]))
