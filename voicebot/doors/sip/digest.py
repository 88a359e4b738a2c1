"""Digest authentication as a client, and what both sides need for it (RFC 2617, RFC 7616; RFC 3261 22, RFC 8760)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Final

from voicebot.doors.sip.message import Request, Response

LONGEST_CHARACTERS = 4_000  # of one header; what is longer says nothing

# by strength, the strongest first; hashlib's names
HASHES: Final[Mapping[str, str]] = {"sha-512-256": "sha512_256", "sha-256": "sha256", "md5": "md5"}
SESSION = "-sess"

# what the field names of a challenge's header and of its answer's are
ANSWERED_IN: Final[Mapping[int, tuple[str, str]]] = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}

_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
_PARAMETER = re.compile(
    rf"[\s,]*+(?:(?P<scheme>{_TOKEN})\s++(?!=))?(?P<name>{_TOKEN})\s*+=\s*+"
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<plain>[^\s",]++))\s*+(?=,|$)',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MUST_BE_ESCAPED = re.compile(r'(["\\])')


def parameters_of(value: str) -> list[tuple[str, dict[str, str]]]:
    """Scheme and parameters, names in small letters, of every challenge or credentials in a header.

    Commas and escapes within quotes are the value's own. Empty where any of it cannot be read, where a parameter comes
    twice, or where it is longer than ``LONGEST_CHARACTERS``.
    """
    found: list[tuple[str, dict[str, str]]] = []
    place, end = 0, len(value.rstrip(" \t\r\n,"))
    while place < end:
        part = _PARAMETER.match(value, place)
        if part is None or len(value) > LONGEST_CHARACTERS:
            return []
        if part["scheme"] is not None:
            found.append((part["scheme"].lower(), {}))
        name = part["name"].lower()
        if not found or name in found[-1][1]:
            return []
        found[-1][1][name] = _ESCAPED.sub(r"\1", part["quoted"]) if part["quoted"] is not None else part["plain"]
        place = part.end()
    return found


def quoted(value: str) -> str:
    return '"' + _MUST_BE_ESCAPED.sub(r"\\\1", value) + '"'


def answer_to(
    challenge: Mapping[str, str],
    *,
    method: str,
    uri: str,
    username: str,
    password: str,
    nonce_count: str = "",
    cnonce: str = "",
) -> str:
    """The ``response`` of RFC 7616 3.4.1, for ``realm``, ``nonce``, ``algorithm`` of ``challenge``; of RFC 2069 where
    ``nonce_count`` is empty, else with qop=auth. KeyError for an algorithm that is none of ours."""
    algorithm = (challenge.get("algorithm") or "MD5").lower()
    hash_name = HASHES[algorithm.removesuffix(SESSION)]
    realm, nonce = challenge["realm"], challenge["nonce"]

    def hashed(text: str) -> str:
        return hashlib.new(hash_name, text.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()

    secret = hashed(f"{username}:{realm}:{password}")
    if algorithm.endswith(SESSION):
        secret = hashed(f"{secret}:{nonce}:{cnonce}")
    what = hashed(f"{method}:{uri}")
    if nonce_count:
        return hashed(f"{secret}:{nonce}:{nonce_count}:{cnonce}:auth:{what}")
    return hashed(f"{secret}:{nonce}:{what}")


def credentials(
    request: Request,
    response: Response,
    username: str,
    password: str,
    *,
    nonce_count: int = 1,
    cnonce: str = "",
) -> tuple[str, str] | None:
    """Header name and value that answer a 401 or 407; None where it asks for nothing that is known here.

    Of several challenges the strongest that is known is answered. ``cnonce`` is a new one unless given.
    """
    challenge = strongest_challenge(response)
    if challenge is None:
        return None
    return ANSWERED_IN[response.code][1], _written(challenge, request, username, password, nonce_count, cnonce)


def authorize(request: Request, response: Response, username: str, password: str) -> bool:
    """Puts credentials for a 401 or 407 on a request that is to be sent again (with a new CSeq and branch).

    False where there is no use in that: nothing known is asked for, or the request was sent with this password and
    the challenge does not say that only the nonce was stale.
    """
    found = credentials(request, response, username, password)
    challenge = strongest_challenge(response)
    if found is None or challenge is None:
        return False
    name, value = found
    is_stale = challenge.get("stale", "").lower() == "true"
    others = []
    for sent in request.headers.getlist(name):
        if any(given.get("realm") == challenge["realm"] for _, given in parameters_of(sent)):
            if not is_stale:
                return False
        else:
            others.append(sent)
    request.headers.setlist(name, [*others, value])
    return True


def renew(request: Request, username: str, password: str) -> None:
    """Makes the credentials on a request anew, with the next count of their nonces: they were sent once before."""
    for _, name in ANSWERED_IN.values():
        again = [
            _written(given, request, username, password, int(given.get("nc", "0"), 16) + 1)
            for value in request.headers.getlist(name)
            for _, given in parameters_of(value)
        ]
        request.headers.setlist(name, again)


def strongest_challenge(response: Response) -> dict[str, str] | None:
    """Of a 401 or 407, the challenge with the strongest algorithm known here; among equals the first.

    Without those that offer only auth-int: nobody's body survives the way through an SBC.
    """
    if response.code not in ANSWERED_IN:
        return None
    known = [
        challenge
        for value in response.headers.getlist(ANSWERED_IN[response.code][0])
        for scheme, challenge in parameters_of(value)
        if scheme == "digest" and _is_known(challenge)
    ]
    return min(known, key=_rank, default=None)


def _written(
    challenge: Mapping[str, str], request: Request, username: str, password: str, nonce_count: int, cnonce: str = ""
) -> str:
    """The credentials, as text, for a challenge or for earlier credentials that answered it."""
    cnonce = cnonce or secrets.token_hex(8)
    count = f"{nonce_count:08x}" if "qop" in challenge else ""
    uri = str(request.uri)
    answer = answer_to(
        challenge,
        method=request.method,
        uri=uri,
        username=username,
        password=password,
        nonce_count=count,
        cnonce=cnonce,
    )
    parts = [
        f"username={quoted(username)}",
        f"realm={quoted(challenge['realm'])}",
        f"nonce={quoted(challenge['nonce'])}",
        f"uri={quoted(uri)}",
        f'response="{answer}"',
    ]
    if "algorithm" in challenge:
        parts.append(f"algorithm={challenge['algorithm']}")
    if count:
        parts.append(f"qop=auth, nc={count}")
    if count or challenge.get("algorithm", "").lower().endswith(SESSION):
        parts.append(f"cnonce={quoted(cnonce)}")
    if "opaque" in challenge:
        parts.append(f"opaque={quoted(challenge['opaque'])}")
    return "Digest " + ", ".join(parts)


def _is_known(challenge: Mapping[str, str]) -> bool:
    algorithm = challenge.get("algorithm", "MD5").lower().removesuffix(SESSION)
    protections = [name.strip().lower() for name in challenge.get("qop", "auth").split(",")]
    return algorithm in HASHES and "auth" in protections and "realm" in challenge and "nonce" in challenge


def _rank(challenge: Mapping[str, str]) -> int:
    return list(HASHES).index(challenge.get("algorithm", "MD5").lower().removesuffix(SESSION))
