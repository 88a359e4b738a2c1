"""SIP messages off the wire (RFC 3261, sections 7, 18.3 and 20), judged as RFC 4475 asks."""

from __future__ import annotations

import re
from collections.abc import Callable

from sipmessage.message import COMPACT_FORMS

from voicebot.doors.sip.fields import Headers, Request, Response
from voicebot.doors.sip.grammar import NO_PARAMETERS, URI, is_token, read_number, read_top_via, read_uri
from voicebot.doors.sip.reasons import REASONS

Message = Request | Response

MOST_BYTES = 65_535  # of a message, as UDP has it
MOST_HEAD_BYTES = 16_384  # start line and headers
MOST_HEADERS = 256
MOST_URI_BYTES = 2_048
MOST_FORWARDS = 255

_NAMES = COMPACT_FORMS | {
    name.lower(): name
    for name in (
        *COMPACT_FORMS.values(),
        *("Accept", "Allow", "Authorization", "CSeq", "Expires", "Max-Forwards", "Min-Expires", "P-Asserted-Identity"),
        *("Proxy-Authorization", "Record-Route", "Require", "Route", "User-Agent", "Server", "WWW-Authenticate"),
    )
}
_SINGLE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type")
MANDATORY = ("Via", "From", "To", "Call-ID", "CSeq")

_HEAD_END = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"\n[ \t]+")
_VERSION = re.compile(r"SIP/([0-9]+\.[0-9]+)", re.IGNORECASE)


class MessageInvalid(ValueError):
    """Not a message that can be worked with.

    ``code`` and ``reason`` are what RFC 3261 and 4475 answer. ``request`` is what to answer, without a transaction,
    with ``response_to(invalid.request, invalid.code, invalid.reason)``; only its method and its top Via are known to
    be right. It is None where there is nothing to answer: responses, ACKs, what is no SIP, what has no usable Via.
    """

    def __init__(self, code: int, reason: str, request: Request | None) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason
        self.request = request


class _Wrong(ValueError):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read(data: bytes) -> Message:
    """One message: a datagram, or what :mod:`voicebot.doors.sip.framing` cut out of a stream.

    Folded headers, bare line feeds, compact names and stray white space are put right; what follows the body is
    dropped. The typed fields via, from_address, to_address, cseq, call_id, contact, route, record_route, max_forwards,
    require, supported, content_type and content_length of the message do not raise afterwards, and neither do accept,
    expires and min_expires: unreadable ones are taken out. Raises MessageInvalid. Takes at most a few milliseconds.
    """
    lines, body, bad_size = _split(data)
    message, bad_start = _start(lines[0])
    bad_line = _add_headers(message.headers, lines[1:])
    message.body = body
    try:
        if wrong := bad_size or bad_start or bad_line:
            raise wrong
        _judge(message)
    except _Wrong as found:
        raise MessageInvalid(found.code, found.reason, _answerable(message)) from None
    return message


def _split(data: bytes) -> tuple[list[str], bytes, _Wrong | None]:
    """Unfolded lines, body, and what is wrong with the size or the end of the headers."""
    data = data.lstrip(b"\r\n")  # RFC 3261, 7.5
    wrong = None
    if found := _HEAD_END.search(data, 0, MOST_HEAD_BYTES):
        head, body = data[: found.start()].removesuffix(b"\r"), data[found.end() :]
    else:
        head, body = data[:MOST_HEAD_BYTES], b""
        if len(data) > MOST_HEAD_BYTES:
            head = head[: head.rfind(b"\n")]
            wrong = _Wrong(513, REASONS[513])
        else:
            wrong = _Wrong(400, "Headers Without End")
    if len(data) > MOST_BYTES:
        wrong = _Wrong(513, REASONS[513])
    text = _text(head).replace("\r\n", "\n").replace("\r", " ")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    lines = text.split("\n", MOST_HEADERS + 1)
    if len(lines) > MOST_HEADERS + 1:
        lines.pop()
        wrong = _Wrong(513, "Too Many Headers")
    return lines, body, wrong


def _text(head: bytes) -> str:
    """UTF-8, and line by line what old Korean exchanges send: CP949; anything at all is some text."""
    try:
        return head.decode()
    except UnicodeDecodeError:
        return "\n".join(map(_line_text, head.split(b"\n")))


