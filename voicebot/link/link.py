"""One end of a link: messages on a Unix stream socket, commands and their answers brought together."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence

from voicebot.events import Logged
from voicebot.link.frames import LARGEST_FRAME_BYTES, LENGTH_BYTES, FrameInvalid, decode, encode, name_of
from voicebot.link.messages import Command, Events, Failed, Message, Reply, Told

log = logging.getLogger(__name__)

WAITING_BYTES = 8 * 1024 * 1024  # in the queue to the far side: some minutes of a full process' events
EVENTS_A_FRAME = 200  # a frame is encoded and decoded on a loop of calls: about 2 ms


class LinkError(Exception):
    """A command was not answered."""


class LinkClosed(LinkError):
    """The far side has closed the link, or is gone."""


class LinkBroken(LinkError):
    """The far side has sent what is no message; the link is closed."""


class NotAnswered(LinkError):
    """No answer came in time; one that comes later is thrown away."""


class CommandFailed(LinkError):
    """The far side says why."""


class Link:
    """One end of the link, the same for both processes.

    What is told waits in a queue of at most ``WAITING_BYTES``. Where the far side reads too slowly and it is full,
    events are dropped here, never from the journal: the front, which sees the gap in ``seq``, reads the journal. All
    other messages are few, a handful a call, and are never dropped; a command fails while the queue is full.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        told: Callable[[Told], None],
        answer: Callable[[Command], Awaitable[Reply]] | None = None,
    ) -> None:
        self.dropped_events = 0
        self._reader, self._writer = reader, writer
        self._told, self._answer = told, answer
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Reply]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        writer.transport.set_write_buffer_limits(high=WAITING_BYTES)

    @classmethod
    async def open(
        cls,
        end: socket.socket,
        told: Callable[[Told], None],
        answer: Callable[[Command], Awaitable[Reply]] | None = None,
    ) -> Link:
        """On a connected Unix stream socket, which is the link's from here on; nothing is read before :meth:`run`.

        ``told`` gets what comes unasked, ``answer`` computes the answers to the far side's commands.
        """
        reader, writer = await asyncio.open_unix_connection(sock=end)
        return cls(reader, writer, told, answer)

    async def run(self) -> None:
        """Takes messages until the far side closes; :class:`LinkBroken` where it sends something else.

        Closes the link in any case: what was asked and is not answered fails.
        """
        why: LinkError = LinkClosed("the far side has closed the link")
        try:
            while (message := await self._receive()) is not None:
                self._take(*message)
                await asyncio.sleep(0)  # frames that have piled up must not keep the loop from its calls
        except LinkBroken as broken:
            why = broken
            raise
        finally:
            self.close(why)

    async def ask(self, command: Command, timeout_s: float) -> Reply:
        """The far side's answer; a :class:`LinkError` says why there is none."""
        if self._writer.is_closing():
            raise LinkClosed("the link is closed")
        if self._is_full():
            raise NotAnswered(f"{name_of(command)}: the far side does not read")
        number = next(self._numbers)
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[number] = answered
        try:
            self._writer.write(encode(command, number))
            async with asyncio.timeout(timeout_s):
                reply = await answered
        except ValueError as unsendable:
            raise CommandFailed(f"{name_of(command)}: {unsendable}") from None
        except TimeoutError:
            raise NotAnswered(f"{name_of(command)}: no answer in {timeout_s:.0f} s") from None
        finally:
            del self._asked[number]
        if isinstance(reply, Failed):
            raise CommandFailed(reply.what)
        return reply

    def tell(self, message: Told) -> bool:
        """Sends what nobody asked for; whether all of it was taken: of events, some may be dropped."""
        if not isinstance(message, Events):
            return self._send(message)
        batches = [message.batch[start : start + EVENTS_A_FRAME] for start in _starts(message.batch)]
        taken = [not self._is_full() and self._send(Events(batch)) for batch in batches]
        self.dropped_events += sum(len(batch) for batch, was in zip(batches, taken, strict=True) if not was)
        return all(taken)

    def close(self, why: LinkError | None = None) -> None:
        """A second time does nothing."""
        self._writer.close()
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(why or LinkClosed("the link is closed"))
        for task in self._answering:
            task.cancel()

    async def wait_closed(self) -> None:
        """Until what had been told is with the far side's system, after :meth:`close`."""
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def _is_full(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > WAITING_BYTES

    def _send(self, message: Message, number: int | None = None) -> bool:
        if self._writer.is_closing():
            return False
        try:
            self._writer.write(encode(message, number))
        except ValueError as unsendable:
            log.error("%s was not sent: %s", name_of(message), unsendable)
            return False
        return True

    async def _receive(self) -> tuple[Message, int | None] | None:
        try:
            head = await self._reader.readexactly(LENGTH_BYTES)
            length = int.from_bytes(head, "big")
            if length > LARGEST_FRAME_BYTES:
                raise LinkBroken(f"a frame of {length:,} bytes is announced: at most {LARGEST_FRAME_BYTES:,} are sent")
            return decode(await self._reader.readexactly(length))
        except FrameInvalid as invalid:
            raise LinkBroken(str(invalid)) from None
        except (asyncio.IncompleteReadError, OSError):
            return None

    def _take(self, message: Message, number: int | None) -> None:
        if isinstance(message, Command):
            if self._answer is None or number is None:
                raise LinkBroken(f"a command came that nobody takes here: {name_of(message)}")
            task = asyncio.create_task(self._give_answer(self._answer, message, number))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif number is not None:
            answered = self._asked.get(number)
            if answered and not answered.done() and isinstance(message, Reply):
                answered.set_result(message)
        elif isinstance(message, Told):
            try:
                self._told(message)
            except Exception:  # one message's trouble must not end the calls of all others
                log.exception("%s was not understood", name_of(message))
        else:
            raise LinkBroken(f"an answer to nothing: {name_of(message)}")

    async def _give_answer(self, answer: Callable[[Command], Awaitable[Reply]], command: Command, number: int) -> None:
        try:
            reply = await answer(command)
        except Exception as error:
            log.exception("%s went wrong", name_of(command))
            reply = Failed(f"{type(error).__name__}: {' '.join(str(error).split())}")
        self._send(reply, number)


def _starts(batch: Sequence[Logged]) -> range:
    return range(0, len(batch), EVENTS_A_FRAME)
