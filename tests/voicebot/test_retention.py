import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voicebot.disk import Disk
from voicebot.events import CallEnded, Dtmf, Event, Logged
from voicebot.journal import Journal
from voicebot.log import new_call_id
from voicebot.retention import Expired, Keep, began_at, expire

NOW = datetime(2026, 3, 1, tzinfo=UTC)
END = CallEnded("caller", "hung_up", 1_000)


def call(calls: Path, days_old: float, *events: Event, recording: str | None = "recording.flac") -> Path:
    """A call's folder; its id says when it began, and its files say today."""
    milliseconds = int((NOW - timedelta(days=days_old)).timestamp() * 1_000)
    digits = f"{milliseconds:012x}7{new_call_id().replace('-', '')[13:]}"
    call_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    disk = Disk()
    journal = Journal(calls / call_id, disk, pytest.fail)
    for seq, event in enumerate(events):
        journal.append(Logged(call_id, seq, 0, event))
    journal.close()
    disk.close()
    if recording:
        (calls / call_id / recording).write_bytes(b"sound")
        (calls / call_id / "recording.sha256").write_text("sum")
    return calls / call_id


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("name", ["recording.flac", "recording.flac.enc"])
def test_recordings_older_than_the_rule_go_and_the_rest_stays(tmp_path: Path, name: str) -> None:
    old, new = call(tmp_path, 30.1, END, recording=name), call(tmp_path, 29.9, END, recording=name)
    keep = Keep(recordings_days=30)
    assert expire(tmp_path, keep, NOW) == [Expired(old.name, "recording")]
    assert names(old) == ["events.jsonl"]
    assert names(new) == ["events.jsonl", name, "recording.sha256"]
    assert expire(tmp_path, keep, NOW) == []


def test_whole_calls_have_a_rule_of_their_own(tmp_path: Path) -> None:
    oldest, old = call(tmp_path, 400, END), call(tmp_path, 40, END)
    expired = expire(tmp_path, Keep(recordings_days=30, calls_days=365), NOW)
    assert expired == [Expired(oldest.name, "call"), Expired(old.name, "recording")]
    assert names(tmp_path) == [old.name]
    assert names(old) == ["events.jsonl"]


def test_without_a_rule_nothing_goes(tmp_path: Path) -> None:
    call(tmp_path, 4_000, END)
    assert expire(tmp_path, Keep(), NOW) == []
    assert expire(tmp_path / "no calls yet", Keep(1, 1), NOW) == []
    with pytest.raises(ValueError, match="less than 0 days"):
        Keep(calls_days=-1)


def test_zero_days_keep_nothing_that_has_ended(tmp_path: Path) -> None:
    ended = call(tmp_path, 0.01, END)
    assert expire(tmp_path, Keep(calls_days=0), NOW) == [Expired(ended.name, "call")]
    assert names(tmp_path) == []


def test_calls_that_run_or_were_not_made_whole_are_never_touched(tmp_path: Path) -> None:
    no_end = call(tmp_path, 90, Dtmf("1"))
    call(tmp_path, 80, END, recording="recording.wav")
    sealed_but_not_cleared = call(tmp_path, 70, END)
    (sealed_but_not_cleared / "recording.wav").write_bytes(b"")
    no_journal = call(tmp_path, 60, END, recording=None)
    (no_journal / "events.jsonl").unlink()
    before = {folder: names(folder) for folder in tmp_path.iterdir()}
    assert expire(tmp_path, Keep(calls_days=1), NOW) == []
    assert expire(tmp_path, Keep(recordings_days=1), NOW) == [Expired(no_end.name, "recording")], "it was sealed"
    before[no_end] = ["events.jsonl"]
    assert {folder: names(folder) for folder in tmp_path.iterdir()} == before


def test_a_call_whose_journal_is_being_written_is_never_touched(tmp_path: Path) -> None:
    folder = call(tmp_path, 90, END)
    disk = Disk()
    journal = Journal(folder, disk, pytest.fail)
    journal.append(Logged(folder.name, 1, 5, Dtmf("1")))
    disk.flush()
    keep = Keep(calls_days=1)
    assert expire(tmp_path, keep, NOW) == []
    journal.close()
    disk.flush()
    assert expire(tmp_path, keep, NOW) == [Expired(folder.name, "call")]
    disk.close()


def test_a_run_that_was_killed_is_finished_and_told(tmp_path: Path) -> None:
    half, gone = call(tmp_path, 50, END), call(tmp_path, 500, END)
    (half / "recording.flac").unlink()
    gone.rename(gone.with_name(f".expired-{gone.name}"))
    expired = expire(tmp_path, Keep(recordings_days=30, calls_days=365), NOW)
    assert expired == [Expired(gone.name, "call"), Expired(half.name, "recording")]
    assert names(tmp_path) == [half.name]


def test_what_is_no_call_of_ours_stays(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere"
    kept.mkdir()
    (kept / "events.jsonl").write_text('{"call_id":"x","seq":0,"at_ms":0,"type":"call_ended"}\n')
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "linked").symlink_to(kept)
    (calls / "notes.txt").write_text("a file")
    assert expire(calls, Keep(0, 0), NOW + timedelta(days=10_000)) == []
    assert names(kept) == ["events.jsonl"]


def test_ids_that_tell_no_time_count_from_the_last_write(tmp_path: Path) -> None:
    folder = call(tmp_path, 1, END).rename(tmp_path / "named-by-hand")
    written_s = (NOW - timedelta(days=10)).timestamp()
    for file in folder.iterdir():
        os.utime(file, (written_s, written_s))
    assert expire(tmp_path, Keep(calls_days=11), NOW) == []
    assert expire(tmp_path, Keep(calls_days=9), NOW) == [Expired("named-by-hand", "call")]


def test_when_a_call_began() -> None:
    began = began_at(new_call_id())
    assert began is not None
    assert abs(began - datetime.now(UTC)) < timedelta(minutes=1)
    assert began_at("c1") is None
    assert began_at("123e4567-e89b-42d3-a456-426614174000") is None, "a random id, version 4"
