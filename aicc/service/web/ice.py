"""The STUN and TURN servers that a caller's page and the media processes use, with passwords that soon expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Sequence

from aicc.door_settings import IceServer
from aicc.errors import AiccError
from voicebot.doors.webrtc.ice_server import IceServer as Server

PASSWORD_S = 3_600  # a page asks anew for each connection that it makes


class IceKeyMissing(AiccError):
    """A TURN server is to be used, and there is no key for it."""


def check_ice(chosen: Sequence[IceServer]) -> None:
    """:class:`IceKeyMissing`: better told to who starts the service than to callers."""
    for server in chosen:
        for name in (server.password_from, server.secret_from):
            if name and not os.environ.get(name):
                raise IceKeyMissing(f"{server.url} wants the key that {name} holds, which is not set: set it")


def ice_servers(chosen: Sequence[IceServer], now_s: Callable[[], float] = time.time) -> list[Server]:
    """As the settings say. With a shared secret the user is the second at which its password expires.

    That is coturn's ``use-auth-secret`` (draft-uberti-behave-turn-rest-00, 2.2): HMAC-SHA1 of the user's name.
    """
    servers = []
    for server in chosen:
        user, password = server.user, os.environ.get(server.password_from or "", "")
        if server.secret_from:
            user = f"{int(now_s()) + PASSWORD_S}" + (f":{server.user}" if server.user else "")
            secret = os.environ.get(server.secret_from, "")
            password = base64.b64encode(hmac.digest(secret.encode(), user.encode(), hashlib.sha1)).decode()
        servers.append(Server(server.url, user, password))
    return servers
