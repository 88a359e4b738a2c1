"""Header values and URIs (RFC 3261, section 25) out of their text, into the dataclasses of sipmessage.

What sipmessage's own parsers do not do for an endpoint: parameters are kept as they came (a tag or a Route is given
back to the letter), names of parameters are found in any case, a URI may have headers or a scheme that nobody knows,
names may be Korean without quotes, and no text takes more than linear time. Everything here raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import TypeVar
from urllib.parse import unquote

import sipmessage
from sipmessage import Address, CSeq, MediaType, Via

T = TypeVar("T")

MOST_SEQUENCE = 2**31 - 1  # RFC 3261, 8.1.1.5
MOST_PORT = 65_535
MOST_VALUES = 100  # of one header: real lists have a handful

_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_HOST = r"(?:[A-Za-z0-9_][A-Za-z0-9_.\-]*+|\[[0-9A-Fa-f:.]++\])"
_USER = r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})++"  # "#" is no part of it, but of what telephones dial
_PASSWORD = r"(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*+"
_URI_PARAMETERS = r'(?P<parameters>(?:;[^;?@<>"\s]++)*+)'

_SIP_URI = re.compile(
    rf"(?P<scheme>sips?):(?>(?P<user>{_USER})(?::(?P<password>{_PASSWORD}))?@)?(?P<host>{_HOST})(?::(?P<port>[0-9]++))?"
    rf"{_URI_PARAMETERS}(?:\?(?P<headers>[^<>\"\s]++))?",
    re.IGNORECASE,
)
_TEL_URI = re.compile(rf"tel:(?P<subscriber>\+?[0-9A-Fa-f*#\-.()]++){_URI_PARAMETERS}", re.IGNORECASE)
_OTHER_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*+):(?P<rest>[^<>\"\s]++)")

_PARAMETER = re.compile(rf' ?; ?({_TOKEN})(?: ?= ?({_QUOTED}|[^ ;,"<>]++))?+ ?', re.DOTALL)
_NAME_ADDRESS = re.compile(rf'(?:(?P<quoted>{_QUOTED})|(?P<name>[^"<>,;:@\\]*+)) ?<(?P<uri>[^<>]++)>', re.DOTALL)
_BARE_ADDRESS = re.compile(r'[^ ;,?<>"]++')
_VIA = re.compile(
    rf"SIP ?/ ?[0-9]++\.[0-9]++ ?/ ?(?P<transport>{_TOKEN}) (?P<host>{_HOST})(?: ?: ?(?P<port>[0-9]++))?", re.IGNORECASE
)
_MEDIA_TYPE = re.compile(rf"({_TOKEN}) ?/ ?({_TOKEN})")
_CSEQ = re.compile(rf"([0-9]++) ({_TOKEN})")
_WHOLE_TOKEN = re.compile(_TOKEN)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Verbatim(sipmessage.Parameters):
    """Parameters as they were read: found by their lower-case names, written back to the letter."""

    def __init__(self, values: Mapping[str, str | None], text: str) -> None:
        self._values = dict(values)
        self._text = text

    def replace(self, **changes: str | None) -> Verbatim:
        """A copy in which ``changes`` stand at the end; names are lower-case, values are written as they are."""
        kept = [(name, value) for name, value in self._values.items() if name not in changes]
        together = dict(kept + list(changes.items()))
        return Verbatim(together, "".join(f";{n}" if v is None else f";{n}={v}" for n, v in together.items()))

    def __getitem__(self, name: str) -> str | None:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Verbatim({self._text!r})"

    def __str__(self) -> str:
        return self._text


NO_PARAMETERS = Verbatim({}, "")


@dataclass(frozen=True)
class URI(sipmessage.URI):
    """With ``headers``, what follows the question mark, escaped as it came.

    Of a scheme other than sip, sips and tel, ``host`` is all that follows the colon. A URI that was read is written
    to the letter; a changed copy (``dataclasses.replace``) is put together anew.
    """

    headers: str = ""
    _text: str = field(default="", init=False, compare=False, repr=False)

    def __str__(self) -> str:
        return self._text or super().__str__() + (f"?{self.headers}" if self.headers else "")


def is_token(text: str) -> bool:
    return _WHOLE_TOKEN.fullmatch(text) is not None


def read_uri(text: str) -> URI:
    if found := _SIP_URI.fullmatch(text):
        scheme, user, password, host, port, parameters, headers = found.groups()
        uri = URI(
            scheme=scheme.lower(),
            host=_host(host),
            user=_unescaped(user),
            password=_unescaped(password),
            port=_port(port),
            parameters=_uri_parameters(parameters),
            headers=headers or "",
        )
    elif found := _TEL_URI.fullmatch(text):
        uri = URI(scheme="tel", host="", user=found[1], parameters=_uri_parameters(found[2]))
    elif (found := _OTHER_URI.fullmatch(text)) and found[1].lower() not in ("sip", "sips", "tel"):
        uri = URI(scheme=found[1].lower(), host=found[2])
    else:
        raise ValueError("not a URI")
    object.__setattr__(uri, "_text", text)
    return uri


def read_address(value: str) -> Address:
    """From, To, Refer-To and other headers of one address."""
    return _one(value, _address)


def read_addresses(value: str) -> list[Address]:
    """Contact, Route and other lists; those of ``*`` and of an empty value are empty."""
    return [] if value.strip() in ("", "*") else _many(value, _address)


def read_via(value: str) -> list[Via]:
    return _many(value, _via)


def read_top_via(value: str) -> Via:
    """The first Via of a header, as far as it can be read."""
    return _via(_simplified(value), 0)[0]


def read_media_type(value: str) -> MediaType:
    return _one(value, _media_type)


def read_media_types(value: str) -> list[MediaType]:
    return _many(value, _media_type) if value.strip() else []


def read_cseq(value: str) -> CSeq:
    found = _CSEQ.fullmatch(_simplified(value))
    if not found:
        raise ValueError("not a CSeq")
    return CSeq(sequence=read_number(found[1], MOST_SEQUENCE), method=found[2])


def read_number(value: str, most: int) -> int:
    """A decimal number of 0 … ``most``; zeros may lead."""
    if not (value.isascii() and value.isdigit()):
        raise ValueError("not a number")
    digits = value.lstrip("0") or "0"
    if len(digits) > 10 or int(digits) > most:
        raise ValueError("number too large")
    return int(digits)


def _simplified(value: str) -> str:
    """All white space is one space (RFC 3261, 25.1, LWS)."""
    return " ".join(value.split()) if "  " in value or "\t" in value else value.strip(" ")


def _one(value: str, read: Callable[[str, int], tuple[T, int]]) -> T:
    text = _simplified(value)
    item, at = read(text, 0)
    if at != len(text):
        raise ValueError("something follows")
    return item


def _many(value: str, read: Callable[[str, int], tuple[T, int]]) -> list[T]:
    text = _simplified(value)
    item, at = read(text, 0)
    items = [item]
    while at < len(text):
        if text[at] != ",":
            raise ValueError("no comma between two values")
        at += 2 if text[at + 1 : at + 2] == " " else 1
        if len(items) == MOST_VALUES:
            raise ValueError("too many values")
        item, at = read(text, at)
        items.append(item)
    return items


def _address(text: str, at: int) -> tuple[Address, int]:
    if found := _NAME_ADDRESS.match(text, at):
        quoted, name, uri = found.groups()
        shown = _ESCAPED.sub(r"\1", quoted[1:-1]) if quoted else name.rstrip(" ")
    elif found := _BARE_ADDRESS.match(text, at):
        shown, uri = "", found[0]
    else:
        raise ValueError("not an address")
    parameters, end = _parameters(text, found.end())
    return Address(uri=read_uri(uri), name=shown, parameters=parameters), end


def _via(text: str, at: int) -> tuple[Via, int]:
    found = _VIA.match(text, at)
    if not found:
        raise ValueError("not a Via")
    transport, host, port = found.groups()
    parameters, end = _parameters(text, found.end())
    return Via(transport=transport, host=_host(host), port=_port(port), parameters=parameters), end


def _media_type(text: str, at: int) -> tuple[MediaType, int]:
    found = _MEDIA_TYPE.match(text, at)
    if not found:
        raise ValueError("not a media type")
    parameters, end = _parameters(text, found.end())
    return MediaType(mime_type=f"{found[1]}/{found[2]}".lower(), parameters=parameters), end


def _parameters(text: str, at: int) -> tuple[Verbatim, int]:
    values: dict[str, str | None] = {}
    start = at
    while found := _PARAMETER.match(text, at):
        _add(values, found[1], found[2])
        at = found.end()
    if not values:
        return NO_PARAMETERS, at + 1 if text[at : at + 1] == " " else at
    return Verbatim(values, text[start:at].strip(" ")), at


def _uri_parameters(text: str) -> Verbatim:
    if not text:
        return NO_PARAMETERS
    values: dict[str, str | None] = {}
    for part in text[1:].split(";"):
        name, equals, value = part.partition("=")
        _add(values, unquote(name), unquote(value) if equals else None)
    return Verbatim(values, text)


def _add(values: dict[str, str | None], name: str, value: str | None) -> None:
    name = name.lower()
    if not name or name in values:
        raise ValueError("a parameter is given twice or has no name")
    values[name] = value


def _host(text: str) -> str:
    if text[0] == "[":
        IPv6Address(text[1:-1])  # a ValueError where it is none
    return text


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    port = read_number(text, MOST_PORT)
    if not port:
        raise ValueError("port 0")
    return port


def _unescaped(text: str | None) -> str | None:
    return unquote(text) if text and "%" in text else text or None
