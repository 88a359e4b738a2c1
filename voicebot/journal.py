"""A call's journal on disk: one line of JSON an event, so that a call's events outlive its process."""

import collections
import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from voicebot.disk import Disk, what_failed
from voicebot.events import Logged, TranscriptPartial

NAME = "events.jsonl"
HELD_BYTES = 2_000_000  # of lines that a failing disk does not take
RETRY_S = 1.0

log = logging.getLogger(__name__)


class Journal:
    """Writes a call's events to ``folder/events.jsonl`` in order; what gathers between turns of the disk goes at once.

    A disk that fails or is full never stops a call: lines wait in memory and are tried again every second, behind the
    call's end too, until the disk is closed. Of more than ``HELD_BYTES`` partial transcripts are left out; all other
    events are kept however many they are. ``on_fault`` gets one line at the first failure, the next only after
    something could be written; it is called **on the disk's thread**.

    While it is open it holds a shared lock (flock) on the file, by which others see that the call's process lives.
    """

    def __init__(self, folder: Path, disk: Disk, on_fault: Callable[[str], None]) -> None:
        self.path = folder / NAME
        self._disk, self._on_fault = disk, on_fault
        self._lock = threading.Lock()
        self._waiting: collections.deque[tuple[bool, bytes]] = collections.deque()  # is it a partial, the line
        self._waiting_bytes = self._partial_bytes = self._left_out = 0
        self._is_asked = self._is_closed = self._is_failing = False
        # of the disk's thread alone
        self._file: int | None = None
        self._begun = memoryview(b"")  # lines being written: a full disk may have taken the first half of one

    def append(self, logged: Logged) -> None:
        """Takes the next event; never blocks. One that comes behind :meth:`close` is written all the same."""
        line = line_of(logged)
        is_partial = isinstance(logged.event, TranscriptPartial)
        with self._lock:
            self._waiting.append((is_partial, line))
            self._waiting_bytes += len(line)
            self._partial_bytes += len(line) if is_partial else 0
            if self._waiting_bytes > HELD_BYTES and self._partial_bytes:
                self._leave_out_partials()
        self._ask()

    def close(self) -> None:
        """Has the rest written and the file closed; does not wait for it (``disk.flush`` does)."""
        self._is_closed = True
        if not self._ask():
            self._given_up(BlockingIOError("the queue to the disk is full"))

    @property
    def waiting_bytes(self) -> int:
        """What is not on disk yet."""
        return self._waiting_bytes + len(self._begun)

    def _leave_out_partials(self) -> None:
        finals = [(is_partial, line) for is_partial, line in self._waiting if not is_partial]
        self._left_out += len(self._waiting) - len(finals)
        self._waiting = collections.deque(finals)
        self._waiting_bytes -= self._partial_bytes
        self._partial_bytes = 0

    def _ask(self) -> bool:
        """Asks the disk for a turn unless one is coming; refused, the next event asks again."""
        with self._lock:
            if self._is_asked:
                return True
            self._is_asked = self._disk.submit(self._write_out, self._given_up, retry_s=RETRY_S)
            return self._is_asked

    def _write_out(self) -> None:
        try:
            while self._take():
                file = self._open()
                while self._begun:
                    self._begun = self._begun[os.write(file, self._begun) :]
                self._works_again()
        except Exception as error:
            if not self._is_failing:
                self._is_failing = True
                self._on_fault(what_failed(error, self.path, "events wait in memory"))
            raise

    def _take(self) -> bool:
        """Takes what waits in hand; with nothing left this turn is over."""
        with self._lock:
            if not self._begun and self._waiting:
                self._begun = memoryview(b"".join(line for _, line in self._waiting))
                self._waiting.clear()
                self._waiting_bytes = self._partial_bytes = 0
            if self._begun:
                return True
            self._is_asked = False
        if self._is_closed and self._file is not None:
            file, self._file = self._file, None
            os.close(file)
        return False

    def _open(self) -> int:
        if self._file is None:
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            fcntl.flock(self._file, fcntl.LOCK_SH)
        return self._file

    def _works_again(self) -> None:
        self._is_failing = False
        if self._left_out:
            log.warning(
                "%s: %d partial transcripts were left out while it could not be written", self.path, self._left_out
            )
            self._left_out = 0

    def _given_up(self, error: Exception) -> None:
        with self._lock:
            self._is_asked = False
            lines = len(self._waiting) + bytes(self._begun).count(b"\n")
        if lines:
            self._on_fault(what_failed(error, self.path, f"{lines} events are not in the journal"))


def line_of(logged: Logged) -> bytes:
    fields = logged.as_json()
    try:
        return orjson.dumps(fields, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, an integer of more than 64 bits: somebody else's text
        return json.dumps(fields, default=str).encode() + b"\n"


def read_journal(path: Path) -> list[Logged]:
    """A journal's events in order. Types that are not known are skipped, and so are lines that are torn or no event.

    Raises OSError where there is no such file.
    """
    events = []
    for fields in read_fields(path):
        try:
            logged = Logged.from_json(fields)
        except (TypeError, KeyError):
            log.warning("%s: event %d lacks fields", path, fields["seq"])
            continue
        if logged is not None:
            events.append(logged)
    return events


def read_fields(path: Path) -> Iterator[dict[str, Any]]:
    """The same as the JSON objects that were written, of types that are not known too."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield fields_of(line)
            except ValueError:
                log.warning("%s line %d is no event", path, number)


def fields_of(line: bytes) -> dict[str, Any]:
    """A line's JSON; ValueError where it is torn, or no event."""
    try:
        fields = orjson.loads(line)
    except ValueError:
        fields = json.loads(line)  # which reads what only it could write
    if not isinstance(fields, dict) or not {"call_id", "type"} <= fields.keys():
        raise ValueError("no event")
    if not isinstance(fields.get("seq"), int) or not isinstance(fields.get("at_ms"), int):
        raise ValueError("no place in the log")
    return fields
