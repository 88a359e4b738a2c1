"""A client's connection to the inference process: it never blocks, and knows when the process has stopped answering."""

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from voicebot.stt import inference_wire as wire
from voicebot.stt.inference_wire import Kind, Message, Welcome

RETRY_S, LONGEST_RETRY_S = 2.0, 30.0
STEADY_S = 30.0  # a process that lasted this long is soon tried again, another ever more seldom
WELCOME_S = 2.0


class LinkLost(ConnectionError):
    """The process cannot be reached, is gone or is not to be trusted; the message says what it did."""


class InferenceLink:
    """To the process at ``path``, whose recognizer must take sound at ``rate_hz``. Not thread-safe.

    Every message is answered within ``deadline_ms`` of its sending, or :class:`LinkLost` is raised; until then what
    the socket does not take waits here. ``clock`` counts seconds, monotonically.
    """

    def __init__(
        self, path: Path, rate_hz: int, deadline_ms: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.welcome: Welcome | None = None
        self.largest_batch = 0
        self.answered = 0  # messages
        self._path, self._rate_hz, self._deadline_s, self._clock = path, rate_hz, deadline_ms / 1000, clock
        self._connection: socket.socket | None = None
        self._since = self._try_at = clock()
        self._retry_s = RETRY_S
        self._unpacker = wire.Unpacker(wire.FROM_PROCESS)
        self._unsent = bytearray()
        self._messages = self._dated = 0
        self._unanswered: deque[tuple[int, float]] = deque()  # the newest message of a sending, and when that was

    @property
    def is_up(self) -> bool:
        return self.welcome is not None

    def look(self) -> bool:
        """Whether the process is there; now and then tries to reach it. Raises :class:`LinkLost` when a try failed."""
        if self._connection is None and self._clock() >= self._try_at:
            self._connect()
        if self._connection is not None and not self.is_up:
            self._read()
            if not self.is_up and self._clock() - self._since > WELCOME_S:
                raise self._lost("does not welcome anybody: it hangs")
        return self.is_up

    def send(self, kind: Kind, number: int, payload: bytes = b"") -> int:
        """Goes out with the next :meth:`receive`; which message of this connection it is, from 1."""
        self._unsent += Message(kind, number, payload).packed()
        self._messages += 1
        return self._messages

    def receive(self) -> list[Message]:
        """Sends what is to be sent and gives what has come. Raises :class:`LinkLost`."""
        assert self._connection is not None
        now = self._clock()
        if self._messages > self._dated:
            self._unanswered.append((self._messages, now))
            self._dated = self._messages
        try:
            while self._unsent:
                del self._unsent[: self._connection.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError as error:
            raise self._lost("died") from error
        messages = self._read()
        if self._unanswered and now - self._unanswered[0][1] > self._deadline_s:
            raise self._lost(f"has not answered for {self._deadline_s * 1000:.0f} ms")
        return messages

    def wait(self, seconds: float) -> None:
        """For something to read, so long at most."""
        if self._connection is not None and seconds > 0:
            poll = select.poll()
            poll.register(self._connection, select.POLLIN | (select.POLLOUT if self._unsent else 0))
            poll.poll(seconds * 1000)

    def distrust(self, garbage: wire.Garbage) -> LinkLost:
        """Closes the connection over an answer that is nonsense; the error to raise."""
        return self._lost(f"answers nonsense ({garbage})")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self.welcome = None

    def _connect(self) -> None:
        self._unpacker, self._unsent = wire.Unpacker(wire.FROM_PROCESS), bytearray()
        self._messages = self._dated = self.answered = 0
        self._unanswered.clear()
        self._since = self._clock()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        self._connection = connection
        try:
            connection.connect(str(self._path))
        except BlockingIOError as error:  # it does not take those that wait already
            raise self._lost("takes nobody: it hangs") from error
        except OSError as error:
            raise self._lost("is not there") from error

    def _read(self) -> list[Message]:
        assert self._connection is not None
        messages: list[Message] = []
        try:
            while data := self._connection.recv(1 << 18):
                messages += self._unpacker.feed(data)
            raise self._lost("died")
        except BlockingIOError:
            pass
        except wire.Garbage as garbage:
            raise self.distrust(garbage) from garbage
        except LinkLost:
            raise
        except OSError as error:
            raise self._lost("died") from error
        try:
            return [message for message in messages if not self._is_for_the_link(message)]
        except wire.Garbage as garbage:
            raise self.distrust(garbage) from garbage

    def _is_for_the_link(self, message: Message) -> bool:
        if message.kind is Kind.WELCOME:
            welcome = wire.welcome_of(message.payload)
            if (welcome.version, welcome.rate_hz) != (wire.VERSION, self._rate_hz):
                raise wire.Garbage(f"{welcome.name} at {welcome.rate_hz} Hz, version {welcome.version}")
            self.welcome = welcome
            return True
        if not self.is_up:
            raise wire.Garbage("something before its welcome")
        if message.kind is not Kind.DONE:
            return False
        done = wire.done_of(message.payload)
        if not self.answered <= done.messages <= self._messages:
            raise wire.Garbage(f"{done.messages} messages answered of {self._messages}")
        self.answered = done.messages
        while self._unanswered and self._unanswered[0][0] <= done.messages:
            self._unanswered.popleft()
        self.largest_batch = max(self.largest_batch, done.streams)
        return True

    def _lost(self, what: str) -> LinkLost:
        now = self._clock()
        was_steady = self.is_up and now - self._since > STEADY_S
        self._retry_s = RETRY_S if was_steady else min(LONGEST_RETRY_S, self._retry_s * 1.5)
        self._try_at = now + self._retry_s
        self.close()
        return LinkLost(f"the inference process at {self._path} {what}")
