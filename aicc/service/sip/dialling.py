"""Whom the service calls, and how it gets there: numbers by the site's way out, SIP addresses where they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sipmessage import URI, Address

from voicebot.doors.sip import grammar
from voicebot.doors.sip.callers import DIALLED, LONGEST_NAME, VISUAL_SEPARATORS, clean
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import LegWatcher
from voicebot.doors.sip.wire import bracketed

ANONYMOUS = "anonymous"
MOST_DIGITS = 32  # E.164 has 15, and a prefix for the line out is a handful


@dataclass(frozen=True, slots=True)
class Way:
    """How calls leave the house: through ``proxy``, as ``caller``, with ``credentials`` where it asks for them."""

    proxy: URI
    caller: str
    credentials: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who was found: ``sender`` is whom they see calling, ``host`` the address of ours that they reach."""

    target: URI
    sender: Address
    host: str
    way: Way | None = None


class NobodyToCall(Exception):
    """The service cannot place a call; the message is one line with the way out."""


class Dialler:
    """``find`` resolves an address (RFC 3263), ``know`` is told of each IP address that is called."""

    def __init__(
        self,
        agent: UserAgent,
        find: Callable[[URI], Awaitable[list[Hop]]],
        know: Callable[[str], None],
        way: Way | None,
    ) -> None:
        self._agent = agent
        self._find = find
        self._know = know
        self._way = way

    async def number(self, number: str, shown: str = "") -> Callee:
        """Through the site's proxy, which wants its own number in From: ``shown`` stands beside it as a name.

        Where the site has no number of its own, ``shown`` is the number. :class:`NobodyToCall`.
        """
        way = self._way
        if way is None:
            raise NobodyToCall("this service places no calls: write sip.outbound into aicc.yaml")
        return await self._by(way, URI(scheme="sip", user=number, host=way.proxy.host, port=way.proxy.port), shown)

    async def anybody(self, to: str, shown: str) -> Callee:
        """A number, or a SIP address, which is called where it is, unless that is the site's proxy.

        ``shown`` is the number that they are to see calling, or a name. :class:`NobodyToCall`.
        """
        if digits := _digits(to.strip().removeprefix("tel:")):
            return await self.number(digits, shown)
        uri = _sip_address(to)
        if self._way is not None and _is_at(self._way.proxy, uri):
            return await self._by(self._way, uri, shown)
        hop = await self._hop(uri, "check the address")
        host = self._agent.transports.local(hop)[0]
        return Callee(uri, _sender("", shown, bracketed(host)), host)

    def call(
        self, callee: Callee, sdp: str, watcher: LegWatcher, headers: Mapping[str, str] | None = None
    ) -> OutboundLeg:
        """Rings there with the offer ``sdp``; all that comes of it is told to ``watcher``."""
        return self._agent.call(
            callee.target,
            sdp=sdp,
            from_=callee.sender,
            watcher=watcher,
            headers=headers,
            credentials=callee.way.credentials if callee.way else None,
            route=callee.way.proxy if callee.way else None,
        )

    async def _by(self, way: Way, target: URI, shown: str) -> Callee:
        hop = await self._hop(way.proxy, "check sip.outbound.proxy in aicc.yaml")
        return Callee(target, _sender(way.caller, shown, way.proxy.host), self._agent.transports.local(hop)[0], way)

    async def _hop(self, uri: URI, cure: str) -> Hop:
        try:
            hop = (await self._find(uri))[0]
        except Unresolved as error:
            raise NobodyToCall(f"{error}: {cure}") from None
        self._know(hop.host)
        return hop


def _sip_address(to: str) -> URI:
    """:class:`NobodyToCall` for what is none, or brings headers: they would be ours to send."""
    try:
        uri = grammar.read_uri(to.strip())
    except ValueError:
        uri = None
    if uri is None or uri.scheme not in ("sip", "sips") or uri.headers:
        raise NobodyToCall(f'"{clean(to, LONGEST_NAME)}" cannot be called: write a number, or sip:USER@HOST')
    return uri


def _digits(text: str) -> str:
    """What is to be dialled, without separators; empty where that is no number."""
    plain = VISUAL_SEPARATORS.sub("", text)
    return plain if len(plain) <= MOST_DIGITS and DIALLED.fullmatch(plain) else ""


def _is_at(proxy: URI, uri: URI) -> bool:
    return uri.host.lower() == proxy.host.lower() and uri.port in (None, proxy.port)


def _sender(user: str, shown: str, host: str) -> Address:
    name = clean(shown, LONGEST_NAME)
    return Address(URI(scheme="sip", user=user or _digits(name) or ANONYMOUS, host=host), name)
