import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.voicebot import call_to_kill
from tests.voicebot.call_to_kill import RATE_HZ, sound
from voicebot.audio import Samples
from voicebot.disk import Disk
from voicebot.events import CallEnded, Dtmf, Logged
from voicebot.journal import Journal, read_journal
from voicebot.recording import Recording
from voicebot.recording_file import StillWritten, WavFile
from voicebot.recovery import Recovered, recover
from voicebot.sealing import open_recording

KEY = bytes(range(32))


def killed_call(folder: Path, seconds: int, key: bytes | None) -> int:
    """Lets a process write a call and kills it where it happens to be; how many seconds it had said were on disk."""
    arguments = [sys.executable, "-m", call_to_kill.__name__, str(folder), key.hex() if key else "clear"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = 0
        while told < seconds:
            told = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().splitlines(keepends=True)
        # what it said until the very end counts too
        told = max([told, *(int(line) for line in rest if line.endswith("\n"))])
    assert process.returncode == -signal.SIGKILL
    return told


def heard(path: Path, key: bytes | None = None) -> Samples:
    with open_recording(path, key) as file:
        samples: Samples = soundfile.read(file, dtype="int16")[0]
    return samples


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("key", [None, KEY], ids=["clear", "encrypted"])
@pytest.mark.parametrize("seed", range(5))
def test_a_call_whose_process_was_killed_is_whole(tmp_path: Path, key: bytes | None, seed: int) -> None:
    folder = tmp_path / "calls" / "c1"
    told = killed_call(folder, random.Random(seed).randint(1, 60), key)

    before = read_journal(folder / "events.jsonl")
    assert [logged.seq for logged in before] == list(range(len(before)))
    assert len(before) >= 2 * told, "what was on disk is not lost"
    if key is None:
        samples, rate_hz = soundfile.read(folder / "recording.wav", dtype="int16")
        assert rate_hz == RATE_HZ
        assert len(samples) >= told * RATE_HZ
        assert np.array_equal(samples, sound(len(samples)))

    recovered = recover(folder, key)
    assert recovered.fault is None
    assert recovered.sealed is not None
    samples = heard(recovered.sealed.path, key)
    assert len(samples) >= told * RATE_HZ
    assert np.array_equal(samples, sound(len(samples)))
    last = before[-1]
    ended = CallEnded("service", "process_died", last.at_ms, recovered.sealed.path.name)
    assert recovered.events == (Logged("c1", last.seq + 1, last.at_ms, ended),)
    assert read_journal(folder / "events.jsonl") == [*before, *recovered.events]

    made_whole = contents(folder)
    assert recover(folder, key) == Recovered()
    assert contents(folder) == made_whole


def journal_of(folder: Path, *digits: str) -> list[Logged]:
    disk = Disk()
    journal = Journal(folder, disk, pytest.fail)
    events = [Logged("c1", seq, 20 * seq, Dtmf(digit)) for seq, digit in enumerate(digits)]
    for logged in events:
        journal.append(logged)
    journal.close()
    disk.close()
    return events


def test_a_torn_line_is_cut_off_and_a_whole_one_kept(tmp_path: Path) -> None:
    events = journal_of(tmp_path, "1", "2", "3")
    path = tmp_path / "events.jsonl"
    written = path.read_bytes()

    path.write_bytes(written[:-9])
    recover(tmp_path)
    assert [logged.seq for logged in read_journal(path)] == [0, 1, 2]
    assert path.read_bytes().count(b"\n") == 3

    path.write_bytes(written[:-1])
    recover(tmp_path)
    assert read_journal(path)[:3] == events
    assert path.read_bytes().count(b"\n") == 4


def test_nothing_stays_of_a_torn_line_however_long(tmp_path: Path) -> None:
    events = journal_of(tmp_path, "1")
    path = tmp_path / "events.jsonl"
    with path.open("ab") as file:
        file.write(b'{"call_id":"c1","seq":1,"at_ms":70,"type":"turn_ended","written":"' + b"x" * 5_000)
    recovered = recover(tmp_path)
    assert b"xxx" not in path.read_bytes()
    assert read_journal(path) == [*events, *recovered.events]


def test_a_call_that_had_ended_is_left_as_it_is(tmp_path: Path) -> None:
    events = journal_of(tmp_path, "1")
    disk = Disk()
    journal = Journal(tmp_path, disk, pytest.fail)
    later = [Logged("c1", 1, 50, CallEnded("caller", "hung_up", 50)), Logged("c1", 2, 900, Dtmf("9"))]
    for logged in later:
        journal.append(logged)
    journal.close()
    disk.close()
    before = contents(tmp_path)
    assert recover(tmp_path) == Recovered()
    assert contents(tmp_path) == before
    assert read_journal(tmp_path / "events.jsonl") == events + later


def test_events_that_others_had_heard_keep_their_numbers(tmp_path: Path) -> None:
    events = journal_of(tmp_path, "1", "2")
    heard_too = [Logged("c1", 3, 66, Dtmf("4")), Logged("c1", 2, 55, Dtmf("3")), *events]
    recovered = recover(tmp_path, heard=heard_too)
    assert [logged.seq for logged in recovered.events] == [2, 3, 4]
    assert recovered.events[-1].event == CallEnded("service", "process_died", 66)
    assert read_journal(tmp_path / "events.jsonl") == [*events, *recovered.events]


def test_numbers_of_types_that_are_not_known_are_not_given_again(tmp_path: Path) -> None:
    journal_of(tmp_path, "1")
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"call_id":"c1","seq":1,"at_ms":70,"type":"from_the_future"}\n')
    (ended,) = recover(tmp_path).events
    assert (ended.seq, ended.at_ms) == (2, 70)


def test_a_call_that_died_before_its_first_line(tmp_path: Path) -> None:
    folder = tmp_path / "c1"
    wav = WavFile(folder, RATE_HZ)
    wav.append(sound(4_000))
    wav.close()
    recovered = recover(folder)
    assert recovered.events == (Logged("c1", 0, 0, CallEnded("service", "process_died", 0, "recording.flac")),)
    assert recover(tmp_path / "no such call") == Recovered()
    assert not (tmp_path / "no such call").exists()


@pytest.mark.parametrize("written", ["journal", "recording"])
def test_a_running_call_is_left_alone(tmp_path: Path, written: str) -> None:
    disk = Disk()
    if written == "journal":
        Journal(tmp_path, disk, pytest.fail).append(Logged("c1", 0, 0, Dtmf("1")))
    else:
        journal_of(tmp_path, "1")
        Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    disk.flush()
    before = contents(tmp_path)
    with pytest.raises(StillWritten, match="is still being written: wait for the call's end"):
        recover(tmp_path)
    assert contents(tmp_path) == before
    disk.close()


def test_a_recording_that_cannot_be_sealed_does_not_keep_the_journal_open(tmp_path: Path) -> None:
    journal_of(tmp_path, "1")
    (tmp_path / "recording.pcm.enc").write_bytes(b"no container at all" * 10)
    recovered = recover(tmp_path, KEY)
    assert recovered.fault is not None
    assert "is no encrypted recording" in recovered.fault
    assert recovered.events[-1].event == CallEnded("service", "process_died", 0, "recording.pcm.enc")
