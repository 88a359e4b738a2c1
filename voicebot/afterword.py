"""What is said of a call when it is over: appended to its journal, which nobody else writes any more."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from voicebot.disk import write_all
from voicebot.events import Event, Logged
from voicebot.journal import NAME, line_of, read_fields, read_journal
from voicebot.log import unsaid
from voicebot.recording_file import StillWritten


def append_behind(folder: Path, events: Sequence[Event], at_ms: int) -> list[Logged]:
    """Appends what of ``events`` the journal in ``folder`` does not have, ``at_ms`` since the call began; on disk then.

    FileNotFoundError where there is no journal; :class:`StillWritten` while a live process writes it; OSError.
    """
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_APPEND)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StillWritten(f"{folder / NAME} is still being written: wait for the call's end") from None
        new = unsaid(read_journal(folder / NAME), events)
        # types that this version does not know have numbers too
        known = [(fields["seq"], fields["at_ms"]) for fields in read_fields(folder / NAME)]
        last_seq, last_ms = max(known, default=(-1, 0))
        logged = [
            Logged(folder.name, seq, max(at_ms, last_ms), event) for seq, event in enumerate(new, start=last_seq + 1)
        ]
        if logged:
            size = os.fstat(descriptor).st_size
            torn = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""  # by a process that was killed
            write_all(descriptor, torn + b"".join(line_of(one) for one in logged), size)
            os.fsync(descriptor)
        return logged
    finally:
        os.close(descriptor)
