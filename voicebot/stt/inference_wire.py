"""What the inference process and its clients say to each other: small messages over a Unix stream socket.

A message is its kind (one byte), the number of the stream it is about (uint32, 0 for none) and the length of its
payload (uint32), in network order, then the payload.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from voicebot.stt.recognizer import Final, Partial

VERSION = 1
LONGEST_PAYLOAD = 1 << 20  # bytes: a minute of sound at 8 kHz; the longest final has some tens of thousands

_HEAD = struct.Struct(">BII")
_DONE = struct.Struct(">QI")

Read = TypeVar("Read")


class Kind(IntEnum):
    """The first four payloads are JSON, ``SOUND`` is int16, little-endian; who sends it is in brackets."""

    WELCOME = 1  # (process) at once to whoever connects: who listens here
    PARTIAL = 2  # (process) what has been heard so far, if that has changed
    FINAL = 3  # (process) the result; the number means nothing any more
    DONE = 4  # (process) so many of your messages are decoded, in a batch of so many streams
    SOUND = 5  # (client) more of a stream; the first of its number opens it
    FINISH = 6  # (client) no more of it follows; opens it too
    DROP = 7  # (client) nobody wants to know any more


FROM_CLIENTS = frozenset({Kind.SOUND, Kind.FINISH, Kind.DROP})
FROM_PROCESS = frozenset({Kind.WELCOME, Kind.PARTIAL, Kind.FINAL, Kind.DONE})


class Garbage(ValueError):
    """What came is no message of this protocol; the sentence says what it is."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: Kind
    number: int = 0
    payload: bytes = b""

    def packed(self) -> bytes:
        return _HEAD.pack(self.kind, self.number, len(self.payload)) + self.payload


@dataclass(frozen=True, slots=True)
class Welcome:
    """``name`` is the recognizer's; its streams take int16 at ``rate_hz``."""

    name: str
    rate_hz: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Done:
    messages: int
    streams: int

    def packed(self) -> bytes:
        return Message(Kind.DONE, 0, _DONE.pack(self.messages, self.streams)).packed()


_WELCOME, _PARTIAL, _FINAL = TypeAdapter(Welcome), TypeAdapter(Partial), TypeAdapter(Final)


def packed_welcome(welcome: Welcome) -> bytes:
    return Message(Kind.WELCOME, 0, _WELCOME.dump_json(welcome)).packed()


def packed_partial(number: int, partial: Partial) -> bytes:
    return Message(Kind.PARTIAL, number, _PARTIAL.dump_json(partial)).packed()


def packed_final(number: int, final: Final) -> bytes:
    return Message(Kind.FINAL, number, _FINAL.dump_json(final)).packed()


def welcome_of(payload: bytes) -> Welcome:
    """Raises :class:`Garbage`, as all of these do."""
    return _read(_WELCOME, payload)


def partial_of(payload: bytes) -> Partial:
    partial = _read(_PARTIAL, payload)
    if not 0 <= partial.stable_chars <= len(partial.spoken):
        raise Garbage(f"a partial of {len(partial.spoken)} characters, {partial.stable_chars} of them stable")
    return partial


def final_of(payload: bytes) -> Final:
    return _read(_FINAL, payload)


def done_of(payload: bytes) -> Done:
    if len(payload) != _DONE.size:
        raise Garbage(f"a DONE of {len(payload)} bytes")
    return Done(*_DONE.unpack(payload))


class Unpacker:
    """Bytes as they arrive, made into messages of the ``expected`` kinds; keeps at most one unfinished message."""

    def __init__(self, expected: frozenset[Kind]) -> None:
        self._expected = expected
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Raises :class:`Garbage`; what follows garbage cannot be read any more."""
        rest, at = self._rest + data, 0
        messages = []
        while len(rest) - at >= _HEAD.size:
            kind, number, length = _HEAD.unpack_from(rest, at)
            if kind not in self._expected:
                raise Garbage(f"a message of kind {kind}")
            if length > LONGEST_PAYLOAD:
                raise Garbage(f"a message of {length} bytes")
            end = at + _HEAD.size + length
            if len(rest) < end:
                break
            messages.append(Message(Kind(kind), number, rest[at + _HEAD.size : end]))
            at = end
        self._rest = rest[at:]
        return messages


def _read(shape: TypeAdapter[Read], payload: bytes) -> Read:
    try:
        return shape.validate_json(payload, strict=True)
    except ValidationError as error:
        raise Garbage(f"{error.title} that is none ({error.errors()[0]['msg']})") from error
