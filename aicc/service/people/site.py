"""Where browsers find this service, and what follows from it: cookies, origins, the panel's policy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from aicc.service.web.forwarded import caller_address

COOKIE = "aicc_session"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the network address, and the browser as it calls itself."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Site:
    """``url`` is where browsers find the service, None: where the request says. ``proxies`` are networks whose headers
    are believed, ``embed_origins`` the company's own pages that show the panel in a frame."""

    url: str | None = None
    proxies: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()

    def client(self, address: str, scope: Scope) -> Client:
        """``address`` is who is on the wire."""
        headers = Headers(scope=scope)
        forwarded = headers.get("x-forwarded-for", "")
        return Client(caller_address(address, forwarded, self.proxies), headers.get("user-agent", "")[:300])

    def is_secure(self, scope: Scope) -> bool:
        if self.url:
            return self.url.startswith("https:")
        if scope["scheme"] in ("https", "wss"):
            return True
        # a proxy's word counts where the proxy is known, as it does for addresses
        return self._is_proxy(scope) and Headers(scope=scope).get("x-forwarded-proto", "").lower() == "https"

    def address(self, scope: Scope) -> str:
        """Of this service as the browser knows it, without a slash behind it."""
        scheme = "https" if self.is_secure(scope) else "http"
        return self.url or f"{scheme}://{Headers(scope=scope).get('host', '')}"

    def is_own_origin(self, scope: Scope) -> bool:
        """Whether a page of ours asks; browsers say so with every WebSocket and every POST (RFC 6454, 7)."""
        origin = Headers(scope=scope).get("origin", "")
        own = {_host_of(f"//{Headers(scope=scope).get('host', '')}"), _host_of(self.url or "")} - {""}
        # a page without TLS may be anybody's on the way
        is_safe = origin.startswith("https:") or not self.is_secure(scope)
        return is_safe and bool(_ORIGIN.fullmatch(origin)) and _host_of(origin) in own

    # ---- cookies

    def token_of(self, scope: Scope) -> str | None:
        return HTTPConnection(scope).cookies.get(self._name(scope, COOKIE))

    def set_token(self, scope: Scope, token: str) -> str:
        """The header set-cookie. The cookie lasts as long as the browser runs, the session ends before that.

        It is ``SameSite=Strict``: no other site's link or form brings it along. In a frame of another site such a
        cookie is never sent; so where there are ``embed_origins``, and TLS, it is ``SameSite=None; Secure;
        Partitioned``: sent in frames, and each site that shows the panel has a sign-in of its own (CHIPS).
        State-changing requests then rest on X-CSRF-Token, WebSockets on their Origin, as they do anyway. Without TLS
        browsers allow no such cookie, and the panel cannot be embedded.
        """
        return self._cookie(scope, COOKIE, token, "Path=/", "Strict")

    def unset_token(self, scope: Scope) -> str:
        return self._cookie(scope, COOKIE, "", "Path=/; Max-Age=0", "Strict")

    def passing_of(self, scope: Scope, name: str) -> str | None:
        return HTTPConnection(scope).cookies.get(self._name(scope, name))

    def set_passing(self, scope: Scope, name: str, value: str, seconds: int) -> str:
        """A cookie that comes back with a link from another site: of the company's login, for its few minutes."""
        return self._cookie(scope, name, value, f"Path=/; Max-Age={seconds}", "Lax")

    def _cookie(self, scope: Scope, name: str, value: str, more: str, same_site: str) -> str:
        where = f"SameSite={same_site}"
        if self.is_secure(scope):
            where = "SameSite=None; Secure; Partitioned" if self.embed_origins else f"{where}; Secure"
        return f"{self._name(scope, name)}={value}; {more}; HttpOnly; {where}"

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            address = ipaddress.ip_address((scope.get("client") or [""])[0])
        except ValueError:
            return False
        return any(address in ipaddress.ip_network(network) for network in self.proxies)

    def _name(self, scope: Scope, name: str) -> str:
        # with this prefix no neighbouring host can plant one (RFC 6265bis, 4.1.3.2)
        return f"__Host-{name}" if self.is_secure(scope) else name


def desk_policy(embed_origins: Sequence[str] = ()) -> str:
    """The content-security-policy of the panel's page: only what comes from here runs; who may show the page in a frame
    are the company's own pages. Raises ValueError for what is no origin."""
    for origin in embed_origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin: write one such as https://crm.example.com")
    ancestors = " ".join(["'self'", *embed_origins])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        "img-src 'self' data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}"
    )


def _host_of(address: str) -> str:
    """Host and port, lower case, without the usual ports; empty where there is none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") + ("" if port in (None, 80, 443) else f":{port}")
