"""Where AudioSocket callers come in: they say by a UUID which call they are, and are handed on."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable
from uuid import UUID

from voicebot.doors.audiosocket import CALL, HEADER

log = logging.getLogger(__name__)

UUID_S = 5.0  # who connects and does not say for so long which call it is is sent away
FIRST_SOUND_S = 0.3  # then the call is one of 8 kHz
MOST_STRANGERS = 64  # that are not handed on yet
BACKLOG = 128

Taken = Callable[[str, socket.socket, str, bytes], Awaitable[None]]
"""Is given a caller: the UUID in its usual form, the socket, the peer's address, and of which kind the first packet
behind the UUID is (one byte, which is still in the socket; none where nothing has come). The socket is closed here when
this is through: who holds the call has been handed it by then (:func:`voicebot.doors.handing_over.hand_over`), and a
caller who was not is sent away by that."""


class AudioSocketListener:
    """At ``host`` and ``port`` (0: any). Loopback and the addresses of which ``is_listed`` is true are let in.

    Who comes when ``MOST_STRANGERS`` are still on their way in is sent away; so is who is not listed, without a line
    in the log: a scanner does not fill it.
    """

    def __init__(self, host: str, port: int, taken: Taken, is_listed: Callable[[str], bool] = lambda _: False) -> None:
        self._address = host, port
        self._taken = taken
        self._is_listed = is_listed
        self._socket: socket.socket | None = None
        self._meetings: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listens on the running loop; the port. Raises OSError where the address is nobody's, or somebody else's."""
        loop = asyncio.get_running_loop()
        host, port = self._address
        [(family, _, _, _, address), *_] = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        sock.setblocking(False)
        self._socket = sock
        loop.add_reader(sock, self._accept)
        return int(sock.getsockname()[1])

    async def close(self) -> None:
        """No more callers; who has not been handed on is sent away."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for meeting in list(self._meetings):
            meeting.cancel()
        await asyncio.gather(*self._meetings, return_exceptions=True)

    def _accept(self) -> None:
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        for _ in range(BACKLOG):
            try:
                caller, address = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:  # no file descriptors left: the caller goes on waiting, and the loop would spin
                log.error("audiosocket callers are not let in for a second: %s", error.strerror)
                loop.remove_reader(self._socket)
                loop.call_later(1.0, self._listen_again)
                return
            if not self._may_come(str(address[0])) or len(self._meetings) >= MOST_STRANGERS:
                caller.close()
                continue
            caller.setblocking(False)
            meeting = loop.create_task(self._meet(caller, str(address[0])))
            self._meetings.add(meeting)
            meeting.add_done_callback(self._meetings.discard)

    def _listen_again(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def _may_come(self, address: str) -> bool:
        peer = ipaddress.ip_address(address.partition("%")[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return peer.is_loopback or self._is_listed(str(peer))

    async def _meet(self, caller: socket.socket, address: str) -> None:
        try:
            call, first = await _introduction(caller)
            await self._taken(str(call), caller, address, first)
        except _NoCall as no_call:
            log.warning("an audiosocket caller from %s was sent away: %s", address, no_call)
        except Exception:
            log.exception("an audiosocket caller from %s was sent away", address)
        finally:
            caller.close()


class _NoCall(Exception):
    """Whoever has connected is no caller; the message says why."""


async def _introduction(caller: socket.socket) -> tuple[UUID, bytes]:
    """The call's UUID, and the first byte of what comes behind it."""
    try:
        async with asyncio.timeout(UUID_S):
            call = await _uuid(caller)
        return call, await _first(caller)
    except TimeoutError:
        raise _NoCall(f"no UUID in {UUID_S:g} s") from None
    except OSError as error:
        raise _NoCall(f"it is gone ({error.strerror})") from None


async def _uuid(caller: socket.socket) -> UUID:
    wanted = HEADER.pack(CALL, 16)
    received = b""
    while len(received) < len(wanted) + 16:
        came = await asyncio.get_running_loop().sock_recv(caller, len(wanted) + 16 - len(received))
        received += came
        if not came or not (received.startswith(wanted) or wanted.startswith(received)):
            raise _NoCall("its first packet is no UUID")
    return UUID(bytes=received[len(wanted) :])


async def _first(caller: socket.socket) -> bytes:
    """Empty where nothing comes; what is looked at stays in the socket."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(caller, readable.set)
    try:
        await asyncio.wait_for(readable.wait(), FIRST_SOUND_S)
        came = caller.recv(1, socket.MSG_PEEK)
    except (TimeoutError, BlockingIOError):
        return b""
    finally:
        loop.remove_reader(caller)
    if not came:
        raise _NoCall("it hung up")
    return came
