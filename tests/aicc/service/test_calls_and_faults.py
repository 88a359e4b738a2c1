"""Calls with the real service, its processes and its models: callers as they are, and everything that can break."""

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import textwrap
import time
from dataclasses import dataclass

import numpy as np
import psutil
import pytest
import soundfile

from aicc.service.calling import CallNotTaken
from aicc.simulation.expect import judge
from aicc.simulation.measure import checked_with_log
from aicc.simulation.pool import run_callers
from aicc.simulation.script_file import read_scripts
from aicc.simulation.service import Service
from aicc.simulation.wire import WavWire
from audio_fixtures.callers import FOLDER
from tests.aicc.service.real_service import HEADERS, KEY, RATE_HZ, ROOT, serving, until
from voicebot.events import BotStarted, CallbackBooked, CallEnded, Fault, RecordingPaused, RecordingResumed, TurnEnded
from voicebot.sound_file import SoundFile
from voicebot.tts import open_synthesizer
from voicebot.tts.mouth import Mouth

pytestmark = pytest.mark.slow

TEA_HOUSE = "15990000"  # who calls this number reaches the tea house, everybody else the sample company
SLOTS = 6
SCENARIO = """
scenario: 찻집
company: 새벽찻집
start: 인사
sentences: {anything_else: 더 필요하신 게 있나요?, silence: 듣고 있어요.}
"""
FLOWS = """
flow: 인사
about: 인사를 드립니다
steps:
  - say: 새벽찻집입니다.
---
flow: 영업시간
about: 언제 여는지 알려 드립니다
examples: [몇 시에 열어요, 영업시간 알려 주세요]
steps:
  - say: 아침 열 시부터 저녁 여덟 시까지 쉬는 날 없이 열고, 마지막 주문은 일곱 시 반까지 받아요.
---
flow: 결제
about: 카드로 결제합니다
examples: [카드로 결제할게요, 결제하고 싶어요]
slots:
  카드: {type: digits, lengths: [4], ask: 카드 번호 끝 네 자리를 말씀해 주세요., confirm: never}
steps:
  - recording: pause
  - ask: 카드
  - recording: resume
  - say: 결제했어요.
"""
HOURS = "아침 열 시부터 저녁 여덟 시까지 쉬는 날 없이 열고, 마지막 주문은 일곱 시 반까지 받아요."
ASKS = "영업시간 알려 주세요"

RECORDED = ("good_line", "never_speaks", "whisper", "shout", "silence_in_form", "hang_up_in_sentence")
WRITTEN = {
    "hangs_up_in_greeting": """
        caller: "01012345678"
        steps: [{hang_up: {after_ms: 700}}]
        expect: {ended_by: caller, outcome: hung_up, events: [bot_interrupted], events_absent: [fault]}
    """,
    "music_while_on_hold": f"""
        called: "{TEA_HOUSE}"
        steps: [{{noise: {{kind: music, ms: 6000}}}}, {{say: {ASKS}}}, hang_up]
        expect: {{transcripts: [{ASKS}], contains: [아침 열 시], events_absent: [fault, handoff_requested]}}
    """,
    "music_for_ever": """
        steps: [{noise: {kind: music, ms: 90000}}]
        expect: {ended_by: bot, events_absent: [fault]}
    """,
    "pays_by_card": f"""
        called: "{TEA_HOUSE}"
        steps: [{{say: 카드로 결제할게요}}, {{say: 일이삼사요}}, hang_up]
        expect: {{flows: [결제], contains: [결제했어요], events_absent: [fault]}}
    """,
}


