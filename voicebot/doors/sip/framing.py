"""Messages out of a stream of bytes (RFC 3261, 18.3) and the pings between them (RFC 5626, 4.4.1)."""

from __future__ import annotations

import re
from typing import NoReturn

from voicebot.doors.sip.message import MOST_BYTES, MOST_HEAD_BYTES, REASONS

PING = b"\r\n\r\n"
PONG = b"\r\n"

_HEAD_END = re.compile(rb"\n\r?\n")
_CONTENT_LENGTH = re.compile(rb"\n(?:content-length|l)[ \t]*+:\s*+([0-9]++)[ \t]*+\r?(?=\n[^ \t])", re.IGNORECASE)


class StreamBroken(ValueError):
    """Nobody can say where the next message begins: the connection is to be closed.

    ``code`` and ``reason`` are what the broken message is answered before that; ``head`` is that message as far as it
    came.
    """

    def __init__(self, code: int, reason: str, head: bytes) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason
        self.head = head


class Framing:
    """One direction of a connection. ``feed`` what was read, then ``take`` until None.

    Holds at most one message and what was fed last: who feeds, takes before it feeds again. A message of more than
    64 kB, a head of more than 16 kB and a message without one Content-Length break the stream.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._whole_bytes = 0  # of the message at the beginning, where its head is known
        self._searched = 0
        self._is_broken = False

    @property
    def is_in_message(self) -> bool:
        """After a ``take`` of None: bytes of a message have come, and not yet all of it."""
        return bool(self._bytes) and self._bytes[0] not in PONG

    def feed(self, data: bytes) -> None:
        if not self._is_broken:
            self._bytes += data

    def take(self) -> bytes | None:
        """The next whole message, PING, or None when more must come. Raises StreamBroken, once; then None."""
        if self._is_broken:
            return None
        if not self._whole_bytes:
            if self._bytes and self._bytes[0] in PONG:
                return self._line_ends()
            self._find_head()
        if not self._whole_bytes or len(self._bytes) < self._whole_bytes:
            return None
        message = bytes(self._bytes[: self._whole_bytes])
        del self._bytes[: self._whole_bytes]
        self._whole_bytes = self._searched = 0
        return message

    def _line_ends(self) -> bytes | None:
        """CRLF CRLF is a ping, a single CRLF an answer to ours or a stray one."""
        if self._bytes.startswith(PING):
            del self._bytes[: len(PING)]
            return PING
        if PING.startswith(self._bytes):
            return None
        while self._bytes and self._bytes[0] in PONG:
            if self._bytes.startswith(PING):
                break
            del self._bytes[:1]
        return self.take()

    def _find_head(self) -> None:
        found = _HEAD_END.search(self._bytes, max(0, self._searched - 2), MOST_HEAD_BYTES)
        if not found:
            self._searched = len(self._bytes)
            if self._searched >= MOST_HEAD_BYTES:
                self._break(513, REASONS[513], MOST_HEAD_BYTES)
            return
        lengths = _CONTENT_LENGTH.findall(self._bytes[: found.end()])
        if len(lengths) != 1:
            self._break(400, "More Than One Content-Length" if lengths else "Missing Content-Length", found.end())
        if len(lengths[0]) > 10 or found.end() + int(lengths[0]) > MOST_BYTES:
            self._break(513, REASONS[513], found.end())
        self._whole_bytes = found.end() + int(lengths[0])

    def _break(self, code: int, reason: str, head_bytes: int) -> NoReturn:
        head = bytes(self._bytes[:head_bytes])
        self._is_broken = True
        self._bytes.clear()
        raise StreamBroken(code, reason, head)
