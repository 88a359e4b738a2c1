"""An agent at a telephone who knows what to say: a sentence of his, whenever the caller has said something."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import numpy as np

from aicc.simulation.phones import PhoneCall
from voicebot.audio import FRAME_MS, Samples, level_dbfs

VOICE_DBFS = -40.0
ANSWERS_AFTER_MS = 700  # of the caller's silence
RATE_HZ = 8_000
FRAME = RATE_HZ * FRAME_MS // 1_000


class SpeakingAgent:
    """``sentences`` are at 8 kHz; the first is said at once. From :meth:`pick_up` on it lives by itself, until the call
    is over. ``is_in_talk`` is set with the second sentence: there is something to look at.
    """

    def __init__(self, sentences: Sequence[Samples]) -> None:
        self.is_in_talk = asyncio.Event()
        self._sentences = deque(sentences)
        self._frames: deque[Samples] = deque()
        self._silent_ms = 0
        self._is_asked = True  # the caller has said something since the last sentence
        self._is_first = True
        self._talking: asyncio.Task[None] | None = None

    def pick_up(self, call: PhoneCall) -> None:
        self._talking = asyncio.get_running_loop().create_task(self._talk(call))

    async def _talk(self, call: PhoneCall) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while not call.is_over.is_set():
            for arrived in call.wire.receive():
                self._hear(arrived.frame)
            self._answer()
            call.wire.send(self._frames.popleft() if self._frames else np.zeros(FRAME, np.int16))
            due_s += FRAME_MS / 1_000
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def _hear(self, frame: Samples) -> None:
        if level_dbfs(frame) > VOICE_DBFS:
            self._is_asked, self._silent_ms = True, 0
        else:
            self._silent_ms += FRAME_MS

    def _answer(self) -> None:
        if self._frames or not self._is_asked or not self._sentences or self._silent_ms < ANSWERS_AFTER_MS:
            return
        if not self._is_first:
            self.is_in_talk.set()
        self._is_asked = self._is_first = False
        sound = self._sentences.popleft()
        padded = np.pad(sound, (0, -len(sound) % FRAME))
        self._frames.extend(padded.reshape(-1, FRAME))
