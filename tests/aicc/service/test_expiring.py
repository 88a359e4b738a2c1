"""What the rule no longer keeps is gone from the disk, and the store knows."""

from pathlib import Path

from aicc.service.expiring import expire_once
from tests.aicc.service.test_live_calls import events_of
from voicebot.disk import Disk
from voicebot.journal import NAME, Journal
from voicebot.log import new_call_id
from voicebot.retention import Keep
from voicebot.store import Store

OLD = "01700000-0000-7000-8000-000000000001"  # of 2023


def keep_call(calls: Path, call_id: str, store: Store) -> None:
    folder = calls / call_id
    folder.mkdir(parents=True)
    disk = Disk()
    journal = Journal(folder, disk, print)
    for logged in events_of(call_id, 4):
        journal.append(logged)
    journal.close()
    disk.close()
    (folder / "recording.flac").write_bytes(b"fLaC")
    (folder / "recording.sha256").write_text("ab  recording.flac\n")
    store.write(events_of(call_id, 4))
    store.sealed(call_id, folder / "recording.flac", "ab", size_bytes=4, duration_ms=1)


def test_old_recordings_and_calls_go_and_new_ones_stay(tmp_path):
    store, calls, new = Store.open(f"sqlite:///{tmp_path}/aicc.db"), tmp_path / "calls", new_call_id()
    for call_id in (OLD, new):
        keep_call(calls, call_id, store)
    expire_once(Keep(recordings_days=90, calls_days=None), tmp_path, store)
    assert not (calls / OLD / "recording.flac").exists()
    assert store.call(OLD).recording.removed_at is not None
    assert (calls / OLD / NAME).exists()
    expire_once(Keep(recordings_days=90, calls_days=365), tmp_path, store)
    assert store.call(OLD) is None
    assert [folder.name for folder in calls.iterdir()] == [new]
    assert store.call(new).recording.removed_at is None
    assert (calls / new / "recording.flac").exists()
