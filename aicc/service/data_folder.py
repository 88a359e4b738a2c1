"""The folder in which a service keeps its calls: for its owner alone, and for one service at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from aicc.errors import AiccError

LONGEST_SOCKET_BYTES = 107  # sun_path of unix(7), without its closing zero
_LONGEST_NAME = "media-9999.sock"


class DataFolderUnusable(AiccError):
    """Nothing can be kept there; the message says why."""


def run_folder(data: Path) -> Path:
    """Where the sockets of a running service are."""
    return data / "run"


@contextlib.contextmanager
def held(data: Path) -> Iterator[Path]:
    """The folder, made where it is missing, and kept from other services meanwhile; :class:`DataFolderUnusable`."""
    data = data.absolute()
    if len(os.fsencode(run_folder(data) / _LONGEST_NAME)) > LONGEST_SOCKET_BYTES:
        raise DataFolderUnusable(f'"{data}" is too long a name for the sockets in it: choose a shorter --data')
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataFolderUnusable(f'"{data}" cannot be written: {reason}: choose another --data') from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "?"
            raise DataFolderUnusable(
                f'"{data}" is in use by another service (process {holder}): end that one, or choose another --data'
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        for folder in (run_folder(data), data / "calls"):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        yield data
    finally:
        os.close(lock)
