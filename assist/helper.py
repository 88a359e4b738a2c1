"""What a helper is: it hears one call's events in order, and answers with events of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from assist.call_so_far import CallSoFar
from voicebot.audio import Samples
from voicebot.events import Event, Logged


class Sound(Protocol):
    """The last seconds of a call, as :class:`voicebot.tap.TapReader` has them, or a recording at replay."""

    @property
    def rate_hz(self) -> int: ...

    @property
    def written_ms(self) -> int:
        """How much of the call there has been."""

    def read(self, last_ms: int) -> tuple[Samples, Samples]:
        """Copies of the newest ``last_ms`` of the caller, and of what the caller hears; OSError where it is gone."""

    def close(self) -> None: ...


class Helper(Protocol):
    """One service for one call. It is told one thing after the other, on any thread, and may take its time.

    What it knows comes from the events alone, so that one that is made anew and told the log from its start is as the
    first was. Of partial transcripts only those are told that no later one of their turn has overtaken.
    """

    def heard(self, logged: Logged) -> Sequence[Event]:
        """The call's next event, which :class:`CallSoFar` has already. Whoever asks sets ``cause`` in the answer."""

    def tick(self, at_ms: int) -> Sequence[Event]:
        """About once a second while the call runs; ``at_ms`` since it began."""


OpenHelper = Callable[[CallSoFar, Sound | None], Helper]
"""Makes a service's helper of one call; without sound where the call has none, or it cannot be read any more."""
