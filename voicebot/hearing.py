"""The hearing of a process: all its ears' sound taken to the models off the loop, those that are ready in one batch.

The pacer calls :meth:`Hearing.tick` every 20 ms. Where the worker is free, it takes along whatever has come for any
ear; where it is not, sound waits in the ears, and the next batch is the larger. So there is never a queue of batches.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from voicebot.audio import FRAME_MS, Samples
from voicebot.ear import Ear, Impression
from voicebot.stt.recognizer import TICK_MS, Recognizer, Stream
from voicebot.vad.activity import VoiceDetector
from voicebot.vad.boundaries import VoiceEvent

log = logging.getLogger(__name__)

STUCK_MS = 4_000  # a batch takes some milliseconds; after this long nobody waits for it any more
TICKS_A_DECODING = TICK_MS // FRAME_MS


@dataclass(slots=True)
class _Errand:
    """What one ear sends to the models, and what comes back."""

    ear: Ear
    frames: list[Samples]
    orders: list[tuple[str, int]]
    events: list[VoiceEvent]
    impression: Impression | None = None


_Seen = tuple[Ear, Impression, list[VoiceEvent]]


def _show_voices(voices: list[_Seen]) -> None:
    for ear, impression, events in voices:
        ear.show(impression, events)


class Hearing:
    """For all calls of a process. ``executor`` is where the models run: one thread of its own by default.

    ``clock_ms`` is monotonic. :attr:`broken` says why nothing is heard any more: the models hang.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        detector: VoiceDetector,
        executor: Executor | None = None,
        clock_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        self.recognizer = recognizer
        self.broken: str | None = None
        self._detector = detector
        self._executor = executor or ThreadPoolExecutor(1, "hearing")
        self._clock_ms = clock_ms
        self._ears: set[Ear] = set()
        self._ticks = 0
        self._is_tick = False
        self._busy_since_ms: float | None = None

    def ear(self, rate_hz: int) -> Ear:
        ear = Ear(self.recognizer, self._detector, rate_hz)
        self._ears.add(ear)
        return ear

    def close_ear(self, ear: Ear) -> None:
        self._ears.discard(ear)

    def tick(self) -> None:
        """Every 20 ms, on the loop."""
        self._ticks += 1
        self._is_tick |= self._ticks % TICKS_A_DECODING == 0  # kept where the worker is still busy
        self._start()

    def hurry(self) -> None:
        """Between two ticks: whoever waits for a final need not wait for the next."""
        if any(ear.is_finishing for ear in self._ears):
            self._start()

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        if self._busy_since_ms is not None:
            if self.broken is None and self._clock_ms() - self._busy_since_ms > STUCK_MS:
                self.broken = f"{self.recognizer.name} has not answered for {STUCK_MS // 1000} s"
                log.error("%s: no call of this process is heard any more", self.broken)
            return
        errands = [_Errand(ear, *ear.take(), []) for ear in self._ears if ear.has_news]
        if not errands:
            return
        self._busy_since_ms = self._clock_ms()
        is_tick, self._is_tick = self._is_tick, False
        loop = asyncio.get_running_loop()

        def show_soon(voices: list[_Seen]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_show_voices, voices)

        done = loop.run_in_executor(self._executor, self._work, errands, is_tick, show_soon)
        done.add_done_callback(lambda _: self._show(errands))

    def _show(self, errands: list[_Errand]) -> None:
        self._busy_since_ms = None
        urgent = False
        for errand in errands:
            if errand.impression is not None:
                errand.ear.show(errand.impression, errand.events)
            urgent |= errand.ear.is_finishing
        if urgent and self.broken is None:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._start()

    def _work(self, errands: list[_Errand], is_tick: bool, show_soon: Callable[[list[_Seen]], None]) -> None:
        """In the worker: never raises, an ear that cannot be heard says so."""
        for errand in errands:
            with self._or_broken(errand.ear):
                errand.ear.take_in(errand.frames, errand.orders)
        try:
            self._detector.judge([errand.ear.activity for errand in errands])
        except Exception as error:
            log.exception("voice activity failed")
            for errand in errands:
                errand.ear.decoded(f"voice activity: {type(error).__name__}: {error}")
        for errand in errands:
            with self._or_broken(errand.ear):
                errand.events = errand.ear.judged()
        ears = [errand.ear for errand in errands]
        due = [(ear, stream) for ear in ears if (stream := ear.stream_to_decode(is_tick)) is not None]
        if due:
            # who speaks and who does not is known now, and the bot must not go on talking until the words are
            show_soon([(errand.ear, errand.ear.impression(), errand.events) for errand in errands])
            for errand in errands:
                errand.events = []
            self._decode(due)
        for errand in errands:
            errand.impression = errand.ear.impression()

    def _decode(self, due: list[tuple[Ear, Stream]]) -> None:
        try:
            self.recognizer.decode([stream for _, stream in due])
        except Exception:
            log.exception("a batch of %d could not be decoded; each is tried alone", len(due))
        else:
            for ear, _ in due:
                ear.decoded()
            return
        for ear, stream in due:
            with self._or_broken(ear):
                self.recognizer.decode([stream])
                ear.decoded()

    @contextlib.contextmanager
    def _or_broken(self, ear: Ear) -> Iterator[None]:
        """What goes wrong with one ear's utterance makes no other ear deaf."""
        try:
            yield
        except Exception as error:
            log.exception("an utterance cannot be heard")
            ear.decoded(f"{self.recognizer.name}: {type(error).__name__}: {error}")
