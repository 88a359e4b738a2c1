"""The cheap first gate: sound without any voice-like energy never reaches the judge."""

import webrtcvad

from voicebot.audio import FRAME_MS, Samples

# 0 is the most permissive of webrtcvad's four modes. It closes on a line's rest noise, which is what saves the work;
# the stricter modes close on quiet vowels in noise as well, and what the gate drops no judge can bring back.
MODE = 0
# Longer than the closure of a tense stop (ㄲ, ㄸ, ㅃ) and the judge's hangover: the judge ends speech, not the gate.
HOLD_MS = 200


class Gate:
    """webrtcvad over one stream's 20 ms frames at ``rate_hz``, held open ``HOLD_MS`` after the last voiced one."""

    def __init__(self, rate_hz: int) -> None:
        self._voiced = webrtcvad.Vad(MODE).is_speech
        self._rate_hz = rate_hz
        self._position_ms = 0
        self._open_until_ms = 0

    def hear(self, frame: Samples) -> None:
        self._position_ms += FRAME_MS
        if self._voiced(frame.tobytes(), self._rate_hz):
            self._open_until_ms = self._position_ms + HOLD_MS

    def is_open_at(self, at_ms: int) -> bool:
        """Whether sound from ``at_ms`` on is worth judging; asked of the newest sound only."""
        return at_ms < self._open_until_ms
