"""Digest authentication as a server: challenges, and whether what came back is right (RFC 7616, RFC 8760)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from voicebot.doors.sip.digest import HASHES, SESSION, answer_to, parameters_of, quoted
from voicebot.doors.sip.message import Request

Verdict = Literal["right", "wrong", "stale", "none"]

NONCE_S = 300.0
MOST_NONCES = 10_000
_STAMP_BYTES = 16  # 8 of the time in ms, 8 random
_SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """``right``; ``wrong``: user or password, never which; ``stale``: a nonce that is too old, used up, of somebody
    else's or never given, whatever the password; ``none``: nothing that answers a challenge of ours."""

    verdict: Verdict
    username: str = ""  # only where right


class Challenger:
    """Makes nonces without remembering them: the time, something random, and a seal over both and whom it was given.

    A nonce is good for ``nonce_s`` for the source it was given to, each count (nc) once and in rising order; without
    a count for one request. The counts of the last ``most_nonces`` nonces that were answered rightly are remembered;
    when that table is full the one used first falls out, and from then on no nonce of its time or older begins anew.
    """

    def __init__(
        self,
        realm: str,
        secret: bytes | None = None,
        *,
        algorithms: Sequence[str] = ("SHA-256", "MD5"),
        nonce_s: float = NONCE_S,
        most_nonces: int = MOST_NONCES,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``algorithms`` are offered in this order: MD5 is for telephones that know nothing else. ``secret`` seals the
        nonces: a random one makes those of an earlier run stale. ValueError for an algorithm that is not known."""
        for algorithm in algorithms:
            if algorithm.lower().removesuffix(SESSION) not in HASHES:
                raise ValueError(f'no digest algorithm "{algorithm}": use SHA-512-256, SHA-256 or MD5')
        self.realm = realm
        self._secret = secret or secrets.token_bytes(32)
        self._algorithms = tuple(algorithms)
        self._nonce_s = nonce_s
        self._most_nonces = most_nonces
        self._now_s = now_s
        self._nobody = secrets.token_hex(16)  # the password of users that do not exist
        self._counts: OrderedDict[bytes, int] = OrderedDict()  # the highest nc heard of a nonce
        self._forgotten_s = float("-inf")  # nonces not younger than this may have been used and fallen out

    def challenge(self, source: str = "", *, is_stale: bool = False) -> tuple[tuple[str, str], ...]:
        """The headers of a 401, one for each algorithm. ``source`` is whom it is for, as ``check`` will be told."""
        stamp = int(1000 * self._now_s()).to_bytes(8, "big", signed=True) + secrets.token_bytes(8)
        nonce = base64.urlsafe_b64encode(stamp + self._seal(stamp, source)).decode()
        stale = ", stale=true" if is_stale else ""
        return tuple(
            (
                "WWW-Authenticate",
                f'Digest realm={quoted(self.realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{stale}',
            )
            for algorithm in self._algorithms
        )

    def check(self, request: Request, password_of: Callable[[str], str | None], source: str = "") -> Checked:
        """Judges the Authorization of a request. Never raises; ``password_of`` gives None for unknown users.

        Known or not, a user costs the same reckoning. The ``uri`` of the credentials need not be the Request-URI: a
        proxy in between may have changed that (RFC 3261 22.4).
        """
        given = self._given(request)
        if given is None:
            return Checked("none")
        nonce = self._opened(given["nonce"], source)
        if nonce is None:
            return Checked("stale")
        username = given["username"]
        password = password_of(username)
        expected = answer_to(
            given,
            method=request.method,
            uri=given["uri"],
            username=username,
            password=self._nobody if password is None else password,
            nonce_count=given.get("nc", ""),
            cnonce=given.get("cnonce", ""),
        )
        if not hmac.compare_digest(expected.encode(), given["response"].lower().encode(errors="replace")):
            return Checked("wrong")
        if not self._is_new(nonce, int(given.get("nc", "1"), 16)):
            return Checked("stale")
        return Checked("right", username)

    def _given(self, request: Request) -> Mapping[str, str] | None:
        """The credentials for this realm, if they are such as were asked for; auth-int, say, was not."""
        for value in request.headers.getlist("Authorization"):
            for scheme, given in parameters_of(value):
                if scheme == "digest" and given.get("realm") == self.realm:
                    return given if self._is_as_asked(given) else None
        return None

    def _is_as_asked(self, given: Mapping[str, str]) -> bool:
        offered = (algorithm.lower() for algorithm in self._algorithms)
        if given.get("algorithm", "MD5").lower() not in offered:
            return False
        if any(name not in given for name in ("username", "nonce", "uri", "response")):
            return False
        if "qop" not in given:
            return "nc" not in given
        count = given.get("nc", "")
        is_count = len(count) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in count)
        return given["qop"].lower() == "auth" and is_count and bool(given.get("cnonce"))

    def _seal(self, stamp: bytes, source: str) -> bytes:
        return hmac.digest(self._secret, stamp + source.encode(), hashlib.sha256)[:_SEAL_BYTES]

    def _opened(self, nonce: str, source: str) -> bytes | None:
        """What is within a nonce; None where it was not made by us, not for this source, or too long ago."""
        try:
            raw = base64.b64decode(nonce.encode("ascii"), b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        is_ours = hmac.compare_digest(self._seal(raw[:_STAMP_BYTES], source), raw[_STAMP_BYTES:])
        return raw if is_ours and not self._is_past(raw) else None

    def _is_new(self, nonce: bytes, count: int) -> bool:
        """Notes the count of a nonce that was answered rightly; False where that was heard before."""
        known = self._counts.get(nonce)
        if count <= (known or 0) or (known is None and _made_s(nonce) <= self._forgotten_s):
            return False
        self._counts[nonce] = count
        while len(self._counts) > self._most_nonces or self._is_past(next(iter(self._counts))):
            oldest, _ = self._counts.popitem(last=False)
            self._forgotten_s = max(self._forgotten_s, _made_s(oldest))
        return True

    def _is_past(self, nonce: bytes) -> bool:
        return self._now_s() - _made_s(nonce) > self._nonce_s


def _made_s(nonce: bytes) -> float:
    return int.from_bytes(nonce[:8], "big", signed=True) / 1000
