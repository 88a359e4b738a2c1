"""Doors whose two sides agree by session descriptions: SIP and WebRTC."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from voicebot.doors.door import Door


class NotAcceptable(ValueError):
    """A description that this side cannot agree to; the message says why, in one line. In SIP it is answered by 488."""


class NegotiableDoor(Door, Protocol):
    """A door that is open once both sides have described what they send and where (RFC 3264)."""

    async def answer(self, sdp: str) -> str:
        """Ours to the far side's offer, the first or a later one; :class:`NotAcceptable`."""

    async def offer(self) -> str:
        """Ours, for the far side to answer."""

    async def take_answer(self, sdp: str) -> None:
        """The far side's to :meth:`offer`; :class:`NotAcceptable`."""

    def press(self, keys: str) -> bool:
        """Presses keys (0-9, *, #) towards the far side, one behind the other; False where it takes none this way."""


@runtime_checkable
class ConnectingDoor(NegotiableDoor, Protocol):
    """A door that is open some time after both sides have agreed: it has to find its way first (ICE)."""

    async def connected(self) -> bool:
        """Waits until it is open; False where that has failed."""

    async def gone(self) -> None:
        """Behind ``hang_up``: until everything is given back that others lent, such as relays."""
