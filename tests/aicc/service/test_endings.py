"""Whatever was left of a call, its readers, its journal, its recording and the store agree in the end."""

import asyncio
import contextlib
import fcntl
from datetime import datetime

import numpy as np
import pytest

from aicc.service import endings as endings_module
from aicc.service.endings import Endings, has_ended, left_calls
from aicc.service.live_calls import LiveCalls
from voicebot.disk import Disk
from voicebot.events import CallbackBooked, CallEnded, CallStarted, Dtmf, Logged
from voicebot.journal import NAME, Journal, read_journal
from voicebot.recording_file import WavFile

CALL = "01900000-0000-7000-8000-000000000001"
NOON = datetime.fromisoformat("2026-11-22T12:00:00+09:00")


def events(count, caller="01012345678", direction="in", call_id=CALL):
    """The beginning of a call."""
    started = CallStarted(direction, "wav", caller, "15880000", "s")
    return [Logged(call_id, seq, seq * 20, Dtmf("1") if seq else started) for seq in range(count)]


def ended(told):
    return [*told, Logged(told[0].call_id, len(told), len(told) * 20, CallEnded("caller", "hung_up", len(told) * 20))]


class Written:
    """The store's writer."""

    def __init__(self):
        self.events, self.recordings = [], {}

    def heard(self, logged):
        self.events.append(logged)

    def add(self, events):
        self.events += events

    def sealed(self, call_id, recording):
        self.recordings[call_id] = recording


def keep(folder, journal, seconds=0, torn=b""):
    """What a process has written of a call by the time it is gone."""
    folder.mkdir(parents=True)
    disk = Disk()
    written = Journal(folder, disk, pytest.fail)
    for logged in journal:
        written.append(logged)
    written.close()
    disk.close()
    if seconds:
        recording = WavFile(folder, 8_000)
        recording.append(np.ones((seconds * 8_000, 2), np.int16))
        recording.close()
    if torn:
        with (folder / NAME).open("ab") as file:
            file.write(torn)


@contextlib.asynccontextmanager
async def endings(tmp_path, heard=()):
    writer = Written()
    live = LiveCalls(lambda call_id: [], [writer.heard])
    made = Endings(tmp_path, live, writer, now=lambda: NOON)
    live.take(heard)
    try:
        yield made, live, writer
    finally:
        await live.close()
        made.close()


async def followed(live):
    """A reader that has read what there is, and what it has in the end."""

    async def read():
        return [logged async for logged in live.log(CALL).follow()]

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    return reader


def end(tmp_path, heard):
    """Ends the call; what its follower saw, what the store was told."""

    async def run():
        async with endings(tmp_path, heard) as (of, live, writer):
            reader = await followed(live)
            await of.end(CALL)
            assert live.log(CALL) is None
            return [logged.event for logged in await reader], writer

    return asyncio.run(run())


def test_a_call_that_ended_well_is_forgotten_and_its_recording_is_told(tmp_path):
    told = ended(events(3))
    keep(tmp_path / "calls" / CALL, told, seconds=1)
    seen, writer = end(tmp_path, told)
    assert seen == [logged.event for logged in told]
    assert writer.events == told
    assert writer.recordings[CALL].duration_ms == 1_000
    assert read_journal(tmp_path / "calls" / CALL / NAME) == told


@pytest.mark.parametrize(("heard", "on_disk"), [(5, 5), (5, 2), (2, 5)])
def test_a_call_that_died_is_ended_by_the_service_and_a_callback_is_booked(tmp_path, heard, on_disk):
    folder = tmp_path / "calls" / CALL
    keep(folder, events(on_disk), seconds=2, torn=b'{"call_id": "0190')
    seen, writer = end(tmp_path, events(heard))
    assert seen[:5] == [logged.event for logged in events(5)]
    assert seen[5:] == [
        CallbackBooked("2026-11-22T12:10+09:00", "01012345678", "2026-11-22T12:10+09:00"),
        CallEnded("service", "process_died", 80, "recording.flac"),
    ]
    assert [logged.event for logged in read_journal(folder / NAME)] == seen
    assert [logged.seq for logged in writer.events] == list(range(7))
    assert writer.recordings[CALL].duration_ms == 2_000


@pytest.mark.parametrize(
    ("told", "number"),
    [
        (events(2, caller=""), None),
        (events(2, caller="anonymous"), None),
        (events(2, direction="out"), "15880000"),
        ([*events(2), Logged(CALL, 2, 40, CallbackBooked("내일", "0212345678"))], "0212345678"),
    ],
)
def test_who_is_called_back(tmp_path, told, number):
    keep(tmp_path / "calls" / CALL, told)
    seen, _ = end(tmp_path, told)
    assert [event.number for event in seen if isinstance(event, CallbackBooked)] == ([number] if number else [])
    assert isinstance(seen[-1], CallEnded)


def test_a_call_that_died_in_its_last_line_was_ended_by_itself(tmp_path):
    told = ended(events(3))
    keep(tmp_path / "calls" / CALL, told)
    seen, _ = end(tmp_path, told[:2])
    assert seen == [logged.event for logged in told]


def test_a_call_that_no_disk_took_is_over_for_its_readers(tmp_path):
    seen, _ = end(tmp_path, events(2))
    assert seen[-1] == CallEnded("service", "process_died", 20)


def test_a_folder_that_cannot_be_written_keeps_no_reader_waiting(tmp_path, monkeypatch):
    keep(tmp_path / "calls" / CALL, events(2))

    def full(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(endings_module, "recover", full)
    seen, _ = end(tmp_path, events(2))
    assert seen[-1] == CallEnded("service", "process_died", 20)


def test_a_caller_who_never_came_leaves_nothing(tmp_path):
    async def run():
        async with endings(tmp_path) as (of, live, writer):
            await of.end(CALL)
            assert live.live() == []
            assert writer.events == []

    asyncio.run(run())


def test_what_a_process_still_writes_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(endings_module, "STILL_WRITTEN_PAUSE_S", 0.001)
    folder = tmp_path / "calls" / CALL
    keep(folder, events(2))

    async def run():
        async with endings(tmp_path, events(2)) as (of, live, _):
            reader = await followed(live)
            with (folder / NAME).open("ab") as process:
                fcntl.flock(process, fcntl.LOCK_SH)
                ending = asyncio.create_task(of.end(CALL))
                done, _ = await asyncio.wait({ending}, timeout=0.05)
                assert not done
            await ending
            return (await reader)[-1].event.reason

    assert asyncio.run(run()) == "process_died"


def test_what_an_earlier_service_left_is_made_whole_for_the_store(tmp_path):
    calls = tmp_path / "calls"
    other = CALL[:-1] + "2"
    keep(calls / CALL, events(3), seconds=1)
    keep(calls / other, ended(events(2, call_id=other)))
    (calls / ".expired-x").mkdir()
    assert left_calls(calls) == [CALL]

    async def run():
        async with endings(tmp_path) as (of, live, writer):
            await of.end_left()
            assert live.live() == []
            return writer

    writer = asyncio.run(run())
    assert [type(logged.event) for logged in writer.events] == [CallStarted, Dtmf, Dtmf, CallbackBooked, CallEnded]
    assert list(writer.recordings) == [CALL]
    assert left_calls(calls) == []


def test_the_end_of_a_journal_is_found_wherever_it_is(tmp_path):
    folder = tmp_path / CALL
    assert not has_ended(folder)
    keep(folder, ended(events(2_000)))
    assert has_ended(folder)
