"""The helpers over a stored log: what they would have said to a call, so that a change can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assist.call_so_far import CallSoFar
from assist.running import Services, because, told
from voicebot.audio import Samples
from voicebot.events import Event, Logged

TICK_MS = 1_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the helper called ``name`` says, and when."""

    name: str
    at_ms: int
    event: Event


def replay(events: Sequence[Logged], services: Services, sound: RecordedSound | None = None) -> Iterator[Replayed]:
    """Runs the helpers over a whole log, in its own time; what helpers had said in it is passed over.

    Every partial transcript is heard, which a busy machine's helpers may not.
    """
    events = [logged for logged in events if not hasattr(logged.event, "cause")]
    if not events:
        return
    calls = {name: CallSoFar(events[0].call_id) for name in services}
    helpers = {name: open_helper(calls[name], sound) for name, open_helper in services.items()}
    tick_ms = TICK_MS
    for logged in events:
        while tick_ms <= logged.at_ms:
            if sound is not None:
                sound.pass_to(tick_ms)
            for name, helper in helpers.items():
                if calls[name].ended is None:
                    for event in because(calls[name].last_seq, helper.tick(tick_ms)):
                        yield Replayed(name, tick_ms, event)
            tick_ms += TICK_MS
        if sound is not None:
            sound.pass_to(logged.at_ms)
        for name, helper in helpers.items():
            for event in told(helper, calls[name], logged):
                yield Replayed(name, logged.at_ms, event)


class RecordedSound:
    """A recording as :class:`assist.helper.Sound`: what is before ``written_ms`` has been heard."""

    def __init__(self, caller: Samples, other: Samples, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._caller, self._other = caller, other
        self._whole_ms = min(len(caller), len(other)) * 1_000 // rate_hz
        self._written_ms = 0

    @property
    def written_ms(self) -> int:
        return self._written_ms

    def pass_to(self, at_ms: int) -> None:
        """The call has come to here; the sound may have ended before."""
        self._written_ms = min(at_ms, self._whole_ms)

    def read(self, last_ms: int) -> tuple[Samples, Samples]:
        end = self._written_ms * self.rate_hz // 1_000
        first = max(0, end - last_ms * self.rate_hz // 1_000)
        return np.array(self._caller[first:end]), np.array(self._other[first:end])

    def close(self) -> None:
        """There is nothing to give back."""
