import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.voicebot.call_to_kill import sound
from tests.voicebot.full_disk import FullDisk, full_disk
from voicebot import tap
from voicebot.audio import Samples
from voicebot.log import new_call_id
from voicebot.tap import Tap, TapError, TapReader

__all__ = ["full_disk"]

WRITER = """
import itertools, sys
import numpy as np
from voicebot.tap import Tap
tap = Tap.create(sys.argv[1], 8_000)
frame = np.arange(160)
print("ready", flush=True)
for first in itertools.count(0, 160):
    tap.write(((frame + first) % 30_011).astype(np.int16), -((frame + first) % 29_989).astype(np.int16))
"""


@pytest.fixture
def call_id() -> Iterator[str]:
    name = new_call_id()
    yield name
    tap.unlink(name)


def write(writer: Tap, stereo: Samples, frame: int = 160) -> None:
    for at in range(0, len(stereo), frame):
        writer.write(stereo[at : at + frame, 0], stereo[at : at + frame, 1])


def file_of(call_id: str) -> Path:
    return Path("/dev/shm") / f"aicc-tap-{call_id}"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("frames", [0, 160, 79_840, 80_000, 87_840, 88_000, 88_160, 175_840, 176_160, 400_000])
@pytest.mark.parametrize("frame", [160, 163])
def test_a_reader_gets_the_newest_of_both_sides(call_id: str, frames: int, frame: int) -> None:
    writer, stereo = Tap.create(call_id, 8_000), sound(frames)
    reader = TapReader.open(call_id)
    write(writer, stereo, frame)
    assert reader.rate_hz == 8_000
    assert reader.written_ms == frames // 8
    for last_ms in (0, 1, 20, 3_000, 9_999, 10_000, 60_000, -5):
        caller, bot = reader.read(last_ms)
        expected = stereo[max(0, frames - 8 * min(max(last_ms, 0), 10_000)) :]
        assert np.array_equal(caller, expected[:, 0])
        assert np.array_equal(bot, expected[:, 1])
        assert caller.dtype == np.int16
    writer.close()
    reader.close()


def test_what_was_read_stays_as_it_was(call_id: str) -> None:
    writer, stereo = Tap.create(call_id, 16_000), sound(64_000)
    write(writer, stereo[:32_000], 320)
    reader = TapReader.open(call_id)
    caller, bot = reader.read(1_000)
    write(writer, stereo[32_000:], 320)
    assert np.array_equal(caller, stereo[16_000:32_000, 0])
    assert np.array_equal(bot, stereo[16_000:32_000, 1])
    writer.close()
    assert reader.is_closed
    assert np.array_equal(reader.read(1_000)[0], stereo[48_000:, 0]), "the end of a call can still be read"
    reader.close()


@pytest.mark.parametrize(("written_meanwhile_ms", "is_whole"), [(1_000, True), (1_020, False)])
def test_a_copy_that_was_overwritten_is_not_given(
    call_id: str, monkeypatch: pytest.MonkeyPatch, written_meanwhile_ms: int, is_whole: bool
) -> None:
    writer, reader = Tap.create(call_id, 8_000), TapReader.open(call_id)
    write(writer, sound(100_000))
    copy = TapReader._copy

    def slow_copy(self: TapReader, first: int, end: int) -> Samples:
        write(writer, sound(8 * written_meanwhile_ms, end))
        return copy(self, first, end)

    monkeypatch.setattr(TapReader, "_copy", slow_copy)
    if is_whole:
        assert np.array_equal(reader.read()[0], sound(80_000, 20_000)[:, 0])
    else:
        with pytest.raises(TapError, match="ask for less"):
            reader.read()
        assert len(reader.read(5_000)[0]) == 40_000, "newer sound was not reached yet"
    reader.close()
    writer.close()


def test_no_two_calls_share_a_tap(call_id: str) -> None:
    writer = Tap.create(call_id, 8_000)
    write(writer, sound(800))
    with pytest.raises(TapError, match="two calls cannot share an id"):
        Tap.create(call_id, 8_000)
    reader = TapReader.open(call_id)
    assert len(reader.read()[0]) == 800, "the first is not disturbed"
    reader.close()
    writer.close()


