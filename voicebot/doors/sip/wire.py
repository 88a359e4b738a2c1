"""What all legs of a user agent share: the settings, the way out, and the tasks that wait for answers."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field

from sipmessage import URI

from voicebot.doors.sip.bodies import SDP
from voicebot.doors.sip.message import Request, Response, new_branch, response_to, to_bytes
from voicebot.doors.sip.transactions import ServerTransaction, Transactions
from voicebot.doors.sip.transport import Hop

log = logging.getLogger(__name__)

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY")
EXTENSIONS = ("100rel", "timer", "replaces", "norefersub")

# RFC 1918, 6598, 3927, 1122, 4193, 4291
PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
)

CAPABILITIES = (("Allow", ", ".join(METHODS)), ("Supported", ", ".join(EXTENSIONS)))

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class UserAgentSettings:
    """``session_s`` is the session timer that is proposed (RFC 4028), 0 for none; ``min_session_s`` the least taken.

    ``ring_s`` is how long a call of ours may ring, ``accept_s`` how long one that comes in may wait to be accepted.
    ``most_legs`` are there at once: further INVITEs are answered 503. ``variables`` and ``own_users`` are those of
    :func:`voicebot.doors.sip.callers.read_caller`.
    ``credentials`` are user and password for proxies that ask for them within calls that came in.
    ``most_redirections`` is how many addresses of 3xx answers are tried; 0 gives them to the owner as refusals.
    """

    user_agent_name: str = "aicc"
    session_s: int = 1_800
    min_session_s: int = 90
    ring_s: float = 60.0
    accept_s: float = 60.0
    most_legs: int = 2_000
    variables: Mapping[str, str] = field(default_factory=dict)
    own_users: frozenset[str] = frozenset()
    most_redirections: int = 5
    credentials: tuple[str, str] | None = field(default=None, repr=False)


class Wire:
    """``send`` and ``local`` are those of the transports, ``resolve`` finds where a URI is (RFC 3263)."""

    def __init__(
        self,
        settings: UserAgentSettings,
        transactions: Transactions,
        send: Callable[[bytes, Hop], None],
        local: Callable[[Hop], tuple[str, int]],
        resolve: Callable[[URI], Awaitable[list[Hop]]],
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.settings = settings
        self.transactions = transactions
        self.resolve = resolve
        self._send = send
        self._local = local
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Does ``work`` beside everything else; what it raises is logged."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def close(self) -> None:
        """Ends what is still being done."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def answer(
        self,
        transaction: ServerTransaction,
        code: int,
        phrase: str | None = None,
        *,
        to_tag: str = "",
        sdp: str = "",
        headers: Headers = (),
    ) -> Response:
        """Answers a request of theirs; what was sent."""
        response = self.written(transaction.request, code, phrase, to_tag=to_tag, sdp=sdp, headers=headers)
        transaction.respond(response)
        return response

    def written(
        self,
        request: Request,
        code: int,
        phrase: str | None = None,
        *,
        to_tag: str = "",
        sdp: str = "",
        headers: Headers = (),
    ) -> Response:
        return response_to(
            request,
            code,
            phrase,
            to_tag=to_tag,
            body=sdp.encode(),
            content_type=SDP,
            headers=[("Server", self.settings.user_agent_name), *headers],
        )

    def acknowledge(self, ack: Request, hop: Hop) -> bytes:
        """Sends the ACK of a 2xx, a transaction of its own without any answer (RFC 3261 13.2.2.4)."""
        host, port = self._local(hop)
        ack.headers.set("Via", f"SIP/2.0/{hop.protocol.upper()} {bracketed(host)}:{port};rport;branch={new_branch()}")
        data = to_bytes(ack)
        self._send(data, hop)
        return data

    def send(self, data: bytes, hop: Hop) -> None:
        self._send(data, hop)

    def contact(self, hop: Hop, user: str, *, is_secure: bool = False) -> str:
        """The value of a Contact header: where a peer at ``hop`` reaches us."""
        host, port = self._local(hop)
        transport = "" if hop.protocol == "udp" else f";transport={hop.protocol}"
        uri = URI(scheme="sips" if is_secure else "sip", user=user or None, host=bracketed(host), port=port)
        return f"<{uri}{transport}>"

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a SIP leg was hurt by a fault of ours", exc_info=error)


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_private(host: str) -> bool:
    """Whether an address is one that only its own network knows."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return any(address in network for network in PRIVATE_NETWORKS)
