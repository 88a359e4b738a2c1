"""A disk that is full when a test says so: one of 8 MB where it may be mounted, and a limit on files' sizes."""

import errno
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest


class FullDisk(Protocol):
    folder: Path

    def fill(self) -> None: ...

    def free(self) -> None: ...


class SmallDisk:
    """A mounted tmpfs. Files there grow by pages, so a write that fails may have left its first half."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        try:
            with (self.folder / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(65_536))
        except OSError as error:
            assert error.errno == errno.ENOSPC

    def free(self) -> None:
        (self.folder / "filler").unlink()


class SizeLimit:
    """RLIMIT_FSIZE: for the test's whole process, so nothing else may be written meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, self._limits[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)


@pytest.fixture(params=["tmpfs", "size limit"])
def full_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FullDisk]:
    """Runs a test with both kinds; the first only where mounting is allowed."""
    if request.param == "size limit":
        limited = SizeLimit(tmp_path)
        yield limited
        limited.free()
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no command mount")
    if mounted.returncode:
        pytest.skip(f"mounting a small disk is not allowed here: {mounted.stderr.strip()}")
    yield SmallDisk(tmp_path)
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
