"""Requests and responses whose header fields are parsed once, by the grammar of this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

import sipmessage
from sipmessage import Address, CSeq, MediaType, Via

from voicebot.doors.sip import grammar

T = TypeVar("T")


class Headers(sipmessage.Headers):
    """The fields of a message by name, in any case, each with its values in their order.

    What was parsed of a field is kept until the field changes: lists that :meth:`getlist` gives are not to be changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[str, tuple[str, list[str]]] = {}
        self._parsed: dict[str, Any] = {}

    def parsed(self, name: str, parse: Callable[[list[str]], T]) -> T:
        """What ``parse`` makes of all values of the field; raises what it raises."""
        if name in self._parsed:
            return cast(T, self._parsed[name])
        value = self._parsed[name] = parse(self.getlist(name))
        return value

    def items(self) -> list[tuple[str, list[str]]]:
        return list(self._fields.values())

    def add(self, key: str, value: str) -> None:
        field = self._fields.get(key.lower())
        if field is None:
            self._fields[key.lower()] = (key, [value])
        else:
            field[1].append(value)
        self._parsed.clear()

    def get(self, key: str, default: str | None = None) -> str | None:
        field = self._fields.get(key.lower())
        return field[1][0] if field else default

    def getlist(self, key: str) -> list[str]:
        field = self._fields.get(key.lower())
        return field[1] if field else []

    def keys(self) -> list[str]:
        return [name for name, _ in self._fields.values()]

    def remove(self, key: str) -> None:
        self._fields.pop(key.lower(), None)
        self._parsed.clear()

    def set(self, key: str, value: str) -> None:
        self.setlist(key, [value])

    def setlist(self, key: str, values: list[str]) -> None:
        """No values: the field goes."""
        if values:
            name = self._fields[key.lower()][0] if key.lower() in self._fields else key
            self._fields[key.lower()] = (name, list(values))
            self._parsed.clear()
        else:
            self.remove(key)

    def __getitem__(self, key: str) -> str:
        return self._fields[key.lower()][1][0]

    def __contains__(self, key: str) -> bool:
        return key.lower() in self._fields

    def __str__(self) -> str:
        return "".join(f"{name}: {value}\r\n" for name, values in self._fields.values() for value in values) + "\r\n"


class _HasHeaders(Protocol):
    @property
    def headers(self) -> Headers: ...


class _Single(Generic[T]):
    """A field of one value. Reading it raises ValueError where it is absent or cannot be read."""

    def __init__(self, name: str, parse: Callable[[str], T]) -> None:
        self._name = name
        self._parse = parse

    def __get__(self, message: _HasHeaders, owner: type) -> T:
        return message.headers.parsed(self._name, self._only)

    def __set__(self, message: _HasHeaders, value: T) -> None:
        message.headers.set(self._name, str(value))

    def _only(self, values: list[str]) -> T:
        if len(values) != 1:
            raise ValueError(f"{len(values)} {self._name} headers instead of one")
        return self._parse(values[0])


class _Many(Generic[T]):
    """A field that is a list, be it over several lines. What is read is a copy: set it again to change the message."""

    def __init__(self, name: str, parse: Callable[[str], list[T]]) -> None:
        self._name = name
        self._parse = parse

    def __get__(self, message: _HasHeaders, owner: type) -> list[T]:
        return list(message.headers.parsed(self._name, self._all))

    def __set__(self, message: _HasHeaders, value: list[T]) -> None:
        message.headers.setlist(self._name, [str(item) for item in value])

    def _all(self, values: list[str]) -> list[T]:
        items: list[T] = []
        for value in values:
            items += self._parse(value)
            if len(items) > grammar.MOST_VALUES:
                raise ValueError(f"too many values of {self._name}")
        return items


class _Optional(Generic[T]):
    """A field of one value, None where it is absent. Reading it raises ValueError where it cannot be read."""

    def __init__(self, name: str, parse: Callable[[list[str]], T]) -> None:
        self._name = name
        self._parse = parse

    def __get__(self, message: _HasHeaders, owner: type) -> T | None:
        return message.headers.parsed(self._name, self._parse) if self._name in message.headers else None

    def __set__(self, message: _HasHeaders, value: T | None) -> None:
        values = [] if value is None else value if isinstance(value, list) else [value]
        message.headers.setlist(self._name, [str(item) for item in values])


class _Fields:
    accept = _Optional[list[MediaType]]("Accept", lambda values: grammar.read_media_types(",".join(values)))
    content_type = _Optional[MediaType]("Content-Type", lambda values: grammar.read_media_type(values[0]))
    via = _Many[Via]("Via", grammar.read_via)
    from_address = _Single[Address]("From", grammar.read_address)
    to_address = _Single[Address]("To", grammar.read_address)
    cseq = _Single[CSeq]("CSeq", grammar.read_cseq)
    contact = _Many[Address]("Contact", grammar.read_addresses)
    route = _Many[Address]("Route", grammar.read_addresses)
    record_route = _Many[Address]("Record-Route", grammar.read_addresses)


class Request(_Fields, sipmessage.Request):
    """A request; see sipmessage for the fields that are not named above. ``contact`` of ``*`` is empty."""

    headers: Headers

    def __init__(self, method: str, uri: sipmessage.URI, body: bytes = b"") -> None:
        super().__init__(method, uri, body)
        self.headers = Headers()


class Response(_Fields, sipmessage.Response):
    """A response; see :class:`Request`."""

    headers: Headers

    def __init__(self, code: int, phrase: str, body: bytes = b"") -> None:
        super().__init__(code, phrase, body)
        self.headers = Headers()
