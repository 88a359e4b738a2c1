import hashlib
import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.voicebot.call_to_kill import sound
from voicebot.encryption import EncryptionError
from voicebot.recording_file import EncryptedPcmFile, RecordingError, StillWritten, WavFile
from voicebot.sealing import Sealed, open_recording, seal

RATE_HZ = 8_000
KEY = bytes(range(32))


def leave(folder: Path, frames: int, key: bytes | None = None) -> None:
    """What a process leaves that was killed after ``frames``."""
    file = WavFile(folder, RATE_HZ) if key is None else EncryptedPcmFile(folder, RATE_HZ, key)
    stereo = sound(frames)
    for at in range(0, frames, RATE_HZ):
        file.append(stereo[at : at + RATE_HZ])
    file.close()


def sealed_of(folder: Path, key: bytes | None = None) -> Sealed:
    sealed = seal(folder, key)
    assert sealed is not None
    return sealed


def heard(path: Path, key: bytes | None = None) -> list[list[int]]:
    with open_recording(path, key) as file:
        samples: list[list[int]] = soundfile.read(file, dtype="int16")[0].tolist()
    return samples


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_sum_is_of_the_file_and_sha256sum_agrees(tmp_path: Path) -> None:
    leave(tmp_path, 20_000)
    sealed = sealed_of(tmp_path)
    assert sealed.sha256 == hashlib.sha256(sealed.path.read_bytes()).hexdigest()
    assert sealed.size_bytes == sealed.path.stat().st_size
    assert sealed.duration_ms == 2_500
    subprocess.run(["sha256sum", "--check", "--strict", "recording.sha256"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("key", [None, KEY], ids=["clear", "encrypted"])
def test_sealing_again_changes_nothing(tmp_path: Path, key: bytes | None) -> None:
    leave(tmp_path, 20_000, key)
    sealed, before = sealed_of(tmp_path, key), files(tmp_path)
    assert sealed_of(tmp_path, key) == sealed
    assert files(tmp_path) == before


def test_a_recording_of_a_running_call_is_left_alone(tmp_path: Path) -> None:
    file = WavFile(tmp_path, RATE_HZ)
    file.append(sound(RATE_HZ))
    before = files(tmp_path)
    with pytest.raises(StillWritten, match=r"recording\.wav is still being written: wait"):
        seal(tmp_path)
    assert files(tmp_path) == before
    file.close()


@pytest.mark.parametrize("torn", [1, 3, 4, 41, 4_001])
def test_what_a_kill_left_behind_the_header_s_count_is_kept(tmp_path: Path, torn: int) -> None:
    leave(tmp_path, RATE_HZ)
    more = sound(3 * RATE_HZ)[RATE_HZ:].tobytes()[:torn]
    with (tmp_path / "recording.wav").open("ab") as file:
        file.write(more)
    assert len(soundfile.read(tmp_path / "recording.wav")[0]) == RATE_HZ, "the header is right without it"
    assert heard(sealed_of(tmp_path).path) == sound(RATE_HZ + torn // 4).tolist()


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 31_000])
def test_an_encrypted_second_that_is_torn_is_left_out(tmp_path: Path, cut: int) -> None:
    leave(tmp_path, 3 * RATE_HZ, KEY)
    path = tmp_path / "recording.pcm.enc"
    path.write_bytes(path.read_bytes()[:-cut])
    assert heard(sealed_of(tmp_path, KEY).path, KEY) == sound(2 * RATE_HZ).tolist()


@pytest.mark.parametrize("left", [b"", b"RIFF", bytes(43)])
@pytest.mark.parametrize("name", ["recording.wav", "recording.pcm.enc"])
def test_a_file_killed_at_birth_is_no_recording(tmp_path: Path, name: str, left: bytes) -> None:
    (tmp_path / name).write_bytes(left)
    assert seal(tmp_path, KEY) is None
    assert files(tmp_path) == {}


def test_a_sealing_that_was_killed_starts_anew(tmp_path: Path) -> None:
    leave(tmp_path, 20_000)
    (tmp_path / "recording.flac.part").write_bytes(b"half a FLAC that is longer than the whole one" * 5_000)
    (tmp_path / "recording.flac").write_bytes(b"whole, but its WAV was not removed")
    (tmp_path / "recording.sha256").write_text("")
    assert heard(sealed_of(tmp_path).path) == sound(20_000).tolist()
    assert sorted(files(tmp_path)) == ["recording.flac", "recording.sha256"]


def test_a_recording_begun_in_clear_is_sealed_with_the_key_that_was_set_since(tmp_path: Path) -> None:
    leave(tmp_path, 20_000)
    (tmp_path / "recording.flac").write_bytes(b"of a sealing that was killed")
    assert heard(sealed_of(tmp_path, KEY).path, KEY) == sound(20_000).tolist()
    assert sorted(files(tmp_path)) == ["recording.flac.enc", "recording.sha256"]


def test_a_key_that_is_missing_or_wrong_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    leave(tmp_path, 20_000, KEY)
    before = files(tmp_path)
    with pytest.raises(EncryptionError, match="is encrypted: give the recording key"):
        seal(tmp_path)
    with pytest.raises(EncryptionError, match="another key"):
        seal(tmp_path, bytes(32))
    assert files(tmp_path) == before
    sealed = sealed_of(tmp_path, KEY)
    with pytest.raises(EncryptionError, match=r"recording\.flac\.enc is encrypted: give the recording key"):
        open_recording(sealed.path)
    with pytest.raises(EncryptionError, match="another key"):
        open_recording(sealed.path, bytes(32))


def test_parts_of_an_encrypted_recording_can_be_fetched(tmp_path: Path) -> None:
    leave(tmp_path, 30 * RATE_HZ, KEY)
    with open_recording(sealed_of(tmp_path, KEY).path, KEY) as file:
        whole = file.read()
        assert whole.startswith(b"fLaC")
        assert file.seek(-1_000, io.SEEK_END) == len(whole) - 1_000
        assert file.read() == whole[-1_000:]


def test_a_damaged_header_is_told(tmp_path: Path) -> None:
    (tmp_path / "recording.wav").write_bytes(b"ID3" + bytes(5_000))
    with pytest.raises(RecordingError, match="its header is damaged"):
        seal(tmp_path)
    assert len(files(tmp_path)) == 1


def test_a_flac_without_its_sum_is_told(tmp_path: Path) -> None:
    leave(tmp_path, 20_000)
    sealed_of(tmp_path)
    (tmp_path / "recording.sha256").unlink()
    with pytest.raises(RecordingError, match=r"no recording\.sha256 beside"):
        seal(tmp_path)


def test_an_empty_folder_has_no_recording(tmp_path: Path) -> None:
    assert seal(tmp_path) is None


def test_holes_of_a_full_disk_are_silence(tmp_path: Path) -> None:
    file = WavFile(tmp_path, RATE_HZ)
    file.append(sound(RATE_HZ))
    file.append_silence(3 * RATE_HZ)
    file.append(sound(100))
    file.append_silence(50)
    file.close()
    silent = np.zeros((3 * RATE_HZ, 2), np.int16)
    expected = np.concatenate((sound(RATE_HZ), silent, sound(100), silent[:50]))
    assert soundfile.read(tmp_path / "recording.wav", dtype="int16")[0].tolist() == expected.tolist()
    assert heard(sealed_of(tmp_path).path) == expected.tolist()
