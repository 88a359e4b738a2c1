"""What two user agents know of each other between an INVITE and a BYE: tags, numbers, routes (RFC 3261 section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from sipmessage import URI, Address, CSeq

from voicebot.doors.sip.message import Request, Response

MAX_FORWARDS = 70
MOST_ROUTES = 32  # a longer route set is a mistake or an attack: such a message forms no dialog


def tag_of(address: Address) -> str:
    return address.parameters.get("tag") or ""


def contact_of(message: Request | Response) -> URI:
    """Where further requests go. Raises ValueError where there is no such address."""
    contacts = message.contact
    if len(contacts) != 1:
        raise ValueError(f"{len(contacts)} Contact addresses where a dialog needs one")
    if contacts[0].uri.scheme not in ("sip", "sips"):
        raise ValueError(f"a Contact of the scheme {contacts[0].uri.scheme}")
    return contacts[0].uri


def routes_of(message: Request | Response) -> tuple[Address, ...]:
    """What the proxies on the way want to see again. Raises ValueError."""
    routes = message.record_route
    if len(routes) > MOST_ROUTES:
        raise ValueError(f"{len(routes)} routes where {MOST_ROUTES} are allowed")
    return tuple(routes)


@dataclass(slots=True)
class Dialog:
    """One dialog, seen from this side. ``local`` and ``remote`` are the From and To of our requests, tags included."""

    call_id: str
    local: str
    remote: str
    local_tag: str
    remote_tag: str
    target: URI
    routes: tuple[Address, ...]
    local_sequence: int
    remote_sequence: int | None

    @classmethod
    def invited(cls, request: Request, local_tag: str) -> Dialog:
        """The dialog that our answer with ``local_tag`` to their ``request`` forms (12.1.1). Raises ValueError.

        Without a Contact, which RFC 2543 did not ask for, it is with who stands in From.
        """
        return cls(
            call_id=request.call_id,
            local=f"{request.headers['To']};tag={local_tag}",
            remote=request.headers["From"],
            local_tag=local_tag,
            remote_tag=tag_of(request.from_address),
            target=contact_of(request) if request.contact else request.from_address.uri,
            routes=routes_of(request),
            local_sequence=0,
            remote_sequence=request.cseq.sequence,
        )

    @classmethod
    def placed(cls, response: Response, asked: URI) -> Dialog:
        """The dialog that their ``response`` to our INVITE of ``asked`` forms (12.1.2). Raises ValueError.

        Without a Contact it is with whom was asked: nothing else is known, and a 2xx wants its ACK.
        """
        return cls(
            call_id=response.call_id,
            local=response.headers["From"],
            remote=response.headers["To"],
            local_tag=tag_of(response.from_address),
            remote_tag=tag_of(response.to_address),
            target=contact_of(response) if response.contact else asked,
            routes=routes_of(response)[::-1],
            local_sequence=response.cseq.sequence,
            remote_sequence=None,
        )

    @property
    def next_hop(self) -> URI:
        """Where our requests go first."""
        return self.routes[0].uri if self.routes else self.target

    def request(self, method: str) -> Request:
        """The next request to the far side, without Via, Contact and body."""
        self.local_sequence += 1
        return self._written(method, self.local_sequence)

    def acknowledgement(self, sequence: int) -> Request:
        """The ACK to a 2xx for our INVITE of that number (13.2.2.4)."""
        return self._written("ACK", sequence)

    def is_in_order(self, request: Request) -> bool:
        """Notes the number of their ``request``; one lower than the last is out of order (12.2.2)."""
        if self.remote_sequence is not None and request.cseq.sequence < self.remote_sequence:
            return False
        self.remote_sequence = request.cseq.sequence
        return True

    def refresh(self, message: Request | Response) -> None:
        """Takes the Contact of an INVITE or UPDATE, or of a 2xx to one (12.2); an unusable one changes nothing."""
        try:
            self.target = contact_of(message)
        except ValueError:
            return

    def _written(self, method: str, sequence: int) -> Request:
        uri, routes = self.target, list(self.routes)
        if routes and "lr" not in routes[0].uri.parameters:
            uri = routes[0].uri  # a strict router takes the request URI for its own (12.2.1.1)
            routes = [*routes[1:], Address(self.target)]
        request = Request(method, uri)
        request.headers.set("Max-Forwards", str(MAX_FORWARDS))
        request.headers.set("From", self.local)
        request.headers.set("To", self.remote)
        request.headers.set("Call-ID", self.call_id)
        request.cseq = CSeq(sequence, method)
        request.route = routes
        return request