def _line_text(line: bytes) -> str:
    for encoding in ("utf-8", "cp949"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            pass
    return line.decode("latin-1")


def _start(line: str) -> tuple[Message, _Wrong | None]:
    """A message without headers; raises MessageInvalid for what cannot be answered as SIP."""
    first, _, rest = line.partition(" ")
    if found := _VERSION.fullmatch(first):
        code, _, phrase = rest.partition(" ")
        if found[1] != "2.0" or not (len(code) == 3 and code.isascii() and code.isdigit() and "100" <= code < "700"):
            raise MessageInvalid(400, "Invalid Status Line", None)
        return Response(int(code), phrase), None
    text, _, version = rest.rstrip(" ").rpartition(" ")
    spoken = _VERSION.fullmatch(version)
    if not is_token(first) or spoken is None:
        raise MessageInvalid(400, "Invalid Request Line", None)
    request = Request(first, URI(scheme="", host=text, parameters=NO_PARAMETERS))
    if spoken[1] != "2.0":
        return request, _Wrong(505, REASONS[505])
    if len(text) > MOST_URI_BYTES:
        return request, _Wrong(414, REASONS[414])
    try:
        uri = read_uri(text)
    except ValueError:
        return request, _Wrong(400, "Invalid Request-URI")
    if uri.scheme not in ("sip", "sips", "tel"):
        return request, _Wrong(416, REASONS[416])
    if uri.headers:  # RFC 4475, 3.1.2.11
        return request, _Wrong(400, "Headers in Request-URI")
    request.uri = uri
    return request, _Wrong(400, "Invalid Request Line") if rest.endswith(" ") else None


def _add_headers(headers: Headers, lines: list[str]) -> _Wrong | None:
    wrong = None
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        known = _NAMES.get(name.lower())
        if not colon or not (known or is_token(name)):
            wrong = wrong or _Wrong(400, "Invalid Header Line")
            continue
        headers.add(known or name, value.strip(" \t"))
    return wrong


def _judge(message: Message) -> None:
    headers = message.headers
    for name in MANDATORY:
        if name not in headers:
            raise _Wrong(400, f"Missing {name}")
    for name in _SINGLE:
        if len(headers.getlist(name)) > 1:
            raise _Wrong(400, f"More Than One {name}")
    for name, accessor in _TYPED:
        if name in headers:
            try:
                accessor(message)
            except ValueError:
                raise _Wrong(400, f"Invalid {name}") from None
    for name, accessor in _DROPPED:
        if name in headers:
            try:
                accessor(message)
            except ValueError:
                headers.remove(name)
    if not message.via:
        raise _Wrong(400, "Invalid Via")
    if isinstance(message, Request) and message.cseq.method != message.method:
        raise _Wrong(400, "CSeq of Another Method")
    length = message.content_length
    if length is not None:
        if length > len(message.body):
            raise _Wrong(400, "Content-Length Larger Than the Body")
        message.body = message.body[:length]


def _tokens(name: str) -> Callable[[Message], None]:
    def check(message: Message) -> None:
        for value in message.headers.getlist(name):
            for part in value.split(","):
                if value and not is_token(part.strip()):
                    raise ValueError("not a list of tokens")

    return check


def _number(name: str, most: int) -> Callable[[Message], int]:
    return lambda message: read_number(message.headers[name], most)


def _call_id(message: Message) -> None:
    if not message.call_id or " " in message.call_id:
        raise ValueError("not one word")


_TYPED: tuple[tuple[str, Callable[[Message], object]], ...] = (
    ("Via", lambda message: message.via),
    ("From", lambda message: message.from_address),
    ("To", lambda message: message.to_address),
    ("Call-ID", _call_id),
    ("CSeq", lambda message: message.cseq),
    ("Max-Forwards", _number("Max-Forwards", MOST_FORWARDS)),
    ("Content-Length", _number("Content-Length", 2**31)),
    ("Content-Type", lambda message: message.content_type),
    ("Contact", lambda message: message.contact),
    ("Route", lambda message: message.route),
    ("Record-Route", lambda message: message.record_route),
    ("Require", _tokens("Require")),
    ("Supported", _tokens("Supported")),
)
_DROPPED: tuple[tuple[str, Callable[[Message], object]], ...] = (
    ("Expires", _number("Expires", 2**32 - 1)),  # RFC 3261, 20.19
    ("Min-Expires", _number("Min-Expires", 2**32 - 1)),
    ("Accept", lambda message: message.accept),
)


def _answerable(message: Message) -> Request | None:
    """The request as far as an answer needs it: a top Via that goes wrong in its parameters ends before them."""
    if not isinstance(message, Request) or message.method == "ACK":
        return None
    try:
        return message if message.via else None
    except ValueError:
        pass
    try:
        message.via = [read_top_via(message.headers["Via"])]
    except ValueError:
        return None
    return message
