"""One REGISTER binding kept alive at a PBX or registrar (RFC 3261 10.2)."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import sipmessage

from voicebot.doors.sip.digest import authorize, renew, strongest_challenge
from voicebot.doors.sip.grammar import read_uri
from voicebot.doors.sip.message import Request, Response, new_call_id, new_tag

log = logging.getLogger(__name__)

EXPIRES_S = 300
MOST_EXPIRES_S = 86_400  # what a registrar may demand (423) or grant
LEAST_RENEWAL_S = 1.0
RENEWED_BETWEEN: Final = (0.5, 0.8)  # of what was granted

FIRST_PAUSE_S = 2.0  # after a failure; then it doubles,
LONGEST_PAUSE_S = 300.0  # to this
MOST_RETRY_AFTER_S = 3600.0
MOST_TRIES = 6  # of one round: 407 of a proxy, 401 of the registrar, 423, a nonce gone stale, and the one that is right

_SECONDS = re.compile(r"\s*([0-9]{1,9})")


class NoAnswer(Exception):
    """A request got no final answer; the text says why: "timeout", "transport", "no address for pbx.example"."""


class _Refused(Exception):
    def __init__(self, why: str, *, retry_after_s: float = 0.0, is_lasting: bool = False) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        self.is_lasting = is_lasting  # trying again soon would not help, and may get this address banned


@dataclass(frozen=True, slots=True)
class RegistrationState:
    """For ``/health``. ``why`` is what went wrong last, "" after a success; a binding may outlive that."""

    is_registered: bool
    why: str
    expires_in_s: float
    """What is left of the binding; 0 where there is none."""


class Registration:
    """Registers when started, renews in good time, tries again after failures, and takes the binding back at the end.

    ``ask`` sends a request, with a Via of its own, and gives the final answer; it raises NoAnswer. After a failure
    ``FIRST_PAUSE_S`` pass, then twice as long each time up to five minutes, each with up to half of it off by chance,
    so that a thousand clients of a PBX that comes back do not come back together; after a wrong password five minutes
    at once. A Retry-After is kept to, up to an hour.
    """

    def __init__(
        self,
        *,
        registrar: str,
        address: str,
        contact: str,
        username: str,
        password: str,
        ask: Callable[[Request], Awaitable[Response]],
        expires_s: int = EXPIRES_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``registrar`` is a URI as ``sip:pbx.example``, ``address`` the one to be reached by, ``sip:700@pbx.example``,
        ``contact`` where this side is, ``sip:700@192.0.2.7:5060``. ``chance`` gives numbers from 0 to 1. Raises
        ValueError for what is no URI. Has to be made on a running loop."""
        self._registrar = read_uri(registrar)
        self._address = read_uri(address)
        self._contact = read_uri(contact)
        self._username = username
        self._password = password
        self._ask = ask
        self._chance = chance
        self._asked_s = expires_s
        self._loop = asyncio.get_running_loop()
        self._call_id = new_call_id()
        self._tag = new_tag()
        self._sequence = 0
        self._failures = 0
        self._why = "not tried yet"
        self._until_s = float("-inf")  # by the loop's clock
        self._next: asyncio.TimerHandle | None = None
        self._round: asyncio.Task[None] | None = None

    @property
    def state(self) -> RegistrationState:
        left_s = max(0.0, self._until_s - self._loop.time())
        return RegistrationState(is_registered=left_s > 0, why=self._why, expires_in_s=left_s)

    def start(self) -> None:
        """Registers now. Called again, as when the network has changed, at once instead of when it would be due."""
        if self._round is None:
            self._cancel_timer()
            self._round = self._loop.create_task(self._register())

    async def stop(self, limit_s: float = 2.0) -> None:
        """Takes the binding back, if the registrar does so within ``limit_s``; it expires by itself otherwise."""
        self._cancel_timer()
        current, self._round = self._round, None
        if current is not None:
            current.cancel()
            await asyncio.gather(current, return_exceptions=True)
        if current is not None or self.state.is_registered:
            try:
                async with asyncio.timeout(limit_s):
                    await self._exchange(0)
            except Exception as error:  # whatever it was: the process is to end
                log.warning("%s was not unregistered: %s", self._address, error or "no answer in time")
        self._until_s = float("-inf")
        self._why = "unregistered"

    async def _register(self) -> None:
        try:
            granted_s = await self._exchange(self._asked_s)
            pause_s = self._succeeded(granted_s)
        except NoAnswer as error:
            pause_s = self._failed(_Refused(f"no answer: {error}"))
        except _Refused as error:
            pause_s = self._failed(error)
        except Exception as error:  # a fault of ours must not end the registration for good
            log.exception("the registration of %s failed by a fault of ours", self._address)
            pause_s = self._failed(_Refused(f"fault: {type(error).__name__}"))
        self._round = None
        self._next = self._loop.call_later(pause_s, self.start)

    def _succeeded(self, granted_s: float) -> float:
        """Seconds until the renewal."""
        if self._why:
            log.info("%s is registered at %s for %.0f s", self._address, self._registrar, granted_s)
        self._why = ""
        self._failures = 0
        self._until_s = self._loop.time() + granted_s
        least, most = RENEWED_BETWEEN
        return max(LEAST_RENEWAL_S, granted_s * (least + (most - least) * self._chance()))

    def _failed(self, refused: _Refused) -> float:
        """Seconds until the next try."""
        if self._why != str(refused):
            log.warning("%s is not registered at %s: %s", self._address, self._registrar, refused)
        self._why = str(refused)
        pause_s = LONGEST_PAUSE_S if refused.is_lasting else min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        return max(refused.retry_after_s, pause_s * (1 - 0.5 * self._chance()))

    async def _exchange(self, expires_s: int) -> float:
        """One REGISTER with all that it takes; the seconds that were granted. Raises NoAnswer, _Refused."""
        request = self._written(expires_s)
        for _ in range(MOST_TRIES):
            response = await self._ask(request)
            if 200 <= response.code < 300:
                return self._granted_s(response, expires_s)
            if response.code == 423 and expires_s:
                expires_s = self._asked_s = _demanded_s(response, expires_s)
            elif response.code not in (401, 407):
                raise _Refused(
                    f"{response.code} {response.phrase}".strip(),
                    retry_after_s=min(MOST_RETRY_AFTER_S, _seconds(response.headers.get("Retry-After"))),
                    is_lasting=response.code in (403, 404, 604),
                )
            again = self._written(expires_s)
            for name in ("Authorization", "Proxy-Authorization"):
                again.headers.setlist(name, request.headers.getlist(name))
            renew(again, self._username, self._password)
            if response.code in (401, 407) and not authorize(again, response, self._username, self._password):
                is_known = strongest_challenge(response) is not None
                why = "wrong user or password" if is_known else "it asks for credentials of an unknown kind"
                raise _Refused(f"{response.code} {why}", is_lasting=True)
            request = again
        raise _Refused(f"{response.code} {response.phrase} after {MOST_TRIES} tries", is_lasting=True)

    def _written(self, expires_s: int) -> Request:
        self._sequence += 1
        request = Request("REGISTER", self._registrar)
        for name, value in (
            ("Max-Forwards", "70"),
            ("From", f"<{self._address}>;tag={self._tag}"),
            ("To", f"<{self._address}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._sequence} REGISTER"),
            ("Contact", f"<{self._contact}>"),
            ("Expires", str(expires_s)),
        ):
            request.headers.add(name, value)
        return request

    def _granted_s(self, response: Response, asked_s: int) -> float:
        """Of our own among the bindings that the registrar lists; it may have others, or have rewritten ours."""
        mine = [contact for contact in response.contact if _place(contact.uri) == _place(self._contact)]
        if not mine and len(response.contact) == 1:
            mine = response.contact
        said = mine[0].parameters.get("expires") if mine else None
        granted_s = _seconds(said or response.headers.get("Expires") or str(asked_s))
        if asked_s and not granted_s:
            raise _Refused("the registrar granted 0 s")
        return min(granted_s, MOST_EXPIRES_S)

    def _cancel_timer(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None


def _demanded_s(response: Response, asked_s: int) -> int:
    """What a 423 wants instead (10.2.8)."""
    demanded_s = int(_seconds(response.headers.get("Min-Expires")))
    if not asked_s < demanded_s <= MOST_EXPIRES_S:
        raise _Refused(f"423 with a Min-Expires of {demanded_s} s", is_lasting=True)
    return demanded_s


def _place(uri: sipmessage.URI) -> tuple[str | None, str, int | None]:
    return uri.user, uri.host.lower(), uri.port


def _seconds(value: str | None) -> float:
    """The number that a header begins with, as ``Retry-After: 120 (I am in a meeting)``; 0 without one."""
    found = _SECONDS.match(value or "")
    return float(found[1]) if found else 0.0
