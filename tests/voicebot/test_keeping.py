"""What is kept of a call: where, what it tells when the disk fails, and that nobody waits for the disk."""

import asyncio
import logging

import numpy as np
import pytest

from voicebot import keeping as keeping_module
from voicebot.disk import Disk
from voicebot.events import CallEnded, CallStarted, Fault
from voicebot.journal import NAME, read_journal
from voicebot.keeping import Keeping, Kept
from voicebot.tap import TapError, TapReader

FRAME = np.ones(160, np.int16)
STARTED = CallStarted("in", "wav", "010", "1588", "tea")
ENDED = CallEnded("caller", "hung_up", 10)


@pytest.fixture
def disk():
    made = Disk()
    yield made
    made.close()


def test_a_key_is_not_shown(tmp_path):
    assert "secret" not in repr(Keeping(tmp_path, key=b"secret" * 4))


def test_a_call_has_a_folder_of_its_own(tmp_path, disk):
    async def run():
        told = []
        kept = Kept("a", 8_000, Keeping(tmp_path), disk, told.append)
        [recorder] = kept.recorders
        kept.event_log.append(STARTED)
        recorder.write(FRAME, FRAME)
        kept.event_log.append(ENDED)
        await kept.close(lambda: None)
        assert read_journal(tmp_path / "calls" / "a" / NAME) == told
        assert kept.recording_name == "recording.flac"
        assert (tmp_path / "calls" / "a" / "recording.flac").exists()

    asyncio.run(run())


def test_without_a_recording_there_is_no_recorder(tmp_path, disk):
    async def run():
        kept = Kept("a", 8_000, Keeping(tmp_path, record=False), disk, lambda logged: None)
        assert (kept.recorders, kept.recording_name, len(kept.listeners)) == ((), None, 1)
        await kept.close(lambda: None)

    asyncio.run(run())


def test_the_slot_is_free_before_anything_is_waited_for(tmp_path, disk):
    async def run():
        kept = Kept("a", 8_000, Keeping(tmp_path), disk, lambda logged: None)
        freed = []
        closing = kept.close(lambda: freed.append(True))
        waited_for = closing.send(None)
        assert freed == [True]
        waited_for.cancel()
        closing.close()

    asyncio.run(run())


def test_the_tap_is_gone_with_the_call(tmp_path, disk):
    async def run():
        kept = Kept("test-kept", 8_000, Keeping(tmp_path), disk, lambda logged: None)
        TapReader.open("test-kept").close()
        await kept.close(lambda: None)
        with pytest.raises(TapError):
            TapReader.open("test-kept")

    asyncio.run(run())


def test_what_fails_on_the_disk_is_a_fault_in_the_log_while_there_is_one(tmp_path, disk, caplog):
    async def run():
        told = []
        kept = Kept("a", 8_000, Keeping(tmp_path, record=False), disk, told.append)
        report = kept._reporter("journal")
        await asyncio.to_thread(report, "the disk is full")
        await asyncio.sleep(0)
        assert [logged.event for logged in told] == [Fault("journal", "the disk is full", "the call goes on")]
        kept.event_log.append(ENDED)
        await asyncio.to_thread(report, "the disk is full")
        await asyncio.sleep(0)
        assert len(told) == 2
        await kept.close(lambda: None)

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert caplog.text.count("call a: the disk is full") == 2  # the process's own log has both


def test_a_call_that_cannot_be_recorded_leaves_no_journal_open(tmp_path, disk, monkeypatch):
    closed = []

    class Watched(keeping_module.Journal):
        def close(self):
            closed.append(True)
            super().close()

    def broken(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(keeping_module, "Journal", Watched)
    monkeypatch.setattr(keeping_module, "Recording", broken)

    async def run():
        with pytest.raises(RuntimeError):
            Kept("a", 8_000, Keeping(tmp_path), disk, lambda logged: None)

    asyncio.run(run())
    assert closed == [True]
