"""How loud a recording is along its length, for a picture of it: each side by itself."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.recordings import Kept, open_kept
from aicc.service.api.service import Service
from voicebot.audio import Samples
from voicebot.encryption import EncryptionError, chunk_bytes_of, read_prefix
from voicebot.recording_file import ENCRYPTED_NAME, FRAME_BYTES, left_in
from voicebot.sealing import sealed_in

log = logging.getLogger(__name__)

WINDOWS_A_SECOND = 100
MOST_HELD = 32
_BLOCK_S = 10

Loudest = npt.NDArray[np.uint8]
"""``(windows, 2)``: the loudest sample of every 10 ms, 255 at full scale; left the caller, right what they heard."""


@dataclass(frozen=True, slots=True)
class Outline:
    loudest: Loudest
    duration_ms: int

    def peaks(self, side: int, most: int) -> list[float]:
        """At most so many values, 0 to 1, each the loudest of an equal part."""
        count = min(most, len(self.loudest))
        if not count:
            return []
        edges = np.arange(count) * len(self.loudest) // count
        return [round(float(peak), 3) for peak in np.maximum.reduceat(self.loudest[:, side], edges) / 255]


class Outlines:
    """Those of sealed recordings are kept, the ``MOST_HELD`` that were asked for last: some 0.7 MB an hour of sound.

    One is computed at a time, off the loop and ten seconds of sound after the other; who asks meanwhile waits.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._held: OrderedDict[str, Outline] = OrderedDict()
        self._computing = asyncio.Semaphore(1)

    async def of(self, call_id: str) -> Outline:
        """Of the sealed recording, or of what a running call has left so far. Raises Problem with the reason."""
        async with self._computing:
            return await run_in_threadpool(self._of, call_id)

    def _of(self, call_id: str) -> Outline:
        service = self._service
        folder = service.folder / "calls" / call_id
        try:
            if sealed_in(folder) is None and (running := left_in(folder)):
                return _running(running, service.recording_key)
            kept = open_kept(service.store, folder, call_id, service.recording_key)
            with kept.file:
                return self._held_or_read(kept)
        except (soundfile.SoundFileError, EncryptionError, OSError) as error:
            log.warning("the recording of call %s cannot be read: %s", call_id, error)
            raise Problem(503, "the recording cannot be read", "take it from a backup; the log says more") from None

    def _held_or_read(self, kept: Kept) -> Outline:
        held = self._held.pop(kept.sha256, None)
        if held is None:
            kept.file.seek(0)
            with soundfile.SoundFile(kept.file) as flac:
                held = _outline(_blocks(flac), flac.samplerate)
        self._held[kept.sha256] = held
        if len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return held


def _running(path: Path, key: bytes | None) -> Outline:
    """Without its lock, which belongs to whoever writes or seals it; the file may go meanwhile."""
    if path.name == ENCRYPTED_NAME:
        if key is None:
            raise EncryptionError(f"{path} is encrypted: give the recording key")
        rate_hz = chunk_bytes_of(path) // FRAME_BYTES
        seconds = (np.frombuffer(second, "<i2").reshape(-1, 2) for second in read_prefix(path, key))
        return _outline(seconds, rate_hz)
    with soundfile.SoundFile(str(path)) as wav:
        return _outline(_blocks(wav), wav.samplerate)


def _blocks(file: soundfile.SoundFile) -> Iterator[Samples]:
    return file.blocks(_BLOCK_S * file.samplerate, dtype="int16", always_2d=True)  # type: ignore[no-any-return]


def _outline(blocks: Iterable[Samples], rate_hz: int) -> Outline:
    window, frames = rate_hz // WINDOWS_A_SECOND, 0
    left = np.zeros((0, 2), np.int16)
    loudest: list[Loudest] = []
    for block in blocks:
        frames += len(block)
        left = np.concatenate([left, block[:, [0, -1]]])
        whole = len(left) // window * window
        loudest.append(_loudest(left[:whole].reshape(-1, window, 2)))
        left = left[whole:]
    if len(left):
        loudest.append(_loudest(left[np.newaxis]))
    windows = np.concatenate(loudest) if loudest else np.zeros((0, 2), np.uint8)
    return Outline(windows, frames * 1_000 // rate_hz)


def _loudest(windows: Samples) -> Loudest:
    """Of ``(windows, samples, 2)``; -32,768 has no positive of its own in 16 bits."""
    peaks = np.maximum(windows.max(axis=1).astype(np.int32), -windows.min(axis=1).astype(np.int32))
    shown: Loudest = np.minimum(peaks >> 7, 255).astype(np.uint8)
    return shown