def test_a_call_that_is_over_has_no_tap(call_id: str) -> None:
    writer = Tap.create(call_id, 8_000)
    writer.close()
    writer.close()
    assert not file_of(call_id).exists()
    with pytest.raises(TapError, match="it is over, or has not begun"):
        TapReader.open(call_id)
    tap.unlink(call_id)


def test_what_is_no_tap_is_not_read(call_id: str) -> None:
    for content in (b"", b"AICCTAP1", bytes(352_064)):
        file_of(call_id).write_bytes(content)
        with pytest.raises(TapError, match="not ready, or of another version"):
            TapReader.open(call_id)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "a/b", ".hidden", "x" * 200, "이름"])
def test_names_that_lead_elsewhere(name: str) -> None:
    with pytest.raises(TapError, match="no tap can be named after"):
        Tap.create(name, 8_000)
    with pytest.raises(TapError, match="no tap can be named after"):
        tap.unlink(name)


def test_shared_memory_that_is_full_is_an_error_and_no_crash(
    call_id: str, full_disk: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tap, "_FOLDER", full_disk.folder)
    full_disk.fill()
    before = open_files()
    with pytest.raises(TapError, match=f"no tap for call {call_id}: .*: give .* more space"):
        Tap.create(call_id, 8_000)
    assert open_files() == before
    assert [file.name for file in full_disk.folder.iterdir() if file.name != "filler"] == []
    full_disk.free()
    Tap.create(call_id, 8_000).close()


def test_memory_is_taken_at_the_beginning_and_given_back(call_id: str) -> None:
    before = open_files()
    writer = Tap.create(call_id, 8_000)
    reader = TapReader.open(call_id)
    taken = file_of(call_id).stat().st_blocks
    assert taken * 512 >= 352_000
    write(writer, sound(200_000))
    assert file_of(call_id).stat().st_blocks == taken
    reader.read()
    reader.close()
    writer.close()
    assert open_files() == before


def test_copies_are_whole_while_another_process_writes_as_fast_as_it_can_and_is_killed(call_id: str) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, call_id], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        reader = TapReader.open(call_id)
        whole = overtaken = 0
        for last_ms in itertools.cycle((20, 500, 5_000, 10_000)):
            try:
                caller, bot = reader.read(last_ms)
            except TapError:
                overtaken += 1
                continue
            # neighbours differ by one, but for the turn of the sawtooth
            assert set(np.diff(caller.astype(np.int32)).tolist()) <= {1, -30_010}
            assert set(np.diff(bot.astype(np.int32)).tolist()) <= {-1, 29_988}
            whole += 1
            if whole > 300 and reader.written_ms > 60_000:
                break
        assert call_id not in tap.unlink_stale(), "its process lives"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert len(reader.read()[0]) == 80_000, "a kill takes nothing from who has it open"
    assert not reader.is_closed
    reader.close()
    assert file_of(call_id).exists(), "nobody but the front clears away"
    assert call_id in tap.unlink_stale()
    assert not file_of(call_id).exists()


def test_what_a_killed_process_left_is_taken_over(call_id: str) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, call_id], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    writer = Tap.create(call_id, 8_000)
    reader = TapReader.open(call_id)
    assert reader.written_ms == 0
    reader.close()
    writer.close()


def test_a_reader_that_ends_takes_nothing_away(call_id: str) -> None:
    writer = Tap.create(call_id, 8_000)
    write(writer, sound(1_600))
    code = "import sys; from voicebot.tap import TapReader; print(len(TapReader.open(sys.argv[1]).read(100)[0]))"
    read = subprocess.run([sys.executable, "-c", code, call_id], capture_output=True, text=True, check=True)
    assert read.stdout == "800\n"
    assert read.stderr == ""
    assert file_of(call_id).exists()
    writer.close()
