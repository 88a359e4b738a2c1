"""Where a message goes or came from, and how the top Via says it (RFC 3261, 18.2; RFC 3581)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import sipmessage

from voicebot.doors.sip.fields import Request
from voicebot.doors.sip.grammar import Verbatim

Protocol = Literal["udp", "tcp", "tls"]

DEFAULT_PORTS: dict[Protocol, int] = {"udp": 5060, "tcp": 5060, "tls": 5061}


@dataclass(frozen=True, slots=True)
class Hop:
    """The next element: ``host`` is an IP address without brackets.

    ``name`` is for TLS: the domain that its certificate must be for (RFC 5922), the address itself where it is empty.
    A connection that was verified for one name is not used for another.
    """

    protocol: Protocol
    host: str
    port: int
    name: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}:{host}:{self.port}" + (f" ({self.name})" if self.name else "")

    @property
    def is_reliable(self) -> bool:
        return self.protocol != "udp"


def stamp(request: Request, source: Hop) -> None:
    """Writes into the request's top Via where it came from: ``received``, and ``rport`` where it is asked for.

    The Via must be valid.
    """
    top, *others = request.via
    kept = {name: value for name, value in top.parameters.items() if name != "received"}
    asks_for_port = "rport" in kept
    if asks_for_port:
        kept["rport"] = str(source.port)
    if asks_for_port or top.host.strip("[]").lower() != source.host:
        kept["received"] = source.host
    if kept != dict(top.parameters):
        text = "".join(f";{name}" if value is None else f";{name}={value}" for name, value in kept.items())
        request.via = [replace(top, parameters=Verbatim(kept, text)), *others]


def response_hop(request: sipmessage.Request, source: Hop, *, source_is_open: bool = True) -> Hop:
    """Where the responses go to a request that came from ``source`` and was stamped.

    Over TCP and TLS that is the connection of the request; with ``source_is_open`` False, where that was closed, the
    port that the Via names. Never another host than the source: a Via's maddr is not followed.
    """
    top = request.via[0]
    if source.is_reliable and source_is_open:
        return source
    if not source.is_reliable and "rport" in top.parameters:
        return source
    return replace(source, port=top.port or DEFAULT_PORTS[source.protocol])
