"""A message as it travels: its length (4 bytes, big endian) and one JSON object with its ``type``, the ``id`` of the
command that it is or answers (null for news), and its own fields."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from voicebot.events import Logged
from voicebot.link.messages import Command, Events, Message, Reply, Told

LARGEST_FRAME_BYTES = 4 * 1024 * 1024
LENGTH_BYTES = 4


class FrameInvalid(ValueError):
    """The far side has sent what is no message."""


_KINDS: dict[str, type[Any]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind
    for kind in dict.fromkeys((*get_args(Command), *get_args(Reply), *get_args(Told)))
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_READERS = {kind: TypeAdapter(kind) for kind in _KINDS.values() if kind is not Events}


def name_of(message: Message) -> str:
    return _NAMES[type(message)]


def encode(message: Message, number: int | None = None) -> bytes:
    """A frame; ``number`` is the command's. :class:`ValueError` if it is too long to be sent."""
    if isinstance(message, Events):
        fields: dict[str, Any] = {"batch": [logged.as_json() for logged in message.batch]}
    else:
        fields = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    body = _dumps({"type": _NAMES[type(message)], "id": number, **fields})
    if len(body) > LARGEST_FRAME_BYTES:
        raise ValueError(f"a message of {len(body):,} bytes: at most {LARGEST_FRAME_BYTES:,} are sent")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def decode(body: bytes) -> tuple[Message, int | None]:
    """The message of a frame without its length, and its number; :class:`FrameInvalid`."""
    try:
        fields = json.loads(body) if b"\\ud" in body.lower() else orjson.loads(body)
        kind, number = _KINDS[fields.pop("type")], fields.pop("id")
        if not isinstance(number, int | None):
            raise TypeError(f"id {number!r}")
        if kind is Events:
            read = [Logged.from_json(event) for event in fields["batch"]]
            # a type of event that is not known is skipped, as everywhere
            return Events(tuple(logged for logged in read if logged)), number
        message: Message = _READERS[kind].validate_python(fields)
        return message, number
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FrameInvalid(f"a frame of {len(body)} bytes is no message of this version: {reason}") from None


def _dumps(fields: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, an integer of more than 64 bits: somebody else's text
        return json.dumps(fields, default=_plain).encode()


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