@dataclass
class Outcome:
    """What came of a recorded caller's call: by its own ears, in the journal, on disk."""

    report: object
    unmet: list
    events: list
    folder: object

    @property
    def ended(self):
        return self.events[-1].event

    def sound(self):
        """The recording, ``(samples, 2)``."""
        sound, rate_hz = soundfile.read(self.folder / "recording.flac", dtype="int16")
        assert rate_hz == RATE_HZ
        return sound

    def first(self, kind, **fields):
        return next(
            logged
            for logged in self.events
            if isinstance(logged.event, kind) and all(getattr(logged.event, k) == v for k, v in fields.items())
        )


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """Where what is kept may be written: 40 MB that a test can fill, where mounting is allowed; else any folder."""
    folder = tmp_path_factory.mktemp("disk")
    with contextlib.ExitStack() as stack:
        mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run(mount, capture_output=True).returncode == 0:
                stack.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
        yield folder


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of a service with both companies."""
    company = tmp_path_factory.mktemp("tea_house")
    (company / "flows").mkdir()
    (company / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    for number, flow in enumerate(FLOWS.split("---\n")):
        (company / "flows" / f"{number}.yaml").write_text(flow, encoding="utf-8")
    settings = company / "aicc.yaml"
    settings.write_text(f'models: {ROOT / "models"}\nroutes: {{"{TEA_HOUSE}": {company}}}\n')
    return settings


@pytest.fixture(scope="module")
def service(small_disk, config):
    with serving(small_disk / "data", config, MEDIA_PROCESSES="2", SLOTS=str(SLOTS)) as running:
        yield running


@pytest.fixture(scope="module")
def outcomes(service, tmp_path_factory):
    """All recorded callers at once, while one WebSocket's reader takes everything and another one nothing."""
    folder = tmp_path_factory.mktemp("callers")
    for name, written in WRITTEN.items():
        (folder / f"{name}.yaml").write_text("about: 시험\n" + textwrap.dedent(written), encoding="utf-8")
    scripts = read_scripts([FOLDER / f"{name}.yaml" for name in RECORDED] + [folder])

    async def all_call():
        calling = Service(service.data, service.process.pid, service.address, KEY)
        with asleep(service):
            async with service.events("/api/live") as heard:
                reports = await run_callers(scripts, len(scripts), calling.connect)
                await until(lambda: [event["type"] for event in heard].count("call_ended") == len(scripts))
        outcomes = {}
        for script, report in zip(scripts, reports, strict=True):
            events = await calling.events(report)
            assert await calling.recording(report)
            told = [logged.as_json() for logged in events]
            unmet = [*report.failures, *judge(script.written.expect, told)]
            outcomes[script.name] = Outcome(checked_with_log(report, told), unmet, events, calling.folder(report))
        return outcomes, heard

    return asyncio.run(all_call())


@contextlib.contextmanager
def asleep(service):
    """A WebSocket that is open and never read."""
    host, port = service.address.removeprefix("http://").split(":")
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        sleeper.connect((host, int(port)))
        sleeper.sendall(
            f"GET /api/live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: {HEADERS['authorization']}\r\n\r\n".encode()
        )
        assert b" 101 " in sleeper.recv(20)
        yield


def position_ms(needle, hay):
    """Where in ``hay`` the sound ``needle`` lies best, in ms, and how alike the two are there (1: the same)."""
    size = len(needle) + len(hay)
    crossed = np.fft.irfft(np.fft.rfft(hay, size) * np.conj(np.fft.rfft(needle, size)), size)[: len(hay)]
    at = int(np.argmax(crossed))
    there = hay[at : at + len(needle)].astype(float)
    alike = float(crossed[at] / (np.linalg.norm(there) * np.linalg.norm(needle.astype(float))))
    return at * 1000 / RATE_HZ, alike


# ---- callers


@pytest.mark.parametrize("name", [*RECORDED, *WRITTEN])
def test_a_caller_gets_what_a_caller_must_get(outcomes, name):
    outcome = outcomes[0][name]
    assert outcome.unmet == []
    assert outcome.report.lateness.late_share < 0.05


def kept_recording(service, call_id):
    """As the store has it, which is told a moment after the recording was sealed."""
    until_s = time.monotonic() + 20
    while time.monotonic() < until_s:
        if kept := service.get(f"/api/calls/{call_id}").json()["recording"]:
            return kept
        time.sleep(0.1)
    raise AssertionError(f"call {call_id} has no recording in the store")


