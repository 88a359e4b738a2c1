"""A PBX that takes registrations of one user, over UDP and TCP, and wants a password for them."""

from __future__ import annotations

from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.message import Message, Request, response_to, to_bytes
from voicebot.doors.sip.transport import Hop, Transports, response_hop


class Registrar:
    """``bindings`` are the contacts and for how long; ``granted`` counts REGISTERs that were right, ``asked`` all."""

    def __init__(self, user: str, password: str, grants_s: int = 300) -> None:
        self.bindings: dict[str, int] = {}
        self.asked = self.granted = 0
        self._passwords = {user: password}
        self._grants_s = grants_s
        self._challenger = Challenger("pbx")

    async def __aenter__(self) -> Registrar:
        self._transports = Transports(self._received, lambda invalid, hop: None, lambda hop, why: None)
        self._port = await self._transports.listen("udp", "127.0.0.1", 0)
        await self._transports.listen("tcp", "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transports.close()

    @property
    def uri(self) -> str:
        return f"sip:127.0.0.1:{self._port}"

    def _received(self, message: Message, source: Hop) -> None:
        assert isinstance(message, Request)
        self.asked += 1
        if self._challenger.check(message, self._passwords.get).verdict == "right":
            code, headers = 200, self._bind(message)
        else:
            code, headers = 401, list(self._challenger.challenge())
        response = response_to(message, code, to_tag="pbx", headers=headers)
        self._transports.send(to_bytes(response), response_hop(message, source))

    def _bind(self, request: Request) -> list[tuple[str, str]]:
        contact, wanted_s = str(request.contact[0].uri), request.expires
        if wanted_s == 0:
            self.bindings.pop(contact, None)
            return []
        self.granted += 1
        self.bindings[contact] = self._grants_s
        return [("Contact", f"<{contact}>;expires={self._grants_s}")]
