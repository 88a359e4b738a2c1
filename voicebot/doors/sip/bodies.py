"""What the bodies of messages say: session descriptions, and keys that were pressed."""

from __future__ import annotations

import email
import email.message
import re

from voicebot.doors.sip.message import Request, Response

SDP = "application/sdp"
DTMF_RELAY, DTMF = "application/dtmf-relay", "application/dtmf"
BODIES = (SDP, DTMF_RELAY, DTMF, "multipart/mixed")

KEYPAD = frozenset("0123456789*#")
MOST_KEYS = 32  # of one INFO
SIGNAL = re.compile(r"(?im)^\s*Signal\s*=\s*(\S+)")
EVENTS = {"10": "*", "11": "#"}  # some write the number of the RFC 4733 event
MOST_PARTS = 8


def content_type(message: Request | Response) -> str:
    """In small letters and without parameters; empty where there is no body."""
    if not message.body or message.content_type is None:
        return ""
    return message.content_type.mime_type.lower()


def sdp_of(message: Request | Response) -> str:
    """The session description; empty where there is none. Carriers wrap it in a multipart with ISUP (RFC 5621)."""
    kind = content_type(message)
    if kind == SDP:
        return message.body.decode("utf-8", "replace")
    if kind != "multipart/mixed":
        return ""
    head = f"Content-Type: {message.headers['Content-Type']}\r\n\r\n"
    parts = email.message_from_bytes(head.encode("utf-8", "replace") + message.body).get_payload()
    for part in parts[:MOST_PARTS] if isinstance(parts, list) else []:
        if isinstance(part, email.message.Message) and part.get_content_type() == SDP:
            body = part.get_payload(decode=True)
            return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
    return ""


def is_hold(sdp: str) -> bool:
    """Whether a description asks us to be silent: sendonly, inactive, or the old 0.0.0.0 (RFC 3264 8.4).

    What stands in the section of the sound goes before what stands above it.
    """
    above, _, sections = sdp.replace("\r\n", "\n").partition("\nm=")
    audio = next((section for section in sections.split("\nm=") if section.startswith("audio")), "")
    for part in (audio, above):
        directions = re.findall(r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\s*$", part)
        if directions:
            if directions[-1] in ("sendonly", "inactive"):
                return True
            break
    address = re.findall(r"(?m)^c=IN IP4 (\S+)", audio) or re.findall(r"(?m)^c=IN IP4 (\S+)", above)
    return bool(address) and address[-1].startswith("0.0.0.0")


def keys_of(request: Request) -> str | None:
    """The keys of an INFO; None where its body is of another kind."""
    kind, text = content_type(request), request.body[:1_000].decode("ascii", "ignore")
    if kind == DTMF_RELAY:
        signal = SIGNAL.search(text)
        text = signal.group(1) if signal else ""
    elif kind != DTMF:
        return None
    text = EVENTS.get(text.strip(), text)
    return "".join(key for key in text if key in KEYPAD)[:MOST_KEYS]


def relay_of(key: str, duration_ms: int = 160) -> bytes:
    return f"Signal={key}\r\nDuration={duration_ms}\r\n".encode()


def fragment(code: int, phrase: str) -> bytes:
    """A message/sipfrag (RFC 3420) that tells how a request has gone."""
    return f"SIP/2.0 {code} {phrase}\r\n".encode()


def fragment_code(body: bytes) -> tuple[int, str]:
    """Code and phrase of a message/sipfrag; 0 where it cannot be read."""
    found = re.match(rb"SIP/2\.0 ([1-6]\d\d) ?([^\r\n]{0,200})", body.lstrip())
    return (int(found.group(1)), found.group(2).decode("utf-8", "replace")) if found else (0, "")
