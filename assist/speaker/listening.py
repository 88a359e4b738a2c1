"""What the caller has said so far, out of a call's running sound."""

from __future__ import annotations

import numpy as np

from assist.helper import Sound
from assist.speaker.model import SpeakerModel
from assist.speaker.net_speech import NetSpeech, Speech
from voicebot.audio import Samples

_TRIES = 5  # a frame is written every 20 ms, and read in far less


class Listening:
    """Gathers the speech of the caller's side until it is ``most_ms`` net; what comes later is not kept."""

    def __init__(self, model: SpeakerModel, sound: Sound, most_ms: int) -> None:
        self._model, self._sound, self._most_ms = model, sound, most_ms
        self._read_ms = 0
        self.forget(0)

    def forget(self, until_ms: int) -> None:
        """Begins anew with what is said from ``until_ms`` of the call on, or from where it has read to."""
        self._read_ms = max(self._read_ms, until_ms)
        self._stream: NetSpeech = self._model.stream(self._sound.rate_hz)
        self._parts: list[Samples] = []
        self._is_full = False

    def pass_over(self) -> None:
        """What has been said until now is not listened to."""
        self._read_ms = self._sound.written_ms

    def read(self) -> None:
        """Takes in the sound since the last time, each ms once; what a reader has lost by coming late is left out.

        OSError where the sound is gone.
        """
        self._keep(self._stream.hear(self._new_sound()))

    def finish(self) -> None:
        """The call is over."""
        self._keep(self._stream.finish())

    @property
    def net_ms(self) -> int:
        return min(self._stream.net_ms, self._most_ms)

    @property
    def speech(self) -> Speech:
        whole = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int16)
        self._parts = [whole]
        return Speech(whole, self._stream.rate_hz, self.net_ms, self._stream.sounding_ms)

    def _keep(self, speech: Samples) -> None:
        if len(speech) and not self._is_full:
            self._parts.append(speech)
        self._is_full = self._stream.net_ms >= self._most_ms

    def _new_sound(self) -> Samples:
        for _ in range(_TRIES):
            written_ms = self._sound.written_ms
            if written_ms <= self._read_ms:
                return np.zeros(0, np.int16)
            caller, _ = self._sound.read(written_ms - self._read_ms)
            if self._sound.written_ms == written_ms:
                break  # else it has grown meanwhile, and what was read may begin too late
        self._read_ms = written_ms
        return caller