def test_recordings_are_as_long_as_their_calls_and_sealed(outcomes, service):
    for name, outcome in outcomes[0].items():
        length_ms = len(outcome.sound()) * 1000 / RATE_HZ
        assert abs(length_ms - outcome.ended.duration_ms) <= 100, name
        sha256 = hashlib.sha256((outcome.folder / "recording.flac").read_bytes()).hexdigest()
        assert (outcome.folder / "recording.sha256").read_text().split()[0] == sha256
        kept = kept_recording(service, outcome.folder.name)
        assert kept["sha256"] == sha256
        assert abs(kept["duration_ms"] - outcome.ended.duration_ms) <= 100


def test_the_caller_is_left_and_the_bot_right_and_both_are_at_their_times(outcomes):
    outcome = outcomes[0]["good_line"]
    left, right = outcome.sound().T
    asked = SoundFile(FOLDER / "good_line.01.flac", RATE_HZ).read()
    answer = "주문번호가 어떻게 되세요?"
    mouth = Mouth(open_synthesizer("espeak:ko+f2", ROOT / "models"), RATE_HZ)
    answered = np.concatenate([spoken.samples for spoken in mouth.say(answer)])
    asked_ms, asked_alike = position_ms(asked, left)
    answered_ms, answered_alike = position_ms(answered, right)
    assert asked_alike > 0.9
    assert answered_alike > 0.8
    assert position_ms(asked, right)[1] < 0.3
    audible = np.flatnonzero(np.abs(asked.astype(int)) > 184)  # -45 dB below full scale
    ended_ms = asked_ms + audible[-1] * 1000 / RATE_HZ
    # by the log, whose times are the clock's
    turn = outcome.first(TurnEnded, turn=1)
    assert abs(ended_ms - (turn.at_ms - turn.event.silence_ms)) <= 40
    assert abs(answered_ms - outcome.first(BotStarted, text=answer).at_ms) <= 40
    # by the caller's own ears, to which the wire is there and back again: two frames to the bot, one from it
    assert 0 <= outcome.report.turns[0].voice_to_voice_ms - (answered_ms - ended_ms) <= 80


def test_what_is_said_off_the_record_is_silence_and_stars(outcomes):
    outcome = outcomes[0]["pays_by_card"]
    since, until_ = outcome.first(RecordingPaused).at_ms, outcome.first(RecordingResumed).at_ms
    sound = outcome.sound()
    inside = sound[(since + 40) * 8 : (until_ - 40) * 8]
    assert len(inside) > 3 * RATE_HZ
    assert not inside.any()
    assert sound[: since * 8].any() and sound[until_ * 8 :].any()
    words = ("transcript_partial", "transcript_final", "turn_ended")
    inside = [logged.as_json() for logged in outcome.events if since <= logged.at_ms <= until_]
    private = [event for event in inside if event["type"] in words]
    assert {"transcript_final", "turn_ended"} <= {event["type"] for event in private}
    assert all(set(event["spoken"] + event["written"]) <= set("* ") for event in private)
    told = str([logged.as_json() for logged in outcome.events])
    assert "일이삼사" not in told
    assert "'1234'" not in told


def test_who_reads_a_websocket_misses_nothing_though_another_one_does_not_read(outcomes):
    all_outcomes, heard = outcomes
    for name, outcome in all_outcomes.items():
        seen = [event for event in heard if event["call_id"] == outcome.folder.name]
        assert seen == [logged.as_json() for logged in outcome.events], name


# ---- slots and hanging up


def test_a_call_is_hung_up_by_the_api_in_the_middle_of_a_sentence(service):
    async def story():
        async with service.events("/api/live") as heard, await service.call() as caller:
            await caller.hears(heard, type="bot_started")
            began_s = time.monotonic()
            await service.hang_up(caller.call_id)
            await until(lambda: caller.wire.is_closed)
            assert time.monotonic() - began_s < 1.0
            ended = await caller.hears(heard, type="call_ended")
            assert (ended["by"], ended["reason"]) == ("service", "hung_up")
            assert await caller.hears(heard, type="bot_interrupted")
            return caller.call_id

    call_id = asyncio.run(story())
    asyncio.run(until(lambda: service.is_whole(call_id)))


