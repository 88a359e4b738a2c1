"""One TCP or TLS connection of the signalling, in either direction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

from voicebot.doors.sip.framing import PING, PONG, Framing, StreamBroken
from voicebot.doors.sip.hop import Hop

BURST_S = 0.003  # of one connection's messages, before others of the loop have their turn
MOST_WAITING_BYTES = 262_144  # to be sent as soon as the connection is there
MOST_UNREAD_BYTES = 262_144  # that the peer has not taken from us
MESSAGE_S = 30.0  # from a message's first byte to its last
FLUSH_S = 5.0


class Stream(asyncio.Protocol):
    """A connection that is there or is being opened.

    What is written before it is there waits, ``MOST_WAITING_BYTES`` at most; a peer that leaves ``MOST_UNREAD_BYTES``
    unread, or has begun a message and not ended it ``MESSAGE_S`` later, loses the connection. ``arrived`` gets
    messages, ``broken`` what ends a stream that cannot be cut into messages. ``lost`` is called once, with why; with
    nothing where we closed it.
    """

    def __init__(
        self,
        hop: Hop,
        arrived: Callable[[Stream, bytes], None],
        broken: Callable[[Stream, StreamBroken], None],
        lost: Callable[[Stream, str], None],
    ) -> None:
        self.hop = hop
        self.alias: Hop | None = None
        self._arrived = arrived
        self._broken = broken
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self.used_at_s = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._framing = Framing()
        self._waiting: list[bytes] = []
        self._stall: asyncio.TimerHandle | None = None
        self._is_paused = False
        self._is_over = False

    @property
    def local_host(self) -> str | None:
        """Our address of it, None as long as it is being opened."""
        name = self._transport.get_extra_info("sockname") if self._transport else None
        return str(name[0]) if name else None

    @property
    def has_certificate(self) -> bool:
        """Whether the peer has shown a certificate, which was verified then."""
        return bool(self._transport and self._transport.get_extra_info("peercert"))

    def write(self, data: bytes) -> None:
        if self._is_over:
            return
        self.used_at_s = self._loop.time()
        if self._transport is not None:
            self._transport.write(data)
            if self._transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
                self.fail("the peer does not read what it is sent")
            return
        self._waiting.append(data)
        if sum(map(len, self._waiting)) > MOST_WAITING_BYTES:
            self.fail("too much waits for the connection")

    def close(self) -> None:
        """Sends what is written; whoever does not read it has ``FLUSH_S`` seconds."""
        if self._transport is not None:
            self._transport.close()
            self._loop.call_later(FLUSH_S, self._transport.abort)
        self._end("")

    def fail(self, why: str) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._end(why)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        if self._is_over:
            self._transport.abort()
            return
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.write(data)

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self.used_at_s = self._loop.time()
        self._framing.feed(data)
        if not self._is_paused:
            self._take_messages()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"the connection is lost: {error}" if error else "closed by the peer")

    def _take_messages(self) -> None:
        until = time.monotonic() + BURST_S
        taken = 0
        try:
            while not self._is_over and (message := self._framing.take()) is not None:
                taken += 1
                if message == PING:
                    self.write(PONG)
                else:
                    self._arrived(self, message)
                if time.monotonic() > until:
                    self._pause()
                    return
        except StreamBroken as broken:
            self._broken(self, broken)
            self.close()
            return
        if not self._is_over:
            self._watch_for_stall(has_moved=taken > 0)

    def _pause(self) -> None:
        if self._transport is not None and not self._is_over:
            self._is_paused = True
            self._transport.pause_reading()
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._is_paused = False
        self._take_messages()
        if not self._is_paused and not self._is_over and self._transport is not None:
            self._transport.resume_reading()

    def _watch_for_stall(self, *, has_moved: bool) -> None:
        if self._stall is not None and (has_moved or not self._framing.is_in_message):
            self._stall.cancel()
            self._stall = None
        if self._stall is None and self._framing.is_in_message:
            self._stall = self._loop.call_later(MESSAGE_S, self.fail, "a message was begun and not ended")

    def _end(self, why: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._waiting.clear()
        if self._stall is not None:
            self._stall.cancel()
        self._lost(self, why)
