"""What every door to a caller promises: frames in and frames out, pulled by the call's tick every 20 ms."""

from __future__ import annotations

from typing import Literal, Protocol

from voicebot.audio import Samples
from voicebot.events import LineMeasured

DoorName = Literal["sip", "webrtc", "audiosocket", "wav", "chat"]

PARTS_OF_A_SLOT = 10
"""Of what a process can hold of one call by voice; a chat, which has no sound, takes one of them."""


def parts_of_a_slot(door: DoorName) -> int:
    return 1 if door == "chat" else PARTS_OF_A_SLOT


class Door(Protocol):
    """One caller's wire. Nothing here blocks; whatever the wire's own rate and law, frames are int16 at ``rate_hz``."""

    @property
    def name(self) -> DoorName: ...

    @property
    def rate_hz(self) -> int:
        """8,000 or 16,000: a frame is ``rate_hz // 50`` samples."""

    def receive(self) -> Samples:
        """This tick's frame from the caller; silence where none came."""

    def send(self, frame: Samples) -> None:
        """This tick's frame to the caller; dropped where the wire is full or gone."""

    def take_keys(self) -> str:
        """The keys (0-9, *, #) that were pressed since this was last asked."""

    @property
    def is_closed(self) -> bool:
        """Whether the far side has hung up or is gone."""

    @property
    def is_held(self) -> bool:
        """Whether the far side has put the call on hold: nobody hears the bot, what comes is music or nothing."""

    @property
    def is_lost(self) -> bool:
        """Whether nothing has come for so long that the far side must be gone without a word."""

    def take_complaint(self) -> str | None:
        """What is wrong with the wire, once each time: a line for the call's log. The call goes on."""

    def measured(self) -> LineMeasured | None:
        """How well the two sides hear each other; None where the wire does not lose anything."""

    def hang_up(self) -> None:
        """Ends the call from this side; a second time does nothing."""
