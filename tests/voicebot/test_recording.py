import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.voicebot.call_to_kill import sound
from tests.voicebot.full_disk import FullDisk, full_disk
from voicebot.audio import Samples
from voicebot.disk import Disk
from voicebot.recording import HELD_S, LAST_TRIES, Recording
from voicebot.recording_file import RecordingError
from voicebot.sealing import open_recording, seal

__all__ = ["full_disk"]

RATE_HZ = 8_000
KEYS = [None, bytes(range(32))]


def record(recording: Recording, stereo: Samples, frame: int = RATE_HZ // 50) -> None:
    for at in range(0, len(stereo), frame):
        recording.write(stereo[at : at + frame, 0], stereo[at : at + frame, 1])


def heard(path: Path, key: bytes | None) -> Samples:
    with open_recording(path, key) as file:
        samples: Samples = soundfile.read(file, dtype="int16")[0]
    return samples


@pytest.mark.parametrize("key", KEYS, ids=["clear", "encrypted"])
@pytest.mark.parametrize("frames", [160, 7 * RATE_HZ, 7 * RATE_HZ + 480])
def test_both_sides_are_sealed_as_they_were(tmp_path: Path, key: bytes | None, frames: int) -> None:
    disk = Disk()
    recording = Recording(tmp_path / "c1", RATE_HZ, disk, pytest.fail, key)
    record(recording, sound(frames))
    sealed = recording.finish().result()
    assert sealed is not None
    assert sealed.path.name == recording.name
    assert sealed.duration_ms == frames // 8
    assert np.array_equal(heard(sealed.path, key), sound(frames))
    assert sorted(file.name for file in sealed.path.parent.iterdir()) == [recording.name, "recording.sha256"]
    disk.close()


def test_frames_of_any_length(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, 16_000, disk, pytest.fail)
    record(recording, sound(50_000), 333)
    sealed = recording.finish().result()
    assert sealed is not None
    assert np.array_equal(heard(sealed.path, None), sound(50_000))
    disk.close()


def test_the_running_file_is_a_valid_wav_at_every_second(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    disk.flush()
    assert soundfile.info(tmp_path / "recording.wav").frames == 0
    for second in range(1, 5):
        record(recording, sound(second * RATE_HZ)[-RATE_HZ:])
        disk.flush()
        samples, rate_hz = soundfile.read(tmp_path / "recording.wav", dtype="int16")
        assert rate_hz == RATE_HZ
        assert np.array_equal(samples, sound(second * RATE_HZ))
    disk.close()


def test_with_a_key_nothing_lies_in_clear(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail, KEYS[1])
    record(recording, sound(2 * RATE_HZ))
    disk.flush()
    (running,) = tmp_path.iterdir()
    spoken = sound(2 * RATE_HZ)[1_000:1_100].tobytes()
    assert spoken not in running.read_bytes()
    sealed = recording.finish().result()
    assert sealed is not None
    assert b"fLaC" not in sealed.path.read_bytes()
    disk.close()


def test_a_pause_is_silence_on_both_sides_and_takes_its_time(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    stereo = sound(6 * RATE_HZ) | 1
    record(recording, stereo[:12_000])
    recording.pause()
    record(recording, stereo[12_000:36_000])
    recording.resume()
    record(recording, stereo[36_000:])
    sealed = recording.finish().result()
    assert sealed is not None
    expected = stereo.copy()
    expected[12_000:36_000] = 0
    assert np.array_equal(heard(sealed.path, None), expected)
    disk.close()


def test_a_call_without_sound_leaves_no_recording(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    assert recording.finish().result() is None
    assert list(tmp_path.iterdir()) == []
    disk.close()


def test_finishing_twice_and_writing_behind_the_end(tmp_path: Path) -> None:
    disk = Disk()
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    record(recording, sound(4_000))
    sealed = recording.finish()
    record(recording, sound(80_000))
    assert recording.finish() is sealed
    disk.close()
    result = sealed.result()
    assert result is not None
    assert result.duration_ms == 500


def test_sealing_does_not_hold_up_the_disk(tmp_path: Path) -> None:
    disk, gate = Disk(), threading.Event()
    disk.aside(gate.wait)
    recording = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    record(recording, sound(4_000))
    sealed = recording.finish()
    disk.flush()
    assert not sealed.done()
    gate.set()
    assert sealed.result() is not None
    disk.close()


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    disk, faults = Disk(), []
    first = Recording(tmp_path, RATE_HZ, disk, pytest.fail)
    record(first, sound(2 * RATE_HZ))
    disk.flush()
    second = Recording(tmp_path, RATE_HZ, disk, faults.append)
    record(second, np.ones((RATE_HZ, 2), np.int16))
    disk.flush()
    assert len(faults) == 1
    assert "file exists" in faults[0]
    assert np.array_equal(soundfile.read(tmp_path / "recording.wav", dtype="int16")[0], sound(2 * RATE_HZ))
    disk.close()


@pytest.mark.parametrize("key", KEYS, ids=["clear", "encrypted"])
def test_a_short_time_without_space_loses_nothing(full_disk: FullDisk, key: bytes | None) -> None:
    disk, faults = Disk(), []
    recording = Recording(full_disk.folder / "c1", RATE_HZ, disk, faults.append, key)
    stereo = sound(12 * RATE_HZ + 800)
    record(recording, stereo[: 3 * RATE_HZ])
    disk.flush()
    full_disk.fill()
    for second in range(3, 10):
        record(recording, stereo[second * RATE_HZ : (second + 1) * RATE_HZ])
        disk.flush()
    full_disk.free()
    record(recording, stereo[10 * RATE_HZ :])
    sealed = recording.finish()
    disk.flush()
    result = sealed.result()
    assert result is not None
    assert np.array_equal(heard(result.path, key), stereo)
    assert len(faults) == 1, "one line for all that failed"
    assert "make space" in faults[0]
    disk.close()


@pytest.mark.parametrize("key", KEYS, ids=["clear", "encrypted"])
def test_a_long_time_without_space_is_silence_of_its_length(full_disk: FullDisk, key: bytes | None) -> None:
    disk, faults = Disk(), []
    recording = Recording(full_disk.folder / "c1", RATE_HZ, disk, faults.append, key)
    stereo = sound(50 * RATE_HZ) | 1
    record(recording, stereo[: 3 * RATE_HZ])
    disk.flush()
    full_disk.fill()
    record(recording, stereo[3 * RATE_HZ : 45 * RATE_HZ])
    disk.flush()
    full_disk.free()
    disk.flush()
    record(recording, stereo[45 * RATE_HZ :])
    result = recording.finish().result()
    assert result is not None
    samples = heard(result.path, key)
    lost = slice((3 + HELD_S) * RATE_HZ, 45 * RATE_HZ)
    assert not samples[lost].any()
    samples[lost] = stereo[lost]
    assert np.array_equal(samples, stereo), "before and behind the gap all is there, at its time"
    assert len(faults) == 1
    disk.close()


def test_a_disk_that_stays_full_leaves_what_was_written(full_disk: FullDisk) -> None:
    disk, faults = Disk(), []
    folder = full_disk.folder / "c1"
    recording = Recording(folder, RATE_HZ, disk, faults.append)
    stereo = sound(9 * RATE_HZ)
    record(recording, stereo[: 3 * RATE_HZ])
    disk.flush()
    full_disk.fill()
    record(recording, stereo[3 * RATE_HZ :])
    sealed = recording.finish()
    for _ in range(LAST_TRIES):
        assert not sealed.done()
        disk.flush()
    full_disk.free()
    with pytest.raises(RecordingError, match="not sealed, what was written is kept: make space"):
        sealed.result()
    later = seal(folder)
    assert later is not None
    assert later.duration_ms >= 3_000
    samples = heard(later.path, None)
    assert np.array_equal(samples, stereo[: len(samples)])
    disk.close()


def test_no_space_for_the_flac_keeps_the_wav(full_disk: FullDisk) -> None:
    disk, faults = Disk(), []
    folder, gate = full_disk.folder / "c1", threading.Event()
    recording = Recording(folder, RATE_HZ, disk, faults.append)
    noise = np.random.default_rng(4).integers(-30_000, 30_000, (10 * RATE_HZ, 2)).astype(np.int16)
    record(recording, noise)
    disk.aside(gate.wait)
    sealed = recording.finish()
    disk.flush()
    full_disk.fill()
    gate.set()
    with pytest.raises(RecordingError):
        sealed.result()
    full_disk.free()
    assert [file.name for file in folder.iterdir()] == ["recording.wav"]
    later = seal(folder)
    assert later is not None
    assert np.array_equal(heard(later.path, None), noise)
    disk.close()


def test_a_disk_that_is_closed_too_early_is_told(tmp_path: Path) -> None:
    disk, faults = Disk(), []
    recording = Recording(tmp_path, RATE_HZ, disk, faults.append)
    disk.close()
    record(recording, sound(2 * RATE_HZ))
    with pytest.raises(RecordingError, match="not sealed"):
        recording.finish().result()
    assert len(faults) == 1
