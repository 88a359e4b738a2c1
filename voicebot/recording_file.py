"""The file of a recording that still runs: a WAV, or encrypted PCM where there is a key. It can be read at any moment.

Samples are int16, two to a frame: left the caller, right the bot.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from voicebot.audio import Samples
from voicebot.disk import write_all
from voicebot.encryption import EncryptedWriter, EncryptionError, chunk_bytes_of, read_prefix

WAV_NAME, ENCRYPTED_NAME = "recording.wav", "recording.pcm.enc"
FRAME_BYTES = 4
_WAV_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BLOCK_S = 10


class RecordingError(Exception):
    """A recording that cannot be used; the message names it and says why."""


class StillWritten(RecordingError):
    """A recording whose call is alive."""


class RecordingFile(Protocol):
    """Written on the disk's thread. What raises OSError has not counted and is given again, the same samples."""

    def append(self, sound: Samples) -> None:
        """``(frames, 2)`` more: a second, and only at the end less."""

    def append_silence(self, frames: int) -> None: ...

    def close(self) -> None: ...


class WavFile:
    """``recording.wav``: its header is valid behind every write, as the samples go first and their count follows.

    Locked (flock) while it is open. FileExistsError where there is one: somebody else's recording is not written over.
    """

    def __init__(self, folder: Path, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._file = _create(folder / WAV_NAME)
        self._frames = 0
        try:
            self._count(0)
        except OSError:
            _take_back(self._file, folder / WAV_NAME)
            raise

    def append(self, sound: Samples) -> None:
        write_all(self._file, sound.astype("<i2").tobytes(), _WAV_HEADER.size + self._frames * FRAME_BYTES)
        self._count(len(sound))

    def append_silence(self, frames: int) -> None:
        """A hole in the file: silence that takes no space, so it can be written on a disk that is full."""
        os.ftruncate(self._file, _WAV_HEADER.size + (self._frames + frames) * FRAME_BYTES)
        self._count(frames)

    def close(self) -> None:
        os.close(self._file)

    def _count(self, frames: int) -> None:
        size, rate_hz = (self._frames + frames) * FRAME_BYTES, self._rate_hz
        form = (b"fmt ", 16, 1, 2, rate_hz, rate_hz * FRAME_BYTES, FRAME_BYTES, 16)
        write_all(self._file, _WAV_HEADER.pack(b"RIFF", 36 + size, b"WAVE", *form, b"data", size), 0)
        self._frames += frames


class EncryptedPcmFile:
    """``recording.pcm.enc``: PCM in the container of ``voicebot.encryption``, one second a chunk.

    The chunk's size therefore tells the rate. Locked and exclusive like :class:`WavFile`.
    """

    def __init__(self, folder: Path, rate_hz: int, key: bytes) -> None:
        self._rate_hz = rate_hz
        self._file = _create(folder / ENCRYPTED_NAME)
        try:
            self._writer = EncryptedWriter(self._file, key, rate_hz * FRAME_BYTES)
        except OSError:
            _take_back(self._file, folder / ENCRYPTED_NAME)
            raise

    def append(self, sound: Samples) -> None:
        self._writer.write(sound.astype("<i2").tobytes(), is_last=len(sound) < self._rate_hz)

    def append_silence(self, frames: int) -> None:
        self.append(np.zeros((frames, 2), np.int16))

    def close(self) -> None:
        os.close(self._file)


class LeftRecording:
    """What was recorded, once nobody writes it: by a call that has ended, or by a process that was killed.

    Holds the file's lock; :class:`StillWritten` where its call is alive, :class:`EncryptionError` where the
    key does not fit. ``rate_hz`` is 0 for a file that was killed before it held anything.
    """

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path, self._key = path, key
        self._file = os.open(path, os.O_RDONLY)
        try:
            if not _locked(self._file):
                raise StillWritten(f"{path} is still being written: wait for the call's end")
            self.rate_hz = self._read_rate_hz()
        except BaseException:
            os.close(self._file)
            raise

    def blocks(self) -> Iterator[Samples]:
        """The sound from its beginning, ``(frames, 2)`` at a time."""
        if not self.rate_hz:
            return
        pieces = self._encrypted_seconds() if self._path.name == ENCRYPTED_NAME else self._wav_blocks()
        for piece in pieces:
            whole = len(piece) // FRAME_BYTES * FRAME_BYTES
            if whole:
                yield np.frombuffer(piece[:whole], "<i2").reshape(-1, 2)

    def remove(self) -> None:
        self._path.unlink()

    def close(self) -> None:
        os.close(self._file)

    def _read_rate_hz(self) -> int:
        header = os.pread(self._file, _WAV_HEADER.size, 0)
        if len(header) < _WAV_HEADER.size:
            return 0
        if self._path.name == ENCRYPTED_NAME:
            return chunk_bytes_of(self._path) // FRAME_BYTES
        magic, _, wave, _, _, _, channels, rate_hz, *_ = _WAV_HEADER.unpack(header)
        if (magic, wave, channels) != (b"RIFF", b"WAVE", 2) or not rate_hz:
            raise RecordingError(f"{self._path} is no recording of a call: its header is damaged")
        return int(rate_hz)

    def _wav_blocks(self) -> Iterator[bytes]:
        # to the file's end, not the header's: samples whose count was never written are there too
        with self._path.open("rb") as file:
            file.seek(_WAV_HEADER.size)
            while block := file.read(_BLOCK_S * self.rate_hz * FRAME_BYTES):
                yield block

    def _encrypted_seconds(self) -> Iterator[bytes]:
        if self._key is None:
            raise EncryptionError(f"{self._path} is encrypted: give the recording key")
        return read_prefix(self._path, self._key)


def left_in(folder: Path) -> Path | None:
    """The running recording's file, where there is one."""
    paths = (folder / WAV_NAME, folder / ENCRYPTED_NAME)
    return next((path for path in paths if path.exists()), None)


def _create(path: Path) -> int:
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _take_back(descriptor: int, path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
