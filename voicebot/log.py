"""The event log of one call, in memory: appended by its one owner, read by anybody, from any place on."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from voicebot.events import CallEnded, Event, Logged


class EventLog:
    """Events in order; :meth:`append` gives each its number and time.

    ``clock_ms`` is monotonic and starts wherever it likes: times count from the log's making. Followers hold no queue
    of their own, they read on from where they are: a slow one never slows the call. ``written`` gets each event as it
    is appended.
    """

    def __init__(
        self,
        call_id: str,
        clock_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
        written: Callable[[Logged], None] = lambda logged: None,
    ) -> None:
        self.call_id = call_id
        self._written = written
        self._clock_ms = clock_ms
        self._began_ms = clock_ms()
        self._events: list[Logged] = []
        self._has_ended = False
        self._grown = asyncio.Event()

    @property
    def now_ms(self) -> int:
        """Since the call began."""
        return int(self._clock_ms() - self._began_ms)

    @property
    def has_ended(self) -> bool:
        """Helpers may still have something to say."""
        return self._has_ended

    def append(self, event: Event) -> Logged:
        logged = Logged(self.call_id, len(self._events), self.now_ms, event)
        self._events.append(logged)
        self._has_ended = self._has_ended or isinstance(event, CallEnded)
        self._written(logged)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
        return logged

    def read(self, start: int = 0) -> list[Logged]:
        """Everything from number ``start`` on."""
        return self._events[start:]

    async def follow(self, start: int = 0) -> AsyncIterator[Logged]:
        """From number ``start`` on, and on as it grows; ends behind ``call_ended``."""
        for number in itertools.count(start):
            while number >= len(self._events):
                await self._grown.wait()
            yield self._events[number]
            if isinstance(self._events[number].event, CallEnded):
                return


def end_of(events: Sequence[Logged]) -> CallEnded | None:
    """How the call ended, if it has; what helpers say of it comes behind that."""
    return next((logged.event for logged in reversed(events) if isinstance(logged.event, CallEnded)), None)


def unsaid(log: Sequence[Logged], events: Iterable[Event]) -> list[Event]:
    """Those of ``events`` that ``log`` does not have: a helper that was made anew may say again what it had said.

    What a helper says of one event is appended as a whole, hence one event of the same type and cause is enough.
    """
    said = {
        (type(logged.event), cause) for logged in log if (cause := getattr(logged.event, "cause", None)) is not None
    }
    return [event for event in events if (type(event), getattr(event, "cause", None)) not in said]


def new_call_id() -> str:
    """A UUIDv7 (RFC 9562, 5.7): call ids sort by the time of their calls, and of one millisecond by its fraction (6.2,
    method 3)."""
    milliseconds, rest_ns = divmod(time.time_ns(), 1_000_000)
    fraction = rest_ns * 4_096 // 1_000_000
    random = int.from_bytes(os.urandom(8), "big")
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