def test_calls_beyond_the_slots_are_busy_and_a_slot_is_free_again_at_once(service):
    async def story():
        async with contextlib.AsyncExitStack() as stack:
            await until(lambda: service.health()["calls"] == 0)
            callers = [await stack.enter_async_context(await service.call(TEA_HOUSE)) for _ in range(2 * SLOTS)]
            with pytest.raises(CallNotTaken) as refused:
                await service.call(TEA_HOUSE)
            assert refused.value.reason == "busy"
            callers[0].wire.hang_up()

            async def takes_another():
                with contextlib.suppress(CallNotTaken):
                    await stack.enter_async_context(await service.call(TEA_HOUSE))
                    return True
                return False

            end_s = time.monotonic() + 2
            while not await takes_another():
                assert time.monotonic() < end_s
                await asyncio.sleep(0.05)

    asyncio.run(story())


def test_a_second_caller_with_the_same_id_is_sent_away(service):
    async def story():
        async with service.events("/api/live") as heard, await service.call(TEA_HOUSE) as caller:
            await caller.hears(heard, type="bot_started")
            second = WavWire.connect(caller.socket, caller.call_id)
            await until(lambda: second.receive() is not None and second.is_closed)
            assert second.why_closed == "no call has this token"
            await caller.hears(heard, type="bot_finished")
            caller.says(ASKS)
            await caller.hears(heard, type="bot_started", text=HOURS)

    asyncio.run(story())


# ---- what breaks


@pytest.mark.load
def test_a_process_that_stands_still_for_a_while_goes_on_with_its_calls(service):
    async def story():
        async with service.events("/api/live") as heard, await service.call(TEA_HOUSE) as caller:
            await caller.hears(heard, type="bot_finished")
            caller.says(ASKS)
            await caller.hears(heard, type="bot_started", text=HOURS)
            pid = service.holder(caller.call_id)
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(3)
            finally:
                os.kill(pid, signal.SIGCONT)
            await caller.hears(heard, type="bot_finished", text=HOURS)
            caller.says(ASKS)
            await caller.hears(heard, type="turn_ended", turn=2)
            return caller.call_id

    call_id = asyncio.run(story())
    asyncio.run(until(lambda: service.is_whole(call_id)))
    journal = service.journal(call_id)
    assert journal[-1].event.by == "caller"
    times = [logged.at_ms for logged in journal]
    assert times == sorted(times)
    assert not [logged for logged in journal if isinstance(logged.event, Fault)]
    length_ms = soundfile.info(service.folder(call_id) / "recording.flac").frames * 1000 / RATE_HZ
    assert abs(length_ms - journal[-1].event.duration_ms) <= 100


def test_a_full_disk_is_a_fault_in_the_log_and_what_is_kept_is_whole_when_space_returns(service, small_disk):
    if not small_disk.is_mount():
        pytest.skip("mounting a small disk is not allowed here")
    filler = small_disk / "filler"

    async def story():
        async with service.events("/api/live") as heard, await service.call(TEA_HOUSE) as caller:
            await caller.hears(heard, type="bot_finished")
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4_096)):
                    pass
            recording = await caller.hears(heard, type="fault", room="recording")
            assert "no space left on device" in recording["what"]
            caller.says(ASKS)
            await caller.hears(heard, type="bot_started", text=HOURS)
            await caller.hears(heard, type="fault", room="journal", limit_s=30)
            filler.unlink()
            await caller.hears(heard, type="bot_finished", text=HOURS)
            caller.says(ASKS)
            await caller.hears(heard, type="turn_ended", turn=2)
            caller.wire.hang_up()
            await caller.hears(heard, type="call_ended")
            return caller.call_id, [event for event in heard if event["call_id"] == caller.call_id]

    call_id, heard = asyncio.run(story())
    asyncio.run(until(lambda: service.is_whole(call_id)))
    journal = service.journal(call_id)
    assert [logged.as_json() for logged in journal] == heard
    sound, _ = soundfile.read(service.folder(call_id) / "recording.flac", dtype="int16")
    assert abs(len(sound) * 1000 / RATE_HZ - journal[-1].event.duration_ms) <= 100
    started_ms = next(e["at_ms"] for e in heard if e["type"] == "bot_started" and e["text"] == HOURS)
    assert sound[started_ms * 8 : (started_ms + 2_000) * 8, 1].any()  # what was said on a full disk is there
    asyncio.run(until(lambda: service.get(f"/api/calls/{call_id}").json().get("recording")))


