"""What is wrong with a request before it comes to what it wants (RFC 3261 8.2)."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.doors.sip.bodies import BODIES, SDP, content_type
from voicebot.doors.sip.message import Request
from voicebot.doors.sip.wire import EXTENSIONS, METHODS

KNOWN_ELSEWHERE = frozenset({"REGISTER", "MESSAGE", "SUBSCRIBE", "PUBLISH"})
DESCRIBED = frozenset({"INVITE", "UPDATE", "PRACK"})  # whose body is a session description


@dataclass(frozen=True, slots=True)
class Objection:
    code: int
    headers: tuple[tuple[str, str], ...] = ()


def objection(request: Request) -> Objection | None:
    """The answer to a request that cannot be worked on, whatever it is about; None where nothing is wrong.

    Max-Forwards of 0 is no reason: the request has arrived (RFC 4475 3.3.11).
    """
    allow = ("Allow", ", ".join(METHODS))
    if request.method == "SUBSCRIBE":
        return Objection(489, (("Allow-Events", "refer"), allow))
    if request.method not in METHODS:
        return Objection(405 if request.method in KNOWN_ELSEWHERE else 501, (allow,))
    if unknown := [tag for tag in request.require if tag not in EXTENSIONS]:
        return Objection(420, (("Unsupported", ", ".join(unknown)),))
    if request.method in DESCRIBED:
        return about_body(request)
    return None


def about_body(request: Request) -> Objection | None:
    if request.body and not is_optional(request):
        if content_type(request) not in (SDP, "multipart/mixed"):
            return Objection(415, (("Accept", SDP),))
        encoding = (request.headers.get("Content-Encoding") or "identity").strip().lower()
        if encoding != "identity":
            return Objection(415, (("Accept-Encoding", "identity"),))
    if request.method == "INVITE" and not accepts_sdp(request):
        return Objection(406, (("Accept", ", ".join(BODIES)),))
    return None


def is_optional(request: Request) -> bool:
    """Whether its sender does not mind that the body is passed over (RFC 3261 20.11)."""
    return "handling=optional" in (request.headers.get("Content-Disposition") or "").replace(" ", "").lower()


def accepts_sdp(request: Request) -> bool:
    """Whether our answer may have a description (20.1); without an Accept header it may."""
    values = request.headers.getlist("Accept")
    kinds = {kind.partition(";")[0].strip().lower() for value in values for kind in value.split(",")}
    return not values or not kinds.isdisjoint({SDP, "application/*", "*/*"})
