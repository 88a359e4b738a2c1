"""The picture of a recording: sealed or running, encrypted or not, and what is told where there is none."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aicc.service.api import peaks
from aicc.service.api.peaks import Outline, Outlines
from aicc.service.api.problem import Problem
from tests.fakes.service import ENDED, STARTED, FakeService
from voicebot.encryption import EncryptedWriter
from voicebot.log import EventLog, new_call_id
from voicebot.recording_file import EncryptedPcmFile, WavFile
from voicebot.sealing import CHUNK_BYTES, seal
from voicebot.store import Store

KEY = bytes(range(32))
RATE_HZ = 8_000
Folder = Callable[[], Path]


def sound(seconds: float = 4.0) -> np.ndarray:
    """The caller is loud in the second half, the other side at one moment of it."""
    samples = np.zeros((int(seconds * RATE_HZ), 2), np.int16)
    samples[len(samples) // 2 :, 0] = 16_384
    samples[-3 * RATE_HZ // 2, 1] = -32_768
    return samples


@pytest.fixture
def call_id(store: Store) -> str:
    log = EventLog(new_call_id())
    log.append(STARTED)
    log.append(ENDED)
    store.write(log.read())
    return log.call_id


@pytest.fixture
def folder(service: FakeService, call_id: str) -> Path:
    folder = service.folder / "calls" / call_id
    folder.mkdir(parents=True)
    return folder


def outlined(service: FakeService, call_id: str) -> Outline:
    return asyncio.run(Outlines(service).of(call_id))


def refused(service: FakeService, call_id: str) -> tuple[int, str]:
    with pytest.raises(Problem) as told:
        outlined(service, call_id)
    return told.value.status, told.value.error


def sealed(folder: Path, key: bytes | None = None, samples: np.ndarray | None = None) -> None:
    soundfile.write(folder / "recording.wav", sound() if samples is None else samples, RATE_HZ, subtype="PCM_16")
    assert seal(folder)
    if key is not None:
        plain = (folder / "recording.flac").read_bytes()
        descriptor = os.open(folder / "recording.flac.enc", os.O_RDWR | os.O_CREAT)
        writer = EncryptedWriter(descriptor, key, CHUNK_BYTES)
        for at in range(0, len(plain), CHUNK_BYTES):
            writer.write(plain[at : at + CHUNK_BYTES], is_last=at + CHUNK_BYTES >= len(plain))
        os.close(descriptor)
        (folder / "recording.flac").unlink()


def is_the_sound(outline: Outline) -> None:
    assert outline.duration_ms == 4_000
    assert outline.peaks(0, 4) == [0.0, 0.0, 0.502, 0.502]
    assert outline.peaks(1, 4) == [0.0, 0.0, 1.0, 0.0]
    assert outline.peaks(0, 1) == [0.502]
    assert outline.peaks(1, 10_000).index(1.0) == 250  # of 400: no more than there are
    assert len(outline.peaks(1, 10_000)) == 400


@pytest.mark.parametrize("key", [None, KEY])
def test_a_sealed_recording(service: FakeService, call_id: str, folder: Path, key: bytes | None) -> None:
    service.recording_key = key
    sealed(folder, key)
    is_the_sound(outlined(service, call_id))


@pytest.mark.parametrize("key", [None, KEY])
def test_what_a_running_call_has_left_so_far(
    service: FakeService, call_id: str, folder: Path, key: bytes | None
) -> None:
    service.recording_key = key
    file = WavFile(folder, RATE_HZ) if key is None else EncryptedPcmFile(folder, RATE_HZ, key)
    for second in range(4):
        file.append(sound()[second * RATE_HZ : (second + 1) * RATE_HZ])
    is_the_sound(outlined(service, call_id))  # its writer still holds the lock
    file.close()
    assert seal(folder, key)  # and nobody else's is in the way
    is_the_sound(outlined(service, call_id))


def test_hours_are_read_in_pieces(
    service: FakeService, call_id: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peaks, "_BLOCK_S", 1)
    sealed(folder, samples=sound(35.005))
    outline = outlined(service, call_id)
    assert outline.duration_ms == 35_005 and len(outline.loudest) == 3_501
    assert outline.peaks(0, 2) == [0.0, 0.502]
    assert outline.peaks(0, 3) == [0.0, 0.502, 0.502]


def test_a_sealed_recording_is_read_once(
    service: FakeService, call_id: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(folder)
    read: list[object] = []

    def outline(*given: object) -> Outline:
        read.append(given)
        return Outline(np.zeros((1, 2), np.uint8), 10)

    monkeypatch.setattr(peaks, "_outline", outline)

    async def ask() -> None:
        outlines = Outlines(service)
        told = await asyncio.gather(*(outlines.of(call_id) for _ in range(5)))
        assert len({id(one) for one in told}) == 1 and len(read) == 1
        monkeypatch.setattr(peaks, "MOST_HELD", 0)
        await outlines.of(call_id)  # from memory, and forgotten
        await outlines.of(call_id)
        assert len(read) == 2

    asyncio.run(ask())


def test_an_empty_recording_has_no_peaks(service: FakeService, call_id: str, folder: Path) -> None:
    WavFile(folder, RATE_HZ).close()
    outline = outlined(service, call_id)
    assert (outline.duration_ms, outline.peaks(0, 100), outline.peaks(1, 1)) == (0, [], [])


@pytest.mark.parametrize("name", ["recording.wav", "recording.pcm.enc", "recording.flac", "recording.flac.enc"])
@pytest.mark.parametrize("content", [b"", b"RIFF", b"\xff" * 4_000, b"fLaC" + b"\0" * 400])
def test_a_damaged_file_is_told(
    service: FakeService, call_id: str, folder: Path, name: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    service.recording_key = KEY
    (folder / name).write_bytes(content)
    (folder / "recording.sha256").write_text("0" * 64 + "  x\n")
    status, error = refused(service, call_id)
    assert status == 503 and error in ("the recording cannot be read", "the recording cannot be decrypted")
    assert str(folder) not in error and str(folder.name) in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # libsndfile's callbacks cannot raise
def test_a_file_that_was_cut_off_is_told(service: FakeService, call_id: str, folder: Path) -> None:
    service.recording_key = KEY
    sealed(folder, KEY, np.random.default_rng(1).integers(-9_000, 9_000, (RATE_HZ * 8, 2), dtype=np.int16))
    whole = (folder / "recording.flac.enc").read_bytes()
    (folder / "recording.flac.enc").write_bytes(whole[:-1_000])
    assert refused(service, call_id)[0] == 503
    (folder / "recording.flac.enc").write_bytes(whole[:70_000] + b"x" + whole[70_001:])
    assert refused(service, call_id)[0] == 503


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_without_its_key(service: FakeService, call_id: str, folder: Path, key: bytes | None) -> None:
    sealed(folder, KEY)
    service.recording_key = key
    assert refused(service, call_id) == (503, "the recording cannot be decrypted")


def test_no_recording_at_all(service: FakeService, call_id: str, folder: Path) -> None:
    assert refused(service, call_id) == (404, "the call was not recorded")


def test_no_file_stays_open(service: FakeService, call_id: str, folder: Path) -> None:
    sealed(folder)
    outlined(service, call_id)
    files = (link.resolve() for link in Path("/proc/self/fd").iterdir() if link.exists())
    assert not [file for file in files if file.name == "recording.flac"]