def test_a_media_process_that_is_killed_takes_its_own_calls_and_nothing_that_was_seen(service):
    async def story():
        async with service.events("/api/live") as heard, contextlib.AsyncExitStack() as stack:
            dies, lives = [await stack.enter_async_context(await service.call(TEA_HOUSE)) for _ in range(2)]
            for caller in (dies, lives):
                await caller.hears(heard, type="bot_finished")
            dies.says(ASKS)
            await dies.hears(heard, type="bot_started", text=HOURS)
            pid = service.holder(dies.call_id)
            assert pid != service.holder(lives.call_id)
            before = len(heard)
            psutil.Process(pid).kill()
            lives.says(ASKS)
            await dies.hears(heard, type="call_ended", reason="process_died")
            await lives.hears(heard, type="bot_started", text=HOURS)
            async with await service.call(TEA_HOUSE) as next_caller:  # the other process takes calls at once
                await next_caller.hears(heard, type="bot_started")
            await until(lambda: service.health()["slots"] == 2 * SLOTS, 30)
            await until(lambda: service.is_whole(dies.call_id))
            return dies.call_id, [event for event in heard[:before] if event["call_id"] == dies.call_id]

    call_id, seen = asyncio.run(story())
    journal = service.journal(call_id)
    assert [logged.as_json() for logged in journal][: len(seen)] == seen
    assert [type(logged.event) for logged in journal[-2:]] == [CallbackBooked, CallEnded]
    assert journal[-2].event.number == "01023456789"
    sound, _ = soundfile.read(service.folder(call_id) / "recording.flac", dtype="int16")
    assert len(sound) * 1000 / RATE_HZ >= journal[-1].event.duration_ms - 2_000  # the last second was still in memory
    assert sound[:, 1].any()
    row = service.get(f"/api/calls/{call_id}").json()
    assert (row["state"], row["ended_by"], row["reason"]) == ("ended", "service", "process_died")


@pytest.mark.load
def test_a_dead_inference_process_costs_no_word_and_a_service_told_to_go_waits_for_its_calls(config, tmp_path):
    async def story(service):
        async with service.events("/api/live") as heard, await service.call(TEA_HOUSE) as caller:
            await caller.hears(heard, type="bot_finished")
            [pid] = service.children("voicebot.stt.inference")
            caller.says(ASKS)
            await caller.hears(heard, type="transcript_partial", turn=1)
            psutil.Process(pid).kill()
            fault = await caller.hears(heard, type="fault")
            assert (fault["room"], fault["cured_by"]) == ("ear", "bundled listens in this process")
            assert (await caller.hears(heard, type="turn_ended", turn=1))["spoken"] == ASKS
            await caller.hears(heard, type="bot_started", text=HOURS)
            service.process.terminate()
            await until(lambda: service.get("/ready").status_code == 503)
            with pytest.raises(CallNotTaken, match="the service is going down"):
                await service.call()
            await caller.hears(heard, type="bot_finished", text=HOURS)
            caller.says(ASKS)
            await caller.hears(heard, type="turn_ended", turn=2)
            caller.wire.hang_up()
        assert await asyncio.to_thread(service.process.wait, 20) == 0
        assert service.journal(caller.call_id)[-1].event.by == "caller"
        assert service.is_whole(caller.call_id)

    with serving(tmp_path / "data", config, INFERENCE="cpu", MEDIA_PROCESSES="1") as service:
        asyncio.run(story(service))
