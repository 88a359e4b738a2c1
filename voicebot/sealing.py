"""A recording that has ended becomes a FLAC with its SHA-256 beside it, encrypted where there is a key."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from voicebot.disk import sync_folder
from voicebot.encryption import EncryptedReader, EncryptedWriter, EncryptionError
from voicebot.recording_file import LeftRecording, RecordingError, left_in

FLAC_NAME, ENCRYPTED_FLAC_NAME, SHA256_NAME = "recording.flac", "recording.flac.enc", "recording.sha256"
CHUNK_BYTES = 65_536
_BLOCK_S = 10


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recording that no longer changes; ``sha256`` (hex) is of the file as it lies there, encrypted or not."""

    path: Path
    sha256: str
    duration_ms: int
    size_bytes: int


def sealed_name(is_encrypted: bool) -> str:
    """What a call's recording will be called."""
    return ENCRYPTED_FLAC_NAME if is_encrypted else FLAC_NAME


def sealed_in(folder: Path) -> Path | None:
    """A call's sealed recording, where there is one."""
    paths = (folder / FLAC_NAME, folder / ENCRYPTED_FLAC_NAME)
    return next((path for path in paths if path.exists()), None)


def seal(folder: Path, key: bytes | None = None) -> Sealed | None:
    """Seals what a call left in ``folder``, killed or not; None if nothing was recorded. A second time changes nothing.

    The running file goes only when the FLAC has been decoded again and found the same, and is on disk; killed on the
    way it starts anew. Raises :class:`RecordingError` (still being written, damaged, not sealed),
    :class:`EncryptionError` (key) and OSError. Takes about 0.1 s a minute of sound: not for the loop.
    """
    running = left_in(folder)
    if running is None:
        return _sealed_before(folder, key)
    left = LeftRecording(running, key)
    try:
        if next(left.blocks(), None) is None:
            left.remove()
            return None
        sealed = folder / sealed_name(key is not None)
        sha256 = _write(left, sealed, key)
        left.remove()
        return _described(sealed, sha256, key)
    finally:
        left.close()


def _sealed_before(folder: Path, key: bytes | None) -> Sealed | None:
    """Its sum is the one of that day, so that a file that was changed since then can be told."""
    sealed = sealed_in(folder)
    if sealed is None:
        return None
    try:
        return _described(sealed, (folder / SHA256_NAME).read_text("ascii").split()[0], key)
    except (FileNotFoundError, IndexError):
        raise RecordingError(f"no {SHA256_NAME} beside {sealed}: take both from a backup") from None


def open_recording(path: Path, key: bytes | None = None) -> BinaryIO:
    """A sealed recording's FLAC, decrypted on the way where it is encrypted; seekable.

    Raises :class:`EncryptionError` for a key that is missing or wrong, at reading for a file that was changed.
    """
    if path.suffix != ".enc":
        return path.open("rb")
    if key is None:
        raise EncryptionError(f"{path} is encrypted: give the recording key")
    return io.BufferedReader(EncryptedReader(path, key), CHUNK_BYTES)


def _write(left: LeftRecording, sealed: Path, key: bytes | None) -> str:
    part = sealed.with_name(f"{sealed.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o640)
        try:
            if key is None:
                _encode(left, descriptor)
            else:
                _encode_encrypted(left, descriptor, part, key)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sha256 = _sha256_of(part)
        # sha256sum -c reads this; it goes first: whoever sees the FLAC sees its sum
        _write_text(sealed.with_name(SHA256_NAME), f"{sha256}  {sealed.name}\n")
        part.rename(sealed)
        sealed.with_name(sealed_name(key is None)).unlink(
            missing_ok=True
        )  # of a sealing that was killed, before a key was set
        sync_folder(sealed.parent)
        return sha256
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _encode(left: LeftRecording, descriptor: int) -> None:
    """Writes the FLAC to an open, empty file and compares it with what it was made of."""
    try:
        with soundfile.SoundFile(
            os.dup(descriptor), "w", left.rate_hz, 2, subtype="PCM_16", format="FLAC", closefd=True
        ) as flac:
            for block in left.blocks():
                flac.write(block)
        os.lseek(descriptor, 0, os.SEEK_SET)
        with soundfile.SoundFile(os.dup(descriptor), closefd=True) as flac:
            for block in left.blocks():
                if not np.array_equal(flac.read(len(block), dtype="int16", always_2d=True), block):
                    raise RecordingError("the FLAC does not hold what was recorded: make space or check the disk")
            if flac.read(1, dtype="int16").size:
                raise RecordingError("the FLAC holds more than was recorded: check the disk")
    except soundfile.SoundFileError as error:
        raise RecordingError(f"the FLAC could not be written, make space or check the disk ({error})") from error


def _encode_encrypted(left: LeftRecording, descriptor: int, path: Path, key: bytes) -> None:
    """The same by way of memory: nothing that can be understood touches the disk. An hour at 8 kHz: some 60 MB."""
    memory = os.memfd_create("recording.flac")
    try:
        _encode(left, memory)
        size = os.fstat(memory).st_size
        writer = EncryptedWriter(descriptor, key, CHUNK_BYTES)
        for at in range(0, size, CHUNK_BYTES):
            writer.write(os.pread(memory, CHUNK_BYTES, at), is_last=at + CHUNK_BYTES >= size)
        with EncryptedReader(path, key) as decrypted:
            for at in range(0, size, CHUNK_BYTES):
                if decrypted.read(CHUNK_BYTES) != os.pread(memory, CHUNK_BYTES, at):
                    raise RecordingError("the encrypted FLAC does not hold what was recorded: check the disk")
    finally:
        os.close(memory)


def _described(sealed: Path, sha256: str, key: bytes | None) -> Sealed:
    with open_recording(sealed, key) as file:
        info = soundfile.info(file)
    return Sealed(sealed, sha256, info.frames * 1_000 // info.samplerate, sealed.stat().st_size)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_text(path: Path, text: str) -> None:
    """All of it or nothing."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
