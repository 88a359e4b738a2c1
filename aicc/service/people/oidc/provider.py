"""An OpenID Connect provider as its client sees it: where it lets people in, and whether what it says is from it.

OpenID Connect Core 1.0 (3.1, authorization code), Discovery 1.0, PKCE with S256 (RFC 7636), the issuer in the answer
(RFC 9207). Signatures are verified by joserfc, with algorithms of public keys alone.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from aicc.service.people.oidc.faults import LoginFault

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
WITHIN_S = 5.0  # for each of its answers, whole
FRESH_S = 3_600.0  # how long what it says of itself holds
KEYS_AGAIN_S = 60.0  # how soon its keys are fetched again for one that is not known
LARGEST_ANSWER_BYTES = 256 * 1024
LEEWAY_S = 60  # its clock and ours


class Provider:
    """Asks ``issuer`` as ``client_id``; ``secret`` is empty for a client that has none. ``close`` it."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: str = "",
        within_s: float = WITHIN_S,
        clock_s: Callable[[], float] = time.monotonic,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, secret
        self._within_s, self._clock_s, self._now_s = within_s, clock_s, now_s
        self._http = httpx.AsyncClient(follow_redirects=False, timeout=within_s)
        self._about: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def close(self) -> None:
        await self._http.aclose()

    async def login_address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes; it comes ``back`` with a code and ``state``. Raises :class:`LoginFault`."""
        asked = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._client_id,
            "redirect_uri": back,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = await self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    async def claims(self, code: str, back: str, nonce: str, verifier: str, answered_issuer: str) -> Mapping[str, Any]:
        """What it says of whoever came ``back`` with ``code``. Raises :class:`LoginFault`."""
        if answered_issuer not in ("", self._issuer):
            raise LoginFault("invalid", "the answer came from another issuer")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        request = self._http.build_request("POST", await self._endpoint("token_endpoint"), data=self._proof(form))
        if self._secret and not self._has_post_alone:
            request.headers["authorization"] = self._basic()
        answer = await self._answer(request)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginFault("invalid", "the answer has no id_token")
        return await self._verified(token, nonce)

    async def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            claims = await self._decoded(token)
            registry = jwt.JWTClaimsRegistry(
                now=int(self._now_s()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise LoginFault("invalid", f"the id_token does not hold: {type(error).__name__}: {error}") from None
        audience = claims["aud"]
        is_ours = audience == self._client_id or audience == [self._client_id] or claims.get("azp") == self._client_id
        subject = claims["sub"]
        if not is_ours or not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise LoginFault("invalid", "the id_token is for another client, or for nobody")
        return claims

    async def _decoded(self, token: str) -> dict[str, Any]:
        fetched_s, keys = await self._key_set(FRESH_S)
        try:
            return jwt.decode(token, keys, ALGORITHMS).claims
        except InvalidKeyIdError:
            if self._clock_s() - fetched_s < KEYS_AGAIN_S:
                raise
            _, keys = await self._key_set(KEYS_AGAIN_S)
            return jwt.decode(token, keys, ALGORITHMS).claims

    async def _key_set(self, fresh_s: float) -> tuple[float, KeySet]:
        if self._keys is None or self._clock_s() - self._keys[0] >= fresh_s:
            told = await self._answer(self._http.build_request("GET", await self._endpoint("jwks_uri")))
            # only keys for signatures, and no secret that it should not show: another's mistake would be ours
            try:
                public = [key for key in told["keys"] if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
                self._keys = self._clock_s(), KeySet.import_key_set({"keys": public})
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise LoginFault("invalid", f"the provider's keys cannot be read: {error}") from None
        return self._keys

    async def _endpoint(self, name: str) -> str:
        if self._about is None or self._clock_s() - self._about[0] >= FRESH_S:
            address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            told = await self._answer(self._http.build_request("GET", address))
            if told.get("issuer") != self._issuer:
                raise LoginFault("invalid", "the provider calls itself by another name than people.oidc.issuer")
            self._about = self._clock_s(), told
        found = self._about[1].get(name)
        if not isinstance(found, str) or not _is_as_safe(found, self._issuer):
            raise LoginFault("invalid", f"the provider has no {name} that can be used")
        return found

    @property
    def _has_post_alone(self) -> bool:
        ways = self._about[1].get("token_endpoint_auth_methods_supported") if self._about else None
        return isinstance(ways, list) and "client_secret_post" in ways and "client_secret_basic" not in ways

    def _proof(self, form: Mapping[str, str]) -> dict[str, str]:
        if self._secret and not self._has_post_alone:
            return dict(form)
        secret = {"client_secret": self._secret} if self._secret else {}
        return {**form, "client_id": self._client_id, **secret}

    def _basic(self) -> str:
        # both parts are form-encoded first (RFC 6749, 2.3.1)
        pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    async def _answer(self, request: httpx.Request) -> dict[str, Any]:
        """Its JSON, of which ``LARGEST_ANSWER_BYTES`` are read, within ``within_s`` from the first to the last byte."""
        try:
            async with asyncio.timeout(self._within_s):
                status, body = await self._fetched(request)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise LoginFault("away", f"{request.url.host} does not answer: {type(error).__name__}") from None
        if status >= 500:
            raise LoginFault("away", f"{request.url.host} answered {status}")
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            told = None
        if status != 200 or not isinstance(told, dict):
            raise LoginFault("invalid", f"{request.url.host} answered {status}, and not what was asked for")
        return told

    async def _fetched(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER_BYTES:
                    raise LoginFault("invalid", f"{request.url.host} answers too much")
            return response.status_code, bytes(body)
        finally:
            await response.aclose()


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_as_safe(address: str, issuer: str) -> bool:
    """No endpoint without TLS, but for a provider that is on loopback without it."""
    scheme = urlsplit(address).scheme
    return scheme == "https" or scheme == "http" == urlsplit(issuer).scheme
