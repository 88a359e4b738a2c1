"""Which transaction a message belongs to (RFC 3261 17.1.3, 17.2.3), and whether it came by two ways (8.2.2.2).

Everything here is for messages that ``message.read`` has let through, or that were made here: their fields are valid.
"""

from __future__ import annotations

from sipmessage import Address

from voicebot.doors.sip.message import Request, Response

COOKIE = "z9hg4bk"  # a branch that begins with it, and goes on, was made by RFC 3261's rules

Key = tuple[str | int, ...]


def tag_of(address: Address) -> str:
    return address.parameters.get("tag") or ""


def server_key(request: Request) -> Key:
    """What all copies of a request share; an ACK and a CANCEL share it, but for the method, with their INVITE.

    The method is the last part. Where the branch is not a transaction's name (RFC 2543, 17.2.3), Request-URI, From tag,
    Call-ID, CSeq number and Via take its place; the To tag does not, as an ACK's is of our making.
    """
    top = request.via[0]
    branch = top.parameters.get("branch") or ""
    if len(branch) > len(COOKIE) and branch[: len(COOKIE)].lower() == COOKIE:
        return branch, top.host.lower(), top.port or 0, request.method
    return (
        str(request.uri),
        tag_of(request.from_address),
        request.call_id,
        request.cseq.sequence,
        request.headers["Via"],
        request.method,
    )


def is_named(key: Key) -> bool:
    """Whether a server's key is by its branch, as of RFC 3261."""
    return len(key) == 4


def of_method(key: Key, method: str) -> Key:
    return (*key[:-1], method)


def client_key(response: Response) -> Key | None:
    """Branch and method; None where the answer is somebody else's, for more than one Via is on it (8.1.3.3)."""
    vias = response.via
    if len(vias) != 1:
        return None
    return vias[0].parameters.get("branch") or "", response.cseq.method


def merged_key(request: Request) -> Key:
    """What a request outside a dialog has in common with its twin that a proxy sent another way."""
    return request.call_id, tag_of(request.from_address), request.cseq.sequence, request.method
