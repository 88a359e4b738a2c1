"""What a killed process left of a call is made whole: its journal ends, its recording is sealed."""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicebot.disk import write_all
from voicebot.encryption import EncryptionError
from voicebot.events import CallEnded, Logged
from voicebot.journal import NAME, fields_of, line_of, read_fields
from voicebot.recording_file import RecordingError, StillWritten, left_in
from voicebot.sealing import Sealed, seal, sealed_in

REASON = "process_died"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was mended: events that came into the journal, the recording if it was sealed now, and what went wrong."""

    events: tuple[Logged, ...] = ()
    sealed: Sealed | None = None
    fault: str | None = None


def recover(folder: Path, key: bytes | None = None, heard: Iterable[Logged] = ()) -> Recovered:
    """Ends the journal of a call whose process has died, and seals its recording. A second time changes nothing.

    ``heard`` are events that others had got from the process: those that never reached the journal are added, so that
    no number is given twice. ``call_ended`` comes last, ``by`` the service, at the time of the last event. A recording
    that cannot be sealed is left as it is, and told in ``fault``. Raises :class:`StillWritten` while a live process
    writes the call, and OSError.
    """
    if not folder.is_dir():
        return Recovered()
    sealed, fault = None, None
    try:
        # each file by its own lock: sealing takes seconds, in which nobody should wait for the journal
        sealed = seal(folder, key) if left_in(folder) else None
    except StillWritten:
        raise
    except (RecordingError, EncryptionError, OSError) as error:
        fault = f"the recording in {folder} is not sealed: {error}"
    journal = _locked(folder / NAME)
    try:
        return Recovered(_end(folder, journal, heard), sealed, fault)
    finally:
        os.close(journal)


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StillWritten(f"{path} is still being written: wait for the call's end") from None
    return descriptor


def _end(folder: Path, journal: int, heard: Iterable[Logged]) -> tuple[Logged, ...]:
    end = _mend(folder / NAME, journal)
    # as plain fields: events of types that this version does not know have numbers too
    written = list(read_fields(folder / NAME))
    last_seq = max((fields["seq"] for fields in written), default=-1)
    missing = sorted((logged for logged in heard if logged.seq > last_seq), key=lambda logged: logged.seq)
    written += [logged.as_json() for logged in missing]
    if not any(fields["type"] == "call_ended" for fields in written):
        last: dict[str, Any] = written[-1] if written else {"call_id": folder.name, "seq": -1, "at_ms": 0}
        recording = sealed_in(folder) or left_in(folder)
        ended = CallEnded("service", REASON, last["at_ms"], recording.name if recording else None)
        missing.append(Logged(last["call_id"], last["seq"] + 1, last["at_ms"], ended))
    if missing:
        write_all(journal, b"".join(line_of(logged) for logged in missing), end)
        os.fsync(journal)
    return tuple(missing)


def _mend(path: Path, journal: int) -> int:
    """Half a line at the end is cut off, a whole one gets its newline; tells where the next begins."""
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    try:
        fields_of(content[end:])
    except ValueError:
        os.ftruncate(journal, end)
        return end
    write_all(journal, b"\n", len(content))
    return len(content) + 1
