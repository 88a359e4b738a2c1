"""The front's copies of what happens in running calls: read, then followed, by as many readers as there are."""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from voicebot.events import CallEnded, CallStarted, Logged

log = logging.getLogger(__name__)

KEPT_EVENTS = 5_000  # of a call; about ten minutes of lively talk, 3 MB
KEPT_EVENTS_OF_ALL = 20_000
SLACK_EVENTS = 1_000  # so many more are let grow before the oldest go, all at once
MEND_PAUSE_S = 0.5
MEND_TRIES = 10
FORGOTTEN_CALLS = 1_000

ReadJournal = Callable[[str], Sequence[Logged]]


class ReaderTooSlow(Exception):
    """Somebody who follows all calls has fallen further behind than is kept."""


class LiveCalls:
    """Every running call's events, in order and without repetition, whatever the link dropped.

    Bounded: of each call the newest ``KEPT_EVENTS`` are kept, of all calls together ``KEPT_EVENTS_OF_ALL``. A reader
    who is further behind in a call is served from its journal, one who follows all calls gets :class:`ReaderTooSlow`.
    Readers hold no queue: they read on from where they are, and nothing waits for them. For one event loop.
    """

    def __init__(self, read_journal: ReadJournal, heard: Iterable[Callable[[Logged], None]] = ()) -> None:
        """``read_journal`` reads a call's journal, in a thread, and gives nothing where there is none.

        ``heard`` are called with every event, in the order of its log, once each: short work on the loop.
        """
        self._read_journal = read_journal
        self._heard = list(heard)
        self._logs: dict[str, LiveLog] = {}
        self._all = _Window(KEPT_EVENTS_OF_ALL)
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._forgotten: OrderedDict[str, None] = OrderedDict()  # what is still told of these comes too late

    def listen(self, heard: Callable[[Logged], None]) -> None:
        """One more who is called with every event."""
        self._heard.append(heard)

    def live(self) -> list[str]:
        """The calls that are up, in the order in which they were first heard of."""
        return [call_id for call_id, of in self._logs.items() if not of.is_over]

    def log(self, call_id: str) -> LiveLog | None:
        """Of a call that is up, or has ended a moment ago; any other is read from its journal."""
        return self._logs.get(call_id)

    def take(self, batch: Iterable[Logged]) -> None:
        """What a media process told. A gap is mended from the journal, in the background."""
        for logged in batch:
            if logged.call_id in self._forgotten:
                continue
            to = self._log(logged.call_id)
            if logged.seq > to.next_seq:
                to.early[logged.seq] = logged
                if logged.call_id not in self._mending:
                    self._mending[logged.call_id] = asyncio.create_task(self._mend(logged.call_id, to))
            elif logged.seq == to.next_seq:
                self._append(to, logged)
                self._fill(to, (), is_all=False)

    def fill(self, call_id: str, events: Iterable[Logged]) -> None:
        """A call's whole journal, at its end: what is missing here is taken, what is missing there too is lost."""
        self._fill(self._log(call_id), events, is_all=True)

    def behind(self, logged: Logged) -> None:
        """What is said of a call that was forgotten: for those who follow all calls."""
        self._tell(logged)

    def forget(self, call_id: str) -> None:
        """The call is gone and its journal is whole; who follows it reads on to its end."""
        if task := self._mending.pop(call_id, None):
            task.cancel()
        if gone := self._logs.pop(call_id, None):
            gone.end()
            self._forgotten[call_id] = None
            if len(self._forgotten) > FORGOTTEN_CALLS:
                self._forgotten.popitem(last=False)

    async def follow_all(self) -> AsyncIterator[Logged]:
        """All that happens in any call, from the first ``anext`` on. Never ends; :class:`ReaderTooSlow`."""
        position = self._all.end
        while True:
            while position < self._all.end:
                if position < self._all.first:
                    raise ReaderTooSlow
                yield self._all[position]
                position += 1
            await self._all.wait()

    async def close(self) -> None:
        """Stops mending; followers of single calls come to their end."""
        tasks = list(self._mending.values())
        for call_id in list(self._logs):
            self.forget(call_id)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _log(self, call_id: str) -> LiveLog:
        if call_id not in self._logs:
            self._logs[call_id] = LiveLog(call_id, self._read_journal)
        return self._logs[call_id]

    def _append(self, to: LiveLog, logged: Logged) -> None:
        to.append(logged)
        self._tell(logged)

    def _tell(self, logged: Logged) -> None:
        self._all.append(logged)
        for heard in self._heard:
            try:
                heard(logged)
            except Exception:  # a listener's trouble is its own
                log.exception("%s %d: a listener failed", logged.call_id, logged.seq)

    def _fill(self, to: LiveLog, events: Iterable[Logged], is_all: bool) -> None:
        if not (known := {logged.seq: logged for logged in events} | to.early):
            return
        for seq in sorted(known):
            if seq == to.next_seq or (is_all and seq > to.next_seq):
                self._append(to, known[seq])
        to.early = {seq: logged for seq, logged in to.early.items() if seq >= to.next_seq}

    async def _mend(self, call_id: str, to: LiveLog) -> None:
        """Until there is no gap. The journal is written behind the call: what is missing may not be there yet."""
        try:
            for attempt in range(MEND_TRIES):
                events = await asyncio.to_thread(self._read_journal, call_id)
                self._fill(to, events, is_all=attempt == MEND_TRIES - 1)
                if not to.early:
                    return
                await asyncio.sleep(MEND_PAUSE_S)
        except OSError as error:
            log.warning("%s: a gap in its events stays: %s", call_id, error)
            self._fill(to, (), is_all=True)
        finally:
            self._mending.pop(call_id, None)


