"""An OpenID Connect provider in a process of its own, on a free port of loopback, which it prints.

It makes RS256 keys, checks client, redirect address, code and PKCE as a provider does, and lets whoever comes in as the
account in ``/account``. ``/fault`` makes it lie, fail or hang. Everything that it says is kept simple enough to be
wrong on purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "aicc desk", "s3cret/of the:tests"


class Provider:
    def __init__(self, address: str) -> None:
        self.address = address
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one"})
        self.account: dict[str, Any] = {"sub": "77", "preferred_username": "jiyeong", "name": "김지영"}
        self.fault = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def about(self) -> dict[str, Any]:
        issuer = "http://127.0.0.1:1" if self.fault == "issuer" else self.address
        scheme = "ftp://x" if self.fault == "unsafe endpoints" else self.address
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{scheme}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": (
                ["client_secret_post"] if self.fault == "post" else ["client_secret_basic", "client_secret_post"]
            ),
        }

    def keys(self) -> dict[str, Any]:
        if self.fault == "no keys":
            return {"keys": []}
        strange = {"kty": "AKP", "kid": "strange", "alg": "ML-DSA-44", "pub": "AA"}
        return {"keys": [self.key.as_dict(private=False), strange]}

    def new_key(self, kid: str) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.account
        header = {"alg": "RS256", "kid": self.key.kid}
        match self.fault:
            case "nonce":
                claims["nonce"] = "another"
            case "no nonce":
                del claims["nonce"]
            case "expired":
                claims |= {"iat": now - 7_200, "exp": now - 3_600}
            case "no expiry":
                del claims["exp"]
            case "not yet":
                claims["iat"] = now + 3_600
            case "audience":
                claims["aud"] = "somebody-else"
            case "several":
                claims["aud"] = [CLIENT, "somebody-else"]
            case "several, for us":
                claims |= {"aud": [CLIENT, "somebody-else"], "azp": CLIENT}
            case "token issuer":
                claims["iss"] = "https://evil.example"
            case "no subject":
                del claims["sub"]
            case "number":
                claims["sub"] = 77
            case "alg none":
                return f"{_coded({'alg': 'none'})}.{_coded(claims)}."
            case "alg hs256":  # the public key taken for a secret
                head = f"{_coded({'alg': 'HS256', 'kid': self.key.kid})}.{_coded(claims)}"
                digest = hmac.digest(self.key.as_pem(private=False), head.encode(), "sha256")
                return f"{head}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
            case "other key":
                return jwt.encode(header, claims, self.other_key)
            case "unknown key":
                return jwt.encode({"alg": "RS256", "kid": "nobody's"}, claims, self.other_key)
            case "tampered":
                head, body, tail = jwt.encode(header, claims, self.key).split(".")
                payload = json.loads(base64.urlsafe_b64decode(body + "=="))
                return f"{head}.{_coded(payload | {'sub': '1'})}.{tail}"
        return jwt.encode(header, claims, self.key)

    def spend(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint."""
        asked = self.codes.pop(form.get("code", ""), None)
        if authorization:
            client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            client, secret = unquote(client), unquote(secret)
        else:
            client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if self.fault == "no token":
            return 200, {"access_token": "x", "token_type": "Bearer"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}


class Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        provider, url = self.provider, urlsplit(self.path)
        provider.asked.append(url.path)
        if self._fails(url.path):
            return
        match url.path:
            case "/.well-known/openid-configuration":
                self._json(200, provider.about())
            case "/keys":
                self._json(200, provider.keys())
            case "/authorize":
                asked = {name: values[0] for name, values in parse_qs(url.query).items()}
                fits = asked["client_id"] == CLIENT and asked["response_type"] == "code"
                assert fits and asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
                code = secrets.token_urlsafe(8)
                provider.codes[code] = asked
                back = {"state": asked["state"], "code": code}
                if provider.fault == "denied":
                    back = {"state": asked["state"], "error": "access_denied"}
                if provider.fault.startswith("answers as"):
                    back["iss"] = provider.fault.removeprefix("answers as ").replace("itself", provider.address)
                self.send_response(302)
                self.send_header("location", f"{asked['redirect_uri']}?{urlencode(back)}")
                self.send_header("content-length", "0")
                self.end_headers()
            case "/asked":
                self._json(200, {"asked": provider.asked})
            case _:
                self._json(404, {})

    def do_POST(self) -> None:
        provider = self.provider
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        provider.asked.append(self.path)
        if self._fails(self.path):
            return
        match self.path:
            case "/token":
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._json(*provider.spend(form, self.headers.get("authorization", "")))
            case "/fault":
                provider.fault = json.loads(body)
                self._json(200, {})
            case "/account":
                provider.account = json.loads(body)
                self._json(200, {})
            case "/new-key":
                provider.new_key(json.loads(body))
                self._json(200, {})

    def _fails(self, path: str) -> bool:
        match self.provider.fault.split():
            case ["hang", where] if where in path:
                threading.Event().wait(10)
                self.close_connection = True
                return True
            case ["trickle", where] if where in path:
                self.send_response(200)
                self.send_header("content-length", "1000")
                self.end_headers()
                for _ in range(50):
                    self.wfile.write(b" ")
                    time.sleep(0.1)
                self.close_connection = True
                return True
            case ["broken", where] if where in path:
                self._json(500, {})
                return True
            case ["nonsense", where] if where in path:
                self._send(200, b"<html>")
                return True
            case ["huge", where] if where in path:
                self._send(200, b'"' + b"x" * 300_000 + b'"')
                return True
            case ["moved", where] if where in path:
                self.send_response(302)
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()
                return True
        return False

    def _json(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _coded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_address[1]}"
    Handler.provider = Provider(address)
    print(address, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()  # until the test lets go of it


if __name__ == "__main__":
    main()
