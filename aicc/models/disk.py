"""Room on the disk: asked for before much is written, explained when it runs out all the same."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aicc.errors import AiccError

SPARE_BYTES = 64 * 2**20  # what a system wants to keep for itself


class DiskFull(AiccError):
    """There is no room; the message says where and how much is needed."""


def free_bytes(folder: Path) -> int:
    """On the disk that ``folder`` lies on, or will lie on once it is made."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(needed_bytes: int, folder: Path) -> None:
    """Raises :class:`DiskFull` unless that much fits beside what is there."""
    free = free_bytes(folder)
    if free < needed_bytes + SPARE_BYTES:
        raise DiskFull(
            f'not enough room in "{folder}": {size(needed_bytes)} are needed, {size(free)} are free: '
            "free some, or name a folder on another disk at models: in aicc.yaml"
        )


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turns the system's "no space left" within into :class:`DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise DiskFull(f'the disk of "{folder}" is full: free some room and run the same command again') from error


def size(count_bytes: int) -> str:
    """A size for people, in decimal units as disks and publishers count: ``484 MB``."""
    value, unit = float(count_bytes), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            break
        value /= 1000
    return f"{value:.1f} {unit}" if unit == "GB" or (unit != "B" and value < 10) else f"{value:.0f} {unit}"
