"""The last seconds of both sides of a call in shared memory, for helpers of other processes that need sound.

A file in /dev/shm named after the call: a header, then two rings of int16 at the call's rate. The writer counts a frame
as begun, writes it, and counts it as done; a reader copies what is done and then looks whether what it copied has been
begun anew meanwhile. Nobody waits for anybody (after Lamport, "Concurrent Reading and Writing", CACM 1977). The order
of stores that this needs is x86's; on ARM the newest frame of a copy may be torn.

Files, not ``multiprocessing.shared_memory``: its resource tracker unlinks memory of others when a reader ends.
"""

import fcntl
import mmap
import os
import re
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.audio import Samples

KEPT_S = 10
_SPARE_S = 1  # so that a reader of all that is kept has a second before it is overwritten
_FOLDER = Path("/dev/shm")
_PREFIX = "aicc-tap-"
_MAGIC = b"AICCTAP1"
# begun, done (samples), rate, closed; the magic comes last and makes it valid
_HEADER = struct.Struct("<QQII8s")
_HEADER_BYTES = 64
_TRIES = 10


class TapError(OSError):
    """No tap can be made or read; the message names the call and says why."""


class Tap:
    """The writing side, of one call; a file that a killed process left is taken over.

    It is locked (flock) while its process lives. An hour-long call takes no more than a short one: 352 kB at 8 kHz.
    """

    def __init__(self, path: Path, descriptor: int, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._path, self._descriptor = path, descriptor
        self._capacity = _capacity(rate_hz)
        self._memory = mmap.mmap(descriptor, _size(rate_hz))
        self._counts = np.frombuffer(self._memory, np.uint64, 2)
        self._caller, self._bot = _rings(self._memory, self._capacity)
        self._written = 0
        self._is_closed = False
        _HEADER.pack_into(self._memory, 0, 0, 0, rate_hz, 0, _MAGIC)

    @classmethod
    def create(cls, call_id: str, rate_hz: int) -> "Tap":
        """:class:`TapError` where a live process has one of this name, or the shared memory is full."""
        path = _path(call_id)
        descriptor = _claim(path, call_id)
        try:
            # reserved now: memory that runs out later would kill the process (SIGBUS)
            os.posix_fallocate(descriptor, 0, _size(rate_hz))
            return cls(path, descriptor, rate_hz)
        except OSError as error:
            path.unlink(missing_ok=True)
            os.close(descriptor)
            raise TapError(f"no tap for call {call_id}: {error.strerror}: give {_FOLDER} more space") from error

    def write(self, caller: Samples, bot: Samples) -> None:
        """The next frame of both, equally long, of at most ``KEPT_S`` seconds."""
        count, capacity = len(caller), self._capacity
        at = self._written % capacity
        self._written += count
        self._counts[0] = self._written
        if at + count <= capacity:
            self._caller[at : at + count] = caller
            self._bot[at : at + count] = bot
        else:
            fits = capacity - at
            for ring, frame in ((self._caller, caller), (self._bot, bot)):
                ring[at:], ring[: count - fits] = frame[:fits], frame[fits:]
        self._counts[1] = self._written

    def close(self) -> None:
        """Marks it as closed and takes its name away; readers keep what they have open. A second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        struct.pack_into("<I", self._memory, 20, 1)
        self._path.unlink(missing_ok=True)
        del self._counts, self._caller, self._bot
        self._memory.close()
        os.close(self._descriptor)


class TapReader:
    """The reading side. It takes copies, and never holds up the call."""

    def __init__(self, memory: mmap.mmap, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._memory, self._capacity = memory, _capacity(rate_hz)

    @classmethod
    def open(cls, call_id: str) -> "TapReader":
        """:class:`TapError` where the call is over or has no tap."""
        try:
            descriptor = os.open(_path(call_id), os.O_RDONLY)
        except FileNotFoundError:
            raise TapError(f"no tap of call {call_id}: it is over, or has not begun") from None
        try:
            header = os.pread(descriptor, _HEADER.size, 0)
            *_, rate_hz, _, magic = _HEADER.unpack(header) if len(header) == _HEADER.size else (0, 0, b"")
            if magic != _MAGIC or os.fstat(descriptor).st_size != _size(rate_hz):
                raise TapError(f"no tap of call {call_id}: it is not ready, or of another version")
            return cls(mmap.mmap(descriptor, _size(rate_hz), access=mmap.ACCESS_READ), rate_hz)
        finally:
            os.close(descriptor)

    def read(self, last_ms: int = KEPT_S * 1_000) -> tuple[Samples, Samples]:
        """Copies of the newest ``last_ms`` of the caller and the bot, equally long; less where there is less.

        At most ``KEPT_S`` seconds. :class:`TapError` if the writer overtakes every try.
        """
        wanted = min(max(last_ms, 0), KEPT_S * 1_000) * self.rate_hz // 1_000
        for _ in range(_TRIES):
            done = self._counts()[1]
            first = max(0, done - wanted)
            both = self._copy(first, done)
            if self._counts()[0] - first <= self._capacity:
                return both[0], both[1]
        raise TapError("the tap was overwritten while it was read: ask for less")

    @property
    def written_ms(self) -> int:
        """How much of the call has been written; with :meth:`read` it tells when a sound was."""
        return self._counts()[1] * 1_000 // self.rate_hz

    @property
    def is_closed(self) -> bool:
        """Whether the call has ended; after a kill it stays False."""
        return bool(struct.unpack_from("<I", self._memory, 20)[0])

    def close(self) -> None:
        self._memory.close()

    def _copy(self, first: int, end: int) -> npt.NDArray[np.int16]:
        rings = _rings(self._memory, self._capacity)
        start = first % self._capacity
        behind_the_turn = max(0, start + end - first - self._capacity)
        return np.concatenate((rings[:, start : start + end - first], rings[:, :behind_the_turn]), axis=1)

    def _counts(self) -> tuple[int, int]:
        begun, done = struct.unpack_from("<QQ", self._memory)
        return begun, done


def unlink(call_id: str) -> None:
    """Takes away the tap of a process that was killed; where there is none it does nothing."""
    _path(call_id).unlink(missing_ok=True)


def unlink_stale() -> list[str]:
    """Takes away every tap whose process is gone; tells the calls."""
    stale = []
    for path in sorted(_FOLDER.glob(f"{_PREFIX}*")):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
                stale.append(path.name.removeprefix(_PREFIX))
            finally:
                os.close(descriptor)
    return stale


def _claim(path: Path, call_id: str) -> int:
    """The file, made or taken over, open and locked; what a dead process left is not used again, it may be read."""
    for _ in range(_TRIES):
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):  # somebody who clears away may have come in between
                if path.stat().st_ino == os.fstat(descriptor).st_ino:
                    return descriptor
            os.close(descriptor)
            continue
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            except BlockingIOError:
                break
            finally:
                os.close(descriptor)
    raise TapError(f"call {call_id} has a tap already: two calls cannot share an id")


def _path(call_id: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", call_id):
        raise TapError(f"no tap can be named after call {call_id!r}: use letters, digits, dots and hyphens")
    return _FOLDER / f"{_PREFIX}{call_id}"


def _capacity(rate_hz: int) -> int:
    return (KEPT_S + _SPARE_S) * rate_hz


def _size(rate_hz: int) -> int:
    return _HEADER_BYTES + 2 * 2 * _capacity(rate_hz)


def _rings(memory: mmap.mmap, capacity: int) -> npt.NDArray[np.int16]:
    return np.frombuffer(memory, np.int16, 2 * capacity, _HEADER_BYTES).reshape(2, capacity)
