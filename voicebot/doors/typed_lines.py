"""Lines from a terminal, a pipe or a file, one at a time, while the loop goes on.

No thread reads ahead: a thread that waits for a person could not be ended when the program ends.
"""

from __future__ import annotations

import asyncio
import os
import sys

LONGEST_LINE_BYTES = 1_000_000  # what is beyond is dropped while it is read, however long a line goes on
_AT_ONCE_BYTES = 65_536


class TypedLines:
    """The lines behind a file descriptor; None is nothing at all."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._read = bytearray()
        self._searched = 0  # no line ends before
        self._is_through = descriptor is None

    @classmethod
    def of_standard_input(cls) -> TypedLines:
        """Where that was closed when the program began, 0 may be anything by now."""
        return cls(sys.stdin.fileno() if sys.stdin else None)

    @property
    def is_terminal(self) -> bool:
        return self._descriptor is not None and os.isatty(self._descriptor)

    async def next(self) -> str | None:
        """The next line without its end; None at the end of input, which a closed descriptor is as well.

        What is no UTF-8 becomes U+FFFD.
        """
        while True:
            if (end := self._read.find(b"\n", self._searched)) >= 0:
                line = bytes(self._read[:end])
                del self._read[: end + 1]
                self._searched = 0
                return _text(line)
            del self._read[LONGEST_LINE_BYTES:]
            self._searched = len(self._read)
            if self._is_through:
                line = bytes(self._read)
                self._read.clear()
                self._searched = 0
                return _text(line) if line else None
            self._take(await self._piece())

    def _take(self, piece: bytes) -> None:
        self._is_through = not piece
        self._read += piece

    async def _piece(self) -> bytes:
        """What can be read now, or soon; nothing at the end."""
        assert self._descriptor is not None
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(self._descriptor, readable.set)
        except OSError:  # a plain file, which is always readable, or nothing at all
            return _read_now(self._descriptor)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)
        return _read_now(self._descriptor)


def _read_now(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _AT_ONCE_BYTES)
    except OSError:  # closed, or a terminal that has gone
        return b""


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff").removesuffix("\r")
