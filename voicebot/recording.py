"""A call's recording while it runs: gathered on the loop, written every second off it, sealed at the end."""

import collections
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np

from voicebot.audio import Samples
from voicebot.disk import Disk, what_failed
from voicebot.recording_file import EncryptedPcmFile, RecordingError, RecordingFile, WavFile
from voicebot.sealing import Sealed, seal, sealed_name

HELD_S = 20  # of sound that a failing disk does not take
RETRY_S = 1.0
LAST_TRIES = 60  # once the call is over


class Recording:
    """Stereo at the call's rate, left the caller, right all that the caller hears; silence while it is paused.

    A disk that fails or is full never stops a call: the last ``HELD_S`` seconds wait in memory, what comes behind them
    is silence in the recording, so that times stay true. ``on_fault`` gets one line at the first failure, the next only
    after something could be written; it is called **on the disk's threads**. Without space the running file stays as
    it is, and ``sealing.seal`` finishes it later.
    """

    def __init__(
        self, folder: Path, rate_hz: int, disk: Disk, on_fault: Callable[[str], None], key: bytes | None = None
    ) -> None:
        self.name = sealed_name(key is not None)
        """What it will be called in ``folder``."""
        self._folder, self._rate_hz, self._disk, self._on_fault, self._key = folder, rate_hz, disk, on_fault, key
        self._second = np.zeros((rate_hz, 2), np.int16)
        self._filled = 0
        self._is_paused = False
        self._sealed: Future[Sealed | None] | None = None
        self._lock = threading.Lock()
        self._waiting: collections.deque[Samples | int] = collections.deque()  # seconds, and lengths of lost ones
        self._is_asked = self._is_over = False
        # of the disk's thread alone
        self._file: RecordingFile | None = None
        self._is_failing = False
        self._last_tries = 0
        self._ask()

    def write(self, caller: Samples, bot: Samples) -> None:
        """The next frame of both, equally long, of at most a second; never blocks. Dropped behind :meth:`finish`."""
        if self._sealed is not None:
            return
        start, end = self._filled, self._filled + len(caller)
        if end > self._rate_hz:
            fits = self._rate_hz - start
            self.write(caller[:fits], bot[:fits])
            self.write(caller[fits:], bot[fits:])
            return
        if not self._is_paused:
            self._second[start:end, 0] = caller
            self._second[start:end, 1] = bot
        self._filled = end
        if end == self._rate_hz:
            self._hand_over(self._second)
            self._second, self._filled = np.zeros((self._rate_hz, 2), np.int16), 0

    def pause(self) -> None:
        """From the next frame on silence is written: card numbers are not kept."""
        self._is_paused = True

    def resume(self) -> None:
        self._is_paused = False

    def finish(self) -> Future[Sealed | None]:
        """Writes the rest and seals it, off the loop; ``asyncio.wrap_future`` makes it awaitable.

        Nothing recorded gives None. Raises :class:`RecordingError` where it could not be sealed: on a full disk after
        a minute; the running file is then left for ``sealing.seal``. A second time gives the same future.
        """
        if self._sealed is None:
            self._sealed = Future()
            self._sealed.set_running_or_notify_cancel()
            self._hand_over(self._second[: self._filled], is_last=True)
        return self._sealed

    @property
    def waiting_s(self) -> int:
        """How many seconds, full or lost, are not on disk yet."""
        return len(self._waiting)

    def _hand_over(self, sound: Samples, is_last: bool = False) -> None:
        with self._lock:
            if len(sound):
                is_held = len(self._waiting) < HELD_S
                self._waiting.append(sound if is_held else len(sound))
            self._is_over = is_last
        if not self._ask() and is_last:
            self._give_up(RecordingError("the queue to the disk is full"))

    def _ask(self) -> bool:
        """Asks the disk for a turn unless one is coming; refused, the next second asks again."""
        with self._lock:
            if self._is_asked:
                return True
            self._is_asked = self._disk.submit(self._write_out, self._give_up, retry_s=RETRY_S)
            return self._is_asked

    def _write_out(self) -> None:
        path = self._folder / self.name
        try:
            file = self._opened()
            while (sound := self._next()) is not None:
                if isinstance(sound, int):
                    file.append_silence(sound)
                else:
                    file.append(sound)
                with self._lock:
                    self._waiting.popleft()
                self._is_failing = False
        except Exception as error:
            if not self._is_failing:
                self._is_failing = True
                held = f"{HELD_S} s are held, what comes behind them is recorded as silence"
                self._on_fault(what_failed(error, path, held))
            if self._is_over:
                self._last_tries += 1
                if self._last_tries >= LAST_TRIES:
                    self._give_up(error)
                    return
            raise

    def _next(self) -> Samples | int | None:
        """What is to be written next; with nothing left this turn is over, and behind the call's end the recording."""
        with self._lock:
            if self._waiting:
                return self._waiting[0]
            self._is_asked = False
            is_over = self._is_over
        if is_over:
            self._close()
            self._disk.aside(self._seal)
        return None

    def _opened(self) -> RecordingFile:
        if self._file is None:
            if self._key is None:
                self._file = WavFile(self._folder, self._rate_hz)
            else:
                self._file = EncryptedPcmFile(self._folder, self._rate_hz, self._key)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _seal(self) -> None:
        assert self._sealed is not None
        try:
            self._sealed.set_result(seal(self._folder, self._key))
        except Exception as error:
            self._report(error)

    def _give_up(self, error: Exception) -> None:
        """The disk takes no more: what it has stays as it is."""
        with self._lock:
            self._is_asked = False
            self._waiting.clear()
        self._close()
        self._report(error)

    def _report(self, error: Exception) -> None:
        line = what_failed(error, self._folder / self.name, "not sealed, what was written is kept")
        self._on_fault(line)
        if self._sealed is not None:
            self._sealed.set_exception(RecordingError(line))