class LiveLog:
    """One call's events as :class:`voicebot.log.EventLog` has them, kept up by :class:`LiveCalls`.

    Numbers may be missing where neither the link nor the journal brought an event through.
    """

    def __init__(self, call_id: str, read_journal: ReadJournal) -> None:
        self.call_id = call_id
        self.next_seq = 0
        self.early: dict[int, Logged] = {}  # behind a gap
        self.started: CallStarted | None = None
        self.is_over = False
        self._is_gone = False
        self._read_journal = read_journal
        self._window = _Window(KEPT_EVENTS)

    def append(self, logged: Logged) -> None:
        self.next_seq = logged.seq + 1
        self.is_over = self.is_over or isinstance(logged.event, CallEnded)
        if isinstance(logged.event, CallStarted):
            self.started = logged.event
        self._window.append(logged)

    def end(self) -> None:
        """Nothing more will come."""
        self._is_gone = True
        self._window.pulse()

    def read(self, start: int = 0) -> list[Logged]:
        """What is kept from number ``start`` on: of a long call the beginning is in the journal alone."""
        return self._window.events[self._index(start) :]

    async def follow(self, start: int = 0) -> AsyncIterator[Logged]:
        """From number ``start`` on, and on as the call runs; ends behind ``call_ended``."""
        number = start
        while True:
            while number < self._first_seq:
                older = await asyncio.to_thread(self._read_journal, self.call_id)
                kept_from = self._first_seq
                for logged in older[bisect_left(older, number, key=_seq) :]:
                    if logged.seq >= kept_from:
                        break
                    yield logged
                number = kept_from
            index = self._index(number)
            if index < len(self._window.events):
                logged = self._window.events[index]
                yield logged
                number = logged.seq + 1
            elif self.is_over or self._is_gone:
                return
            else:
                await self._window.wait()

    @property
    def _first_seq(self) -> int:
        """From here on events are kept; the journal has what was before."""
        return self._window.events[0].seq if self._window.first else 0

    def _index(self, seq: int) -> int:
        return bisect_left(self._window.events, seq, key=_seq)


class _Window:
    """The newest of a row of events, by their position in the row."""

    def __init__(self, kept: int) -> None:
        self.first = 0
        self.events: list[Logged] = []
        self._kept = kept
        self._grown = asyncio.Event()

    @property
    def end(self) -> int:
        return self.first + len(self.events)

    def __getitem__(self, position: int) -> Logged:
        return self.events[position - self.first]

    def append(self, logged: Logged) -> None:
        self.events.append(logged)
        if len(self.events) > self._kept + SLACK_EVENTS:
            self.first += len(self.events) - self._kept
            del self.events[: -self._kept]
        self.pulse()

    def pulse(self) -> None:
        """Wakes who waits."""
        self._grown.set()
        self._grown.clear()

    async def wait(self) -> None:
        await self._grown.wait()


def _seq(logged: Logged) -> int:
    return logged.seq
