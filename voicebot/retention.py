"""Recordings and calls that are older than the rule are deleted; calls that run, or were not made whole, never."""

import fcntl
import logging
import os
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from voicebot.events import CallEnded
from voicebot.journal import NAME, read_journal
from voicebot.recording_file import left_in
from voicebot.sealing import SHA256_NAME, sealed_in

_LEAVING = ".expired-"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days from a call's beginning its recording, and all there is of it, are kept; None: for ever."""

    recordings_days: float | None = None
    calls_days: float | None = None

    def __post_init__(self) -> None:
        if min(self.recordings_days or 0, self.calls_days or 0) < 0:
            raise ValueError("a retention of less than 0 days: write a number of days, or leave it out to keep all")


@dataclass(frozen=True, slots=True)
class Expired:
    """What was deleted of a call: the recording, or the whole folder."""

    call_id: str
    what: Literal["recording", "call"]


def expire(calls: Path, keep: Keep, now: datetime) -> list[Expired]:
    """Deletes what ``keep`` no longer keeps in ``calls``, the folder of the calls' folders; tells what.

    A recording goes once it is sealed, a call once its journal has ended and nobody writes it. Killed on the way, the
    next run goes on and tells what it finishes. A call that cannot be deleted is logged, and the others go on.
    """
    expired: list[Expired] = []
    if not calls.is_dir():
        return expired
    for folder in sorted(calls.iterdir()):
        if folder.is_symlink() or not folder.is_dir():
            continue
        try:
            what = _expire_call(folder, keep, now)
        except OSError as error:
            log.error("%s could not be deleted by the rule of retention: %s", folder, error)
            continue
        if what:
            expired.append(Expired(folder.name.removeprefix(_LEAVING), what))
    return expired


def began_at(call_id: str) -> datetime | None:
    """When a call began, by its id (a UUIDv7, RFC 9562, 5.7), in local time with its zone; None for other ids."""
    try:
        number = uuid.UUID(call_id)
    except ValueError:
        return None
    if number.version != 7:
        return None
    return datetime.fromtimestamp((number.int >> 80) / 1_000).astimezone()


def _expire_call(folder: Path, keep: Keep, now: datetime) -> Literal["recording", "call"] | None:
    if folder.name.startswith(_LEAVING):
        shutil.rmtree(folder)
        return "call"
    age = now.astimezone() - (began_at(folder.name) or _last_written(folder))
    if keep.calls_days is not None and age > timedelta(days=keep.calls_days) and _has_ended(folder):
        leaving = folder.with_name(_LEAVING + folder.name)
        folder.rename(leaving)  # at once for all who read; a kill between leaves nothing half
        shutil.rmtree(leaving)
        return "call"
    if keep.recordings_days is not None and age > timedelta(days=keep.recordings_days):
        return _expire_recording(folder)
    return None


def _expire_recording(folder: Path) -> Literal["recording"] | None:
    """The sum goes last: alone, it tells the next run that this one was killed."""
    if left_in(folder) is not None:
        return None
    sealed, sum_of_it = sealed_in(folder), folder / SHA256_NAME
    if sealed is None and not sum_of_it.exists():
        return None
    if sealed is not None:
        sealed.unlink()
    sum_of_it.unlink(missing_ok=True)
    return "recording"


def _has_ended(folder: Path) -> bool:
    path = folder / NAME
    if left_in(folder) is not None or not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return any(isinstance(logged.event, CallEnded) for logged in read_journal(path))


def _last_written(folder: Path) -> datetime:
    written_s = max((entry.stat().st_mtime for entry in folder.iterdir()), default=folder.stat().st_mtime)
    return datetime.fromtimestamp(written_s).astimezone()
