"""SIP messages: read, answered, written (RFC 3261, sections 7 and 8.2.6)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

import sipmessage

from voicebot.doors.sip.fields import Headers, Request, Response
from voicebot.doors.sip.reading import MANDATORY, MOST_BYTES, MOST_HEAD_BYTES, Message, MessageInvalid, read
from voicebot.doors.sip.reasons import REASONS

__all__ = [
    "MOST_BYTES",
    "MOST_HEAD_BYTES",
    "REASONS",
    "Headers",
    "Message",
    "MessageInvalid",
    "Request",
    "Response",
    "new_branch",
    "new_call_id",
    "new_tag",
    "read",
    "response_to",
    "to_bytes",
]

_LINE_END = re.compile(r"[\r\n]+")
_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)


def response_to(
    request: sipmessage.Request,
    code: int,
    phrase: str | None = None,
    *,
    to_tag: str = "",
    body: bytes = b"",
    content_type: str = "",
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """The response of RFC 3261, 8.2.6, with the request's own text of Via, From, To, Call-ID and CSeq.

    ``to_tag`` is put where the request's To has none; without one a new tag is, except into a 100. Record-Route is
    copied into 101 to 299 (12.1.1), Timestamp into a 100.
    """
    response = Response(code, REASONS.get(code, "") if phrase is None else phrase, body)
    for name in MANDATORY:
        response.headers.setlist(name, request.headers.getlist(name))
    to = request.headers.get("To")
    if to is not None and (to_tag or code > 100) and not _has_tag(to):
        response.headers.set("To", f"{to};tag={to_tag or new_tag()}")
    if 100 < code < 300:
        response.headers.setlist("Record-Route", request.headers.getlist("Record-Route"))
    elif code == 100:
        response.headers.setlist("Timestamp", request.headers.getlist("Timestamp"))
    for name, value in headers:
        response.headers.add(name, value)
    if body and content_type:
        response.headers.set("Content-Type", content_type)
    return response


def to_bytes(message: sipmessage.Request | sipmessage.Response) -> bytes:
    """The message as it is sent: Via first, Content-Length right, line ends within values taken out."""
    if isinstance(message, sipmessage.Request):
        start = f"{message.method} {message.uri} SIP/2.0"
    else:
        start = f"SIP/2.0 {message.code} {message.phrase}"
    lines = [start]
    lines += [f"Via: {value}" for value in message.headers.getlist("Via")]
    for name in message.headers.keys():  # noqa: SIM118
        if name.lower() not in ("via", "content-length"):
            lines += [f"{name}: {value}" for value in message.headers.getlist(name)]
    lines.append(f"Content-Length: {len(message.body)}")
    text = "\r\n".join(line if line.isprintable() else _LINE_END.sub(" ", line) for line in lines)
    return text.encode("utf-8", "replace") + b"\r\n\r\n" + message.body


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(10)


def new_tag() -> str:
    return secrets.token_hex(6)


def new_call_id() -> str:
    return secrets.token_hex(16)


def _has_tag(to: str) -> bool:
    return _TAG.search(to, to.rfind(">") + 1) is not None
