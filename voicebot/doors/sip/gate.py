"""Who may talk to us: listed networks at once, everybody else with a password, scanners and guessers not at all."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.matching import tag_of
from voicebot.doors.sip.message import Request

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.0/8", "::1/128")

DATAGRAMS_PER_S = 20.0  # of one address that nobody vouches for
BURST = 100.0
KNOWN_SHARE = 10.0  # times as much for an address from where a right password came,
KNOWN_S = 3600.0  # for so long
STRANGERS_PER_S = 500.0  # of all the others together, as the source of a datagram is easily forged
STRANGERS_BURST = 1_000.0
MOST_ADDRESSES = 20_000

FREE_WRONGS = 2  # a slip of the finger costs no time
FIRST_DELAY_S = 0.5  # then it doubles
LONGEST_DELAY_S = 8.0
MOST_WRONGS = 30
FORGIVEN_EVERY_S = 60.0  # one wrong password
BAN_S = 600.0

LOG_PAUSE_S = 60.0  # between two lines about one address
LOG_PAUSE_OF_ALL_S = 1.0

NOT_JUDGED = frozenset({"ACK", "CANCEL"})  # nobody can be asked for a password there (RFC 3261 22.1)
SCANNERS = ("friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sipsak", "sundayddr", "vaxsipuseragent", "pplsip")


@dataclass(frozen=True, slots=True)
class Admission:
    """``in``: go on; ``challenge``: answer 401 with ``headers``, ``delay_s`` from now; ``drop``: no answer at all."""

    decision: Literal["in", "challenge", "drop"]
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0
    username: str = ""  # who has authenticated; "" for the trusted

    @property
    def is_in(self) -> bool:
        return self.decision == "in"


IN = Admission("in")
DROP = Admission("drop")


class _Source:
    """What is known of one address."""

    __slots__ = (
        "banned_until_s",
        "dropped",
        "filled_s",
        "forgiven_s",
        "is_trusted",
        "known_until_s",
        "logged_s",
        "tokens",
        "wrongs",
    )

    def __init__(self, now_s: float, is_trusted: bool = False) -> None:
        self.is_trusted = is_trusted
        self.tokens = BURST
        self.filled_s = now_s
        self.wrongs = 0
        self.forgiven_s = now_s
        self.banned_until_s = self.known_until_s = float("-inf")
        self.dropped = 0  # datagrams, not yet logged
        self.logged_s = float("-inf")


_TRUSTED = _Source(0.0, is_trusted=True)  # of them nothing is counted


class Gate:
    """Ask :meth:`lets_in` before a message is parsed, :meth:`judge` before a request is acted on.

    The answers to known and unknown users, numbers and methods are the same, and so is the time that they take.

    At most ``most_addresses`` are remembered; when the table is full the one not heard of for longest is forgotten,
    with its wrong passwords. A forged flood from ever new addresses meets the limit of all strangers together, which
    addresses with a right password in the last hour are not subject to.
    """

    def __init__(
        self,
        trusted: Iterable[str],
        challenger: Challenger,
        password_of: Callable[[str], str | None],
        *,
        now_s: Callable[[], float] = time.monotonic,
        most_addresses: int = MOST_ADDRESSES,
    ) -> None:
        """``trusted`` are networks or addresses, besides loopback; ValueError for what is none. ``password_of`` gives
        None for a user who does not exist."""
        self._trusted = [_network(text) for text in (*LOOPBACK, *trusted)]
        self._challenger = challenger
        self._password_of = password_of
        self._now_s = now_s
        self._most_addresses = most_addresses
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._strangers_tokens = STRANGERS_BURST
        self._strangers_filled_s = now_s()
        self._logged_s = float("-inf")

    def trusts(self, host: str) -> bool:
        """Whether an IP address is loopback or listed."""
        return self._source(host, self._now_s()).is_trusted

    def know(self, host: str) -> None:
        """We ask something of this IP address: for an hour its answers are not those of a stranger."""
        now_s = self._now_s()
        source = self._source(host, now_s)
        if not source.is_trusted:
            source.known_until_s = now_s + KNOWN_S

    def lets_in(self, host: str) -> bool:
        """Whether a datagram from this IP address is worth parsing. Takes a few µs."""
        now_s = self._now_s()
        source = self._source(host, now_s)
        if source.is_trusted:
            return True
        if now_s >= source.banned_until_s and self._takes_token(source, now_s):
            return True
        self._drop(source, host, now_s)
        return False

    def judge(self, request: Request, host: str) -> Admission:
        """What to do with a request from this IP address. Never raises.

        Requests within a dialog are for the dialogs to judge: who does not know the tags gets nowhere.
        """
        now_s = self._now_s()
        source = self._source(host, now_s)
        if source.is_trusted or request.method in NOT_JUDGED:
            return IN
        if now_s < source.banned_until_s:
            return DROP
        if is_scanner(request):  # no ban: the address may be forged, and of somebody who is to be shut out by it
            self._drop(source, host, now_s)
            return DROP
        if tag_of(request.to_address):
            return IN
        address = group_of(host)
        checked = self._challenger.check(request, self._password_of, address)
        if checked.verdict == "right":
            source.known_until_s = now_s + KNOWN_S
            return Admission("in", username=checked.username)
        delay_s = self._note_wrong(source, host, now_s) if checked.verdict == "wrong" else 0.0
        if now_s < source.banned_until_s:
            return DROP
        is_stale = checked.verdict == "stale"
        return Admission("challenge", self._challenger.challenge(address, is_stale=is_stale), delay_s)

    def _source(self, host: str, now_s: float) -> _Source:
        if ":" in host and self._is_listed(host):
            return _TRUSTED  # not by its group: the rest of that may not be
        group = group_of(host)
        source = self._sources.get(group)
        if source is not None:
            self._sources.move_to_end(group)
            return source
        source = _TRUSTED if ":" not in host and self._is_listed(host) else _Source(now_s)
        self._sources[group] = source
        if len(self._sources) > self._most_addresses:
            self._sources.popitem(last=False)
        return source

    def _is_listed(self, host: str) -> bool:
        address = _ip(host)
        return address is not None and any(
            address in network for network in self._trusted if network.version == address.version
        )

    def _takes_token(self, source: _Source, now_s: float) -> bool:
        is_known = now_s < source.known_until_s
        share = KNOWN_SHARE if is_known else 1.0
        passed_s, source.filled_s = now_s - source.filled_s, now_s
        source.tokens = min(share * BURST, source.tokens + share * DATAGRAMS_PER_S * passed_s)
        if source.tokens < 1:
            return False
        if not is_known and not self._takes_stranger_token(now_s):
            return False
        source.tokens -= 1
        return True

    def _takes_stranger_token(self, now_s: float) -> bool:
        passed_s, self._strangers_filled_s = now_s - self._strangers_filled_s, now_s
        self._strangers_tokens = min(STRANGERS_BURST, self._strangers_tokens + STRANGERS_PER_S * passed_s)
        if self._strangers_tokens < 1:
            return False
        self._strangers_tokens -= 1
        return True

    def _note_wrong(self, source: _Source, host: str, now_s: float) -> float:
        """Seconds that the answer has to wait."""
        forgiven = int((now_s - source.forgiven_s) / FORGIVEN_EVERY_S)
        source.forgiven_s += forgiven * FORGIVEN_EVERY_S
        source.wrongs = max(0, source.wrongs - forgiven) + 1
        if source.wrongs >= MOST_WRONGS:
            self._ban(source, host, now_s, f"{source.wrongs} wrong passwords")
            source.wrongs = 0
            return 0.0
        if source.wrongs <= FREE_WRONGS:
            return 0.0
        return float(min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (source.wrongs - FREE_WRONGS - 1)))

    def _ban(self, source: _Source, host: str, now_s: float, why: str) -> None:
        source.banned_until_s = now_s + BAN_S
        if now_s - self._logged_s >= LOG_PAUSE_OF_ALL_S:
            log.warning("%s: nothing from %s is heard for %.0f minutes", why, host, BAN_S / 60)
            source.logged_s = self._logged_s = now_s

    def _drop(self, source: _Source, host: str, now_s: float) -> None:
        source.dropped += 1
        if now_s - source.logged_s >= LOG_PAUSE_S and now_s - self._logged_s >= LOG_PAUSE_OF_ALL_S:
            log.warning("%d messages from %s dropped: banned, too many at once, or a scanner's", source.dropped, host)
            source.dropped = 0
            source.logged_s = self._logged_s = now_s


def is_scanner(request: Request) -> bool:
    """Whether it says itself that it looks for doors to break in; who hides it still needs a password."""
    name = (request.headers.get("User-Agent") or "").lower()
    return any(scanner in name for scanner in SCANNERS)


def group_of(host: str) -> str:
    """Whom an IP address is counted with: IPv4 alone, IPv6 with its /64, all of which a stranger may use."""
    if ":" not in host:
        return host
    address = _ip(host)
    if not isinstance(address, ipaddress.IPv6Address):
        return host if address is None else str(address)
    return f"{int(address) >> 64:x}::/64"


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """IPv4 where that is mapped into IPv6; None for what is no address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f'"{text}" is no network: write an address, or one like 192.0.2.0/24') from None
